/** Generations of core: an enlargement of the topics moves its whole state into the next one. */
@NullMarked
package io.sweaifleet.topology.generation;

import org.jspecify.annotations.NullMarked;
