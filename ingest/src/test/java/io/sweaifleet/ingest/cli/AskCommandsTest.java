package io.sweaifleet.ingest.cli;

import static io.sweaifleet.ingest.testing.Records.START;
import static io.sweaifleet.ingest.testing.Records.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.ingest.follow.WorkflowView;
import io.sweaifleet.ingest.print.ProgressLines;
import io.sweaifleet.ingest.print.Style;
import io.sweaifleet.ingest.submit.RunIds;
import io.sweaifleet.ingest.testing.Cli;
import io.sweaifleet.ingest.testing.FakeFleet;
import io.sweaifleet.schemas.approval.ApprovalKey;
import io.sweaifleet.schemas.common.ApprovalRequest;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.workflow.Approval;
import io.sweaifleet.schemas.workflow.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AskCommandsTest {

    private static final Clock CLOCK = Clock.fixed(START.plusSeconds(60), ZoneOffset.UTC);

    @TempDir
    Path directory;

    private final Cli cli = new Cli();
    private final FakeFleet fleet = new FakeFleet();

    @BeforeEach
    void makeAKey() throws Exception {
        Files.createDirectories(directory.resolve("secrets"));
        ApprovalKey.ensure(directory.resolve("secrets/operator-approvals"));
        tell(event("run-1", "t-1", TaskEventType.TASK_ACCEPTED, 0));
        tell(event("run-1", "t-1", TaskEventType.TASK_ASSIGNED, 1));
        tell(event("run-1", "t-1", TaskEventType.TASK_STARTED, 2));
        tell(asks("a1-1", 3));
    }

    @Test
    void shouldShowWhatAnAgentAsksAndSendASignedAnswer() {
        // When
        int shown = run(Map.of(), "status", "t-1");
        int code = run(Map.of(), "approve", "t-1", "--by", "ann", "--comment", "fine");

        // Then
        assertThat(shown).as(cli.err()).isZero();
        assertThat(cli.out())
                .contains(
                        "asks for approval of edit (rule pipelines",
                        "fleet approve t-1 --request a1-1",
                        "    | +token=***",
                        "    | \uFFFD[2Jfine");
        assertThat(code).as(cli.err()).isZero();
        Approval sent = sent().get(0);
        assertThat(sent.getRequest()).isEqualTo("a1-1");
        assertThat(sent.getVerdict()).isEqualTo(Verdict.APPROVED);
        assertThat(ApprovalKey.in(directory.resolve("secrets/operator-approvals"))
                        .orElseThrow()
                        .hasSigned(sent))
                .isTrue();
    }

    @Test
    void shouldShowItToWhoeverFollows() {
        // Given
        WorkflowView followed = WorkflowView.unknown("default", "run-1");
        for (var record : fleet.records(FleetTopic.TASK_EVENTS)) {
            followed = followed.after(fleet.decode(TaskEvent.class, record));
        }

        // When
        List<String> lines = ProgressLines.inPlace(followed, START.plusSeconds(60), Style.PLAIN, 200);

        // Then
        assertThat(lines).singleElement().asString().contains("asks for approval of edit (rule pipelines");
    }

    @Test
    void shouldAskWhichOneOfSeveralIsMeant() {
        // Given
        tell(asks("a1-2", 4));

        // When / Then
        assertThat(run(Map.of(), "reject", "t-1")).isEqualTo(2);
        assertThat(cli.err()).contains("name one with --request: a1-1, a1-2");
        assertThat(run(Map.of(), "reject", "t-1", "--request", "a1-2")).isZero();
        assertThat(run(Map.of(), "reject", "t-1", "--request", "a1-7")).isEqualTo(1);
        assertThat(sent()).extracting(Approval::getRequest).containsExactly("a1-2");
    }

    @Test
    void shouldNotAnswerWhatIsAskedNoMore() {
        // Given
        tell(event("run-1", "t-1", TaskEventType.APPROVAL_GIVEN, 5, event -> event.setRequestId("a1-1")));

        // When / Then
        assertThat(run(Map.of(), "approve", "t-1", "--request", "a1-1")).isEqualTo(1);
        assertThat(run(Map.of(), "approve", "t-1")).isEqualTo(1);
        assertThat(sent()).isEmpty();
    }

    @Test
    void shouldRefuseToAnswerFromWithinARun() {
        // When
        int code = run(Map.of("FLEET_RUN", "default/t-1"), "approve", "t-1", "--request", "a1-1");

        // Then
        assertThat(code).isEqualTo(2);
        assertThat(cli.err()).contains("no agent answers what agents ask");
        assertThat(sent()).isEmpty();
    }

    private static TaskEvent asks(String id, int second) {
        return event("run-1", "t-1", TaskEventType.APPROVAL_REQUESTED, second, event -> event.setAttempt(1)
                .setRequest(ApprovalRequest.newBuilder()
                        .setRequestId(id)
                        .setTool("edit")
                        .setRule("pipelines")
                        .setPreview("+token=***\n\u001b[2Jfine\n")
                        .setExpiresAt(START.plusSeconds(600))
                        .build()));
    }

    private void tell(TaskEvent event) {
        fleet.send(FleetTopic.TASK_EVENTS, "default/run-1", event);
    }

    private List<Approval> sent() {
        return fleet.records(FleetTopic.APPROVALS).stream()
                .map(record -> fleet.decode(Approval.class, record))
                .toList();
    }

    private int run(Map<String, String> environment, String... args) {
        String[] all = Stream.concat(
                        Stream.of(args),
                        Stream.of("--data-dir", directory.toString(), "--set", "fleet.kafka.bootstrap-servers=fake:1"))
                .toArray(String[]::new);
        return FleetCli.execute(
                new CliContext(
                        cli.terminal(directory, "", false, environment),
                        Optional.empty(),
                        fleet::with,
                        CLOCK,
                        new RunIds(CLOCK, new Random(1))),
                false,
                all);
    }
}
