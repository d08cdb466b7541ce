package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.task.WorkflowStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A run of a definition that has not ended, beside its {@link WorkflowEntry}.
 *
 * @param depth number of runs above it, of which a step started the next one
 * @param askedAt when it was asked for, ms since the epoch
 * @param lookAt when its definition is looked for again, ms since the epoch; 0 once it is known
 * @param undoable tasks that succeeded and have a compensation, in the order of their success
 * @param closing how it ends once nothing is left to undo; null while its steps are under way
 */
public record RunEntry(
        RunRequest request,
        int depth,
        long askedAt,
        long lookAt,
        List<String> undoable,
        @Nullable Closing closing) {

    /** The end of a run. */
    public record Closing(WorkflowStatus status, @Nullable Failure failure, Map<String, String> outputs) {}

    RunEntry lookingAt(long at) {
        return new RunEntry(request, depth, askedAt, at, undoable, closing);
    }

    RunEntry withUndoable(String taskId) {
        List<String> more = new ArrayList<>(undoable);
        more.add(taskId);
        return new RunEntry(request, depth, askedAt, lookAt, more, closing);
    }

    /** The same without the last one that succeeded. */
    RunEntry undoing(Closing end) {
        return new RunEntry(request, depth, askedAt, lookAt, undoable.subList(0, undoable.size() - 1), end);
    }
}
