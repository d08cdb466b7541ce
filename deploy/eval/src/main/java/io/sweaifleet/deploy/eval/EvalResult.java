package io.sweaifleet.deploy.eval;

import io.sweaifleet.ingest.work.WorkResult;
import io.sweaifleet.schemas.task.TaskOutcome;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What came of a task of the set.
 *
 * @param task the task
 * @param verdict whether it is solved
 * @param why why it was skipped, or not solved; else empty
 * @param outcome the outcome that the fleet wrote, or null when it was not run
 */
record EvalResult(
        EvalTask task,
        Verdict verdict,
        String why,
        @Nullable TaskOutcome outcome) {

    /** Whether a task is solved. */
    enum Verdict {
        /** The branch passes the hidden tests. */
        SOLVED,
        /** There is no branch, or it does not pass them. */
        UNSOLVED,
        /** Something that it needs is missing on this machine; counts for nothing. */
        SKIPPED
    }

    Optional<WorkResult> work() {
        return Optional.ofNullable(outcome).map(WorkResult::new);
    }

    /** Wall time of its attempts. */
    Duration wall() {
        return outcome == null || outcome.getStartedAt() == null
                ? Duration.ZERO
                : Duration.between(outcome.getStartedAt(), outcome.getFinishedAt());
    }
}
