/** The worker: the process that holds agents and speaks Kafka for them. */
@NullMarked
package io.sweaifleet.agent.worker;

import org.jspecify.annotations.NullMarked;
