/** Short-term memory in Redis; everything in it can be lost. */
@NullMarked
package io.sweaifleet.agent.worker.memory;

import org.jspecify.annotations.NullMarked;
