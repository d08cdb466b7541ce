/**
 * The rules of core: workflows, scheduling, leases and outcomes as pure functions of state, event and time. Knows no Kafka type.
 *
 * <p>Start at {@link io.sweaifleet.topology.core.domain.Engine}.
 */
@NullMarked
package io.sweaifleet.topology.core.domain;

import org.jspecify.annotations.NullMarked;
