/** The worker's side of the protocol with core, without Kafka: what a command means, what is held, what is reported. */
@NullMarked
package io.sweaifleet.agent.worker.protocol;

import org.jspecify.annotations.NullMarked;
