package io.sweaifleet.agent.attempt;

import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.worker.Assignment;

/**
 * One attempt to run.
 *
 * @param pool pool the worker serves
 * @param workerId worker that holds the lease
 * @param incarnation start of the worker's process, ms since the epoch
 * @param agentId agent that runs it
 * @param assignment what core assigned
 * @param role the role's definition in force when the attempt started
 * @param cancellation tells when the attempt must stop
 * @param reporter takes progress, audit events and facts while the attempt runs
 */
public record Attempt(
        String pool,
        String workerId,
        long incarnation,
        String agentId,
        Assignment assignment,
        RoleDefinition role,
        Cancellation cancellation,
        AttemptReporter reporter) {}
