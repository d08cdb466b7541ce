package io.sweaifleet.ingest.cli;

import static io.sweaifleet.ingest.testing.Records.event;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.sweaifleet.ingest.submit.RunIds;
import io.sweaifleet.ingest.testing.Cli;
import io.sweaifleet.ingest.testing.FakeFleet;
import io.sweaifleet.ingest.testing.Records;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.query.QueryJson;
import io.sweaifleet.schemas.query.QueryProblem;
import io.sweaifleet.schemas.query.QueuesAnswer;
import io.sweaifleet.schemas.query.SchedulesAnswer;
import io.sweaifleet.schemas.query.StatusAnswer;
import io.sweaifleet.schemas.query.TaskAnswer;
import io.sweaifleet.schemas.query.TaskPhase;
import io.sweaifleet.schemas.query.TasksAnswer;
import io.sweaifleet.schemas.query.Waiting;
import io.sweaifleet.schemas.query.Waiting.Reason;
import io.sweaifleet.schemas.query.WorkflowAnswer;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands that ask the topology, with one that gives prepared answers. */
@Timeout(30)
class StateCommandsTest {

    private static final Clock CLOCK = Clock.fixed(Records.START.plusSeconds(60), ZoneOffset.UTC);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    Path directory;

    private final Cli cli = new Cli();
    private final FakeFleet fleet = new FakeFleet();
    private final Map<String, Object> answers = new TreeMap<>();
    private final List<String> asked = new ArrayList<>();
    private HttpServer topology;

    @BeforeEach
    void start() throws IOException {
        topology = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        topology.createContext("/v1/pools/default/", exchange -> {
            asked.add(exchange.getRequestURI().toString());
            String what = exchange.getRequestURI().getPath().substring("/v1/pools/default/".length());
            Object answer = answers.get(what);
            byte[] body = QueryJson.write(
                    answer == null ? new QueryProblem("UNKNOWN_ID", "no " + what, "check the id", "") : answer);
            int status = answer == null ? 404 : answer instanceof QueryProblem ? 400 : 200;
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        topology.start();
    }

    @AfterEach
    void stop() {
        topology.stop(0);
    }

    private int run(String... words) {
        return runAgainst("http://127.0.0.1:" + topology.getAddress().getPort(), words);
    }

    private int runAgainst(String address, String... words) {
        List<String> all = new ArrayList<>(Arrays.asList(words));
        all.addAll(List.of("--set", "fleet.kafka.bootstrap-servers=fake:1"));
        if (!address.isEmpty()) {
            all.addAll(List.of("--set", "fleet.query.url=" + address));
        }
        CliContext context = new CliContext(
                cli.pipe(directory, ""), Optional.empty(), fleet::with, CLOCK, new RunIds(CLOCK, new Random(1)));
        return FleetCli.execute(context, false, all.toArray(String[]::new));
    }

    private static TaskAnswer queued(String taskId, Waiting... waiting) {
        return new TaskAnswer(
                taskId,
                "w",
                TaskPhase.QUEUED,
                null,
                "qa",
                "qa.run-tests",
                "default",
                5,
                Map.of(),
                0,
                "",
                "",
                "",
                Records.START,
                Records.START,
                null,
                null,
                null,
                List.of(waiting));
    }

    private static StatusAnswer standing(String taskId, TaskAnswer... tasks) {
        return new StatusAnswer(
                "default",
                new WorkflowAnswer("w", null, "", "default", Map.of(), 2, 2, Records.START, null),
                taskId,
                List.of(tasks),
                Map.of());
    }

    private static Waiting paused() {
        return new Waiting(Reason.PAUSED, "paused by ada: freeze (role:qa)", List.of("role:qa"), null);
    }

    @Test
    void shouldListSchedulesWithTheirNextFirings() {
        // Given
        answers.put(
                "schedules",
                new SchedulesAnswer(
                        "default",
                        List.of(
                                new SchedulesAnswer.Schedule(
                                        "nightly",
                                        3,
                                        "before the team comes in",
                                        "15 3 * * * Europe/Berlin",
                                        "SKIP",
                                        "FIRE_ONCE",
                                        false,
                                        Records.START.plusSeconds(600),
                                        Records.START.plusSeconds(630),
                                        "nightly-1",
                                        Records.START,
                                        true,
                                        null),
                                new SchedulesAnswer.Schedule(
                                        "weekly",
                                        1,
                                        "",
                                        "every 60000 ms",
                                        "ALLOW",
                                        "SKIP",
                                        true,
                                        null,
                                        null,
                                        null,
                                        null,
                                        false,
                                        null))));

        // When
        int exit = run("schedules", "list");

        // Then
        assertThat(exit).as(cli.err()).isZero();
        assertThat(cli.out())
                .containsPattern("nightly +3 +15 3 \\* \\* \\* Europe/Berlin +2026-01-31T12:10:00Z +"
                        + "nightly-1 \\(under way\\) +before the team comes in")
                .containsPattern("weekly +1 +every 60000 ms +paused");
    }

    @Test
    void shouldSayWhyAQueuedTaskWaits() throws Exception {
        // Given
        fleet.send(FleetTopic.TASK_EVENTS, "default/w", event("w", "w-1", TaskEventType.TASK_READY, 1));
        answers.put("status/w-1", standing("w-1", queued("w-1", paused())));

        // When
        int exit = run("status", "w-1");
        String text = cli.out();
        run("status", "w-1", "--json");

        // Then
        assertThat(exit).isZero();
        assertThat(text).contains("task w-1  queued").contains("detail    paused by ada: freeze (role:qa)");
        assertThat(cli.err()).isEmpty();
        JsonNode document = MAPPER.readTree(cli.out().substring(text.length()));
        assertThat(document.at("/tasks/0/waiting/0/reason").asText()).isEqualTo("PAUSED");
        assertThat(document.at("/tasks/0/waiting/0/on/0").asText()).isEqualTo("role:qa");
    }

    @Test
    void shouldKnowAWorkflowOfWhichNoEventHasCome() {
        // Given
        answers.put("status/w", standing(null, queued("w-1"), queued("w-2", paused())));

        // When
        int exit = run("status", "w");

        // Then
        assertThat(exit).isZero();
        assertThat(cli.out()).contains("workflow w  running").contains("w-1").contains("paused by ada");
    }

    @Test
    void shouldLetTheEventsTellHowATaskEnded() {
        // Given: an answer that is older than the events
        fleet.send(
                FleetTopic.TASK_EVENTS,
                "default/w",
                event(
                        "w",
                        "w-1",
                        TaskEventType.TASK_ENDED,
                        1,
                        e -> e.setStatus(io.sweaifleet.schemas.task.TaskStatus.SUCCEEDED)));
        answers.put("status/w-1", standing("w-1", queued("w-1", paused())));

        // When
        run("status", "w-1");

        // Then
        assertThat(cli.out()).contains("task w-1  succeeded").doesNotContain("paused");
    }

    @Test
    void shouldShowWhatTheEventsTellWhenTheTopologyIsAway() {
        // Given
        fleet.send(FleetTopic.TASK_EVENTS, "default/w", event("w", "w-1", TaskEventType.TASK_READY, 1));
        topology.stop(0);

        // When
        int exit = run("status", "w-1");

        // Then
        assertThat(exit).isZero();
        assertThat(cli.out()).contains("task w-1  queued");
        assertThat(cli.err().lines()).hasSize(1);
        assertThat(cli.err()).contains("do not answer").contains("shown is what the events tell");
    }

    @Test
    void shouldShowTheQueuesOfAPool() {
        // Given
        answers.put(
                "queues",
                new QueuesAnswer(
                        "default",
                        List.of(new QueuesAnswer.Role("qa", 2, Records.START, 1, 4, 4, "")),
                        List.of(new QueuesAnswer.Depth("qa", "blue", 7, 2, Records.START)),
                        List.of(new QueuesAnswer.Held(
                                Reason.CONCURRENCY_KEY, "key:main", "concurrency key main is held by task a", 3, null)),
                        true));

        // When
        int exit = run("queues");

        // Then
        assertThat(exit).isZero();
        assertThat(cli.out().lines())
                .contains(
                        "qa         2  1 min 00 s        1  4 of 4",
                        "qa    blue           7       2  1 min 00 s",
                        "   3  concurrency key main is held by task a");
    }

    @Test
    void shouldPassOnWhatAListIsFilteredByAndTellHowItGoesOn() {
        // Given
        answers.put("tasks", new TasksAnswer("default", List.of(queued("w-1", paused())), "w-1"));

        // When
        int exit = run(
                "list",
                "--status",
                "queued,held",
                "--label",
                "team=core",
                "--role",
                "qa",
                "--since",
                "1h",
                "--limit",
                "1");

        // Then
        assertThat(exit).isZero();
        assertThat(asked)
                .containsExactly("/v1/pools/default/tasks?state=queued&state=held&label=team%3Dcore&role=qa&since="
                        + "2026-01-31T11%3A01%3A00.000Z&limit=1");
        assertThat(cli.out()).contains("queued  w-1").contains("paused by ada: freeze (role:qa)");
        assertThat(cli.err()).contains("--cursor w-1");
    }

    @Test
    void shouldSayWhichParameterIsWrong() {
        // Given
        answers.put(
                "tasks",
                new QueryProblem("BAD_PARAMETER", "Parameter state = 'lost' is not a state", "Use any", "state"));

        // When
        int exit = run("list", "--status", "lost");

        // Then
        assertThat(exit).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err()).contains("'lost' is not a state").contains("Use any");
    }

    @Test
    void shouldSayThatNoAddressOfTheTopologyIsKnown() {
        // When
        int exit = runAgainst("", "queues");

        // Then
        assertThat(exit).isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(cli.err()).contains("fleet.query.url, is not given").contains("fleet down");
    }
}
