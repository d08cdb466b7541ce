package io.sweaifleet.ingest.run;

import io.sweaifleet.ingest.submit.Submission;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A run of a definition that is about to be submitted.
 *
 * @param definition name of the definition
 * @param version its version, or null for the latest
 * @param inputs inputs by name
 * @param pool pool that does the work
 * @param repository repository for steps that name none, or null
 * @param baseRef commit, branch or tag to start from, or null for HEAD
 * @param priority priority for steps that name none, or null
 * @param deadline when everything must have ended, or null
 * @param now when the run was asked for
 */
public record Run(
        String definition,
        @Nullable Integer version,
        Map<String, String> inputs,
        String pool,
        @Nullable String repository,
        @Nullable String baseRef,
        @Nullable Integer priority,
        @Nullable Instant deadline,
        Instant now) {

    public Run {
        inputs = Map.copyOf(inputs);
    }

    /** What is submitted, under an id. */
    public Submission.Workflow submission(String id) {
        return new Submission.Workflow(WorkflowSubmitted.newBuilder()
                .setId(id)
                .setPool(pool)
                .setTitle(definition)
                .setDefinition(definition)
                .setDefinitionVersion(version)
                .setInputs(inputs)
                .setRepository(repository)
                .setBaseRef(baseRef)
                .setPriority(priority)
                .setDeadline(deadline)
                .setSubmittedAt(now)
                .build());
    }
}
