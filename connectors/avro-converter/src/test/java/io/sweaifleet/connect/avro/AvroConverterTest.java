package io.sweaifleet.connect.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.serde.FleetAvroSerializer;
import io.sweaifleet.schemas.task.AttemptSummary;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.junit.jupiter.api.Test;

class AvroConverterTest {

    private static final Map<String, String> CONFIG =
            Map.of("schema.registry.url", "mock://avro-converter", "auto.register.schemas", "true");

    private static AvroConverter converter() {
        AvroConverter converter = new AvroConverter();
        converter.configure(CONFIG, false);
        return converter;
    }

    @Test
    void shouldReadARecordIntoAStruct() {
        // Given
        Instant at = Instant.ofEpochMilli(1_700_000_000_123L);
        TaskOutcome outcome = TaskOutcome.newBuilder()
                .setPool("default")
                .setTenant("default")
                .setWorkflowId("w")
                .setTaskId("t")
                .setStatus(TaskStatus.FAILED)
                .setSubmittedAt(at)
                .setAcceptedAt(at)
                .setFinishedAt(at)
                .setAttempts(List.of(AttemptSummary.newBuilder()
                        .setNumber(1)
                        .setLeaseId("l")
                        .setWorkerId("worker")
                        .setAssignedAt(at)
                        .setFinishedAt(at)
                        .build()))
                .setFailure(Failure.newBuilder()
                        .setFailureClass(FailureClass.PERMANENT)
                        .setCode("BROKEN")
                        .setMessage("it broke")
                        .build())
                .setLabels(Map.of("team", "core"))
                .build();
        byte[] bytes;
        try (FleetAvroSerializer<TaskOutcome> serializer = new FleetAvroSerializer<>()) {
            serializer.configure(CONFIG, false);
            bytes = serializer.serialize("fleet.results", outcome);
        }

        // When
        SchemaAndValue converted = converter().toConnectData("fleet.results", bytes);

        // Then
        Struct struct = (Struct) converted.value();
        struct.validate();
        assertThat(struct.getString("status")).isEqualTo("FAILED");
        assertThat(struct.get("finishedAt")).isEqualTo(new Date(at.toEpochMilli()));
        assertThat(struct.get("startedAt")).isNull();
        assertThat(struct.getStruct("failure").getString("code")).isEqualTo("BROKEN");
        assertThat(struct.getArray("attempts")).hasSize(1);
        assertThat(struct.getMap("labels")).isEqualTo(Map.of("team", "core"));
    }

    @Test
    void shouldPassATombstoneOn() {
        // When / Then
        assertThat(converter().toConnectData("fleet.results", null)).isEqualTo(SchemaAndValue.NULL);
    }

    @Test
    void shouldCallBytesThatAreNotAvroADataError() {
        // When / Then
        assertThatThrownBy(() -> converter().toConnectData("fleet.results", "{}".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(DataException.class);
    }
}
