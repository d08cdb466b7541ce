package io.sweaifleet.ingest.cli;

import static io.sweaifleet.ingest.testing.Records.START;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.ingest.submit.RunIds;
import io.sweaifleet.ingest.testing.Cli;
import io.sweaifleet.ingest.testing.FakeFleet;
import io.sweaifleet.schemas.audit.AuditChain;
import io.sweaifleet.schemas.audit.AuditKeys;
import io.sweaifleet.schemas.common.BrainKind;
import io.sweaifleet.schemas.common.BrainStamp;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.record.AuditCheckpoint;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.AuditEventType;
import io.sweaifleet.schemas.record.Verdict;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AuditCommandTest {

    private static final Clock CLOCK = Clock.fixed(START.plusSeconds(60), ZoneOffset.UTC);
    private static final String KEY = "default/run-1";
    private static final int PARTITION = Keys.partition(KEY, 12);

    @TempDir
    Path directory;

    private final Cli cli = new Cli();
    private final FakeFleet fleet = new FakeFleet();
    private KeyPair key = AuditKeys.generate();
    private long sequence;
    private String previous = AuditChain.GENESIS;

    @Test
    void shouldVerifyAWholeChainAndSayWhichTailIsNotCovered() {
        // Given
        append(decision());
        append(call("mvn test"));
        checkpoint();
        append(call("git push"));

        // When
        int code = run("audit", "verify");

        // Then
        assertThat(code).as(cli.err()).isZero();
        assertThat(cli.out())
                .contains("w1@1", "not covered yet: w1@1 partition " + PARTITION + " sequence 4 to 4", "verified")
                .contains("key default/w1  SHA256:", "seen for the first time");
        assertThat(run("audit", "verify", "--strict")).isEqualTo(1);
    }

    @Test
    void shouldNameTheRecordThatWasRemoved() throws Exception {
        // Given
        append(decision());
        skip(call("rm -rf /"));
        append(call("mvn test"));

        // When
        int code = run("audit", "verify", "--json");

        // Then
        assertThat(code).isEqualTo(1);
        JsonNode problem =
                new ObjectMapper().readTree(cli.out()).get("problems").get(0);
        assertThat(problem.get("type").asText()).isEqualTo("REMOVED");
        assertThat(problem.get("first").asLong()).isEqualTo(2);
    }

    @Test
    void shouldPinAKeyAndRefuseAnotherOne() {
        // Given
        append(decision());
        checkpoint();
        assertThat(run("audit", "verify")).as(cli.out()).isZero();

        // When: the whole partition is written anew by someone with a key of his own
        fleet.deleteBefore(new TopicPartition(FleetTopic.AUDIT.topicName(), PARTITION), 100);
        sequence = 0;
        previous = AuditChain.GENESIS;
        key = AuditKeys.generate();
        append(decision());
        checkpoint();
        int code = run("audit", "verify");

        // Then
        assertThat(code).isEqualTo(1);
        assertThat(cli.out()).contains("FORGED w1@1", "pinned", "since 2026-01-31T12:01:00");
    }

    @Test
    void shouldNoticeATailThatWasThereTheLastTime() {
        // Given
        append(decision());
        append(call("mvn test"));
        assertThat(run("audit", "verify")).as(cli.out()).isZero();
        fleet.deleteBefore(new TopicPartition(FleetTopic.AUDIT.topicName(), PARTITION), 100);
        sequence = 0;
        previous = AuditChain.GENESIS;
        append(decision());

        // When
        int code = run("audit", "verify");

        // Then: also when it is asked again
        assertThat(code).isEqualTo(1);
        assertThat(cli.out()).contains("CUT_OFF w1@1 partition " + PARTITION + " sequence 2");
        assertThat(run("audit", "verify")).isEqualTo(1);
    }

    @Test
    void shouldTrustOnlyTheGivenKeys() throws Exception {
        // Given
        append(decision());
        checkpoint();
        Files.writeString(directory.resolve("right.pub"), AuditKeys.pem(key.getPublic()));
        Files.writeString(
                directory.resolve("wrong.pub"),
                AuditKeys.pem(AuditKeys.generate().getPublic()));

        // When / Then
        assertThat(run("audit", "verify", "--key", "right.pub", "--strict"))
                .as(cli.out())
                .isZero();
        assertThat(run("audit", "verify", "--key", "wrong.pub")).isEqualTo(1);
        assertThat(cli.out()).contains("none of the given keys");
        assertThat(run("audit", "verify", "--key", "nowhere.pub")).isEqualTo(2);
        try (Stream<Path> kept = Files.walk(directory)) {
            assertThat(kept.map(Path::toString)).noneMatch(path -> path.contains("known-writers"));
        }
    }

    @Test
    void shouldTellWhatAnAgentDidLikeAStory() {
        // Given
        append(decision());
        append(call("mvn \u001b[31mtest"));
        append(call("git push")
                .setVerdict(Verdict.DENY)
                .setRule("no-push")
                .setReason("the branch is brought back by the host")
                .setDurationMs(null)
                .setExitCode(null)
                .setOutputBytes(0));
        append(decision().setTaskId("other"));
        checkpoint();

        // When
        int code = run("audit", "show", "--task", "run-1-tests");

        // Then
        assertThat(code).as(cli.err()).isZero();
        assertThat(cli.out().lines())
                .containsExactly(
                        "run-1-tests, attempt 1, 2026-01-31 UTC",
                        "agent qa-1@w1 on worker w1, role qa, brain playbook qa.run-tests 3, repository /home/x",
                        "  12:00:01.000  decides  run the tests",
                        "                because a Maven project",
                        "                instead of make, gradle",
                        "  12:00:02.000  test  mvn \uFFFD[31mtest",
                        "                allow (run-the-tests)  38.1 s, exit 1, 48,122 bytes",
                        "  12:00:03.000  test  git push",
                        "                DENY (no-push): the branch is brought back by the host",
                        "1 decisions, 2 calls (1 allowed, 1 denied), 38.1 s in tools, 48,122 bytes of output");
    }

    @Test
    void shouldWriteThePageAndKeepWhatAgentsWroteFromBeingMarkup() throws Exception {
        // Given
        append(call("echo <script>alert(1)</script>"));

        // When
        int code = run("audit", "show", "--workflow", "run-1", "--html", "audit.html");

        // Then
        assertThat(code).as(cli.err()).isZero();
        assertThat(Files.readString(directory.resolve("audit.html")))
                .contains("echo &lt;script&gt;", "run-the-tests", "38.1 s, exit 1", "qa-1@w1")
                .doesNotContain("<script", "http://", "https://");
    }

    @Test
    void shouldSayThatNothingIsKnownOfATask() {
        // When / Then
        assertThat(run("audit", "show", "--task", "none")).isEqualTo(1);
        assertThat(run("audit", "show")).isEqualTo(2);
        assertThat(cli.err()).contains("no agent did anything for task none in pool default", "give one of --task ID");
    }

    private AuditEvent.Builder decision() {
        return event(AuditEventType.DECISION)
                .setArguments(Map.of("chosen", "run the tests"))
                .setReason("a Maven project")
                .setAlternatives(List.of("make", "gradle"));
    }

    private AuditEvent.Builder call(String argv) {
        return event(AuditEventType.INVOCATION)
                .setTool("test")
                .setArguments(Map.of("argv", argv))
                .setVerdict(Verdict.ALLOW)
                .setRule("run-the-tests")
                .setDurationMs(38_114L)
                .setExitCode(1)
                .setOutputBytes(48_122);
    }

    private AuditEvent.Builder event(AuditEventType type) {
        return AuditEvent.newBuilder()
                .setId("lease-1/" + (sequence + 1))
                .setPool("default")
                .setTenant("default")
                .setWorkflowId("run-1")
                .setTaskId("run-1-tests")
                .setAttempt(1)
                .setLeaseId("lease-1")
                .setWorkerId("w1")
                .setAgentId("qa-1@w1")
                .setRole("qa")
                .setRepository("/home/x")
                .setBrain(BrainStamp.newBuilder()
                        .setKind(BrainKind.PLAYBOOK)
                        .setName("qa.run-tests")
                        .setVersion("3")
                        .build())
                .setType(type)
                .setAt(START.plusSeconds(sequence + 1));
    }

    private void append(AuditEvent.Builder event) {
        fleet.send(FleetTopic.AUDIT, KEY, chained(event));
    }

    private void skip(AuditEvent.Builder event) {
        assertThat(chained(event)).isNotNull();
    }

    private AuditEvent chained(AuditEvent.Builder event) {
        AuditEvent unhashed = linked(event);
        return hashed(unhashed);
    }

    private AuditEvent linked(AuditEvent.Builder event) {
        return event.setWriter("w1@1")
                .setPartition(PARTITION)
                .setSequence(++sequence)
                .setPreviousHash(previous)
                .setHash("")
                .build();
    }

    private AuditEvent hashed(AuditEvent unhashed) {
        previous = AuditChain.hash(unhashed);
        return AuditChain.withHash(unhashed, previous);
    }

    private void checkpoint() {
        AuditEvent unsigned =
                linked(event(AuditEventType.CHECKPOINT).setWorkflowId("").setTaskId(""));
        AuditCheckpoint checkpoint = new AuditCheckpoint(AuditKeys.text(key.getPublic()), List.of(), false, "");
        fleet.send(FleetTopic.AUDIT, KEY, hashed(AuditKeys.sign(unsigned, checkpoint, key.getPrivate())));
    }

    private int run(String... args) {
        List<String> all = Stream.concat(
                        Stream.of(args),
                        Stream.of("--data-dir", directory.toString(), "--set", "fleet.kafka.bootstrap-servers=fake:1"))
                .toList();
        return FleetCli.execute(
                new CliContext(
                        cli.terminal(directory, "", false, Map.of()),
                        Optional.empty(),
                        fleet::with,
                        CLOCK,
                        new RunIds(CLOCK, new Random(1))),
                false,
                all.toArray(String[]::new));
    }
}
