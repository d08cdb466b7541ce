package io.sweaifleet.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.schemas.config.SettingException;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.registry.InMemorySchemaRegistry;
import io.sweaifleet.schemas.registry.SchemaRegistration;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.junit.jupiter.api.Test;

class FleetSerdesTest {

    @Test
    void shouldReadBackWhatItWroteWithTheSettingsOfAPart() {
        // Given
        String registry = "mock://serdes-settings";
        new SchemaRegistration(InMemorySchemaRegistry.named("serdes-settings")).registerAll();
        Serde<TaskControl> serde =
                FleetSerdes.value(TaskControl.class, Settings.of(Map.of("fleet.registry.url", registry)));
        TaskControl control = TaskControl.newBuilder()
                .setId("c-1")
                .setTaskId("t-1")
                .setAction(ControlAction.CANCEL)
                .setRequestedAt(Instant.ofEpochMilli(1_700_000_000_123L))
                .build();

        // When
        byte[] bytes = serde.serializer().serialize("fleet.task-control", control);
        TaskControl read = serde.deserializer().deserialize("fleet.task-control", bytes);

        // Then
        assertThat(read).isEqualTo(control);
        assertThat(WireFormat.schemaId(bytes)).hasValue(3);
    }

    @Test
    void shouldUseTheClassThatTheConfigurationNames() {
        // Given
        Map<String, Object> config =
                Map.of("schema.registry.url", "mock://serdes-class", "fleet.serde.class", ForeignSerde.class.getName());

        // When
        Serde<TaskControl> serde = FleetSerdes.value(TaskControl.class, config);

        // Then
        assertThat(serde).isInstanceOf(ForeignSerde.class);
        assertThat(((ForeignSerde) (Serde<?>) serde).configuration)
                .containsEntry("specific.avro.reader", "true")
                .containsEntry("specific.avro.value.type", TaskControl.class)
                .containsEntry("schema.registry.url", "mock://serdes-class")
                .doesNotContainKey("fleet.serde.class");
    }

    @Test
    void shouldNameTheSettingWhenTheClassIsNotThere() {
        // Given
        Map<String, Object> config =
                Map.of("schema.registry.url", "mock://serdes-absent", "fleet.serde.class", "com.example.Absent");

        // When / Then
        assertThatThrownBy(() -> FleetSerdes.value(TaskControl.class, config))
                .isInstanceOf(SettingException.class)
                .hasMessageContaining("fleet.serde.class")
                .hasMessageContaining("com.example.Absent");
    }

    /** Stands for a vendor's serde. */
    public static final class ForeignSerde extends Serdes.WrapperSerde<Object> {
        private Map<String, Object> configuration = Map.of();

        public ForeignSerde() {
            super((topic, data) -> new byte[0], (topic, data) -> new Object());
        }

        @Override
        public void configure(Map<String, ?> configs, boolean isKey) {
            configuration = Map.copyOf(configs);
        }
    }
}
