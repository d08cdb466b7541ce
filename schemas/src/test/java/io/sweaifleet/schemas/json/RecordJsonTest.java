package io.sweaifleet.schemas.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.schemas.common.Origin;
import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.DeadLetterCause;
import io.sweaifleet.schemas.core.RecordHeader;
import io.sweaifleet.schemas.task.FailurePolicy;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordJsonTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Test
    void shouldReadPlainJsonWithoutUnionWrappers() throws Exception {
        // Given
        JsonNode document = json(
                """
                {"id":"t-1","kind":"qa.run-tests","role":"qa","priority":7,"deadline":"2026-01-31T12:00:00+02:00",
                 "onFailure":"continue","inputs":{"release":11,"verbose":true},"attemptTimeoutMs":"15m",
                 "retry":{"maxAttempts":1},"submittedAt":1769853600000}
                """);

        // When
        TaskSubmitted task = RecordJsonReader.read(document, TaskSubmitted.class);

        // Then
        assertThat(task.getId()).isEqualTo("t-1");
        assertThat(task.getPriority()).isEqualTo(7);
        assertThat(task.getDeadline()).isEqualTo(Instant.parse("2026-01-31T10:00:00Z"));
        assertThat(task.getSubmittedAt()).isEqualTo(Instant.ofEpochMilli(1769853600000L));
        assertThat(task.getOnFailure()).isEqualTo(FailurePolicy.CONTINUE);
        assertThat(task.getInputs()).containsEntry("release", "11").containsEntry("verbose", "true");
        assertThat(task.getAttemptTimeoutMs()).isEqualTo(900_000L);
        assertThat(task.getRetry().getMaxAttempts()).isEqualTo(1);
        assertThat(task.getRetry().getMultiplier()).isEqualTo(2.0);
        assertThat(task.getDependsOn()).isEmpty();
    }

    @Test
    void shouldTakeAvroUnionWrappersAsWell() throws Exception {
        // When
        TaskSubmitted task = RecordJsonReader.read(
                json("{\"id\":{\"string\":\"t\"},\"kind\":\"k\",\"role\":\"r\",\"priority\":{\"int\":3},"
                        + "\"retry\":{\"io.sweaifleet.schemas.task.RetryPolicy\":{\"maxAttempts\":2}}}"),
                TaskSubmitted.class);

        // Then
        assertThat(task.getId()).isEqualTo("t");
        assertThat(task.getPriority()).isEqualTo(3);
        assertThat(task.getRetry().getMaxAttempts()).isEqualTo(2);
    }

    @Test
    void shouldListEveryProblemWithFieldValueAndRemedy() throws Exception {
        // Given
        JsonNode document = json(
                """
                {"title":"x","tasks":[{"kind":"a","role":"qa","dependson":["b"],"priority":"high"},
                 {"role":"qa","onFailure":"explode","deadline":"tomorrow","inputs":[1]}]}
                """);

        // When / Then
        assertThatExceptionOfType(InvalidDocumentException.class)
                .isThrownBy(() -> RecordJsonReader.read(document, WorkflowSubmitted.class))
                .satisfies(e -> assertThat(e.problems())
                        .extracting(FieldProblem::field)
                        .containsExactlyInAnyOrder(
                                "tasks[0].dependson",
                                "tasks[0].priority",
                                "tasks[1].kind",
                                "tasks[1].onFailure",
                                "tasks[1].deadline",
                                "tasks[1].inputs"))
                .withMessageContaining(
                        "tasks[0].dependson = [\"b\"]: TaskSubmitted has no such field; did you mean dependsOn?")
                .withMessageContaining(
                        "tasks[1].onFailure = \"explode\": not a FailurePolicy; use one of SKIP_DEPENDENTS");
    }

    @Test
    void shouldRefuseADocumentThatIsNoObjectAndNumbersOutOfRange() throws Exception {
        assertThatExceptionOfType(InvalidDocumentException.class)
                .isThrownBy(() -> RecordJsonReader.read(json("[1]"), TaskSubmitted.class))
                .withMessageStartingWith("the document = [1]: expected an object");
        assertThatExceptionOfType(InvalidDocumentException.class)
                .isThrownBy(() -> RecordJsonReader.read(
                        json("{\"kind\":\"k\",\"role\":\"r\",\"priority\":3000000000}"), TaskSubmitted.class))
                .withMessageContaining("priority = 3000000000: out of range");
    }

    @Test
    void shouldReadBackWhatItWrote() throws Exception {
        // Given
        DeadLetter letter = DeadLetter.newBuilder()
                .setCause(DeadLetterCause.UNDECODABLE)
                .setFailure(io.sweaifleet.schemas.common.Failure.newBuilder()
                        .setCode("NOT_AVRO")
                        .setMessage("not Avro")
                        .build())
                .setOrigin(Origin.newBuilder()
                        .setTopic("fleet.tasks")
                        .setPartition(3)
                        .setOffset(42)
                        .setTimestamp(Instant.ofEpochMilli(1_700_000_000_000L))
                        .build())
                .setApplication("fleet-intake")
                .setRefusedAt(Instant.ofEpochMilli(1_700_000_000_001L))
                .setValue(ByteBuffer.wrap(new byte[] {0, 1, (byte) 0xff}))
                .setHeaders(List.of(new RecordHeader("h", null)))
                .build();

        // When
        JsonNode written = RecordJson.toJson(letter);
        DeadLetter back = RecordJsonReader.read(json(written.toString()), DeadLetter.class);

        // Then
        assertThat(back).isEqualTo(letter);
        assertThat(written.at("/origin/timestamp").asText()).isEqualTo("2023-11-14T22:13:20.000Z");
        assertThat(written.at("/failure/failureClass").asText()).isEqualTo("UNKNOWN");
        assertThat(written.get("value").asText()).isEqualTo("AAH/");
        assertThat(written.get("pool").isNull()).isTrue();
    }

    private static JsonNode json(String text) throws Exception {
        return MAPPER.readTree(text);
    }
}
