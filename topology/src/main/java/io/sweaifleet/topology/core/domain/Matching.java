package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.query.Waiting;
import io.sweaifleet.schemas.query.Waiting.Reason;
import io.sweaifleet.schemas.worker.WorkerState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** Says what the workers of a role lack of what a task requires. */
final class Matching {

    private final List<WorkerEntry> workers;
    private final String role;
    private final Requirements required;

    /**
     * @param all workers of the pool; only those that are online and offer the role are looked at
     */
    Matching(Collection<WorkerEntry> all, String role, Requirements required) {
        this.workers = all.stream()
                .filter(worker ->
                        worker.state() == WorkerState.ONLINE && worker.roles().containsKey(role))
                .toList();
        this.role = role;
        this.required = required;
    }

    /** What no worker has, in words; what they only have apart, when each is there by itself. */
    String missing() {
        List<String> missing = new ArrayList<>();
        List<String> apart = new ArrayList<>();
        for (String capability : required.capabilities()) {
            boolean has = anyone(worker -> worker.capabilities().contains(capability));
            (has ? apart : missing).add("capability " + capability);
        }
        required.labels().forEach((name, value) -> {
            boolean has = anyone(worker -> value.equals(worker.labels().get(name)));
            (has ? apart : missing).add("label " + name + "=" + value);
        });
        for (Amount amount : Amount.values()) {
            long needed = amount.of.applyAsLong(required.resources());
            long most = most(worker -> amount.of.applyAsLong(worker.resources()));
            if (needed > most) {
                missing.add(needed + amount.unit + " (at most " + most + ")");
            } else if (needed > 0) {
                apart.add(needed + amount.unit);
            }
        }
        return missing.isEmpty()
                ? "no single worker that is online and offers role " + role + " has all of: " + String.join(", ", apart)
                : "no worker that is online and offers role " + role + " has " + String.join(", ", missing);
    }

    /** Why no worker with a free slot can take the task now; empty when one can. */
    Optional<Waiting> occupied(Lane lane) {
        List<WorkerEntry> withSlot = workers.stream()
                .filter(worker -> required.areMetBy(worker) && worker.free(role) > 0)
                .toList();
        List<WorkerEntry> fitting =
                withSlot.stream().filter(worker -> worker.takes(role, required)).toList();
        if (fitting.isEmpty()) {
            return Optional.of(new Waiting(Reason.NO_FREE_RESOURCES, tooFull(withSlot), ids(withSlot), null));
        }
        List<WorkerEntry> kept = fitting.stream()
                .filter(worker ->
                        !worker.keptFor().isEmpty() && !worker.keptFor().equals(lane.name()))
                .toList();
        return kept.size() < fitting.size()
                ? Optional.empty()
                : Optional.of(new Waiting(
                        Reason.KEPT_FREE,
                        "worker " + String.join(", worker ", ids(kept))
                                + ": kept free for overdue tasks that need much of it",
                        ids(kept),
                        null));
    }

    private String tooFull(List<WorkerEntry> withSlot) {
        List<String> lacking = new ArrayList<>();
        for (Amount amount : Amount.values()) {
            long needed = amount.of.applyAsLong(required.resources());
            WorkerEntry best = null;
            for (WorkerEntry worker : withSlot) {
                best = best == null || free(worker, amount) > free(best, amount) ? worker : best;
            }
            if (needed > 0 && best != null) {
                lacking.add(needed + amount.unit + ": " + free(best, amount) + " of "
                        + amount.of.applyAsLong(best.resources()) + " free at worker " + best.workerId());
            }
        }
        return "no worker has enough free: " + String.join("; ", lacking);
    }

    private static long free(WorkerEntry worker, Amount amount) {
        return amount.of.applyAsLong(worker.resources().minus(worker.used()));
    }

    private boolean anyone(Predicate<WorkerEntry> has) {
        return workers.stream().anyMatch(has);
    }

    private long most(ToLongFunction<WorkerEntry> of) {
        return workers.stream().mapToLong(of).max().orElse(0);
    }

    private static List<String> ids(List<WorkerEntry> workers) {
        return workers.stream().map(WorkerEntry::workerId).toList();
    }

    /** What resources consist of, for people. */
    private enum Amount {
        CPU(" millicores of CPU", Resources::cpuMillis),
        MEMORY(" bytes of memory", Resources::memoryBytes),
        GPUS(" GPUs", Resources::gpus);

        private final String unit;
        private final ToLongFunction<Resources> of;

        Amount(String unit, ToLongFunction<Resources> of) {
            this.unit = unit;
            this.of = of;
        }
    }
}
