package io.sweaifleet.agent.worker.ray;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.worker.protocol.AgentCall;
import io.sweaifleet.agent.worker.protocol.AgentHandle;
import io.sweaifleet.agent.worker.protocol.AgentLink;
import io.sweaifleet.agent.worker.protocol.CompletedAttempts;
import io.sweaifleet.agent.worker.protocol.Recorder;
import io.sweaifleet.agent.worker.protocol.Samples;
import io.sweaifleet.agent.worker.protocol.Worker;
import io.sweaifleet.agent.worker.protocol.WorkerTimings;
import io.sweaifleet.schemas.role.Resources;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.CommandType;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Agents as real Ray actors in local mode. */
@Timeout(120)
class RayAgentsIT {

    private static final RaySettings RAY =
            RaySettings.local(Path.of("target", "ray").toAbsolutePath());

    private final ExecutorService killers = Executors.newCachedThreadPool();

    @AfterEach
    void stopKillers() {
        killers.shutdownNow();
    }

    @Test
    void shouldRunAnAssignedAttemptOnAnActorAndReportIt() {
        // Given
        Recorder outbox = new Recorder();
        Worker worker = worker(outbox, attempt -> Samples.succeeded("ran on " + attempt.agentId()));
        worker.onRole("qa", Samples.role("qa", 1, 1, 1));
        worker.introduce();
        worker.onCommand(Samples.command(worker.incarnation(), 1, CommandType.WELCOME));

        // When
        worker.onCommand(Samples.assign(worker.incarnation(), 2, Samples.assignment("l1", "qa")));

        // Then
        waitUntil(() -> outbox.typesOf("l1").size() == 2);
        assertThat(outbox.typesOf("l1")).containsExactly(AgentResultType.STARTED, AgentResultType.SUCCEEDED);
        assertThat(outbox.endOf("l1").getResult().getSummary()).isEqualTo("ran on qa-1@w1");
        worker.close();
    }

    @Test
    void shouldRunAgentsInParallelAndEachAgentsAttemptsInOrder() throws Exception {
        // Given
        Recorder outbox = new Recorder();
        CountDownLatch allAtOnce = new CountDownLatch(4);
        Map<String, List<String>> order = new ConcurrentHashMap<>();
        Worker worker = worker(outbox, attempt -> {
            order.computeIfAbsent(attempt.agentId(), id -> new ArrayList<>())
                    .add(attempt.assignment().getLeaseId());
            allAtOnce.countDown();
            awaitQuietly(allAtOnce);
            return Samples.succeeded("done");
        });
        worker.onRole("qa", Samples.role("qa", 1, 4, 3));
        worker.introduce();
        worker.onCommand(Samples.command(worker.incarnation(), 1, CommandType.WELCOME));

        // When
        for (int i = 0; i < 12; i++) {
            worker.onCommand(
                    Samples.assign(worker.incarnation(), 2 + i, Samples.assignment(String.format("l%02d", i), "qa")));
        }

        // Then: four wait for each other, so one agent after the other would hang
        waitUntil(() -> outbox.reports.size() == 24);
        assertThat(order).hasSize(4);
        assertThat(order.values()).allSatisfy(leases -> assertThat(leases).isSorted());
        worker.close();
    }

    @Test
    void shouldLoseNoCallWhileActorsAreMadeAndFreeEveryReturnedObject() {
        // Given
        Map<String, Integer> runs = new ConcurrentHashMap<>();
        List<Throwable> lost = new ArrayList<>();
        List<AgentHandle> handles = new ArrayList<>();
        AgentLink link = new AgentLink() {
            @Override
            public void run(AgentCall call) {
                runs.merge(call.leaseId(), 1, Integer::sum);
            }

            @Override
            public void lost(AgentCall call, Throwable cause) {
                synchronized (lost) {
                    lost.add(cause);
                }
                handles.get(0).submit(call);
            }
        };
        RayAgents agents = new RayAgents(link, RAY);

        // When: calls go on while more and more actors are made
        int calls = 0;
        for (int i = 0; i < 24; i++) {
            handles.add(agents.create("a" + i, Resources.newBuilder().build()));
            for (int j = 0; j < 500; j++) {
                handles.get(j % handles.size()).submit(new AgentCall("c" + calls++, 1));
            }
        }

        // Then
        int all = calls;
        waitUntil(() -> runs.size() == all && agents.uncollected() == 0);
        assertThat(runs.values()).allMatch(times -> times == 1);
        agents.close();
    }

    @Test
    void shouldReplaceAnActorThatDoesNotStopAndGoOnWithWhatWaited() {
        // Given
        Recorder outbox = new Recorder();
        CountDownLatch never = new CountDownLatch(1);
        Worker worker = worker(outbox, attempt -> {
            if (attempt.assignment().getLeaseId().equals("stuck")) {
                awaitQuietly(never);
            }
            return Samples.succeeded("done");
        });
        worker.onRole("qa", Samples.role("qa", 1, 1, 2));
        worker.introduce();
        worker.onCommand(Samples.command(worker.incarnation(), 1, CommandType.WELCOME));
        worker.onCommand(Samples.assign(worker.incarnation(), 2, Samples.assignment("stuck", "qa")));
        worker.onCommand(Samples.assign(worker.incarnation(), 3, Samples.assignment("next", "qa")));
        waitUntil(() -> outbox.typesOf("stuck").contains(AgentResultType.STARTED));

        // When
        worker.onCommand(Samples.about(worker.incarnation(), 4, CommandType.CANCEL, "stuck"));

        // Then
        waitUntil(() -> {
            worker.tick();
            return outbox.typesOf("next").contains(AgentResultType.SUCCEEDED);
        });
        assertThat(outbox.typesOf("stuck")).containsExactly(AgentResultType.STARTED, AgentResultType.CANCELLED);
        assertThat(outbox.endOf("stuck").getFailure().getMessage())
                .contains("because")
                .contains("was replaced");
        never.countDown();
        worker.close();
    }

    /** The figure is printed and kept in docs/benchmarks.md; the bound is far below it, so that a busy machine does not fail it. */
    @Test
    void shouldCarryThousandsOfAttemptsASecond() {
        // Given
        Recorder outbox = new Recorder();
        Worker worker = worker(outbox, attempt -> Samples.succeeded("noop"));
        worker.onRole("bench", Samples.role("bench", 1, 8, 128));
        worker.introduce();
        long incarnation = worker.incarnation();
        worker.onCommand(Samples.command(incarnation, 1, CommandType.WELCOME));
        long sequence = 1;
        int rounds = 20;

        // When
        long begin = System.nanoTime();
        int sent = 0;
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < 1_024; i++) {
                worker.onCommand(Samples.assign(incarnation, ++sequence, Samples.assignment("l" + sent++, "bench")));
            }
            int all = 2 * sent;
            while (outbox.reports.size() < all) {
                LockSupport.parkNanos(100_000);
            }
            for (int i = sent - 1_024; i < sent; i++) {
                worker.onCommand(Samples.about(incarnation, ++sequence, CommandType.ACKNOWLEDGE, "l" + i));
            }
        }
        double seconds = (System.nanoTime() - begin) / 1e9;

        // Then
        System.out.printf("%d attempts in %.2f s: %.0f/s%n", sent, seconds, sent / seconds);
        assertThat(worker.heldLeases()).isEmpty();
        assertThat(sent / seconds).isGreaterThan(500);
        worker.close();
    }

    private Worker worker(Recorder outbox, io.sweaifleet.agent.attempt.AttemptRunner runner) {
        return new Worker(
                Samples.identity(),
                new WorkerTimings(Duration.ofSeconds(1), Duration.ofMillis(200), Duration.ofMillis(10)),
                role -> true,
                link -> new RayAgents(link, RAY),
                new Worker.Parts(
                        runner, outbox, CompletedAttempts.none(), killers, () -> {}, () -> {}, InstantSource.system()));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void waitUntil(BooleanSupplier condition) {
        Instant deadline = Instant.now().plusSeconds(30);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as("deadline").isBefore(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }
}
