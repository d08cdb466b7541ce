package io.sweaifleet.ingest.cli;

import static io.sweaifleet.ingest.testing.Records.START;
import static io.sweaifleet.ingest.testing.Records.event;
import static io.sweaifleet.ingest.testing.Records.failure;
import static io.sweaifleet.ingest.testing.Records.finding;
import static io.sweaifleet.ingest.testing.Records.outcome;
import static io.sweaifleet.ingest.testing.Records.result;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.ingest.submit.RunIds;
import io.sweaifleet.ingest.testing.Cli;
import io.sweaifleet.ingest.testing.FakeFleet;
import io.sweaifleet.ingest.testing.Records;
import io.sweaifleet.schemas.common.Origin;
import io.sweaifleet.schemas.common.ResourceAmounts;
import io.sweaifleet.schemas.common.Severity;
import io.sweaifleet.schemas.core.Cause;
import io.sweaifleet.schemas.core.CauseType;
import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.DeadLetterCause;
import io.sweaifleet.schemas.core.RecordHeader;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowStatus;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.AgentStatus;
import io.sweaifleet.schemas.worker.Heartbeat;
import io.sweaifleet.schemas.worker.HeartbeatType;
import io.sweaifleet.schemas.worker.RoleCapacity;
import io.sweaifleet.schemas.worker.WorkerState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class MoreCommandsTest {

    private static final Clock CLOCK = Clock.fixed(START.plusSeconds(60), ZoneOffset.UTC);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    Path directory;

    private final Cli cli = new Cli();
    private final FakeFleet fleet = new FakeFleet();

    @Test
    void shouldShowWhatEachWorkerHas() {
        // Given
        fleet.send(
                FleetTopic.AGENTS,
                "default/worker-1",
                AgentStatus.newBuilder()
                        .setPool("default")
                        .setWorkerId("worker-1")
                        .setIncarnation(1)
                        .setState(WorkerState.ONLINE)
                        .setSince(START)
                        .setHost("here")
                        .setLabels(Map.of("region", "eu", "disk", "ssd"))
                        .setCapabilities(List.of("docker", "java-21"))
                        .setResources(new ResourceAmounts(7_500, 16L << 30, 1))
                        .build());

        // When
        int code = run("agents");

        // Then
        assertThat(code).as(cli.err()).isZero();
        assertThat(cli.out()).contains("docker java-21", "disk=ssd region=eu", "7.5 cores 16.0 GiB 1 GPUs");
    }

    @Test
    void shouldShowWhatEachAgentDoesAndWhatBecameOfIt() throws Exception {
        // Given
        RoleCapacity role = new RoleCapacity("qa", 4, 2, 2, 1);
        fleet.send(
                FleetTopic.AGENTS,
                "default/worker-1",
                AgentStatus.newBuilder()
                        .setPool("default")
                        .setWorkerId("worker-1")
                        .setIncarnation(1)
                        .setState(WorkerState.ONLINE)
                        .setRoles(List.of(role))
                        .setSince(START)
                        .build());
        fleet.send(
                FleetTopic.AGENT_HEARTBEATS,
                "default",
                Heartbeat.newBuilder()
                        .setPool("default")
                        .setWorkerId("worker-1")
                        .setIncarnation(1)
                        .setSequence(1)
                        .setType(HeartbeatType.HELLO)
                        .setCommandPartition(0)
                        .setRoles(List.of(role))
                        .setSentAt(START)
                        .build());
        fleet.send(
                FleetTopic.TASK_EVENTS,
                "default/t-1",
                TaskEvent.newBuilder()
                        .setPool("default")
                        .setTenant("default")
                        .setWorkflowId("t-1")
                        .setTaskId("t-1")
                        .setSequence(1)
                        .setType(TaskEventType.TASK_STARTED)
                        .setDecidedAt(START.plusSeconds(30))
                        .setCause(new Cause(CauseType.TIMER, "", -1, -1L, "test"))
                        .setRole("qa")
                        .setAgentId("qa-1@worker-1")
                        .setWorkerId("worker-1")
                        .build());

        // When
        int each = run("agents", "--each");
        int changes = run("agents", "--changes");
        int wrong = run("agents", "--each", "--since", "soon");
        String text = cli.out();
        run("agents", "--each", "--changes", "--json");

        // Then
        assertThat(each).as(cli.err()).isZero();
        assertThat(changes).isZero();
        assertThat(wrong).isEqualTo(2);
        assertThat(text)
                .contains("qa-1@worker-1", "qa v4", "busy", "t-1")
                .contains("began nothing within 1h: 1 of role qa at worker-1")
                .contains("2 of role qa", "created", "version 4", "task t-1");
        JsonNode document = MAPPER.readTree(cli.out().substring(text.length()));
        assertThat(document.at("/agents/0/state").asText()).isEqualTo("BUSY");
        assertThat(document.at("/agents/0/heartbeat").asText()).isEqualTo(START.toString());
        assertThat(document.at("/changes/0/became").asText()).isEqualTo("CREATED");
        assertThat(document.at("/workers/0/workerId").asText()).isEqualTo("worker-1");
    }

    @Test
    void shouldApplyARoleOnceAndRaiseItsVersionWhenItChanges() throws Exception {
        // Given
        Path file = directory.resolve("role.yaml");
        Files.writeString(file, "role: reviewer\nversion: 1\ndescription: reads\ntools: [read]\n");

        // When
        int first = run("roles", "apply", "role.yaml");
        run("roles", "apply", "role.yaml");
        Files.writeString(file, "role: reviewer\nversion: 1\ndescription: reads more\ntools: [read, search]\n");
        run("roles", "apply", "role.yaml");

        // Then
        assertThat(first).as(cli.err()).isZero();
        assertThat(cli.out())
                .isEqualTo("reviewer is version 1 now\nreviewer is unchanged\nreviewer is version 2 now\n");
        assertThat(fleet.records(FleetTopic.ROLES))
                .extracting(record -> fleet.decode(RoleDefinition.class, record).getVersion())
                .containsExactly(1, 2);
    }

    @Test
    void shouldApplyWhatShipsAndLeaveWhatTheOperatorChanged() throws Exception {
        // Given
        Files.writeString(directory.resolve("qa.yaml"), "role: qa\nversion: 7\ndescription: ours\ntools: [read]\n");
        run("roles", "apply", "qa.yaml");

        // When
        int first = run("roles", "apply", "--shipped");
        run("roles", "apply", "--shipped");

        // Then
        assertThat(first).as(cli.err()).isZero();
        assertThat(cli.out())
                .isEqualTo("qa is version 7 now\npool default is written\nrole architect is written\n"
                        + "role data is written\nrole developer is written\nrole devops is written\n"
                        + "definition check-up is written\ndefinition fix-a-failing-test is written\n"
                        + "definition review-a-branch is written\ndefinition upgrade-a-dependency is written\n"
                        + "the shipped roles, definitions and the pool 'default' are there\n");
        assertThat(fleet.records(FleetTopic.ROLES))
                .extracting(record -> fleet.decode(RoleDefinition.class, record).getRole())
                .containsExactlyInAnyOrder("qa", "architect", "data", "developer", "devops");
    }

    @Test
    void shouldSayWhatToGiveWhenNoRolesAreGiven() {
        // When
        int exit = run("roles", "apply");

        // Then
        assertThat(exit).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err()).contains("--shipped");
    }

    @Test
    void shouldRefuseAGraphAddressThatIsNone() {
        // When
        int exit = run("graph", "--set", "fleet.neo4j.uri=nonsense");

        // Then
        assertThat(exit).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err()).contains("fleet.neo4j.uri = nonsense");
    }

    @Test
    void shouldSayThatTheGraphIsAway() {
        // When
        int exit = run("graph", "--set", "fleet.neo4j.uri=bolt://127.0.0.1:1");

        // Then
        assertThat(exit).isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(cli.err())
                .contains("Neo4j at bolt://127.0.0.1:1 does not answer")
                .contains("fleet doctor");
    }

    @Test
    void shouldApplyNothingOfAFileThatIsWrong() throws Exception {
        // Given
        Files.writeString(directory.resolve("role.yaml"), "role: reviewer\nversion: 1\ntools: [hammer]\n");

        // When
        int exit = run("roles", "apply", "role.yaml");

        // Then
        assertThat(exit).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err()).contains("role.yaml").contains("hammer");
        assertThat(fleet.records(FleetTopic.ROLES)).isEmpty();
    }

    @Test
    void shouldListAndRemoveRoles() throws Exception {
        // Given
        Files.writeString(directory.resolve("role.yaml"), "role: reviewer\nversion: 1\ntools: [read]\n");
        run("roles", "apply", "role.yaml");

        // When
        run("roles", "list");
        int removed = run("roles", "remove", "reviewer");
        int again = run("roles", "remove", "reviewer");

        // Then
        assertThat(cli.out()).contains("reviewer        1");
        assertThat(removed).isZero();
        assertThat(again).isEqualTo(ExitCode.FAILED);
        assertThat(cli.err()).contains("there is no role reviewer");
    }

    @Test
    void shouldApplyAPoolWithDurationsInWords() throws Exception {
        // Given
        Files.writeString(directory.resolve("pool.yaml"), "pool: night\nleaseMs: 45s\n");

        // When
        int exit = run("pools", "apply", "pool.yaml");

        // Then
        assertThat(exit).as(cli.err()).isZero();
        PoolDefinition pool = fleet.decode(
                PoolDefinition.class, fleet.records(FleetTopic.POOLS).get(0));
        assertThat(pool.getLeaseMs()).isEqualTo(45_000);
        assertThat(pool.getLeaseGraceMs()).isEqualTo(15_000);
        assertThat(pool.getUpdatedAt()).isEqualTo(CLOCK.instant());
    }

    @Test
    void shouldRefuseAPoolThatIntakeWouldRefuse() throws Exception {
        // Given
        Files.writeString(
                directory.resolve("pool.yaml"),
                """
                pool: night
                tenants:
                  gold:
                    weight: 0
                """);

        // When
        int exit = run("pools", "apply", "pool.yaml");

        // Then
        assertThat(exit).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err())
                .contains("pool.yaml is not a pool; nothing was applied")
                .contains("tenants.gold.weight (line 4) = 0")
                .contains("Choose a value from 1 to 1000");
        assertThat(fleet.records(FleetTopic.POOLS)).isEmpty();
    }

    @Test
    void shouldReplayEventsAsOneJsonObjectALine() throws Exception {
        // Given
        fleet.at(START).send(FleetTopic.TASK_EVENTS, "default/w", event("w", "t", TaskEventType.TASK_READY, 0));
        fleet.at(START.plusSeconds(9))
                .send(FleetTopic.TASK_EVENTS, "default/v", event("v", "u", TaskEventType.TASK_READY, 9));

        // When
        int exit = run("replay", "--topic", "task-events", "--from", "2026-01-31T12:00:00Z", "--json");

        // Then
        assertThat(exit).as(cli.err()).isZero();
        List<String> lines = cli.out().lines().toList();
        assertThat(lines).hasSize(2);
        JsonNode first = MAPPER.readTree(lines.get(0));
        assertThat(first.get("topic").asText()).isEqualTo("fleet.task-events");
        assertThat(first.get("key").asText()).isEqualTo("default/w");
        assertThat(first.get("timestamp").asText()).isEqualTo("2026-01-31T12:00:00.000Z");
        assertThat(first.at("/value/type").asText()).isEqualTo("TASK_READY");
    }

    @Test
    void shouldRefuseToReplayIntoWhatTheFleetReads() {
        assertThat(run("replay", "--topic", "fleet.tasks", "--from", "earliest", "--into", "fleet.tasks"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(cli.err()).contains("--new-ids");
        assertThat(run(
                        "replay",
                        "--topic",
                        "fleet.results",
                        "--from",
                        "earliest",
                        "--into",
                        "fleet.tasks",
                        "--new-ids"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(cli.err()).contains("records of fleet.results are not copied into it");
        assertThat(run("replay", "--topic", "fleet.nothing", "--from", "earliest"))
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void shouldRefuseARangeThatCannotHoldAnything() {
        assertThat(run("replay", "--topic", "results", "--from", "5", "--to", "2"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(cli.err()).contains("--from 5 is after --to 2");
        assertThat(run("replay", "--topic", "results", "--from=-5")).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err()).contains("neither a time nor an offset");
        assertThat(run("replay", "--topic", "results", "--from", "0", "--into", "fleet.task"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(cli.err()).contains("it has no topic fleet.task");
    }

    @Test
    void shouldSubmitAgainWithNewIds() {
        // Given
        fleet.send(FleetTopic.TASKS, "default/t-1", task("t-1"));

        // When
        int exit = run("replay", "--topic", "fleet.tasks", "--from", "earliest", "--into", "fleet.tasks", "--new-ids");

        // Then
        assertThat(exit).as(cli.err()).isZero();
        assertThat(fleet.records(FleetTopic.TASKS))
                .hasSize(2)
                .extracting(record -> fleet.decode(TaskSubmitted.class, record).getId())
                .anyMatch(id -> id.startsWith("replay-"));
    }

    @Test
    void shouldListShowAndRedriveADeadLetter() throws Exception {
        // Given
        byte[] value = FakeFleet.encode(task("t-1"));
        fleet.send(FleetTopic.DEAD_LETTERS, "k", letter(value));

        // When
        run("dead-letters", "list");
        run("dead-letters", "show", "tasks/3/42");
        int exit = run("dead-letters", "redrive", "fleet.tasks/3/42");

        // Then
        assertThat(exit).as(cli.err()).isZero();
        assertThat(cli.out())
                .contains("fleet.tasks/3/42  2026-01-31T12:00:01.000Z  invalid")
                .contains("no such role (role = wizard) [UNKNOWN_ROLE]; apply the role")
                .contains("field      role")
                .contains("\"kind\" : \"qa.run-tests\"");
        var sent = fleet.records(FleetTopic.TASKS).get(0);
        assertThat(sent.value()).isEqualTo(value);
        assertThat(sent.key()).isEqualTo("k".getBytes(StandardCharsets.UTF_8));
        assertThat(new String(sent.headers().lastHeader("traceparent").value(), StandardCharsets.UTF_8))
                .isEqualTo("00-1");
        assertThat(new String(sent.headers().lastHeader("fleet-redriven-from").value(), StandardCharsets.UTF_8))
                .isEqualTo("fleet.tasks/3/42");
    }

    @Test
    void shouldRedriveACorrectedValue() throws Exception {
        // Given
        fleet.send(FleetTopic.DEAD_LETTERS, "k", letter(new byte[] {1, 2, 3}));
        Files.writeString(directory.resolve("task.yaml"), "id: t-1\nkind: qa.run-tests\nrole: qa\n");

        // When
        int exit = run("dead-letters", "redrive", "fleet.tasks/3/42", "--value", "task.yaml");

        // Then
        assertThat(exit).as(cli.err()).isZero();
        TaskSubmitted sent = fleet.decode(
                TaskSubmitted.class, fleet.records(FleetTopic.TASKS).get(0));
        assertThat(sent.getRole()).isEqualTo("qa");
        assertThat(run("dead-letters", "show", "fleet.tasks/9/9")).isEqualTo(ExitCode.FAILED);
        assertThat(run("dead-letters")).isEqualTo(ExitCode.USAGE);
    }

    @ParameterizedTest
    @EnumSource(
            value = FleetTopic.class,
            names = {"CORE_INPUTS", "AGENT_HEARTBEATS", "AGENT_RESULTS"})
    void shouldNotRedriveWhatPartsWroteForCore(FleetTopic topic) throws Exception {
        // Given
        fleet.send(FleetTopic.DEAD_LETTERS, "k", letter(FakeFleet.encode(task("t-1"))));
        DeadLetter submission = letter(new byte[] {1, 2, 3});
        DeadLetter inner = DeadLetter.newBuilder(submission)
                .setOrigin(Origin.newBuilder(submission.getOrigin())
                        .setTopic(topic.topicName())
                        .build())
                .setTaskId("t-7")
                .build();
        fleet.send(FleetTopic.DEAD_LETTERS, "k", inner);

        // When
        int exit = run("dead-letters", "redrive", "tasks/3/42", topic.topicName() + "/3/42");

        // Then
        assertThat(exit).isEqualTo(ExitCode.FAILED);
        assertThat(cli.err())
                .contains(topic.topicName() + "/3/42 is not sent again: " + topic.writers() + " wrote it for core")
                .contains("fleet status t-7");
        assertThat(fleet.records(topic)).isEmpty();
        assertThat(fleet.records(FleetTopic.TASKS)).as("all or none").isEmpty();
    }

    @Test
    void shouldRunTheCheckUpAndWriteItsReport() throws Exception {
        // Given
        repository();
        fleet.answering(this::succeedWithAFinding);

        // When
        int exit = run("run", "--data-dir", directory.resolve("node").toString());

        // Then
        assertThat(exit).as(cli.err()).isZero();
        String id = cli.out()
                .lines()
                .filter(line -> line.startsWith("run "))
                .findFirst()
                .orElseThrow()
                .substring(4);
        Path report = directory.resolve("node/reports").resolve(id);
        assertThat(cli.out())
                .contains(
                        "STATUS", "succeeded  qa", report.resolve("report.html").toString());
        assertThat(report.resolve("report.html")).content().contains("qa.test-failed");
        assertThat(report.resolve("report.md")).content().contains("`qa.test-failed`");
    }

    @Test
    void shouldFailOnFindingsWhenAskedToAndPrintOneJsonDocument() throws Exception {
        // Given
        repository();
        fleet.answering(this::succeedWithAFinding);

        // When
        int exit = run(
                "run",
                "--json",
                "--fail-on",
                "findings",
                "--data-dir",
                directory.resolve("node").toString());

        // Then
        assertThat(exit).as(cli.err()).isEqualTo(ExitCode.FINDINGS);
        JsonNode document = MAPPER.readTree(cli.out());
        assertThat(document.get("exitCode").asInt()).isEqualTo(4);
        assertThat(document.get("tasks")).hasSize(5);
        assertThat(document.get("findingsTotal").asInt()).isEqualTo(5);
        assertThat(document.get("status").asText()).isEqualTo("SUCCEEDED");
        assertThat(Path.of(document.at("/report/html").asText())).exists();
    }

    @Test
    void shouldRefuseARunInsideARunAndOutsideOfARepository() throws Exception {
        assertThat(run("run")).isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(cli.err()).contains("is not in a git repository");
        assertThat(FleetCli.execute(context(Map.of("FLEET_RUN", "default/t-1")), false, "run"))
                .isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(cli.err()).contains("this is part of the fleet's run of default/t-1");
        assertThat(fleet.records(FleetTopic.WORKFLOWS)).isEmpty();
    }

    private void succeedWithAFinding(FleetTopic topic, org.apache.avro.specific.SpecificRecord value) {
        if (topic != FleetTopic.WORKFLOWS) {
            return;
        }
        WorkflowSubmitted workflow = (WorkflowSubmitted) value;
        List<String> ids = new ArrayList<>();
        for (TaskSubmitted task : workflow.getTasks()) {
            ids.add(task.getId());
            fleet.send(
                    FleetTopic.RESULTS,
                    "default/" + task.getId(),
                    outcome(workflow.getId(), task.getId(), task.getRole(), task.getKind(), TaskStatus.SUCCEEDED)
                            .setResult(result("done", List.of(finding("qa.test-failed", Severity.ERROR, "a", "b")))
                                    .build())
                            .build());
        }
        fleet.send(
                FleetTopic.WORKFLOW_RESULTS,
                "default/" + workflow.getId(),
                Records.workflowOutcome(workflow.getId(), WorkflowStatus.SUCCEEDED, ids.toArray(String[]::new)));
    }

    private void repository() throws Exception {
        git("init", "-q");
        Files.writeString(directory.resolve("a.txt"), "a");
        git("add", "-A");
        git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "first");
    }

    private void git(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("git", "-C", directory.toString()));
        command.addAll(List.of(arguments));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    private static TaskSubmitted task(String id) {
        return TaskSubmitted.newBuilder()
                .setId(id)
                .setKind("qa.run-tests")
                .setRole("wizard")
                .build();
    }

    private static DeadLetter letter(byte[] value) {
        var why = failure("UNKNOWN_ROLE", "no such role", "apply the role");
        return DeadLetter.newBuilder()
                .setCause(DeadLetterCause.INVALID)
                .setFailure(io.sweaifleet.schemas.common.Failure.newBuilder(why)
                        .setField("role")
                        .setValue("wizard")
                        .build())
                .setOrigin(Origin.newBuilder()
                        .setTopic("fleet.tasks")
                        .setPartition(3)
                        .setOffset(42)
                        .setTimestamp(START)
                        .build())
                .setApplication("fleet-intake")
                .setRefusedAt(START.plusSeconds(1))
                .setKey(ByteBuffer.wrap("k".getBytes(StandardCharsets.UTF_8)))
                .setValue(ByteBuffer.wrap(value))
                .setHeaders(List.of(
                        new RecordHeader("traceparent", ByteBuffer.wrap("00-1".getBytes(StandardCharsets.UTF_8)))))
                .build();
    }

    private int run(String... args) {
        String[] all = Arrays.copyOf(args, args.length + 2);
        all[args.length] = "--set";
        all[args.length + 1] = "fleet.kafka.bootstrap-servers=fake:1";
        return FleetCli.execute(
                context(Map.of()), false, args.length == 1 && args[0].equals("dead-letters") ? args : all);
    }

    private CliContext context(Map<String, String> environment) {
        return new CliContext(
                cli.terminal(directory, "", false, environment),
                Optional.empty(),
                fleet::with,
                CLOCK,
                new RunIds(CLOCK, new Random(1)));
    }
}
