package io.sweaifleet.topology.query;

import static io.sweaifleet.topology.TestFleet.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sweaifleet.schemas.query.LeasesAnswer;
import io.sweaifleet.schemas.query.QueryJson;
import io.sweaifleet.schemas.query.QueryProblem;
import io.sweaifleet.schemas.query.QueuesAnswer;
import io.sweaifleet.schemas.query.StatusAnswer;
import io.sweaifleet.schemas.query.TaskAnswer;
import io.sweaifleet.schemas.query.TaskPhase;
import io.sweaifleet.schemas.query.TasksAnswer;
import io.sweaifleet.schemas.query.Waiting;
import io.sweaifleet.schemas.query.Waiting.Reason;
import io.sweaifleet.schemas.query.WorkflowAnswer;
import io.sweaifleet.schemas.query.WorkflowsAnswer;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.topology.TestFleet;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.streams.state.HostInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The queries over HTTP, on the store of a topology that runs in memory. */
class QueryServerTest {

    private static final Map<String, String> TOPIC_IDS = Map.of("fleet.tasks", "topic-1");

    private final TestFleet fleet = TestFleet.withRoles("qa", "data");
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<QueryServer> servers = new ArrayList<>();
    private QueryServer server;

    @BeforeEach
    void start() throws IOException {
        PoolStores.Place here = new PoolStores.Here(fleet.store());
        server = serve(pool -> Optional.of(here));
    }

    private QueryServer serve(PoolStores stores) throws IOException {
        QueryServer started = QueryServer.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        servers.add(started);
        started.start(new Queries(stores, TOPIC_IDS, FleetTopic.CORE_INPUTS.partitions()));
        return started;
    }

    @AfterEach
    void stop() {
        servers.forEach(QueryServer::close);
        fleet.close();
    }

    private HttpResponse<byte[]> get(QueryServer from, String path) throws Exception {
        URI address = URI.create("http://127.0.0.1:" + from.port() + "/v1/pools/" + path);
        return client.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private <T> T ask(Class<T> type, String path) throws Exception {
        HttpResponse<byte[]> response = get(server, path);
        assertThat(response.statusCode()).as(new String(response.body())).isEqualTo(200);
        return QueryJson.read(type, response.body());
    }

    private QueryProblem refused(int status, String path) throws Exception {
        HttpResponse<byte[]> response = get(server, path);
        assertThat(response.statusCode()).as(new String(response.body())).isEqualTo(status);
        return QueryJson.read(QueryProblem.class, response.body());
    }

    private static WorkflowSubmitted workflow(String id, TaskSubmitted.Builder... tasks) {
        List<TaskSubmitted> built = new ArrayList<>();
        for (TaskSubmitted.Builder task : tasks) {
            built.add(task.build());
        }
        return WorkflowSubmitted.newBuilder()
                .setId(id)
                .setTitle("Tidy up")
                .setLabels(Map.of("team", "core"))
                .setTasks(built)
                .build();
    }

    @Test
    void shouldTellWhereAWorkflowStandsAndWhyEachTaskWaits() throws Exception {
        // Given
        TestFleet.Worker worker = fleet.worker("worker-1", "qa", 1).hello();
        fleet.submit(workflow(
                "w",
                task("w-a", "qa"),
                task("w-b", "qa").setPriority(1),
                task("w-c", "data").setDependsOn(List.of("w-a"))));
        worker.take();
        worker.report(worker.held.get(0), AgentResultType.STARTED);

        // When
        StatusAnswer answer = ask(StatusAnswer.class, "default/status/w");

        // Then
        assertThat(answer.workflow().title()).isEqualTo("Tidy up");
        assertThat(answer.workflow().open()).isEqualTo(3);
        assertThat(answer.taskId()).isNull();
        assertThat(answer.inputOffsets()).containsKey("fleet.core-inputs");
        assertThat(answer.tasks())
                .extracting(TaskAnswer::taskId, TaskAnswer::phase, TaskAnswer::workerId)
                .containsExactly(
                        tuple("w-a", TaskPhase.RUNNING, "worker-1"),
                        tuple("w-b", TaskPhase.QUEUED, ""),
                        tuple("w-c", TaskPhase.WAITING, ""));
        assertThat(answer.tasks())
                .flatExtracting(TaskAnswer::waiting)
                .extracting(Waiting::message)
                .containsExactly(
                        "all slots of role qa are in use (1 of 1); number 1 in the queue", "waits for task w-a");
        assertThat(ask(StatusAnswer.class, "default/status/w-b").tasks())
                .extracting(TaskAnswer::taskId)
                .containsExactly("w-b");
    }

    @Test
    void shouldKeepTheStatusOfWhatHasEnded() throws Exception {
        // Given
        TestFleet.Worker worker = fleet.worker("worker-1", "qa", 1).hello();
        fleet.submit(task("a", "qa").build());
        worker.take();

        // When
        worker.report(worker.held.get(0), AgentResultType.SUCCEEDED);

        // Then
        StatusAnswer answer = ask(StatusAnswer.class, "default/status/a");
        assertThat(answer.taskId()).isEqualTo("a");
        assertThat(answer.workflow().endedAt()).isEqualTo(fleet.now());
        assertThat(answer.tasks())
                .extracting(TaskAnswer::phase, TaskAnswer::status, TaskAnswer::attempts)
                .containsExactly(tuple(TaskPhase.ENDED, TaskStatus.SUCCEEDED, 1));
    }

    @Test
    void shouldCountWhatWaitsByRoleTenantAndPriorityAndByWhatHoldsIt() throws Exception {
        // Given
        TestFleet.Worker worker = fleet.worker("worker-1", "qa", 1).hello();
        fleet.submit(task("a", "qa").setConcurrencyKey("main").setPriority(9).build());
        fleet.submit(task("b", "qa").build());
        fleet.submit(task("c", "qa").setTenant("blue").setPriority(7).build());
        fleet.submit(task("d", "qa").setTenant("blue").setPriority(7).build());
        fleet.submit(task("e", "data").build());
        fleet.submit(task("f", "qa").setNotBefore(fleet.now().plusSeconds(600)).build());
        worker.take();

        // When
        QueuesAnswer answer = ask(QueuesAnswer.class, "default/queues");

        // Then
        assertThat(answer.complete()).isTrue();
        assertThat(answer.depths())
                .extracting(
                        QueuesAnswer.Depth::role,
                        QueuesAnswer.Depth::tenant,
                        QueuesAnswer.Depth::priority,
                        QueuesAnswer.Depth::queued)
                .containsExactly(
                        tuple("data", "default", 5, 1), tuple("qa", "blue", 7, 2), tuple("qa", "default", 5, 1));
        assertThat(answer.roles())
                .containsExactly(
                        new QueuesAnswer.Role(
                                "data", 1, fleet.now(), 0, 0, 0, "no worker that is online offers role data"),
                        new QueuesAnswer.Role("qa", 3, fleet.now(), 1, 1, 1, ""));
        assertThat(answer.held())
                .extracting(QueuesAnswer.Held::reason, QueuesAnswer.Held::tasks, QueuesAnswer.Held::until)
                .containsExactly(tuple(Reason.NOT_BEFORE, 1, fleet.now().plusSeconds(600)));
    }

    @Test
    void shouldCountTheTasksBehindAKeyAndBehindAPause() throws Exception {
        // Given
        TestFleet.Worker worker = fleet.worker("worker-1", "qa", 4).hello();
        fleet.send(
                FleetTopic.TASK_CONTROL,
                null,
                TaskControl.newBuilder()
                        .setId("pause-1")
                        .setAction(ControlAction.PAUSE)
                        .setOfTenant("blue")
                        .setReason("freeze")
                        .build());
        fleet.submit(task("a", "qa").setConcurrencyKey("main").build());
        fleet.submit(task("b", "qa").setConcurrencyKey("main").build());
        fleet.submit(task("c", "qa").setTenant("blue").build());
        worker.take();

        // When
        QueuesAnswer answer = ask(QueuesAnswer.class, "default/queues");

        // Then
        assertThat(answer.held())
                .containsExactly(
                        new QueuesAnswer.Held(Reason.PAUSED, "tenant:blue", "paused: freeze (tenant:blue)", 1, null),
                        new QueuesAnswer.Held(
                                Reason.CONCURRENCY_KEY, "key:main", "concurrency key main is held by task a", 1, null));
    }

    @Test
    void shouldListTheAttemptsAtWorkers() throws Exception {
        // Given
        TestFleet.Worker worker = fleet.worker("worker-1", "qa", 2).hello();
        fleet.submit(task("a", "qa").build());
        worker.take();
        worker.report(worker.held.get(0), AgentResultType.STARTED);

        // When
        LeasesAnswer answer = ask(LeasesAnswer.class, "default/leases");

        // Then
        assertThat(answer.leases())
                .extracting(
                        LeasesAnswer.Lease::taskId,
                        LeasesAnswer.Lease::workerId,
                        LeasesAnswer.Lease::since,
                        LeasesAnswer.Lease::until)
                .containsExactly(tuple("a", "worker-1", fleet.now(), fleet.now().plusSeconds(45)));
    }

    @Test
    void shouldListTasksPageByPage() throws Exception {
        // Given
        for (int i = 0; i < 5; i++) {
            fleet.submit(task("t-" + i, i == 2 ? "data" : "qa").build());
        }

        // When
        TasksAnswer first = ask(TasksAnswer.class, "default/tasks?role=qa&limit=2");
        TasksAnswer second = ask(TasksAnswer.class, "default/tasks?role=qa&limit=2&cursor=" + first.cursor());

        // Then
        assertThat(first.tasks()).extracting(TaskAnswer::taskId).containsExactly("t-0", "t-1");
        assertThat(second.tasks()).extracting(TaskAnswer::taskId).containsExactly("t-3", "t-4");
        assertThat(second.cursor()).isNull();
    }

    @Test
    void shouldFindTasksByStateLabelTenantAndTime() throws Exception {
        // Given
        TestFleet.Worker worker = fleet.worker("worker-1", "qa", 1).hello();
        fleet.submit(task("over", "qa").build());
        worker.take();
        worker.report(worker.held.get(0), AgentResultType.SUCCEEDED);
        fleet.pass(Duration.ofSeconds(10));
        fleet.submit(workflow("w", task("labelled", "data")));
        fleet.submit(task("blue", "data").setTenant("blue").build());

        // When / Then
        assertThat(idsOf("state=succeeded")).containsExactly("over");
        assertThat(idsOf("state=queued&state=failed")).containsExactly("blue", "labelled");
        assertThat(idsOf("label=team%3Dcore")).containsExactly("labelled");
        assertThat(idsOf("tenant=blue")).containsExactly("blue");
        assertThat(idsOf("since=" + fleet.now())).containsExactly("blue", "labelled");
        assertThat(idsOf("until=" + fleet.now().minusSeconds(1))).containsExactly("over");
        assertThat(ask(WorkflowsAnswer.class, "default/workflows?state=running&label=team%3Dcore")
                        .workflows())
                .extracting(WorkflowAnswer::workflowId)
                .containsExactly("w");
    }

    private List<String> idsOf(String parameters) throws Exception {
        return ask(TasksAnswer.class, "default/tasks?" + parameters).tasks().stream()
                .map(TaskAnswer::taskId)
                .toList();
    }

    @Test
    void shouldAnswerOnceASubmissionHasBeenTaken() throws Exception {
        // Given
        fleet.submit(task("a", "qa").build());

        // When
        StatusAnswer answer = ask(StatusAnswer.class, "default/status/a?after=fleet.tasks-0@0");

        // Then
        assertThat(answer.tasks()).hasSize(1);
        assertThat(refused(503, "default/status/a?after=fleet.tasks-0@1&wait=50ms")
                        .code())
                .isEqualTo("NOT_YET");
    }

    @Test
    void shouldNameTheParameterThatIsWrongItsValueAndTheRemedy() throws Exception {
        assertThat(refused(400, "default/tasks?limit=0"))
                .isEqualTo(new QueryProblem(
                        "BAD_PARAMETER",
                        "Parameter limit = '0' is not a whole number from 1 to 1000",
                        "Give a number within these bounds",
                        "limit"));
        assertThat(refused(400, "default/tasks?state=lost").remedy()).contains("queued", "succeeded");
        assertThat(refused(400, "default/tasks?since=yesterday").field()).isEqualTo("since");
        assertThat(refused(400, "default/tasks?label=team").field()).isEqualTo("label");
        assertThat(refused(400, "default/queues?limit=1").message()).contains("'limit' is not known");
        assertThat(refused(400, "default/status/a?after=fleet.audit-0@1").message())
                .contains("fleet.audit");
        assertThat(refused(400, "default/status/a?after=fleet.core-inputs-99@1").message())
                .contains("partition 99");
        assertThat(refused(400, "Default/queues").field()).isEqualTo("pool");
    }

    @Test
    void shouldSayWhatItDoesNotKnow() throws Exception {
        assertThat(refused(404, "default/status/nobody").code()).isEqualTo("UNKNOWN_ID");
        assertThat(refused(404, "red/queues").code()).isEqualTo("UNKNOWN_POOL");
        assertThat(refused(404, "default/stars").remedy())
                .contains("queues, leases, schedules, check, tasks or workflows");
    }

    @Test
    void shouldAskTheInstanceThatHoldsThePool() throws Exception {
        // Given
        fleet.submit(task("a", "qa").build());
        PoolStores.Place there = new PoolStores.Elsewhere(new HostInfo("127.0.0.1", server.port()));
        QueryServer other = serve(pool -> Optional.of(there));

        // When
        HttpResponse<byte[]> answer = get(other, "default/tasks?role=qa&limit=1");

        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(QueryJson.read(TasksAnswer.class, answer.body()).tasks())
                .extracting(TaskAnswer::taskId)
                .containsExactly("a");
    }

    @Test
    void shouldNotPassOnWhatWasPassedOn() throws Exception {
        // Given: an instance that takes itself for the other
        HostInfo[] self = new HostInfo[1];
        QueryServer lost = serve(pool -> Optional.of(new PoolStores.Elsewhere(self[0])));
        self[0] = new HostInfo("127.0.0.1", lost.port());

        // When
        HttpResponse<byte[]> answer = get(lost, "default/queues");

        // Then
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).contains("1");
    }

    @Test
    void shouldAskToComeBackWhileNobodyHoldsThePool() throws Exception {
        // Given
        QueryServer moving = serve(pool -> Optional.empty());

        // When
        HttpResponse<byte[]> answer = get(moving, "default/queues");

        // Then
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(QueryJson.read(QueryProblem.class, answer.body()).code()).isEqualTo("NOT_AVAILABLE");
    }

    @Test
    void shouldOnlyBeRead() throws Exception {
        // Given
        URI address = URI.create("http://127.0.0.1:" + server.port() + "/v1/pools/default/queues");
        HttpRequest post = HttpRequest.newBuilder(address)
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();

        // When
        HttpResponse<byte[]> answer = client.send(post, HttpResponse.BodyHandlers.ofByteArray());

        // Then
        assertThat(answer.statusCode()).isEqualTo(405);
    }
}
