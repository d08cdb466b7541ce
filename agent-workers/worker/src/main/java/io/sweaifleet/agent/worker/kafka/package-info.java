/** The worker's records on Kafka: commands and roles come in, heartbeats, reports, audit events and facts go out. */
@NullMarked
package io.sweaifleet.agent.worker.kafka;

import org.jspecify.annotations.NullMarked;
