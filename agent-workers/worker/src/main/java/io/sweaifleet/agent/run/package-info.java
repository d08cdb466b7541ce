/** Runs one attempt from its assignment to its end. */
@NullMarked
package io.sweaifleet.agent.run;

import org.jspecify.annotations.NullMarked;
