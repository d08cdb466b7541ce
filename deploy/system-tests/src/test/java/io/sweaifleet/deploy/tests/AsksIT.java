package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.deploy.tests.NodeFixture.Answer;
import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.workflow.Approval;
import io.sweaifleet.schemas.workflow.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An agent asks, on a whole node: somebody approves, or nobody answers; and nobody else can. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AsksIT {

    private static final String ROLE =
            """
            role: asker
            version: 1
            description: may change the pipeline when somebody says so
            tools: [read, search, edit, git]
            rules:
              - {name: pipelines, effect: ask, tool: edit, path: "ci/**", reason: it runs with secrets}
              - {name: edit, effect: allow, tool: edit, path: "**"}
              - {name: git, effect: allow, tool: git}
            playbooks: [test.ask]
            attemptTimeoutMs: 10m
            """;

    @TempDir
    static Path directory;

    private static NodeFixture node;
    private static NodeClient client;
    private static Path repository;

    private final String id = "asks-" + UUID.randomUUID();

    @BeforeAll
    static void start() throws Exception {
        node = NodeFixture.shared();
        node.apply("roles", ROLE);
        client = new NodeClient(node.settings());
        repository = TestRepositories.withOneCommit(directory.resolve("well"));
    }

    @AfterAll
    static void stop() {
        client.close();
    }

    @Test
    void shouldGoOnWithWhatSomebodyApprovedAndRefuseWhatNobodySigned() throws Exception {
        // Given
        submit("");
        TaskEvent asked = asked();
        String request = asked.getRequest().getRequestId();
        Answer status = node.fleet("status", id);

        // When: somebody who can write to the topic, and has not the key
        RecordMetadata forged = client.send(
                FleetTopic.APPROVALS,
                "default/" + id,
                Approval.newBuilder()
                        .setId("forged-" + id)
                        .setPool("default")
                        .setTaskId(id)
                        .setVerdict(Verdict.APPROVED)
                        .setBy("the agent itself")
                        .setRequest(request)
                        .build());
        DeadLetter refused = client.deadLetter(forged);
        Answer approved = node.fleet("approve", id, "--request", request, "--by", "ann", "--comment", "fine");
        TaskOutcome outcome = client.outcome(id);

        // Then
        assertThat(status.output())
                .contains("asks for approval of edit (rule pipelines", "fleet approve " + id + " --request " + request)
                .contains("| +deploy: always");
        assertThat(refused.getFailure().getCode()).isEqualTo("APPROVAL_NOT_SIGNED");
        assertThat(approved.exitCode()).as(approved.output()).isZero();
        assertThat(outcome.getStatus()).as(String.valueOf(outcome.getFailure())).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(outcome.getResult().getOutputs()).containsEntry("written", "yes");
        assertThat(outcome.getAttempts()).hasSize(1);
        Answer story = node.fleet("audit", "show", "--task", id);
        assertThat(story.output()).contains("ASK (pipelines): it runs with secrets (approved by ann: fine)");
        Answer verified = node.fleet("audit", "verify");
        // Other tests on this node write what no worker wrote; and no checkpoint need follow yet.
        assertThat(verified.output())
                .contains(asked.getWorkerId() + "@")
                .doesNotContainPattern(
                        "(REMOVED|REORDERED|CHANGED|INSERTED|CUT_OFF|FORGED) " + asked.getWorkerId() + "@");
    }

    @Test
    void shouldGoOnWithoutWhatNobodyAnswered() throws Exception {
        // Given
        submit("attemptTimeoutMs: 20s\n");
        TaskEvent asked = asked();

        // When
        TaskOutcome outcome = client.outcome(id);
        Answer late = node.fleet("approve", id, "--request", asked.getRequest().getRequestId());

        // Then
        assertThat(outcome.getStatus()).as(String.valueOf(outcome.getFailure())).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(outcome.getResult().getOutputs()).containsEntry("written", "no");
        assertThat(outcome.getResult().getOutputs().get("why")).contains("nobody answered in time");
        assertThat(late.exitCode()).as(late.output()).isEqualTo(1);
        client.event(
                "that the request of " + id + " expired",
                event -> id.equals(event.getTaskId())
                        && event.getType() == TaskEventType.APPROVAL_GIVEN
                        && event.getMessage().contains("is denied"));
    }

    @Test
    void shouldKeepTheOperatorsKeyFromOthers() throws Exception {
        // When
        Path key = node.dataDir().resolve("secrets/operator-approvals");

        // Then
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
    }

    private void submit(String more) throws Exception {
        Path task = Files.writeString(
                directory.resolve(id + ".yaml"),
                "id: " + id + "\nrole: asker\nkind: test.ask\nrepository: " + repository + "\n" + more);
        Answer submitted = node.fleet("submit", task.toString());
        assertThat(submitted.exitCode()).as(submitted.output()).isZero();
    }

    private TaskEvent asked() {
        return client.event(
                "that " + id + " asks",
                event -> id.equals(event.getTaskId()) && event.getType() == TaskEventType.APPROVAL_REQUESTED);
    }
}
