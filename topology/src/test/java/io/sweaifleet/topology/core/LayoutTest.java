package io.sweaifleet.topology.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.schemas.common.ResourceAmounts;
import io.sweaifleet.schemas.core.Cause;
import io.sweaifleet.schemas.core.CauseType;
import io.sweaifleet.schemas.core.QuietDecision;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.worker.WorkerState;
import io.sweaifleet.topology.core.domain.Budget;
import io.sweaifleet.topology.core.domain.DamagedEntryException;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.LeaseEntry;
import io.sweaifleet.topology.core.domain.MeterEntry;
import io.sweaifleet.topology.core.domain.PoolEntry;
import io.sweaifleet.topology.core.domain.Quiet;
import io.sweaifleet.topology.core.domain.Requirements;
import io.sweaifleet.topology.core.domain.Resources;
import io.sweaifleet.topology.core.domain.TaskEntry;
import io.sweaifleet.topology.core.domain.TenantRules;
import io.sweaifleet.topology.core.domain.WorkerEntry;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;

/** Entries that earlier versions wrote are read by this one. */
class LayoutTest {

    private static final Key.OfTask KEY = new Key.OfTask("default", "t1");

    /** A queued task as version 1 of the layout wrote it: recorded, never to be changed. */
    private static final String VERSION_1 =
            """
            010104773101047431010e64656661756c74010861636d65010477311871612e72756e2d74657374730471610a546573
            7473000000020c6d6f64756c6508636f726502047430010e01c0bab084ce67000104d00fc000000000000000c0a907bf
            c999999999999a0e554e4b4e4f574e02087465616d02610000020474320e80a0a484ce67d0afa484ce6700000254
            """;

    private static byte[] version1() {
        return HexFormat.of().parseHex(VERSION_1.replaceAll("\\s", ""));
    }

    @Test
    void shouldReadATaskThatVersion1Wrote() {
        // When
        TaskEntry entry = Layout.value(KEY, version1());

        // Then
        assertThat(entry).isInstanceOfSatisfying(TaskEntry.Live.class, live -> {
            TaskSubmitted spec = live.spec();
            assertThat(spec.getTitle()).isEqualTo("Tests");
            assertThat(spec.getDeadline()).isEqualTo(Instant.ofEpochMilli(1_780_000_100_000L));
            assertThat(spec.getNotBefore()).isNull();
            assertThat(spec.getConcurrencyKey()).isNull();
            assertThat(spec.getConcurrencyLimit()).isEqualTo(1);
            assertThat(live.phase()).isEqualTo(new TaskEntry.Phase.Ready(42));
        });
    }

    @Test
    void shouldKeepWhatItReadWhenItWritesItAnew() {
        // Given
        TaskEntry entry = Layout.value(KEY, version1());

        // When
        TaskEntry again = Layout.value(KEY, Layout.value(entry));

        // Then
        assertThat(again).isEqualTo(entry);
    }

    /** The key of that task in the queue of role qa, as versions 1 and 2 wrote it: recorded, never to be changed. */
    private static final String QUEUED_BY_VERSION_1 = "64656661756c740071716100800000000000002a80000000000000077431";

    @Test
    void shouldQueueForItsTenantWhatAnEarlierVersionQueuedForItsRole() {
        // Given
        MapStore store = new MapStore();
        store.put(Bytes.wrap(Layout.poolNameKey("default")), Layout.value(Boolean.TRUE));
        store.put(Bytes.wrap(Layout.key(KEY)), version1());
        store.put(Bytes.wrap(HexFormat.of().parseHex(QUEUED_BY_VERSION_1)), Layout.value("w1"));
        StoreView view = new StoreView(store);

        // When
        view.upgrade();

        // Then
        assertThat(view.ready("default", "qa")).isExhausted();
        assertThat(view.ready("default", "qa/acme"))
                .toIterable()
                .containsExactly(new Key.OfReady("default", "qa/acme", 42, 7, "t1"));
        assertThat(view.ready("default", "qa/"))
                .toIterable()
                .extracting(Key.OfReady::taskId)
                .containsExactly("acme");
        assertThat(view.get(new Key.OfTurn("default", "qa", "acme"))).isNotNull();
        assertThat(view.get(new Key.OfBacklog("default", "acme"))).isEqualTo(1);
    }

    @Test
    void shouldLeaveWhatIsHeldBehindAGateThereInAnUpgrade() {
        // Given
        MapStore store = new MapStore();
        store.put(Bytes.wrap(Layout.poolNameKey("default")), Layout.value(Boolean.TRUE));
        Key.OfReady held = new Key.OfReady("default", "workflow:w1", 42, 7, "t1");
        store.put(Bytes.wrap(Layout.key(held)), Layout.value("w1"));
        StoreView view = new StoreView(store);

        // When
        view.upgrade();

        // Then
        assertThat(view.ready("default", "workflow:w1")).toIterable().containsExactly(held);
    }

    /** A pool as version 2 wrote it: recorded, never to be changed. */
    private static final String POOL_BY_VERSION_2 = "020e00e0d403b0ea01c0a907904e8090e4c004";

    @Test
    void shouldReadAPoolThatVersion2Wrote() {
        // When
        PoolEntry pool = Layout.value(new Key.OfPool("default"), HexFormat.of().parseHex(POOL_BY_VERSION_2));

        // Then
        assertThat(pool)
                .isEqualTo(new PoolEntry(
                        7, false, 30_000, 15_000, 60_000, 5_000, 604_800_000, Map.of(), TenantRules.NONE, Map.of()));
    }

    /** A pool as version 3 wrote it: recorded, never to be changed. */
    private static final String POOL_BY_VERSION_3 = "030e00e0d403b0ea01c0a907904e8090e4c0040208676f6c640600020112";

    @Test
    void shouldReadAPoolThatVersion3Wrote() {
        // When
        PoolEntry pool = Layout.value(new Key.OfPool("default"), HexFormat.of().parseHex(POOL_BY_VERSION_3));

        // Then
        assertThat(pool.tenants()).isEqualTo(Map.of("gold", new TenantRules(3, null, null, TenantRules.DAY_MS)));
        assertThat(pool.otherTenants()).isEqualTo(new TenantRules(1, 9L, null, TenantRules.DAY_MS));
        assertThat(pool.rates()).isEmpty();
    }

    /** A worker, a lease and a queued task as version 4 wrote them: recorded, never to be changed. */
    private static final String WORKER_BY_VERSION_4 =
            """
            0410776f726b65722d3180a0a484ce67060c4f4e4c494e450802047161040408020c726567696f6e04657508686f7374
            12d0afa484ce67e0eea984ce67e8a7a484ce670204716102
            """;

    private static final String LEASE_BY_VERSION_4 =
            "0410776f726b65722d311264656661756c742d310474310471610ef8aaa484ce67";

    private static final String TASK_BY_VERSION_4 =
            """
            040104773101047431010e64656661756c74010861636d65001871612e72756e2d746573747304716100000000000001
            0e0000000e554e4b4e4f574e00000000000201066170690001c0a907000e80a0a484ce67e8a7a484ce6700000254
            """;

    /** A worker as version 4 wrote it: recorded, never to be changed. */
    private static final String TOLD_WORKER_BY_VERSION_4 =
            """
            0410776f726b65722d3180a0a484ce67060c4f4e4c494e45080204716102040802046f730a4c696e7578086865726512
            8aa0a484ce679adfa984ce6782a0a484ce670204716104
            """;

    /** A lease as version 4 wrote it: recorded, never to be changed. */
    private static final String ASSIGNED_LEASE_BY_VERSION_4 =
            """
            0410776f726b65722d311264656661756c742d310474310471610e80a0a484ce67
            """;

    @Test
    void shouldReadAWorkerAndALeaseThatVersion4Wrote() {
        // When
        WorkerEntry worker = Layout.value(new Key.OfWorker("default", "worker-1"), bytes(TOLD_WORKER_BY_VERSION_4));
        LeaseEntry lease =
                Layout.value(new Key.OfLease("default", "worker-1", "default-1"), bytes(ASSIGNED_LEASE_BY_VERSION_4));

        // Then
        assertThat(worker)
                .isEqualTo(new WorkerEntry(
                        "worker-1",
                        1_780_000_000_000L,
                        3,
                        WorkerState.ONLINE,
                        4,
                        Map.of("qa", new WorkerEntry.Offer(1, 2, 4)),
                        Map.of("os", "Linux"),
                        "here",
                        9,
                        1_780_000_000_005L,
                        1_780_000_045_005L,
                        1_780_000_000_001L,
                        Map.of("qa", 2),
                        List.of(),
                        Resources.NONE,
                        Resources.NONE,
                        "",
                        0,
                        0));
        assertThat(lease)
                .isEqualTo(
                        new LeaseEntry("worker-1", "default-1", "t1", "qa", 7, 1_780_000_000_000L, Resources.NONE, 0));
    }

    /** A running task as version 5 wrote it: recorded, never to be changed. */
    private static final String RUNNING_BY_VERSION_5 =
            """
            050104773101047431010e64656661756c74010861636d65010477311871612e72756e2d74657374730471610a546573
            74730000000000010a0000000e554e4b4e4f574e0000000000020000000000000e80a0a484ce67e4a0a484ce6790a3a4
            84ce6700041264656661756c742d310210776f726b65722d3180a0a484ce671a71612d3140776f726b65722d3104c8a1
            a484ce6790a3a484ce67c08e9285ce670000f80a1800
            """;

    @Test
    void shouldReadARunningTaskThatVersion5WroteAsOneThatAsksNothing() {
        // When
        TaskEntry.Live task = (TaskEntry.Live) Layout.value(KEY, bytes(RUNNING_BY_VERSION_5));

        // Then
        assertThat(task.phase())
                .isEqualTo(new TaskEntry.Phase.Running(new TaskEntry.Lease(
                        "default-1",
                        1,
                        "worker-1",
                        1_780_000_000_000L,
                        "qa-1@worker-1",
                        2,
                        1_780_000_000_100L,
                        1_780_000_000_200L,
                        1_780_000_900_000L,
                        null,
                        0,
                        700,
                        12,
                        List.of())));
        assertThat(task.position()).isNull();
    }

    @Test
    void shouldKeepWhatARunningTaskAsks() {
        // Given
        TaskEntry.Live old = (TaskEntry.Live) Layout.value(KEY, bytes(RUNNING_BY_VERSION_5));
        TaskEntry.Lease before = ((TaskEntry.Phase.Running) old.phase()).lease();
        TaskEntry.Live task = new TaskEntry.Live(
                old.workflowId(),
                old.spec(),
                old.dependents(),
                old.arrival(),
                old.acceptedAt(),
                old.readySince(),
                old.startedAt(),
                old.attempts(),
                new TaskEntry.Phase.Running(new TaskEntry.Lease(
                        before.leaseId(),
                        before.number(),
                        before.workerId(),
                        before.incarnation(),
                        before.agentId(),
                        before.roleVersion(),
                        before.assignedAt(),
                        before.startedAt(),
                        before.timeoutAt(),
                        null,
                        1,
                        2,
                        3,
                        List.of(
                                new TaskEntry.Ask("a1-1", "edit", "pipelines", 1_780_000_100_000L),
                                new TaskEntry.Ask("a1-2", "run", "deploy", 1_780_000_200_000L)))),
                null);

        // When
        TaskEntry again = Layout.value(KEY, Layout.value(task));

        // Then
        assertThat(again).isEqualTo(task);
    }

    private static byte[] bytes(String recorded) {
        return HexFormat.of().parseHex(recorded.replaceAll("\\s", ""));
    }

    @Test
    void shouldReadAWorkerThatVersion4Wrote() {
        // When
        WorkerEntry worker = Layout.value(new Key.OfWorker("default", "worker-1"), bytes(WORKER_BY_VERSION_4));

        // Then
        assertThat(worker.held()).isEqualTo(Map.of("qa", 1));
        assertThat(worker.labels()).isEqualTo(Map.of("region", "eu"));
        assertThat(worker.capabilities()).isEmpty();
        assertThat(worker.resources()).isEqualTo(Resources.NONE);
        assertThat(worker.used()).isEqualTo(Resources.NONE);
        assertThat(worker.keptFor()).isEmpty();
    }

    @Test
    void shouldReadALeaseThatVersion4Wrote() {
        // When
        LeaseEntry lease = Layout.value(new Key.OfLease("default", "worker-1", ""), bytes(LEASE_BY_VERSION_4));

        // Then
        assertThat(lease)
                .isEqualTo(
                        new LeaseEntry("worker-1", "default-1", "t1", "qa", 7, 1_780_000_000_700L, Resources.NONE, 0));
    }

    @Test
    void shouldReadATaskThatVersion4Wrote() {
        // When
        TaskEntry entry = Layout.value(KEY, bytes(TASK_BY_VERSION_4));

        // Then
        assertThat(entry).isInstanceOfSatisfying(TaskEntry.Live.class, live -> {
            assertThat(live.spec().getStartToFinishMs()).isEqualTo(60_000L);
            assertThat(live.spec().getRequires()).isNull();
            assertThat(live.phase()).isEqualTo(new TaskEntry.Phase.Ready(42));
        });
    }

    @Test
    void shouldKeepWhatATaskRequiresAndWhatAWorkerHas() {
        // Given
        TaskEntry.Live old = (TaskEntry.Live) Layout.value(KEY, bytes(TASK_BY_VERSION_4));
        TaskEntry.Live task = new TaskEntry.Live(
                old.workflowId(),
                TaskSubmitted.newBuilder(old.spec())
                        .setBudget(new io.sweaifleet.schemas.common.Budget(60_000L, 1_000L, null))
                        .setRequires(new io.sweaifleet.schemas.task.Requirements(
                                List.of("docker", "java-21"),
                                Map.of("region", "eu"),
                                new ResourceAmounts(2_000, 1L << 33, 1)))
                        .build(),
                old.dependents(),
                old.arrival(),
                old.acceptedAt(),
                old.readySince(),
                old.startedAt(),
                old.attempts(),
                old.phase(),
                null);
        Requirements requirements = Requirements.of(task.spec());
        Key.OfLane lane = new Key.OfLane("default", "qa", "digest");

        // When
        TaskEntry again = Layout.value(KEY, Layout.value(task));

        // Then
        assertThat(again).isEqualTo(task);
        assertThat(Layout.value(lane, Layout.value(requirements))).isEqualTo(requirements);
        assertThat(Layout.laneKey(Layout.key(lane))).isEqualTo(lane);
    }

    @Test
    void shouldKeepWhatWasUsedOfABudget() {
        // Given
        Key.OfMeter key = new Key.OfMeter("default", "TENANT:acme");
        MeterEntry meter =
                new MeterEntry(1_780_000_000_000L, 5_000, 700, 12, 3, 1_780_000_009_000L, 5, 1_780_000_010_000L);

        // When
        MeterEntry again = Layout.value(key, Layout.value(meter));

        // Then
        assertThat(again).isEqualTo(meter);
    }

    @Test
    void shouldKeepTheBudgetOfATenant() {
        // Given
        TenantRules rules = new TenantRules(2, 9L, new Budget(60_000L, null, 1_000_000L), 3_600_000);
        PoolEntry pool = new PoolEntry(
                7, false, 30_000, 15_000, 60_000, 5_000, 604_800_000, Map.of("acme", rules), rules, Map.of());

        // When
        PoolEntry again = Layout.value(new Key.OfPool("default"), Layout.value(pool));

        // Then
        assertThat(again).isEqualTo(pool);
    }

    @Test
    void shouldKeepQuietDecisionsAsTheyWereTaken() {
        // Given
        Instant at = Instant.ofEpochMilli(1_780_000_000_123L);
        Cause record = new Cause(CauseType.RECORD, "fleet.agent-heartbeats", 7, 42L, "");
        Cause timer = new Cause(CauseType.TIMER, "", -1, -1L, "WORKER_SILENT:worker-1@1780000000100");
        Quiet quiet = new Quiet(
                List.of(new QuietDecision(record, at, at.minusMillis(5), 3L), new QuietDecision(timer, at, at, 4L)));

        // When
        Quiet again = Layout.value(new Key.OfQuiet("default"), Layout.value(quiet));

        // Then
        assertThat(again).isEqualTo(quiet);
    }

    @Test
    void shouldRefuseAVersionOfTheFuture() {
        // Given
        byte[] bytes = version1();
        bytes[0] = 99;

        // When / Then
        assertThatThrownBy(() -> Layout.value(KEY, bytes))
                .isInstanceOf(DamagedEntryException.class)
                .rootCause()
                .hasMessageContaining("Version 99");
    }
}
