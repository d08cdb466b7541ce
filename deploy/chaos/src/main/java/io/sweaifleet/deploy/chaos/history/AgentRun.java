package io.sweaifleet.deploy.chaos.history;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One execution of an attempt, as its agent wrote it down.
 *
 * @param attempt number of the attempt, from 1
 * @param lease lease under which it ran
 * @param worker id of the worker
 * @param pid process of the worker
 * @param startedAt when it began, ms since the epoch
 * @param endedAt when it ended, ms since the epoch; for one that never said so, when its process was killed, or its start when
 *     nobody knows
 * @param how how it ended, or null when it never said so
 * @param tokens tokens that each of its steps used, in order
 */
public record AgentRun(
        Ref task,
        int attempt,
        String lease,
        String worker,
        long pid,
        long startedAt,
        long endedAt,
        @Nullable String how,
        List<Long> tokens) {

    public AgentRun {
        tokens = List.copyOf(tokens);
    }

    /** Whether it did its work. */
    public boolean succeeded() {
        return "succeeded".equals(how);
    }
}
