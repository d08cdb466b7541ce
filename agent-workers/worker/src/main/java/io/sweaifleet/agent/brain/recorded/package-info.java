/** Recorded exchanges with a model, and the model that plays them back. */
@NullMarked
package io.sweaifleet.agent.brain.recorded;

import org.jspecify.annotations.NullMarked;
