package io.sweaifleet.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.schemas.registry.ContractSchemas;
import io.sweaifleet.schemas.registry.RegistryServer;
import io.sweaifleet.schemas.registry.SchemaRefusedException;
import io.sweaifleet.schemas.registry.SchemaRegistration;
import io.sweaifleet.schemas.registry.SchemaRegistryClient;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.SchemaMetadata;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import org.apache.flink.avro.shaded.org.apache.avro.Schema;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericData;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericRecord;
import org.apache.flink.formats.avro.registry.confluent.ConfluentRegistryAvroDeserializationSchema;
import org.apache.flink.formats.avro.registry.confluent.ConfluentRegistryAvroSerializationSchema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The wire format and the REST protocol against code that is not ours: Confluent's REST client, and Flink's reader and
 * writer, as Flink ships them.
 */
class WireFormatInteropTest {

    private static final String TOPIC = FleetTopic.TASK_CONTROL.topicName();
    private static final String SUBJECT = FleetTopic.TASK_CONTROL.valueSubject();

    private RegistryServer server;
    private SchemaRegistryClient ours;
    private CachedSchemaRegistryClient theirs;

    @BeforeEach
    void start() throws IOException {
        server = RegistryServer.start();
        ours = SchemaRegistryClient.of(Map.of("schema.registry.url", server.url()));
        theirs = new CachedSchemaRegistryClient(server.url(), 100);
        new SchemaRegistration(ours).registerAll();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void shouldAgreeWithConfluentsClientOnEveryIdVersionAndSchema() {
        // Given
        FleetTopic[] topics = FleetTopic.values();

        // When / Then
        assertThat(Arrays.asList(topics)).allSatisfy(topic -> {
            SchemaMetadata latest = theirs.getLatestSchemaMetadata(topic.valueSubject());
            assertThat(ours.latest(topic.valueSubject()).orElseThrow()).satisfies(registered -> {
                assertThat(registered.id()).isEqualTo(latest.getId());
                assertThat(registered.version()).isEqualTo(latest.getVersion());
            });
            assertThat(theirs.getId(topic.valueSubject(), new AvroSchema(latest.getSchema())))
                    .isEqualTo(latest.getId());
            assertThat(ours.schemaById(latest.getId())).isEqualTo(ContractSchemas.of(topic));
        });
    }

    @Test
    void shouldFindWhatConfluentsClientRegistered() throws IOException, RestClientException {
        // Given
        AvroSchema schema = new AvroSchema(
                "{\"type\":\"record\",\"name\":\"Foreign\",\"fields\":[{\"name\":\"x\",\"type\":\"int\"}]}");

        // When
        int id = theirs.register("foreign-value", schema);

        // Then
        assertThat(ours.schemaById(id)).hasToString(schema.canonicalString());
        assertThat(ours.lookup("foreign-value", ours.schemaById(id))
                        .orElseThrow()
                        .id())
                .isEqualTo(id);
    }

    @Test
    void shouldRefuseWhatConfluentsClientIsRefused() {
        // Given
        String incompatible =
                "{\"type\":\"record\",\"name\":\"TaskControl\",\"namespace\":\"io.sweaifleet.schemas.task\","
                        + "\"fields\":[{\"name\":\"other\",\"type\":\"int\"}]}";

        // When / Then
        assertThatThrownBy(() -> theirs.register(SUBJECT, new AvroSchema(incompatible)))
                .isInstanceOf(RestClientException.class);
        assertThatThrownBy(() -> ours.register(SUBJECT, new org.apache.avro.Schema.Parser().parse(incompatible)))
                .isInstanceOf(SchemaRefusedException.class);
    }

    @Test
    void shouldWriteWhatFlinkReads() throws IOException {
        // Given
        FleetAvroSerializer<TaskControl> serializer = new FleetAvroSerializer<>();
        serializer.configure(Map.of("schema.registry.url", server.url(), "use.latest.version", "true"), false);
        Schema schema = new Schema.Parser()
                .parse(ContractSchemas.of(FleetTopic.TASK_CONTROL).toString());
        ConfluentRegistryAvroDeserializationSchema<GenericRecord> reader =
                ConfluentRegistryAvroDeserializationSchema.forGeneric(schema, server.url());

        // When
        GenericRecord read = reader.deserialize(serializer.serialize(
                TOPIC,
                TaskControl.newBuilder()
                        .setId("c-1")
                        .setAction(ControlAction.CANCEL)
                        .setRequestedAt(Instant.ofEpochMilli(1_700_000_000_123L))
                        .build()));

        // Then
        assertThat(read.get("id")).hasToString("c-1");
        assertThat(read.get("action")).hasToString("CANCEL");
        assertThat(read.get("taskId")).isNull();
        assertThat(read.get("requestedAt")).isEqualTo(1_700_000_000_123L);
    }

    @Test
    void shouldReadWhatFlinkWrites() {
        // Given
        Schema schema = new Schema.Parser()
                .parse(ContractSchemas.of(FleetTopic.TASK_CONTROL).toString());
        GenericRecord record = new GenericData.Record(schema);
        schema.getFields()
                .forEach(field -> record.put(field.pos(), GenericData.get().getDefaultValue(field)));
        record.put("id", "c-2");
        record.put("requestedAt", 1_700_000_000_123L);
        record.put(
                "action", new GenericData.EnumSymbol(schema.getField("action").schema(), "CANCEL"));
        ConfluentRegistryAvroSerializationSchema<GenericRecord> writer =
                ConfluentRegistryAvroSerializationSchema.forGeneric(SUBJECT, schema, server.url());
        FleetAvroDeserializer<TaskControl> deserializer = new FleetAvroDeserializer<>();
        deserializer.configure(Map.of("schema.registry.url", server.url(), "specific.avro.reader", "true"), false);

        // When
        TaskControl read = deserializer.deserialize(TOPIC, writer.serialize(record));

        // Then
        assertThat(read)
                .isEqualTo(TaskControl.newBuilder()
                        .setId("c-2")
                        .setAction(ControlAction.CANCEL)
                        .setRequestedAt(Instant.ofEpochMilli(1_700_000_000_123L))
                        .build());
    }
}
