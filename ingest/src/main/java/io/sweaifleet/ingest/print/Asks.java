package io.sweaifleet.ingest.print;

import io.sweaifleet.ingest.follow.TaskView;
import io.sweaifleet.schemas.json.IsoTimes;
import java.util.stream.Collectors;

/** What running agents ask, in words. */
public final class Asks {

    private Asks() {}

    /** What the agent of a task waits for, and how to answer; empty when it asks nothing. */
    public static String words(TaskView task) {
        return task.asks().values().stream()
                .map(ask -> "asks for approval of " + ask.getTool() + " (rule " + ask.getRule() + ", until "
                        + IsoTimes.format(ask.getExpiresAt()) + "): fleet approve " + task.taskId() + " --request "
                        + ask.getRequestId())
                .collect(Collectors.joining("; "));
    }
}
