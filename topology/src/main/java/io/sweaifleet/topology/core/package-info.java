/** The application {@code fleet-core}: the Kafka side of the rules in {@code domain}. Start at {@code CoreTopology}. */
@NullMarked
package io.sweaifleet.topology.core;

import org.jspecify.annotations.NullMarked;
