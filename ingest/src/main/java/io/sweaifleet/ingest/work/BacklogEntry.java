package io.sweaifleet.ingest.work;

import io.sweaifleet.schemas.task.TaskOutcome;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A task of a list and what came of it.
 *
 * @param item the task
 * @param id id of the task in the fleet
 * @param state where it stands
 * @param outcome its outcome, once it has one
 * @param message why it was refused; else empty
 */
public record BacklogEntry(
        BacklogItem item, String id, State state, @Nullable TaskOutcome outcome, String message) {

    /** Where a task of a list stands. */
    public enum State {
        /** Not given to the fleet. */
        WAITING,
        /** Given to the fleet. */
        RUNNING,
        /** It has an outcome. */
        ENDED,
        /** The fleet refused it. */
        REFUSED
    }

    /** What came of it, once it has an outcome. */
    public Optional<WorkResult> result() {
        return Optional.ofNullable(outcome).map(WorkResult::new);
    }
}
