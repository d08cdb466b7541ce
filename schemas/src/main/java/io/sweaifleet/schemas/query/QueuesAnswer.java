package io.sweaifleet.schemas.query;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What waits in a pool, and what for. Tasks that wait for other tasks are in no queue.
 *
 * @param roles roles that have tasks queued or workers that offer them
 * @param depths the same tasks by role, tenant and priority
 * @param held tasks that are held back, by what holds them
 * @param complete false when there is more than one query may read: then every number is a least one
 */
public record QueuesAnswer(String pool, List<Role> roles, List<Depth> depths, List<Held> held, boolean complete) {

    public QueuesAnswer {
        roles = List.copyOf(roles);
        depths = List.copyOf(depths);
        held = List.copyOf(held);
    }

    /**
     * The queue of a role.
     *
     * @param queued tasks in it
     * @param oldestSince since when the oldest of them waits, or null when it is empty
     * @param workers workers online that offer the role
     * @param slots their slots for it
     * @param inUse how many of those are in use
     * @param blocked why nothing of the role is given to workers: a pause, no worker; empty when nothing blocks it
     */
    public record Role(
            String role,
            int queued,
            @Nullable Instant oldestSince,
            int workers,
            int slots,
            int inUse,
            String blocked) {}

    /** Queued tasks of one role, tenant and priority. */
    public record Depth(String role, String tenant, int priority, int queued, Instant oldestSince) {}

    /**
     * Tasks held back by one thing.
     *
     * @param reason kind of it
     * @param by name of the gate, such as {@code key:repository@main} or {@code task:t-1}; empty for moments to come
     * @param message the same in words
     * @param tasks how many
     * @param until when the first of them comes back by itself, or null when that is not known
     */
    public record Held(
            Waiting.Reason reason,
            String by,
            String message,
            int tasks,
            @Nullable Instant until) {}
}
