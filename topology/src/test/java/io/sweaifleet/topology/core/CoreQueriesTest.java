package io.sweaifleet.topology.core;

import static io.sweaifleet.topology.TestFleet.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.sweaifleet.schemas.query.CheckAnswer;
import io.sweaifleet.schemas.query.StatusAnswer;
import io.sweaifleet.schemas.query.TaskAnswer;
import io.sweaifleet.schemas.query.TaskPhase;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.topology.TestFleet;
import io.sweaifleet.topology.core.domain.Key;
import java.util.List;
import java.util.function.IntConsumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reading while core writes. */
class CoreQueriesTest {

    private final TestFleet fleet = TestFleet.withRoles("qa");
    private TestFleet.Worker worker;

    @BeforeEach
    void runTheFirstOfTwo() {
        worker = fleet.worker("worker-1", "qa", 1).hello();
        fleet.submit(WorkflowSubmitted.newBuilder()
                .setId("w")
                .setTasks(List.of(
                        task("a", "qa").build(),
                        task("b", "qa").setDependsOn(List.of("a")).build()))
                .build());
        worker.take();
    }

    @AfterEach
    void stop() {
        fleet.close();
    }

    @Test
    void shouldShowAWorkflowAsOfOneMomentWhenItChangesBetweenTwoReads() {
        // Given: the first task ends, and the second one is given away, after the first one was read
        ReadOnlyKeyValueStore<Bytes, byte[]> store = new Watched(fleet.store(), reads -> {
            if (reads == 5) {
                worker.report(worker.held.get(0), AgentResultType.SUCCEEDED);
            }
        });

        // When
        StatusAnswer answer = new CoreQueries(store, "default").status("w").orElseThrow();

        // Then
        assertThat(answer.tasks())
                .extracting(TaskAnswer::taskId, TaskAnswer::phase)
                .containsExactly(tuple("a", TaskPhase.ENDED), tuple("b", TaskPhase.ASSIGNED));
        assertThat(answer.workflow().open()).isEqualTo(1);
    }

    @Test
    void shouldGiveUpOnAWorkflowThatNeverRests() {
        // Given
        ReadOnlyKeyValueStore<Bytes, byte[]> store = new Watched(
                fleet.store(),
                reads -> fleet.send(
                        FleetTopic.TASK_CONTROL,
                        null,
                        TaskControl.newBuilder()
                                .setId("control-" + reads)
                                .setAction(ControlAction.REPRIORITISE)
                                .setTaskId("b")
                                .setPriority(reads % 10)
                                .build()));

        // When / Then
        assertThatThrownBy(() -> new CoreQueries(store, "default").status("w"))
                .isInstanceOf(UnsteadyException.class)
                .hasMessageContaining("default/w");
    }

    @Test
    void shouldFindNothingWrongWhileAllGoesOn() {
        // When
        CheckAnswer answer = new CoreQueries(fleet.store(), "default").check();

        // Then
        assertThat(answer).isEqualTo(new CheckAnswer("default", 2, 1, 1, List.of(), true));
    }

    @Test
    void shouldNameWhatNothingTakesFurther() {
        // Given
        String lease = worker.held.get(0).getLeaseId();
        fleet.store().delete(Bytes.wrap(Layout.key(new Key.OfLease("default", "worker-1", lease))));

        // When
        CheckAnswer answer = new CoreQueries(fleet.store(), "default").check();

        // Then
        assertThat(answer.problems())
                .containsExactly(
                        new CheckAnswer.Problem("task a", "its lease " + lease + " is not worker worker-1's"),
                        new CheckAnswer.Problem("worker worker-1", "it is counted with leases {qa=1}, but has {}"));
    }

    /** A store before whose reads something happens. */
    private static final class Watched implements ReadOnlyKeyValueStore<Bytes, byte[]> {
        private final KeyValueStore<Bytes, byte[]> store;
        private final IntConsumer before;
        private int reads;

        Watched(KeyValueStore<Bytes, byte[]> store, IntConsumer before) {
            this.store = store;
            this.before = before;
        }

        @Override
        public byte[] get(Bytes key) {
            before.accept(++reads);
            return store.get(key);
        }

        @Override
        public KeyValueIterator<Bytes, byte[]> range(Bytes from, Bytes to) {
            return store.range(from, to);
        }

        @Override
        public KeyValueIterator<Bytes, byte[]> all() {
            return store.all();
        }

        @Override
        public long approximateNumEntries() {
            return store.approximateNumEntries();
        }
    }
}
