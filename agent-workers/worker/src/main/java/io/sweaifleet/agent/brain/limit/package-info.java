/** How many may ask one endpoint at once, and how often. */
@NullMarked
package io.sweaifleet.agent.brain.limit;

import org.jspecify.annotations.NullMarked;
