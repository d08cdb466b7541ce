package io.sweaifleet.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.schemas.error.UnknownSchemaException;
import io.sweaifleet.schemas.serde.FleetAvroDeserializer;
import io.sweaifleet.schemas.serde.FleetAvroSerializer;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.avro.SchemaBuilder;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.SchemaMetadata;
import org.apache.flink.avro.shaded.org.apache.avro.Schema;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericRecord;
import org.apache.flink.formats.avro.registry.confluent.ConfluentRegistryAvroDeserializationSchema;
import org.apache.flink.formats.avro.registry.confluent.ConfluentRegistryAvroSerializationSchema;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The registry that a single node runs, as a real process with its storage on disk, and both clients against it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ApicurioRegistryIT {

    private static final Duration READY_WITHIN = Duration.ofSeconds(120);
    private static final String TOPIC = FleetTopic.TASK_CONTROL.topicName();
    private static final String SUBJECT = FleetTopic.TASK_CONTROL.valueSubject();

    @TempDir
    private static Path dir;

    private static Path jar;
    private static Process process;
    private static String url;
    private static SchemaRegistryClient ours;
    private static List<SchemaRegistration.Subject> registered;

    @BeforeAll
    static void start() throws Exception {
        Path archive = Path.of("target", "registry.tar.gz").toAbsolutePath();
        Process tar = new ProcessBuilder("tar", "-xzf", archive.toString(), "-C", dir.toString())
                .inheritIO()
                .start();
        assertThat(tar.waitFor()).as("unpacking " + archive).isZero();
        try (Stream<Path> files = Files.list(dir)) {
            jar = files.filter(file -> file.toString().endsWith("-runner.jar"))
                    .findFirst()
                    .orElseThrow();
        }
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            url = "http://127.0.0.1:" + socket.getLocalPort() + "/apis/ccompat/v7";
        }
        launch();
        ours = SchemaRegistryClient.of(Map.of("schema.registry.url", url));
        registered = new SchemaRegistration(ours).registerAll();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    @Order(1)
    void shouldRegisterTheCatalogueOnceAndForAll() {
        // Given
        SchemaRegistration registration = new SchemaRegistration(ours);

        // When
        List<SchemaRegistration.Subject> again = registration.registerAll();

        // Then
        assertThat(registered).allMatch(subject -> subject.state() == SchemaRegistration.State.NEWLY_REGISTERED);
        assertThat(again).allMatch(subject -> subject.state() == SchemaRegistration.State.REGISTERED);
        assertThat(again).extracting(SchemaRegistration.Subject::id).isEqualTo(ids(registered));
        assertThat(registration.check())
                .extracting(SchemaRegistration.Subject::id)
                .isEqualTo(ids(registered));
    }

    @Test
    @Order(2)
    void shouldAgreeWithConfluentsClient() {
        // Given
        CachedSchemaRegistryClient theirs = new CachedSchemaRegistryClient(url, 100);

        // When / Then
        assertThat(Arrays.asList(FleetTopic.values())).allSatisfy(topic -> {
            SchemaMetadata latest = theirs.getLatestSchemaMetadata(topic.valueSubject());
            RegisteredSchema found = ours.latest(topic.valueSubject()).orElseThrow();
            assertThat(found.id()).isEqualTo(latest.getId());
            assertThat(found.version()).isEqualTo(latest.getVersion());
            assertThat(ours.schemaById(latest.getId())).isEqualTo(ContractSchemas.of(topic));
            assertThat(theirs.getId(topic.valueSubject(), new AvroSchema(latest.getSchema())))
                    .isEqualTo(latest.getId());
        });
    }

    @Test
    @Order(3)
    void shouldFindWhatConfluentsClientRegisters() throws Exception {
        // Given
        CachedSchemaRegistryClient theirs = new CachedSchemaRegistryClient(url, 100);
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
        assertThat(ours.versions("foreign-value")).containsExactly(1);
    }

    @Test
    @Order(4)
    void shouldTellWhatIsNotThere() {
        // Given
        org.apache.avro.Schema schema =
                SchemaBuilder.record("Nobody").fields().requiredInt("x").endRecord();

        // When / Then
        assertThatThrownBy(() -> ours.schemaById(987_654)).isInstanceOf(UnknownSchemaException.class);
        assertThat(ours.latest("nothing-value")).isEmpty();
        assertThat(ours.lookup("nothing-value", schema)).isEmpty();
        assertThat(ours.lookup(SUBJECT, schema)).isEmpty();
        assertThat(ours.versions("nothing-value")).isEmpty();
        assertThat(ours.incompatibilities("nothing-value", schema)).isEmpty();
    }

    @Test
    @Order(5)
    void shouldRefuseAnIncompatibleVersionAndTakeACompatibleOne() {
        // Given
        String contract = ContractSchemas.of(FleetTopic.KNOWLEDGE).toString();
        String subject = FleetTopic.KNOWLEDGE.valueSubject();
        org.apache.avro.Schema incompatible = parse(contract, "{\"name\":\"added\",\"type\":\"string\"},");
        org.apache.avro.Schema compatible =
                parse(contract, "{\"name\":\"added\",\"type\":\"string\",\"default\":\"\"},");

        // When / Then
        assertThat(ours.incompatibilities(subject, incompatible)).isNotEmpty();
        assertThatThrownBy(() -> ours.register(subject, incompatible)).isInstanceOf(SchemaRefusedException.class);
        assertThat(ours.incompatibilities(subject, compatible)).isEmpty();
        assertThat(ours.register(subject, compatible))
                .isNotEqualTo(ours.lookup(subject, ContractSchemas.of(FleetTopic.KNOWLEDGE))
                        .orElseThrow()
                        .id());
        assertThat(ours.versions(subject)).hasSize(2);
    }

    @Test
    @Order(6)
    void shouldExchangeRecordsWithFlink() throws IOException {
        // Given
        Schema schema = new Schema.Parser()
                .parse(ContractSchemas.of(FleetTopic.TASK_CONTROL).toString());
        FleetAvroSerializer<TaskControl> serializer = new FleetAvroSerializer<>();
        serializer.configure(Map.of("schema.registry.url", url, "use.latest.version", "true"), false);
        FleetAvroDeserializer<TaskControl> deserializer = new FleetAvroDeserializer<>();
        deserializer.configure(Map.of("schema.registry.url", url, "specific.avro.reader", "true"), false);
        TaskControl control = TaskControl.newBuilder()
                .setId("c-1")
                .setAction(ControlAction.CANCEL)
                .setRequestedAt(Instant.ofEpochMilli(1_700_000_000_123L))
                .build();

        // When
        GenericRecord theirs = ConfluentRegistryAvroDeserializationSchema.forGeneric(schema, url)
                .deserialize(serializer.serialize(TOPIC, control));
        byte[] rewritten = ConfluentRegistryAvroSerializationSchema.forGeneric(SUBJECT, schema, url)
                .serialize(theirs);

        // Then
        assertThat(theirs.get("id")).hasToString("c-1");
        assertThat(deserializer.deserialize(TOPIC, rewritten)).isEqualTo(control);
        assertThat(ours.versions(SUBJECT)).containsExactly(1);
    }

    @Test
    @Order(7)
    void shouldKeepItsIdsWhenItIsKilled() throws Exception {
        // Given
        int last = ours.register(
                "last-value",
                SchemaBuilder.record("Last").fields().requiredInt("x").endRecord());

        // When
        process.destroyForcibly().waitFor();
        launch();

        // Then: a client that remembers nothing finds every id again.
        SchemaRegistryClient fresh = SchemaRegistryClient.of(Map.of("schema.registry.url", url, "max.retries", "4"));
        assertThat(fresh.schemaById(last).getName()).isEqualTo("Last");
        assertThat(new SchemaRegistration(fresh).check())
                .extracting(SchemaRegistration.Subject::id)
                .isEqualTo(ids(registered));
    }

    private static org.apache.avro.Schema parse(String contract, String field) {
        return new org.apache.avro.Schema.Parser()
                .parse(contract.replaceFirst("\"fields\":\\[", "\"fields\":[" + field));
    }

    private static List<Integer> ids(List<SchemaRegistration.Subject> subjects) {
        return subjects.stream().map(SchemaRegistration.Subject::id).toList();
    }

    private static void launch() throws Exception {
        URI address = URI.create(url);
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx256m",
                        "-Dquarkus.http.host=127.0.0.1",
                        "-Dquarkus.http.port=" + address.getPort(),
                        "-Dapicurio.storage.kind=sql",
                        "-Dapicurio.storage.sql.kind=h2",
                        "-Dapicurio.datasource.url=jdbc:h2:file:" + dir.resolve("registry") + ";WRITE_DELAY=0",
                        "-jar",
                        jar.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        dir.resolve("registry.log").toFile()))
                .start();
        HttpClient http = HttpClient.newHttpClient();
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        while (!answers(http)) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                process.destroyForcibly();
                throw new AssertionError(
                        "The registry did not start:\n" + Files.readString(dir.resolve("registry.log")));
            }
            process.waitFor(200, TimeUnit.MILLISECONDS);
        }
    }

    private static boolean answers(HttpClient http) throws InterruptedException {
        try {
            return http.send(
                                    HttpRequest.newBuilder(URI.create(url + "/subjects"))
                                            .timeout(Duration.ofSeconds(5))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException notYet) {
            return false;
        }
    }
}
