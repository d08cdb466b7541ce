package io.sweaifleet.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.error.RegistryUnavailableException;
import io.sweaifleet.schemas.error.SchemaNotRegisteredException;
import io.sweaifleet.schemas.error.UndecodableException;
import io.sweaifleet.schemas.error.UnknownSchemaException;
import io.sweaifleet.schemas.registry.InMemorySchemaRegistry;
import io.sweaifleet.schemas.registry.RegistryServer;
import io.sweaifleet.schemas.registry.SchemaRegistration;
import io.sweaifleet.schemas.registry.SchemaRegistryClient;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskSubmitted;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FleetAvroDeserializerTest {

    private static final String TOPIC = "fleet.task-control";

    private InMemorySchemaRegistry registry;
    private Map<String, Object> config;

    @BeforeEach
    void fill(TestInfo info) {
        String name = "deserializer-" + info.getDisplayName();
        name = name.replaceAll("\\W", "-");
        registry = InMemorySchemaRegistry.named(name);
        new SchemaRegistration(registry).registerAll();
        config = Map.of("schema.registry.url", "mock://" + name);
    }

    @Test
    void shouldGiveTheGeneratedClassOfTheTopic() {
        // Given
        byte[] bytes = serializer().serialize(TOPIC, control("c-1"));

        // When
        IndexedRecord read = reader(Map.of("specific.avro.reader", "true")).deserialize(TOPIC, bytes);

        // Then
        assertThat(read).isEqualTo(control("c-1"));
    }

    @Test
    void shouldGiveAGenericRecordUnlessAskedForClasses() {
        // Given
        byte[] bytes = serializer().serialize(TOPIC, control("c-1"));

        // When
        IndexedRecord read = reader(Map.of()).deserialize(TOPIC, bytes);

        // Then
        assertThat(read).isInstanceOf(GenericRecord.class);
        assertThat(((GenericRecord) read).get("id")).hasToString("c-1");
    }

    @Test
    void shouldPassTombstonesThrough() {
        // Given / When / Then
        assertThat(reader(Map.of()).deserialize(TOPIC, (byte[]) null)).isNull();
        assertThat(serializer().serialize(TOPIC, null)).isNull();
    }

    @Test
    void shouldRefuseBytesThatAreNotInTheWireFormat() {
        // Given
        List<byte[]> garbage = List.of(
                new byte[0],
                new byte[] {0},
                new byte[] {0, 0, 0, 1},
                "{\"id\": \"c-1\"}".getBytes(StandardCharsets.UTF_8),
                new byte[] {1, 0, 0, 0, 3, 0, 0});

        // When / Then
        assertThat(garbage)
                .allSatisfy(bytes -> assertThatThrownBy(() -> specific().deserialize(TOPIC, bytes))
                        .isInstanceOf(UndecodableException.class)
                        .hasMessageContaining(TOPIC)
                        .hasMessageContaining("wire format"));
    }

    @Test
    void shouldTellAnUnknownSchemaFromBadBytes() {
        // Given
        byte[] bytes = serializer().serialize(TOPIC, control("c-1"));
        ByteBuffer.wrap(bytes).putInt(1, 4711);

        // When / Then
        assertThatThrownBy(() -> specific().deserialize(TOPIC, bytes))
                .isInstanceOf(UnknownSchemaException.class)
                .hasMessageContaining("4711");
    }

    @Test
    void shouldTellARegistryThatIsAwayFromBadBytes() throws IOException {
        // Given
        byte[] bytes = serializer().serialize(TOPIC, control("c-1"));
        RegistryServer server = RegistryServer.start();
        server.close();
        FleetAvroDeserializer<IndexedRecord> reader =
                reader(Map.of("schema.registry.url", server.url(), "max.retries", "0"));

        // When / Then
        assertThatThrownBy(() -> reader.deserialize(TOPIC, bytes)).isInstanceOf(RegistryUnavailableException.class);
    }

    @Test
    void shouldRefuseEveryTruncation() {
        // Given
        byte[] bytes = serializer().serialize(TOPIC, control("c-1"));
        FleetAvroDeserializer<IndexedRecord> reader = specific();

        // When / Then
        assertThat(IntStream.range(0, bytes.length).mapToObj(length -> Arrays.copyOf(bytes, length)))
                .allSatisfy(cut -> assertThatThrownBy(() -> reader.deserialize(TOPIC, cut))
                        .isInstanceOf(UndecodableException.class));
        assertThat(reader.deserialize(TOPIC, bytes)).isEqualTo(control("c-1"));
    }

    @Test
    void shouldRefuseBytesThatAreLeftOver() {
        // Given
        byte[] bytes = serializer().serialize(TOPIC, control("c-1"));

        // When / Then
        assertThatThrownBy(() -> specific().deserialize(TOPIC, Arrays.copyOf(bytes, bytes.length + 1)))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining("left over");
    }

    @Test
    void shouldRefuseARecordOfAnotherTopicsType() {
        // Given
        byte[] bytes = this.<TaskSubmitted>serializer()
                .serialize(
                        "fleet.tasks",
                        TaskSubmitted.newBuilder()
                                .setKind("qa.run-tests")
                                .setRole("qa")
                                .build());

        // When / Then
        assertThatThrownBy(() -> specific().deserialize(TOPIC, bytes))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining("TaskSubmitted")
                .hasMessageContaining("TaskControl");
    }

    @Test
    void shouldEndWellOnRandomBytes() {
        // Given
        Random random = new Random(42);
        FleetAvroDeserializer<IndexedRecord> reader = specific();
        int dead = registry.latest("fleet.dead-letters-value").orElseThrow().id();

        // When / Then
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[5 + random.nextInt(200)];
            random.nextBytes(bytes);
            bytes[0] = 0;
            ByteBuffer.wrap(bytes).putInt(1, dead);
            try {
                assertThat(reader.deserialize("fleet.dead-letters", bytes)).isInstanceOf(DeadLetter.class);
            } catch (SerializationException expected) {
                assertThat(expected).isInstanceOf(UndecodableException.class);
            }
        }
    }

    @Test
    void shouldNotBelieveHugeLengths() throws IOException {
        // Given
        FleetAvroDeserializer<IndexedRecord> reader = specific();
        int workflow = registry.latest("fleet.workflows-value").orElseThrow().id();
        int control = registry.latest("fleet.task-control-value").orElseThrow().id();
        Schema noFields = SchemaBuilder.record("Huge")
                .fields()
                .name("items")
                .type(SchemaBuilder.array().items().nullType())
                .noDefault()
                .endRecord();
        int endless = registry.register("fleet.anything-value", noFields);

        // When / Then: a text of two billion bytes, a map and an array of as many entries, an array of nothing.
        assertThatThrownBy(() -> reader.deserialize(TOPIC, claiming(control, 1, Integer.MAX_VALUE - 100)))
                .isInstanceOf(UndecodableException.class);
        assertThatThrownBy(() -> reader.deserialize(
                        "fleet.workflows", claiming(workflow, 0, 0, 0, 0, 0, 0, 0, 0, 0, Integer.MAX_VALUE - 100)))
                .isInstanceOf(UndecodableException.class);
        assertThatThrownBy(() -> reader.deserialize(
                        "fleet.workflows", claiming(workflow, 0, 0, 0, 0, 0, 0, 0, 0, Long.MAX_VALUE)))
                .isInstanceOf(UndecodableException.class);
        assertThatThrownBy(() ->
                        reader(Map.of()).deserialize("fleet.anything", claiming(endless, Integer.MAX_VALUE - 100, 0)))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining("endless");
    }

    @Test
    void shouldSurviveDeepNestingInAWritersOwnFields() throws IOException {
        // Given: a writer that adds a chain of itself, which our reader skips.
        Schema chain = new Schema.Parser()
                .parse(
                        "{\"type\":\"record\",\"name\":\"Chain\",\"fields\":[{\"name\":\"next\",\"type\":[\"null\",\"Chain\"],"
                                + "\"default\":null}]}");
        List<Schema.Field> fields = new ArrayList<>();
        TaskControl.getClassSchema().getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
        fields.add(
                0, new Schema.Field("chain", Schema.createUnion(Schema.create(Schema.Type.NULL), chain), null, null));
        Schema writer = Schema.createRecord("TaskControl", null, "io.sweaifleet.schemas.task", false, fields);
        int id = registry.register("fleet.other-value", writer);
        long[] links = new long[200_000];
        Arrays.fill(links, 1);

        // When / Then
        assertThatThrownBy(() -> specific().deserialize(TOPIC, claiming(id, links)))
                .isInstanceOf(UndecodableException.class);
    }

    @Test
    void shouldReadWhatANewerProducerWrites() throws IOException {
        // Given: the next version has a further field and a further enum symbol.
        Schema newer = new Schema.Parser()
                .parse(TaskControl.getClassSchema()
                        .toString()
                        .replace("\"CANCEL\"", "\"CANCEL\",\"EXPLODE\"")
                        .replace("\"fields\":[", "\"fields\":[{\"name\":\"urgency\",\"type\":\"int\",\"default\":0},"));
        int id = registry.register("fleet.task-control-value", newer);
        GenericRecord record = new GenericRecordBuilder(newer)
                .set("urgency", 7)
                .set("id", "c-2")
                .set(
                        "action",
                        new GenericData.EnumSymbol(newer.getField("action").schema(), "EXPLODE"))
                .build();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        WireFormat.writeHeader(out, id);
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(newer).write(record, encoder);
        encoder.flush();

        // When
        TaskControl read = (TaskControl) specific().deserialize(TOPIC, out.toByteArray());

        // Then
        assertThat(read.getId()).isEqualTo("c-2");
        assertThat(read.getAction()).isEqualTo(ControlAction.UNKNOWN);
    }

    @Test
    void shouldServeManyThreadsAtOnce() throws Exception {
        // Given
        FleetAvroSerde<TaskControl> serde = new FleetAvroSerde<>();
        Map<String, Object> specific = new HashMap<>(config);
        specific.put("specific.avro.reader", true);
        serde.configure(specific, false);
        ExecutorService threads = Executors.newFixedThreadPool(4);

        // When
        List<Future<Boolean>> results = threads.invokeAll(IntStream.range(0, 4)
                .<Callable<Boolean>>mapToObj(
                        thread -> () -> IntStream.range(0, 2_000).allMatch(i -> {
                            TaskControl written = control("c-" + thread + "-" + i);
                            byte[] bytes = serde.serializer().serialize(TOPIC, written);
                            return written.equals(serde.deserializer().deserialize(TOPIC, bytes));
                        }))
                .toList());

        // Then
        threads.shutdown();
        for (Future<Boolean> result : results) {
            assertThat(result.get()).isTrue();
        }
    }

    @Test
    void shouldRefuseAConfigurationItCannotHonour() {
        // Given / When / Then
        assertThatThrownBy(() -> reader(Map.of("value.subject.name.strategy", "io.x.RecordNameStrategy")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("TopicNameStrategy");
        assertThatThrownBy(() -> reader(Map.of("auto.register.schemas", "true", "use.latest.version", "true")))
                .hasMessageContaining("auto.register.schemas")
                .hasMessageContaining("use.latest.version");
        assertThatThrownBy(() -> reader(Map.of("specific.avro.reader", "yes")))
                .hasMessageContaining("specific.avro.reader");
        assertThatThrownBy(() -> reader(Map.of("specific.avro.value.type", "java.lang.String")))
                .hasMessageContaining("specific.avro.value.type");
        assertThatThrownBy(() -> new FleetAvroDeserializer<>().configure(config, true))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("StringDeserializer");
        assertThat(reader(Map.of(
                        "value.subject.name.strategy", "io.confluent.kafka.serializers.subject.TopicNameStrategy")))
                .isNotNull();
    }

    @Test
    void shouldSayHowToRegisterASchemaThatIsMissing() {
        // Given
        FleetAvroSerializer<TaskControl> serializer = new FleetAvroSerializer<>();
        serializer.configure(Map.of("schema.registry.url", "mock://empty", "use.latest.version", "true"), false);

        // When / Then
        assertThatThrownBy(() -> serializer.serialize(TOPIC, control("c-1")))
                .isInstanceOf(SchemaNotRegisteredException.class)
                .hasMessageContaining("fleet.task-control-value")
                .hasMessageContaining("fleet schemas register");
    }

    @Test
    void shouldGoOnWritingWithAnOlderVersionWhileOthersAreUpgraded() {
        // Given
        Schema newer = new Schema.Parser()
                .parse(TaskControl.getClassSchema()
                        .toString()
                        .replace("\"fields\":[", "\"fields\":[{\"name\":\"urgency\",\"type\":\"int\",\"default\":0},"));
        int ours = registry.latest("fleet.task-control-value").orElseThrow().id();
        registry.register("fleet.task-control-value", newer);

        // When
        byte[] bytes = serializer().serialize(TOPIC, control("c-1"));

        // Then
        assertThat(WireFormat.schemaId(bytes)).hasValue(ours);
    }

    @Test
    void shouldRegisterOnlyWhenToldTo() {
        // Given
        FleetAvroSerializer<TaskControl> serializer = new FleetAvroSerializer<>();
        serializer.configure(
                Map.of("schema.registry.url", "mock://registering", "auto.register.schemas", "true"), false);

        // When
        serializer.serialize("my.own-topic", control("c-1"));

        // Then
        assertThat(SchemaRegistryClient.of(Map.of("schema.registry.url", "mock://registering"))
                        .versions("my.own-topic-value"))
                .containsExactly(1);
    }

    @Test
    void shouldNameTheFieldThatIsMissingAndWriteTheNextRecordWell() {
        // Given
        FleetAvroSerializer<IndexedRecord> serializer = serializer();
        TaskSubmitted incomplete = new TaskSubmitted();

        // When / Then
        assertThatThrownBy(() -> serializer.serialize("fleet.tasks", incomplete))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("fleet.tasks")
                .hasMessageContaining("kind");
        assertThat(specific().deserialize(TOPIC, serializer.serialize(TOPIC, control("c-1"))))
                .isEqualTo(control("c-1"));
    }

    private static TaskControl control(String id) {
        return TaskControl.newBuilder()
                .setId(id)
                .setTaskId("t-1")
                .setAction(ControlAction.CANCEL)
                .setReason("no longer needed")
                .build();
    }

    private <T extends IndexedRecord> FleetAvroSerializer<T> serializer() {
        FleetAvroSerializer<T> serializer = new FleetAvroSerializer<>();
        serializer.configure(config, false);
        return serializer;
    }

    private FleetAvroDeserializer<IndexedRecord> specific() {
        return reader(Map.of("specific.avro.reader", "true"));
    }

    private FleetAvroDeserializer<IndexedRecord> reader(Map<String, ?> more) {
        Map<String, Object> all = new HashMap<>(config);
        all.putAll(more);
        FleetAvroDeserializer<IndexedRecord> deserializer = new FleetAvroDeserializer<>();
        deserializer.configure(all, false);
        return deserializer;
    }

    private static byte[] claiming(int id, long... numbers) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        WireFormat.writeHeader(out, id);
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        for (long number : numbers) {
            encoder.writeLong(number);
        }
        return out.toByteArray();
    }
}
