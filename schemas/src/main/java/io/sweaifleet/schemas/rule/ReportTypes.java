package io.sweaifleet.schemas.rule;

import io.sweaifleet.schemas.worker.AgentResultType;

/** What the types of a worker's reports have in common. */
public final class ReportTypes {

    private ReportTypes() {}

    /** Whether a report of this type is sent while the agent works, so that another one ends the attempt. */
    public static boolean isUnderWay(AgentResultType type) {
        return switch (type) {
            case STARTED, PROGRESS, ASKING -> true;
            case UNKNOWN, SUCCEEDED, FAILED, CANCELLED, SKIPPED, MARKER -> false;
        };
    }
}
