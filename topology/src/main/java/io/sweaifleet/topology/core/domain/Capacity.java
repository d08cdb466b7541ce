package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.worker.WorkerState;
import java.util.Collection;

/**
 * What the workers that are online offer for a role, together.
 *
 * @param workers how many of them offer it
 * @param slots their slots for it
 * @param inUse how many of those hold an attempt
 * @param free attempts that could be given now: fewer than the slots left when other roles fill the workers
 */
public record Capacity(int workers, int slots, int inUse, int free) {

    /** Adds up what workers offer. */
    public static Capacity of(Collection<WorkerEntry> all, String role) {
        return of(all, role, Requirements.NONE);
    }

    /** Adds up what the workers offer that have what is required. */
    static Capacity of(Collection<WorkerEntry> all, String role, Requirements required) {
        int workers = 0;
        int slots = 0;
        int inUse = 0;
        int free = 0;
        for (WorkerEntry worker : all) {
            WorkerEntry.Offer offer = worker.roles().get(role);
            if (offer != null && worker.state() == WorkerState.ONLINE && required.areMetBy(worker)) {
                workers++;
                slots += offer.slots();
                inUse += worker.held().getOrDefault(role, 0);
                free += Math.max(0, worker.free(role));
            }
        }
        return new Capacity(workers, slots, inUse, free);
    }
}
