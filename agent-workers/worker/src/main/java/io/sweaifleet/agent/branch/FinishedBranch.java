package io.sweaifleet.agent.branch;

import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.task.TaskStatus;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The finished branch of a task that succeeded.
 *
 * @param repository repository the task worked on, as it was submitted: a path or a URL
 * @param branch name to create, fleet/pool/task
 * @param commit commit the branch must point to
 * @param bundle git bundle with the branch's new commits, or null when the outcome names none
 */
public record FinishedBranch(
        String repository,
        String branch,
        String commit,
        @Nullable ArtifactRef bundle) {

    /** The branch to bring back, if the outcome has one. */
    public static Optional<FinishedBranch> of(TaskOutcome outcome) {
        TaskResult result = outcome.getResult();
        if (outcome.getStatus() != TaskStatus.SUCCEEDED
                || outcome.getRepository() == null
                || result == null
                || result.getCommit() == null
                || result.getBranch() == null) {
            return Optional.empty();
        }
        return Optional.of(new FinishedBranch(
                outcome.getRepository(),
                result.getBranch(),
                result.getCommit(),
                result.getArtifacts().stream()
                        .filter(artifact -> artifact.getKind().equals("bundle"))
                        .findFirst()
                        .orElse(null)));
    }
}
