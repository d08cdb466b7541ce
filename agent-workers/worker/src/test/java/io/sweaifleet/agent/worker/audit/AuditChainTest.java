package io.sweaifleet.agent.worker.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.agent.worker.protocol.Samples;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.AuditEventType;
import io.sweaifleet.schemas.record.Verdict;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AuditChainTest {

    @Property(tries = 200)
    void shouldFindEveryChainOfEveryPartitionUnbroken(
            @ForAll @Size(max = 40) List<@IntRange(min = 0, max = 3) Integer> partitions,
            @ForAll @Size(max = 6)
                    Map<@IntRange(min = 0, max = 5_000) Integer, @IntRange(min = 0, max = 9) Integer> numbers)
            throws IOException {
        // Given
        List<List<AuditEvent>> topic = topic(4);
        AuditChainWriter writer = writer(topic);
        Map<String, String> arguments = new java.util.LinkedHashMap<>();
        numbers.forEach((name, value) -> arguments.put("argument" + name, "v" + value));

        // When
        for (int partition : partitions) {
            writer.append("w1@1", partition, event().setArguments(arguments));
        }

        // Then: also after a trip through the wire format, where maps lose their order
        assertThat(breaks(throughTheWire(topic))).isEmpty();
    }

    @Property(tries = 50)
    void shouldNoticeARemovedAChangedAForgedAndASwappedEvent(@ForAll @IntRange(min = 0, max = 7) int victim) {
        // Given
        List<List<AuditEvent>> topic = topic(1);
        AuditChainWriter writer = writer(topic);
        for (int i = 0; i < 10; i++) {
            writer.append("w1@1", 0, event());
        }
        List<AuditEvent> removed = new ArrayList<>(topic.get(0));
        removed.remove(victim);
        List<AuditEvent> changed = new ArrayList<>(topic.get(0));
        changed.set(
                victim,
                AuditEvent.newBuilder(changed.get(victim))
                        .setVerdict(Verdict.DENY)
                        .build());
        List<AuditEvent> forged = new ArrayList<>(changed);
        forged.set(victim, AuditChain.withHash(changed.get(victim), AuditChain.hash(changed.get(victim))));
        List<AuditEvent> swapped = new ArrayList<>(topic.get(0));
        swapped.set(victim, topic.get(0).get(victim + 1));
        swapped.set(victim + 1, topic.get(0).get(victim));

        // When / Then
        assertThat(breaks(topic)).isEmpty();
        assertThat(breaks(List.of(removed))).isNotEmpty();
        assertThat(breaks(List.of(changed))).isNotEmpty();
        assertThat(breaks(List.of(forged))).isNotEmpty();
        assertThat(breaks(List.of(swapped))).isNotEmpty();
    }

    @Test
    void shouldBeginAChainForEachWriter() {
        // Given
        List<List<AuditEvent>> topic = topic(1);
        AuditChainWriter writer = writer(topic);

        // When
        writer.append("w1@1", 0, event());
        writer.append("w1@1", 0, event());
        writer.append("w1@2", 0, event());

        // Then
        assertThat(topic.get(0)).extracting(AuditEvent::getSequence).containsExactly(1L, 2L, 1L);
        assertThat(topic.get(0).get(2).getPreviousHash()).isEqualTo(AuditChain.GENESIS);
        assertThat(breaks(topic)).isEmpty();
    }

    @Test
    void shouldLeaveTheChainAsItWasWhenAnEventIsNotTaken() {
        // Given
        List<List<AuditEvent>> topic = topic(1);
        boolean[] full = {false};
        AuditChainWriter writer = new AuditChainWriter(1, (partition, event) -> {
            if (full[0]) {
                throw new IllegalStateException("buffer full");
            }
            topic.get(partition).add(event);
        });
        writer.append("w1@1", 0, event());
        full[0] = true;

        // When
        assertThatThrownBy(() -> writer.append("w1@1", 0, event())).hasMessage("buffer full");
        full[0] = false;
        writer.append("w1@1", 0, event());

        // Then
        assertThat(topic.get(0)).extracting(AuditEvent::getSequence).containsExactly(1L, 2L);
        assertThat(breaks(topic)).isEmpty();
    }

    @Test
    void shouldKeepTheOrderOfTheChainWhenManyAgentsWriteAtOnce() throws Exception {
        // Given
        List<List<AuditEvent>> topic = topic(2);
        AuditChainWriter writer = writer(topic);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        CountDownLatch together = new CountDownLatch(1);

        // When
        for (int i = 0; i < 8; i++) {
            int partition = i % 2;
            threads.execute(() -> {
                try {
                    together.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                for (int j = 0; j < 200; j++) {
                    writer.append("w1@1", partition, event());
                }
            });
        }
        together.countDown();
        threads.shutdown();

        // Then
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertThat(topic).allSatisfy(partition -> assertThat(partition).hasSize(800));
        assertThat(breaks(topic)).isEmpty();
    }

    private static AuditEvent.Builder event() {
        return AuditEvent.newBuilder()
                .setId("l1-1")
                .setPool("default")
                .setTenant("default")
                .setWorkflowId("wf")
                .setTaskId("t")
                .setAttempt(1)
                .setLeaseId("l1")
                .setWorkerId("w1")
                .setAgentId("qa-1@w1")
                .setRole("qa")
                .setBrain(Samples.BRAIN)
                .setType(AuditEventType.INVOCATION)
                .setVerdict(Verdict.ALLOW)
                .setAt(Instant.ofEpochMilli(5));
    }

    private static List<List<AuditEvent>> topic(int partitions) {
        List<List<AuditEvent>> topic = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            topic.add(new ArrayList<>());
        }
        return topic;
    }

    private static AuditChainWriter writer(List<List<AuditEvent>> topic) {
        return new AuditChainWriter(
                topic.size(), (partition, event) -> topic.get(partition).add(event));
    }

    private static List<List<AuditEvent>> throughTheWire(List<List<AuditEvent>> topic) throws IOException {
        List<List<AuditEvent>> read = topic(topic.size());
        for (int i = 0; i < topic.size(); i++) {
            for (AuditEvent event : topic.get(i)) {
                read.get(i).add(AuditEvent.fromByteBuffer(event.toByteBuffer()));
            }
        }
        return read;
    }

    private static List<AuditChain.Break> breaks(List<List<AuditEvent>> topic) {
        AuditChain chain = new AuditChain();
        List<AuditChain.Break> breaks = new ArrayList<>();
        for (int i = 0; i < topic.size(); i++) {
            for (AuditEvent event : topic.get(i)) {
                chain.check(event, i).ifPresent(breaks::add);
            }
        }
        return breaks;
    }
}
