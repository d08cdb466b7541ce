package io.sweaifleet.topology.core;

import io.sweaifleet.schemas.query.CheckAnswer;
import io.sweaifleet.topology.core.domain.DamagedEntryException;
import io.sweaifleet.topology.core.domain.Invariants;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.TaskEntry;
import io.sweaifleet.topology.core.domain.WorkerEntry;
import io.sweaifleet.topology.core.domain.WorkflowEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * Checks the {@link Invariants} of a pool while core goes on deciding. What looks wrong is looked at again: it may have changed
 * between two reads.
 */
final class PoolCheck {

    private static final int READINGS = 20;

    private final ReadOnlyKeyValueStore<Bytes, byte[]> store;
    private final String pool;
    private final List<CheckAnswer.Problem> problems = new ArrayList<>();
    private boolean complete = true;

    PoolCheck(ReadOnlyKeyValueStore<Bytes, byte[]> store, String pool) {
        this.store = store;
        this.pool = pool;
    }

    /** Reads what is wrong with one entry; empty when the entry is of no interest, such as that of an ended task. */
    private interface Rule {
        Optional<List<String>> read(ReadView view, Invariants invariants, String id);
    }

    CheckAnswer run() {
        int tasks = check(
                'k',
                "task ",
                (view, invariants, id) -> view.get(new Key.OfTask(pool, id)) instanceof TaskEntry.Live task
                        ? Optional.of(invariants.ofTask(id, task))
                        : Optional.empty());
        int workflows = check(
                'f',
                "workflow ",
                (view, invariants, id) -> view.get(new Key.OfWorkflow(pool, id)) instanceof WorkflowEntry.Live workflow
                        ? Optional.of(invariants.ofWorkflow(id, workflow))
                        : Optional.empty());
        int workers = check('w', "worker ", (view, invariants, id) -> {
            WorkerEntry worker = view.get(new Key.OfWorker(pool, id));
            return worker == null ? Optional.empty() : Optional.of(invariants.ofWorker(worker));
        });
        return new CheckAnswer(pool, tasks, workflows, workers, problems, complete);
    }

    private int check(char letter, String kind, Rule rule) {
        List<String> ids = new ArrayList<>();
        new ReadView(store).scan(Layout.prefix(pool, letter), (key, value) -> {
            ids.add(Layout.nameIn(key));
            return ids.size() < CoreQueries.SCAN_LIMIT;
        });
        complete &= ids.size() < CoreQueries.SCAN_LIMIT;
        int checked = 0;
        for (String id : ids) {
            Optional<List<String>> wrong = settled(rule, id);
            if (wrong.isPresent()) {
                checked++;
                wrong.get().forEach(message -> problems.add(new CheckAnswer.Problem(kind + id, message)));
            }
        }
        return checked;
    }

    private Optional<List<String>> settled(Rule rule, String id) {
        Optional<List<String>> wrong = Optional.empty();
        for (int i = 0; i < READINGS; i++) {
            ReadView view = new ReadView(store);
            try {
                wrong = rule.read(view, new Invariants(view, pool), id);
            } catch (DamagedEntryException damaged) {
                return Optional.of(List.of("cannot be read: " + damaged.getMessage()));
            }
            if (wrong.isEmpty() || wrong.get().isEmpty()) {
                return wrong;
            }
        }
        return wrong;
    }
}
