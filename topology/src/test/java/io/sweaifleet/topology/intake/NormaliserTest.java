package io.sweaifleet.topology.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.common.Budget;
import io.sweaifleet.schemas.common.ResourceAmounts;
import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.task.Requirements;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.topology.stream.Received;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class NormaliserTest {

    private static Received record(String topicId, int partition, long offset) {
        return new Received(
                "fleet.tasks", topicId, partition, offset, 1_000, null, new byte[] {1, 2}, new RecordHeaders());
    }

    private static TaskSubmitted.Builder task() {
        return TaskSubmitted.newBuilder().setKind("qa.run-tests").setRole("qa");
    }

    @Test
    void shouldMakeTheSameIdForTheSameOriginAndAnotherForAnyOther() {
        // Given
        Set<String> ids = new HashSet<>();

        // When
        for (String topicId : List.of("one", "two")) {
            for (int partition = 0; partition < 3; partition++) {
                for (long offset = 0; offset < 3; offset++) {
                    ids.add(Normaliser.accepted(record(topicId, partition, offset), task().build())
                            .getWorkflow()
                            .getId());
                }
            }
        }

        // Then
        assertThat(ids).hasSize(18).allMatch(Keys::isId);
        assertThat(Normaliser.accepted(record("one", 0, 0), task().build())
                        .getWorkflow()
                        .getId())
                .isIn(ids);
    }

    @Test
    void shouldFillATaskWithTheWorkflowsDefaultsUnlessItHasItsOwn() {
        // Given
        Instant deadline = Instant.ofEpochMilli(99_000);
        WorkflowSubmitted workflow = WorkflowSubmitted.newBuilder()
                .setId("w")
                .setPool("red")
                .setTenant("acme")
                .setRepository("/repo")
                .setBaseRef("main")
                .setPriority(8)
                .setDeadline(deadline)
                .setTasks(List.of(
                        task().setId("plain").build(),
                        task().setId("own")
                                .setRepository("/other")
                                .setPriority(1)
                                .build()))
                .build();

        // When
        CoreInput input = Normaliser.accepted(record("one", 0, 0), workflow);

        // Then
        TaskSubmitted plain = input.getWorkflow().getTasks().get(0);
        assertThat(plain.getPool()).isEqualTo("red");
        assertThat(plain.getTenant()).isEqualTo("acme");
        assertThat(plain.getWorkflowId()).isEqualTo("w");
        assertThat(plain.getRepository()).isEqualTo("/repo");
        assertThat(plain.getBaseRef()).isEqualTo("main");
        assertThat(plain.getPriority()).isEqualTo(8);
        assertThat(plain.getDeadline()).isEqualTo(deadline);
        TaskSubmitted own = input.getWorkflow().getTasks().get(1);
        assertThat(own.getRepository()).isEqualTo("/other");
        assertThat(own.getBaseRef()).isNull();
        assertThat(own.getPriority()).isEqualTo(1);
        assertThat(input.getPool()).isEqualTo("red");
        assertThat(input.getLone()).isFalse();
    }

    @Test
    void shouldDigestTheBytesAsReceived() {
        // When
        CoreInput input = Normaliser.accepted(record("one", 0, 0), task().build());

        // Then
        assertThat(input.getDigest()).isEqualTo("a12871fee210fb8619291eaea194581cbd2531e4b23759d225f6806923f63222");
        assertThat(input.getWorkflow().getTasks().get(0).getPriority()).isEqualTo(5);
        assertThat(input.getPool()).isEqualTo("default");
        assertThat(input.getLone()).isTrue();
    }

    @Test
    void shouldTakeRequirementsThatAskForNothingAsNone() {
        // When
        TaskSubmitted task = Normaliser.accepted(
                        record("one", 0, 0),
                        task().setRequires(Requirements.newBuilder()
                                        .setResources(new ResourceAmounts(0, 0L, 0))
                                        .build())
                                .build())
                .getWorkflow()
                .getTasks()
                .get(0);

        // Then
        assertThat(task.getRequires()).isNull();
    }

    @Test
    void shouldKeepWhatATaskRequires() {
        // Given
        Requirements requirements =
                Requirements.newBuilder().setCapabilities(List.of("java-21")).build();

        // When
        TaskSubmitted task = Normaliser.accepted(
                        record("one", 0, 0), task().setRequires(requirements).build())
                .getWorkflow()
                .getTasks()
                .get(0);

        // Then
        assertThat(task.getRequires()).isEqualTo(requirements);
    }

    @Test
    void shouldKeepTheBudgetsOfAWorkflowAndOfItsTasks() {
        // Given
        WorkflowSubmitted workflow = WorkflowSubmitted.newBuilder()
                .setBudget(new Budget(60_000L, null, null))
                .setTasks(List.of(task().setBudget(new Budget(null, 100L, null)).build()))
                .build();

        // When
        WorkflowSubmitted normal =
                Normaliser.accepted(record("one", 0, 0), workflow).getWorkflow();

        // Then
        assertThat(normal.getBudget()).isEqualTo(workflow.getBudget());
        assertThat(normal.getTasks().get(0).getBudget()).isEqualTo(new Budget(null, 100L, null));
    }
}
