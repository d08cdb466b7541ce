package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.task.TaskSubmitted;
import java.util.ArrayList;
import java.util.List;

/**
 * The tasks of a role that require the same of a worker: what one of them waits for, all of them wait for, and none of another
 * lane. A lane has its own queues, so that a task that no worker can take is in the way of its own lane only.
 *
 * @param role role
 * @param digest {@linkplain Requirements#digest() digest} of what they require; empty when that is nothing
 */
public record Lane(String role, String digest) {

    private static final char HASH = '#';

    static Lane of(TaskSubmitted spec) {
        return new Lane(
                spec.getRole(),
                spec.getRequires() == null ? "" : Requirements.of(spec).digest());
    }

    /** The lane of a role's tasks that require nothing. */
    static Lane plain(String role) {
        return new Lane(role, "");
    }

    /** All lanes of a role that may have tasks. */
    static List<Lane> of(Step step, String role) {
        List<Lane> lanes = new ArrayList<>(1);
        lanes.add(plain(role));
        step.state.lanes(step.pool, role).keySet().forEach(digest -> lanes.add(new Lane(role, digest)));
        return lanes;
    }

    boolean isPlain() {
        return digest.isEmpty();
    }

    /** Its name in the names of queues; that of the plain lane is the role's. */
    public String name() {
        return isPlain() ? role : role + HASH + digest;
    }

    /** The lane with a {@linkplain #name() name}. */
    static Lane named(String name) {
        int hash = name.indexOf(HASH);
        return hash < 0 ? plain(name) : new Lane(name.substring(0, hash), name.substring(hash + 1));
    }

    /** Name of the queue of accounts of a role, which looks like a lane's; see {@link Turns}. */
    static String accountsOf(String role) {
        return role + HASH;
    }
}
