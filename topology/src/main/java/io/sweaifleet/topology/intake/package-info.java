/**
 * The application {@code fleet-intake}: reads what others write, refuses by name what breaks the contract, and passes the
 * rest on under the pool's key. The rules are in {@code SubmissionRules}; the Kafka side starts at {@code IntakeTopology}.
 */
@NullMarked
package io.sweaifleet.topology.intake;

import org.jspecify.annotations.NullMarked;
