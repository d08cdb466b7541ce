package io.sweaifleet.topology.core;

import static io.sweaifleet.topology.core.SimulatedFleet.POOL;
import static io.sweaifleet.topology.core.SimulatedFleet.task;
import static io.sweaifleet.topology.core.SimulatedFleet.workflow;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.common.ResourceAmounts;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.Requirements;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.Assignment;
import io.sweaifleet.topology.core.SimulatedFleet.SimWorker;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.Resources;
import io.sweaifleet.topology.core.domain.Turns;
import io.sweaifleet.topology.core.domain.WorkerEntry;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which worker a task is given to: one that has what it requires, with room for it, and that knows its repository. */
class MatchingTest {

    private static final long GIB = 1L << 30;

    private final SimulatedFleet fleet = new SimulatedFleet();

    @BeforeEach
    void defineRole() {
        fleet.role("qa");
    }

    private SimWorker worker(String id, int slots, Consumer<SimWorker> having) {
        SimWorker worker = fleet.worker(id, Map.of("qa", slots), having);
        worker.obey();
        return worker;
    }

    private SimWorker worker(String id, int slots) {
        return worker(id, slots, worker -> {});
    }

    private static Consumer<SimWorker> cores(int cores) {
        return worker -> worker.resources = new ResourceAmounts(1_000 * cores, 8 * GIB, 1);
    }

    private void submit(TaskSubmitted.Builder... tasks) {
        for (TaskSubmitted.Builder task : tasks) {
            fleet.submit(workflow(task.getId(), task.build()));
        }
        fleet.workers.values().forEach(SimWorker::obey);
    }

    private static TaskSubmitted.Builder needing(String id, String... capabilities) {
        return task(id, "qa")
                .setRequires(Requirements.newBuilder()
                        .setCapabilities(List.of(capabilities))
                        .build());
    }

    private static TaskSubmitted.Builder onCores(String id, int cores) {
        return task(id, "qa")
                .setRequires(Requirements.newBuilder()
                        .setResources(new ResourceAmounts(1_000 * cores, 0L, 0))
                        .build());
    }

    private static TaskSubmitted.Builder on(String repository, String id) {
        return task(id, "qa").setRepository(repository);
    }

    private static List<String> running(SimWorker worker) {
        return worker.running.values().stream().map(Assignment::getTaskId).toList();
    }

    private void finish(SimWorker worker, String taskId) {
        worker.running.values().stream()
                .filter(assignment -> assignment.getTaskId().equals(taskId))
                .map(Assignment::getLeaseId)
                .toList()
                .forEach(lease -> worker.report(lease, AgentResultType.SUCCEEDED, null));
        fleet.workers.values().forEach(SimWorker::obey);
    }

    private WorkerEntry entry(SimWorker worker) {
        return Objects.requireNonNull(fleet.view.get(new Key.OfWorker(POOL, worker.id)));
    }

    private List<String> starts() {
        return fleet.events.stream()
                .filter(event -> event.getType() == TaskEventType.TASK_ASSIGNED)
                .map(TaskEvent::getTaskId)
                .toList();
    }

    @Test
    void shouldGiveATaskToAWorkerThatHasTheCapability() {
        // Given
        SimWorker plain = worker("worker-1", 5);
        SimWorker able = worker("worker-2", 5, worker -> worker.capabilities = List.of("docker", "java-21"));

        // When
        submit(needing("a", "java-21"), needing("b", "java-21", "docker"));

        // Then
        assertThat(running(plain)).isEmpty();
        assertThat(running(able)).containsExactly("a", "b");
    }

    @Test
    void shouldGiveATaskToAWorkerWithTheLabel() {
        // Given
        SimWorker here = worker("worker-1", 5, worker -> worker.labels = Map.of("region", "eu", "disk", "ssd"));
        SimWorker there = worker("worker-2", 5, worker -> worker.labels = Map.of("region", "us"));

        // When
        submit(task("a", "qa")
                .setRequires(Requirements.newBuilder()
                        .setLabels(Map.of("region", "us"))
                        .build()));

        // Then
        assertThat(running(here)).isEmpty();
        assertThat(running(there)).containsExactly("a");
    }

    @Test
    void shouldNotLetATaskThatNoWorkerCanTakeBlockTheOthers() {
        // Given
        SimWorker worker = worker("worker-1", 1);
        submit(needing("never", "quantum").setPriority(9), task("a", "qa"), task("b", "qa"));

        // When
        finish(worker, "a");

        // Then
        assertThat(starts()).containsExactly("a", "b");
    }

    @Test
    void shouldStartWhatWaitedWhenAWorkerWithTheCapabilityComes() {
        // Given
        worker("worker-1", 1);
        submit(needing("a", "gpu"));

        // When
        SimWorker able = worker("worker-2", 1, worker -> worker.capabilities = List.of("gpu"));

        // Then
        assertThat(running(able)).containsExactly("a");
    }

    @Test
    void shouldNeverGiveAWorkerMoreThanItHas() {
        // Given
        SimWorker worker = worker("worker-1", 10, cores(4));

        // When
        submit(onCores("a", 3), onCores("b", 2), onCores("c", 1), task("d", "qa"));

        // Then: what requires nothing takes nothing
        assertThat(running(worker)).containsExactly("a", "c", "d");
        assertThat(entry(worker).used()).isEqualTo(new Resources(4_000, 0, 0));
    }

    @Test
    void shouldGiveBackWhatAnAttemptTook() {
        // Given
        SimWorker worker = worker("worker-1", 10, cores(4));
        submit(onCores("a", 3), onCores("b", 2));

        // When
        finish(worker, "a");

        // Then
        assertThat(running(worker)).containsExactly("b");
        assertThat(entry(worker).used()).isEqualTo(new Resources(2_000, 0, 0));
    }

    @Test
    void shouldCountFromNothingForAWorkerThatIsStartedAgain() {
        // Given
        worker("worker-1", 10, cores(4));
        submit(onCores("a", 3));

        // When
        SimWorker again = worker("worker-1", 10, cores(4));

        // Then
        assertThat(entry(again).used()).isEqualTo(Resources.NONE);
    }

    @Test
    void shouldGiveNothingThatRequiresResourcesToAWorkerThatTellsNone() {
        // Given
        SimWorker silent = worker("worker-1", 10);

        // When
        submit(onCores("a", 1));

        // Then
        assertThat(running(silent)).isEmpty();
    }

    @Test
    void shouldKeepTheOrderOfATenantsTasksWhateverTheyRequire() {
        // Given: one slot, and all of them fit
        SimWorker worker = worker("worker-1", 1, cores(8));
        submit(task("first", "qa"));
        submit(
                onCores("low", 1).setPriority(1),
                needing("none").setPriority(5),
                onCores("high", 2).setPriority(9),
                task("middle", "qa").setPriority(7));

        // When
        for (String task : List.of("first", "high", "middle", "none")) {
            finish(worker, task);
        }

        // Then
        assertThat(starts()).containsExactly("first", "high", "middle", "none", "low");
    }

    @Test
    void shouldKeepAWorkerFreeForATaskThatSmallerOnesWouldStarve() {
        // Given: there is always a small task to take what a small task leaves
        SimWorker worker = worker("worker-1", 10, cores(4));
        submit(onCores("s0", 2), onCores("s1", 2), onCores("large", 4).setPriority(9));
        int small = 2;
        while (small < 100 && !starts().contains("large")) {
            submit(onCores("s" + small++, 2).setPriority(9));
            fleet.pass(10_000);
            finish(worker, running(worker).get(0));
        }

        // Then: overdue after one ageing time, as it has the highest priority
        assertThat(starts()).contains("large");
        assertThat(small).isBetween(7, 11);
    }

    @Test
    void shouldGiveAKeptWorkerBackWhenTheTaskThatItWasKeptForIsCancelled() {
        // Given
        SimWorker worker = worker("worker-1", 10, cores(4));
        submit(onCores("s0", 2), onCores("large", 4).setPriority(9));
        fleet.pass(70_000);
        submit(onCores("s1", 2));
        List<String> meanwhile = running(worker);

        // When
        fleet.cancel("c1", "large", null);
        worker.obey();

        // Then
        assertThat(meanwhile).containsExactly("s0");
        assertThat(running(worker)).containsExactly("s0", "s1");
        assertThat(entry(worker).keptFor()).isEmpty();
    }

    @Test
    void shouldNotKeepAWorkerFreeForATaskThatIsPaused() {
        // Given
        SimWorker worker = worker("worker-1", 10, cores(4));
        submit(onCores("s0", 2), onCores("large", 4).setPriority(9));
        fleet.control(TaskControl.newBuilder()
                .setId("p")
                .setAction(ControlAction.PAUSE)
                .setTaskId("large"));

        // When
        fleet.pass(120_000);
        submit(onCores("s1", 2));

        // Then
        assertThat(running(worker)).containsExactly("s0", "s1");
    }

    @Test
    void shouldLeaveNothingOfALaneWhoseTasksAreGone() {
        // Given
        worker("worker-1", 1);
        submit(needing("a", "gpu"), needing("b", "gpu").setTenant("default"), onCores("c", 99));

        // When
        fleet.cancel("c1", "a", null);
        fleet.cancel("c2", "b", null);
        fleet.cancel("c3", "c", null);

        // Then
        assertThat(fleet.view.lanes(POOL, "qa")).isEmpty();
        assertThat(fleet.view.get(new Key.OfVirtualTime(POOL, "qa"))).isNull();
        assertThat(fleet.store.entries.keySet().stream().map(key -> new String(key.get(), UTF_8)))
                .noneMatch(key -> key.contains("#"));
    }

    @Test
    void shouldRefuseEveryTaskOfARoleThatIsRemovedWhateverItRequires() {
        // Given
        submit(needing("a", "gpu"), task("b", "qa"), onCores("c", 2));

        // When
        fleet.removeRole("qa");
        fleet.pass(20_000);

        // Then
        assertThat(fleet.outcomeIds).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void shouldGoOnAfterARestartWithWhatIsInUse() {
        // Given
        SimWorker worker = worker("worker-1", 10, cores(4));
        submit(onCores("a", 3), onCores("b", 2), needing("c", "gpu"));

        // When
        fleet.restartCore(10);
        submit(onCores("d", 1), onCores("e", 1));

        // Then
        assertThat(running(worker)).containsExactly("a", "d");
        assertThat(fleet.view.lanes(POOL, "qa")).hasSize(3);
    }

    @Test
    void shouldPreferTheWorkerThatWorkedOnTheRepository() {
        // Given: worker-1 is the one that comes first otherwise
        SimWorker first = worker("worker-1", 2);
        submit(on("/other", "x"));
        SimWorker second = worker("worker-2", 2);
        submit(on("/repository", "a"));
        finish(first, "x");
        finish(second, "a");

        // When
        submit(on("/repository", "b"), task("c", "qa"));

        // Then
        assertThat(running(second)).containsExactly("b");
        assertThat(running(first)).containsExactly("c");
    }

    @Test
    void shouldNotWaitForTheWorkerThatWorkedOnTheRepository() {
        // Given
        SimWorker first = worker("worker-1", 1);
        submit(on("/repository", "a"));
        SimWorker second = worker("worker-2", 1);

        // When
        submit(on("/repository", "b"));

        // Then
        assertThat(running(first)).containsExactly("a");
        assertThat(running(second)).containsExactly("b");
    }

    @Test
    void shouldNotFillOneWorkerWithARepositoryWhileOthersAreIdle() {
        // Given
        SimWorker first = worker("worker-1", 10);
        submit(on("/repository", "a"));
        finish(first, "a");
        SimWorker second = worker("worker-2", 10);

        // When
        for (int i = 0; i < 10; i++) {
            submit(on("/repository", "t" + i));
        }

        // Then: by no more than half of its slots
        assertThat(running(first)).hasSizeBetween(5, 6);
        assertThat(running(second)).hasSizeBetween(4, 5);
    }

    @Test
    void shouldRememberTheRepositoriesOfAWorkerThatIsStartedAgainButNotWithoutBound() {
        // Given
        SimWorker worker = worker("worker-1", 100);
        for (int i = 0; i < 100; i++) {
            submit(on("/repository-" + i, "t" + i));
        }

        // When
        worker("worker-1", 100);

        // Then
        assertThat(Objects.requireNonNull(fleet.view.get(new Key.OfRepositories(POOL, worker.id)))
                        .names())
                .hasSize(16)
                .contains("/repository-99");
    }

    @Test
    void shouldStandInTheQueueOfItsRoleWhenItRequiresNothing() {
        // When
        submit(task("a", "qa"), needing("b"));

        // Then
        assertThat(fleet.view.ready(POOL, Turns.queueOf("qa", "default")))
                .toIterable()
                .extracting(Key.OfReady::taskId)
                .containsExactly("a", "b");
        assertThat(fleet.view.get(new Key.OfVirtualTime(POOL, "qa"))).isNull();
    }
}
