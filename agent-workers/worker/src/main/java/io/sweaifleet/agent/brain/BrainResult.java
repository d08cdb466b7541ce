package io.sweaifleet.agent.brain;

import io.sweaifleet.schemas.common.Failure;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a brain says at its end.
 *
 * @param summary one line for people
 * @param outputs named values for dependents and consumers, at most 16 KB in all
 * @param failure why the task is not done, or null when it is; what was changed is then kept as a patch, without a branch
 */
public record BrainResult(
        String summary,
        Map<String, String> outputs,
        @Nullable Failure failure) {
    public BrainResult {
        outputs = Map.copyOf(outputs);
    }
}
