package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Failure;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Tasks of each tenant that were accepted and have not ended, and the bound on them. */
final class Backlog {

    private Backlog() {}

    /** Counts tasks that were accepted, or (negative) that ended. */
    static void add(Step step, String tenant, int change) {
        Key.OfBacklog key = new Key.OfBacklog(step.pool, tenant);
        long count = of(step, key) + change;
        if (count > 0) {
            step.state.put(key, count);
        } else {
            step.state.delete(key);
        }
    }

    private static long of(Step step, Key.OfBacklog key) {
        return Objects.requireNonNullElse(step.state.get(key), 0L);
    }

    /** Why a submission is too much for its tenant, or null when there is room for all of its tasks. */
    static @Nullable Failure refusal(Step step, String tenant, int more) {
        Long bound = step.rules.rulesOf(tenant).maxBacklog();
        long present = bound == null ? 0 : of(step, new Key.OfBacklog(step.pool, tenant));
        if (bound == null || present + more <= bound) {
            return null;
        }
        return Failures.permanent(
                "BACKLOG_FULL",
                "Tenant " + tenant + " of pool " + step.pool + " has " + present
                        + " tasks that have not ended; with the " + more
                        + " of this submission there would be more than "
                        + bound + ", its bound",
                more > bound
                        ? "Submit fewer tasks at once, or raise maxBacklog of the tenant in the pool's definition"
                                + " (fleet pools apply)"
                        : "Submit it again with a new id when some have ended, or raise maxBacklog of the tenant in the"
                                + " pool's definition (fleet pools apply)",
                "tenant",
                tenant);
    }
}
