package io.sweaifleet.agent.brain;

import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.role.RoleDefinition;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a brain works with: a playbook's context, and what only a model needs. */
public interface BrainContext extends PlaybookContext {

    /** The role's definition in force for this attempt. */
    RoleDefinition role();

    /**
     * Records one exchange with a model in the audit.
     *
     * @param facts model, key of the request, tokens, cost and what else is known of it
     * @param failure why there was no answer, or null
     */
    void exchanged(Map<String, String> facts, Instant at, long durationMs, @Nullable Failure failure);
}
