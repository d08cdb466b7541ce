package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.task.WorkflowSubmitted;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run of a definition was asked with, beyond what any workflow has.
 *
 * @param version the version asked for; null for the latest
 * @param inputs values of inputs; once the run is accepted, defaults included
 * @param repository for tasks that name none
 * @param baseRef for tasks that name none
 * @param priority for tasks that name none
 * @param deadline of every task
 */
public record RunRequest(
        String definition,
        @Nullable Integer version,
        Map<String, String> inputs,
        @Nullable String repository,
        @Nullable String baseRef,
        @Nullable Integer priority,
        @Nullable Instant deadline) {

    static RunRequest of(String definition, WorkflowSubmitted workflow) {
        return new RunRequest(
                definition,
                workflow.getDefinitionVersion(),
                workflow.getInputs(),
                workflow.getRepository(),
                workflow.getBaseRef(),
                workflow.getPriority(),
                workflow.getDeadline());
    }

    RunRequest withInputs(Map<String, String> all) {
        return new RunRequest(definition, version, all, repository, baseRef, priority, deadline);
    }
}
