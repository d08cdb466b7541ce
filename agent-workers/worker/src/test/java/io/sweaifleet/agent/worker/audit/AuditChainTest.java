package io.sweaifleet.agent.worker.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.sweaifleet.agent.worker.protocol.Samples;
import io.sweaifleet.schemas.audit.AuditChain;
import io.sweaifleet.schemas.audit.AuditKeys;
import io.sweaifleet.schemas.audit.ChainProblem;
import io.sweaifleet.schemas.audit.ChainProblem.Type;
import io.sweaifleet.schemas.audit.ChainSummary;
import io.sweaifleet.schemas.audit.ChainVerifier;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.AuditEventType;
import io.sweaifleet.schemas.record.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditChainTest {

    @TempDir
    Path directory;

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
        AuditChainWriter writer = new AuditChainWriter(
                1,
                (partition, event) -> {
                    if (full[0]) {
                        throw new IllegalStateException("buffer full");
                    }
                    topic.get(partition).add(event);
                },
                Optional.empty(),
                100);
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

    @Test
    void shouldNameWhatWasRemovedReorderedChangedAndPutIn() {
        // Given
        List<AuditEvent> whole = topic(1).get(0);
        AuditChainWriter writer = writer(List.of(whole));
        for (int i = 0; i < 6; i++) {
            writer.append("w1@1", 0, event());
        }
        List<AuditEvent> removed = new ArrayList<>(whole);
        removed.subList(2, 4).clear();
        List<AuditEvent> moved = new ArrayList<>(whole);
        moved.add(4, moved.remove(1));
        List<AuditEvent> repeated = new ArrayList<>(whole);
        repeated.add(whole.get(2));
        List<AuditEvent> changed = new ArrayList<>(whole);
        changed.set(3, AuditEvent.newBuilder(whole.get(3)).setTool("other").build());

        // When / Then
        assertThat(breaks(List.of(removed))).singleElement().satisfies(problem -> {
            assertThat(problem.type()).isEqualTo(Type.REMOVED);
            assertThat(problem.first()).isEqualTo(3);
            assertThat(problem.last()).isEqualTo(4);
        });
        assertThat(breaks(List.of(moved))).singleElement().satisfies(problem -> {
            assertThat(problem.type()).isEqualTo(Type.REORDERED);
            assertThat(problem.first()).isEqualTo(2);
            assertThat(problem.offset()).isEqualTo(4);
        });
        assertThat(breaks(List.of(repeated))).singleElement().satisfies(problem -> {
            assertThat(problem.type()).isEqualTo(Type.INSERTED);
            assertThat(problem.first()).isEqualTo(3);
        });
        assertThat(breaks(List.of(changed))).singleElement().satisfies(problem -> {
            assertThat(problem.type()).isEqualTo(Type.CHANGED);
            assertThat(problem.first()).isEqualTo(4);
        });
    }

    @Test
    void shouldKeepTheHashOfEventsThatWereWrittenBeforeThereWereCheckpoints() {
        // Given: the hash that the version before gave to this event
        AuditEvent old = event().setWriter("w1@1")
                .setPartition(0)
                .setSequence(1)
                .setPreviousHash(AuditChain.GENESIS)
                .setHash("")
                .build();

        // When / Then
        assertThat(AuditChain.hash(old)).isEqualTo("cb815097639210261e18beb4fe3b9c1406c760256b454801484fb885635f15d3");
    }

    @Test
    void shouldSignChainsAndSayHowFar() throws IOException {
        // Given
        List<List<AuditEvent>> topic = topic(2);
        AuditChainWriter writer = signing(topic);

        // When
        for (int i = 0; i < 4; i++) {
            writer.append("w1@1", 0, event());
        }
        writer.append("w1@1", 1, event());
        List<ChainProblem> problems = new ArrayList<>();
        List<ChainSummary> chains = verify(throughTheWire(topic), (worker, key) -> null, problems);

        // Then: three events, their checkpoint, one more
        assertThat(problems).isEmpty();
        assertThat(chains)
                .extracting(ChainSummary::last, ChainSummary::signed, ChainSummary::uncovered, ChainSummary::closed)
                .containsExactly(tuple(5L, 4L, 1L, false), tuple(1L, 0L, 1L, false));

        // When / Then
        writer.close();
        assertThat(verify(throughTheWire(topic), (worker, key) -> null, problems))
                .extracting(ChainSummary::uncovered, ChainSummary::closed)
                .containsExactly(tuple(0L, true), tuple(0L, true));
        assertThat(problems).isEmpty();
    }

    @Test
    void shouldNoticeATailThatWasCutOffUpToTheLastCheckpointOfAnyChain() throws IOException {
        // Given
        List<List<AuditEvent>> topic = topic(2);
        AuditChainWriter writer = signing(topic);
        for (int i = 0; i < 3; i++) {
            writer.append("w1@1", 0, event());
        }
        for (int i = 0; i < 3; i++) {
            writer.append("w1@1", 1, event());
        }

        // When: the checkpoint of the first partition goes with the tail, that of the second tells of it
        List<AuditEvent> cut = new ArrayList<>(topic.get(0).subList(0, 2));

        // Then
        assertThat(breaks(List.of(cut, topic.get(1)))).singleElement().satisfies(problem -> {
            assertThat(problem.type()).isEqualTo(Type.CUT_OFF);
            assertThat(problem.partition()).isZero();
            assertThat(problem.first()).isEqualTo(3);
            assertThat(problem.last()).isEqualTo(4);
        });
    }

    @Test
    void shouldVouchForTheIncarnationBefore() throws IOException {
        // Given
        List<List<AuditEvent>> topic = topic(1);
        AuditChainWriter first = signing(topic);
        first.append("w1@1", 0, event());
        first.append("w1@1", 0, event());
        first.close();
        AuditChainWriter second = signing(topic);
        second.append("w1@2", 0, event());
        second.checkpoint();

        // When: nothing is left of the first
        List<AuditEvent> rest = topic.get(0).stream()
                .filter(event -> event.getWriter().equals("w1@2"))
                .toList();

        // Then
        assertThat(breaks(topic)).isEmpty();
        assertThat(breaks(List.of(rest))).singleElement().satisfies(problem -> {
            assertThat(problem.type()).isEqualTo(Type.CUT_OFF);
            assertThat(problem.writer()).isEqualTo("w1@1");
            assertThat(problem.last()).isEqualTo(3);
        });
    }

    @Test
    void shouldNoticeAChainThatWasWrittenAnewAndSignedByAnother() throws IOException {
        // Given
        List<List<AuditEvent>> topic = topic(1);
        AuditChainWriter writer = signing(topic);
        for (int i = 0; i < 3; i++) {
            writer.append("w1@1", 0, event());
        }
        String own = topic.get(0).get(3).getCheckpoint().getPublicKey();
        Files.delete(directory.resolve("audit-ed25519.key"));
        List<List<AuditEvent>> other = topic(1);
        AuditChainWriter forger = signing(other);
        for (int i = 0; i < 3; i++) {
            forger.append("w1@1", 0, event().setTool("nothing-to-see"));
        }
        AuditEvent resigned = AuditChain.withHash(other.get(0).get(3), "");
        resigned = AuditKeys.sign(
                resigned, resigned.getCheckpoint(), AuditKeys.generate().getPrivate());
        List<AuditEvent> wrongKey = new ArrayList<>(other.get(0));
        wrongKey.set(3, AuditChain.withHash(resigned, AuditChain.hash(resigned)));

        // When
        List<ChainProblem> problems = new ArrayList<>();
        verify(other, (worker, key) -> key.equals(own) ? null : worker + " has another key", problems);

        // Then
        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.type()).isEqualTo(Type.FORGED);
            assertThat(problem.detail()).isEqualTo("default/w1 has another key");
        });
        assertThat(breaks(List.of(wrongKey))).singleElement().satisfies(problem -> assertThat(problem.type())
                .isEqualTo(Type.FORGED));
    }

    @Test
    void shouldLetOnlyItsOwnerReadTheKey() throws IOException {
        // When
        AuditSigner signer = AuditSigner.open(directory, InstantSource.system());

        // Then
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("audit-ed25519.key"))))
                .isEqualTo("rw-------");
        assertThat(AuditSigner.open(directory, InstantSource.system()).publicKey())
                .isEqualTo(signer.publicKey())
                .isEqualTo(
                        AuditKeys.text(AuditKeys.publicKey(Files.readString(directory.resolve("audit-ed25519.pub")))));
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
                topic.size(), (partition, event) -> topic.get(partition).add(event), Optional.empty(), 100);
    }

    /** Signs after each third event; what is sent counts as arrived. */
    private AuditChainWriter signing(List<List<AuditEvent>> topic) throws IOException {
        AuditChainWriter[] self = new AuditChainWriter[1];
        self[0] = new AuditChainWriter(
                topic.size(),
                (partition, event) -> {
                    topic.get(partition).add(event);
                    self[0].acknowledged(event);
                },
                Optional.of(AuditSigner.open(directory, InstantSource.fixed(Instant.ofEpochMilli(7)))),
                3);
        return self[0];
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

    private static List<ChainProblem> breaks(List<List<AuditEvent>> topic) {
        List<ChainProblem> problems = new ArrayList<>();
        verify(topic, (worker, key) -> null, problems);
        return problems;
    }

    private static List<ChainSummary> verify(
            List<List<AuditEvent>> topic, ChainVerifier.Trust trust, List<ChainProblem> problems) {
        ChainVerifier verifier = new ChainVerifier(trust, problems::add);
        for (int i = 0; i < topic.size(); i++) {
            for (int offset = 0; offset < topic.get(i).size(); offset++) {
                verifier.check(topic.get(i).get(offset), i, offset);
            }
        }
        return verifier.finish();
    }
}
