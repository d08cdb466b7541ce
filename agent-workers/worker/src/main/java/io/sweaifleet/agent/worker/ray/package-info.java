/** Agents as Ray actors. */
@NullMarked
package io.sweaifleet.agent.worker.ray;

import org.jspecify.annotations.NullMarked;
