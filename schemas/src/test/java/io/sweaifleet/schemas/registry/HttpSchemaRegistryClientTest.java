package io.sweaifleet.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.schemas.error.RegistryUnavailableException;
import io.sweaifleet.schemas.error.UndecodableException;
import io.sweaifleet.schemas.error.UnknownSchemaException;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HttpSchemaRegistryClientTest {

    private static final Schema V1 = SchemaBuilder.record("Thing")
            .namespace("test")
            .fields()
            .requiredString("name")
            .endRecord();
    private static final Schema V2 = SchemaBuilder.record("Thing")
            .namespace("test")
            .fields()
            .requiredString("name")
            .optionalString("colour")
            .endRecord();
    private static final Schema INCOMPATIBLE = SchemaBuilder.record("Thing")
            .namespace("test")
            .fields()
            .requiredLong("name")
            .endRecord();

    private RegistryServer server;

    @TempDir
    private Path dir;

    @BeforeEach
    void start() throws IOException {
        server = RegistryServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void shouldRegisterLookUpAndFetch() {
        // Given
        SchemaRegistryClient client = client(Map.of());

        // When
        int first = client.register("things/of any-kind", V1);
        int second = client.register("things/of any-kind", V2);

        // Then
        assertThat(client.register("things/of any-kind", V1)).isEqualTo(first);
        assertThat(client.schemaById(second)).isEqualTo(V2);
        assertThat(client.versions("things/of any-kind")).containsExactly(1, 2);
        assertThat(client.latest("things/of any-kind"))
                .contains(new RegisteredSchema("things/of any-kind", 2, second, V2));
        assertThat(client.lookup("things/of any-kind", V1))
                .contains(new RegisteredSchema("things/of any-kind", 1, first, V1));
    }

    @Test
    void shouldSayThatThereIsNoSuchSubject() {
        // Given
        SchemaRegistryClient client = client(Map.of());

        // When / Then
        assertThat(client.latest("nothing")).isEmpty();
        assertThat(client.lookup("nothing", V1)).isEmpty();
        assertThat(client.versions("nothing")).isEmpty();
        assertThat(client.incompatibilities("nothing", V1)).isEmpty();
    }

    @Test
    void shouldReportWhyASchemaIsRefused() {
        // Given
        SchemaRegistryClient client = client(Map.of());
        client.register("things", V1);

        // When / Then
        assertThat(client.incompatibilities("things", INCOMPATIBLE))
                .isNotEmpty()
                .anyMatch(text -> text.contains("name"));
        assertThatThrownBy(() -> client.register("things", INCOMPATIBLE))
                .isInstanceOf(SchemaRefusedException.class)
                .hasMessageContaining("things")
                .hasMessageContaining("fleet schemas check");
    }

    @Test
    void shouldFetchASchemaOnce() {
        // Given
        SchemaRegistryClient client = client(Map.of());
        int id = client.register("things", V1);

        // When
        client.schemaById(id);
        client.schemaById(id);

        // Then
        assertThat(server.requests()).containsOnlyOnce("GET /schemas/ids/" + id);
    }

    @Test
    void shouldNotAskAgainForAnIdThatIsNotThere() {
        // Given
        SchemaRegistryClient client = client(Map.of());

        // When
        for (int i = 0; i < 50; i++) {
            assertThatThrownBy(() -> client.schemaById(4711))
                    .isInstanceOf(UnknownSchemaException.class)
                    .hasMessageContaining("4711")
                    .hasMessageContaining(server.url());
        }

        // Then
        assertThat(server.requests()).containsExactly("GET /schemas/ids/4711");
    }

    @Test
    void shouldFindAnIdThatWasRegisteredLater() {
        // Given
        SchemaRegistryClient client = client(Map.of("missing.id.cache.ttl.sec", "0"));
        assertThatThrownBy(() -> client.schemaById(1)).isInstanceOf(UnknownSchemaException.class);

        // When
        int id = server.contents().register("things", V1);

        // Then
        assertThat(id).isEqualTo(1);
        assertThat(client.schemaById(1)).isEqualTo(V1);
    }

    @Test
    void shouldTryAgainAfterAServersPassingFailure() {
        // Given
        SchemaRegistryClient client = client(Map.of());
        int id = server.contents().register("things", V1);
        server.next(503, "starting");
        server.next(500, "{\"error_code\":50001,\"message\":\"store\"}");
        server.next(429, "slow down");

        // When
        Schema schema = client.schemaById(id);

        // Then
        assertThat(schema).isEqualTo(V1);
        assertThat(server.requests()).hasSize(4);
    }

    @Test
    void shouldGiveUpAsUnavailableWithoutRememberingIt() {
        // Given
        SchemaRegistryClient client = client(Map.of("max.retries", "1"));
        int id = server.contents().register("things", V1);
        server.next(503, "down");
        server.next(503, "down");

        // When / Then
        assertThatThrownBy(() -> client.schemaById(id))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("503")
                .hasMessageContaining("tried 2 times")
                .hasMessageContaining("schema.registry.url");
        assertThat(client.schemaById(id)).isEqualTo(V1);
    }

    @Test
    void shouldTurnToTheNextAddressAndStayThere() throws IOException {
        // Given
        int id = server.contents().register("things", V1);
        String nobody = "http://localhost:" + freePort();
        SchemaRegistryClient client = client(Map.of("schema.registry.url", nobody + "," + server.url() + "/"));

        // When
        Schema schema = client.schemaById(id);
        long begun = System.nanoTime();
        client.latest("things");

        // Then
        assertThat(schema).isEqualTo(V1);
        assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(5));
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void shouldCallAServerThatDoesNotAnswerUnavailable() {
        // Given
        CountDownLatch released = new CountDownLatch(1);
        server.next(exchange -> {
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.close();
        });
        SchemaRegistryClient client = client(Map.of("http.read.timeout.ms", "200", "max.retries", "0"));

        // When / Then
        try {
            assertThatThrownBy(() -> client.schemaById(1))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessageContaining("timed out");
        } finally {
            released.countDown();
        }
    }

    @Test
    void shouldCallANobodyUnavailable() throws IOException {
        // Given
        SchemaRegistryClient client =
                client(Map.of("schema.registry.url", "http://localhost:" + freePort(), "max.retries", "1"));

        // When / Then
        assertThatThrownBy(() -> client.latest("things"))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("did not answer");
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void shouldAskForCredentialsInsteadOfBlamingTheRecord(int status) {
        // Given
        SchemaRegistryClient client = client(Map.of());
        server.next(status, "{\"error_code\":" + status + ",\"message\":\"who are you\"}");

        // When / Then
        assertThatThrownBy(() -> client.schemaById(1))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("who are you")
                .hasMessageContaining("basic.auth.user.info");
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void shouldNotTakeAWrongAddressForAnUnknownSchema() {
        // Given
        SchemaRegistryClient client = client(Map.of());
        server.next(404, "<html>Not Found</html>");
        server.next(200, "<html>Welcome</html>");

        // When / Then
        assertThatThrownBy(() -> client.schemaById(1))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("schema.registry.url");
        assertThatThrownBy(() -> client.schemaById(1))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("not JSON");
    }

    @Test
    void shouldSendUserAndPassword() {
        // Given
        SchemaRegistryClient client = client(
                Map.of("basic.auth.credentials.source", "USER_INFO", "basic.auth.user.info", "ann:s3cret:with:colons"));

        // When
        client.latest("things");

        // Then
        assertThat(server.authorizations())
                .containsExactly("Basic "
                        + Base64.getEncoder()
                                .encodeToString("ann:s3cret:with:colons".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void shouldTakeUserAndPasswordFromTheAddress() {
        // Given
        SchemaRegistryClient client =
                client(Map.of("schema.registry.url", server.url().replace("//", "//ann:s3cret@")));

        // When
        client.latest("things");

        // Then
        assertThat(server.authorizations())
                .containsExactly(
                        "Basic " + Base64.getEncoder().encodeToString("ann:s3cret".getBytes(StandardCharsets.UTF_8)));
        assertThat(client.address()).doesNotContain("s3cret");
    }

    @Test
    void shouldSendABearerToken() {
        // Given
        SchemaRegistryClient client =
                client(Map.of("bearer.auth.credentials.source", "STATIC_TOKEN", "bearer.auth.token", "t0ken"));

        // When
        client.latest("things");

        // Then
        assertThat(server.authorizations()).containsExactly("Bearer t0ken");
    }

    @Test
    void shouldTrustTheCertificateOfATrustStoreAndNoOther() throws Exception {
        // Given
        Path store = keyStore("server");
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);

        try (RegistryServer tls = RegistryServer.startTls(context)) {
            SchemaRegistryClient trusting = client(Map.of(
                    "schema.registry.url",
                    tls.url(),
                    "schema.registry.ssl.truststore.location",
                    store.toString(),
                    "schema.registry.ssl.truststore.password",
                    "changeit",
                    "schema.registry.ssl.truststore.type",
                    "PKCS12"));
            SchemaRegistryClient doubting = client(Map.of("schema.registry.url", tls.url(), "max.retries", "0"));

            // When
            int id = trusting.register("things", V1);

            // Then
            assertThat(trusting.schemaById(id)).isEqualTo(V1);
            assertThatThrownBy(() -> doubting.latest("things"))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessageContaining("SSL");
        }
    }

    @Test
    void shouldNameATrustStoreThatCannotBeOpened() throws Exception {
        // Given
        Path store = keyStore("locked");

        // When / Then
        assertThatThrownBy(() -> client(Map.of(
                        "schema.registry.ssl.truststore.location", store.toString(),
                        "schema.registry.ssl.truststore.password", "wrong",
                        "schema.registry.ssl.truststore.type", "PKCS12")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("schema.registry.ssl.truststore.location")
                .hasMessageContaining(store.toString());
    }

    @Test
    void shouldRefuseWhatIsNotAvro() {
        // Given
        SchemaRegistryClient client = client(Map.of());
        server.next(200, "{\"schemaType\":\"PROTOBUF\",\"schema\":\"syntax = ...\"}");
        server.next(200, "{\"schema\":\"{\\\"type\\\":\\\"nonsense\\\"}\"}");

        // When / Then
        assertThatThrownBy(() -> client.schemaById(1))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining("PROTOBUF");
        assertThatThrownBy(() -> client.schemaById(2)).isInstanceOf(UndecodableException.class);
    }

    @Test
    void shouldFetchWhatASchemaRefersTo() {
        // Given
        SchemaRegistryClient client = client(Map.of());
        server.next(
                200,
                "{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"Box\\\",\\\"fields\\\":[{\\\"name\\\":\\\"thing\\\",\\\"type\\\":\\\"test.Thing\\\"}]}\","
                        + "\"references\":[{\"name\":\"test.Thing\",\"subject\":\"things\",\"version\":1}]}");
        server.contents().register("things", V1);

        // When
        Schema schema = client.schemaById(9);

        // Then
        assertThat(schema.getField("thing").schema()).isEqualTo(V1);
    }

    @Test
    void shouldRegisterTheWholeCatalogueOnceAndForAll() {
        // Given
        SchemaRegistration registration = new SchemaRegistration(client(Map.of()));
        assertThat(registration.check()).allMatch(subject -> subject.state() == SchemaRegistration.State.ABSENT);

        // When
        List<SchemaRegistration.Subject> first = registration.registerAll();
        List<SchemaRegistration.Subject> second = registration.registerAll();

        // Then
        assertThat(first)
                .hasSameSizeAs(FleetTopic.values())
                .allMatch(subject -> subject.state() == SchemaRegistration.State.NEWLY_REGISTERED);
        assertThat(second).allMatch(subject -> subject.state() == SchemaRegistration.State.REGISTERED);
        assertThat(registration.check())
                .extracting(SchemaRegistration.Subject::id)
                .isEqualTo(first.stream().map(SchemaRegistration.Subject::id).toList());
        assertThat(server.requests()).contains("PUT /config/fleet.tasks-value");
    }

    @Test
    void shouldTellWhatTheRegistryHasThatContradictsTheCatalogue() {
        // Given
        server.contents()
                .register(
                        "fleet.results-value",
                        SchemaBuilder.record("TaskOutcome")
                                .namespace("io.sweaifleet.schemas.task")
                                .fields()
                                .requiredString("something.else".replace('.', '_'))
                                .endRecord());
        SchemaRegistration registration = new SchemaRegistration(client(Map.of()));

        // When
        List<SchemaRegistration.Subject> subjects = registration.check();

        // Then
        assertThat(subjects)
                .filteredOn(subject -> subject.topic() == FleetTopic.RESULTS)
                .singleElement()
                .satisfies(subject -> {
                    assertThat(subject.state()).isEqualTo(SchemaRegistration.State.INCOMPATIBLE);
                    assertThat(subject.problems()).isNotEmpty();
                });
        assertThatThrownBy(registration::registerAll)
                .isInstanceOf(SchemaRefusedException.class)
                .hasMessageContaining("fleet.results-value");
    }

    @Test
    void shouldShareOneClientAmongEqualConfigurations() {
        // Given
        Map<String, Object> config = Map.of("schema.registry.url", server.url());

        // When / Then
        assertThat(SchemaRegistryClient.of(config)).isSameAs(SchemaRegistryClient.of(new HashMap<>(config)));
        assertThat(SchemaRegistryClient.of(Map.of("schema.registry.url", server.url(), "max.retries", "7")))
                .isNotSameAs(SchemaRegistryClient.of(config));
    }

    @Test
    void shouldNameWhatIsWrongWithTheConfiguration() {
        // Given / When / Then
        assertThatThrownBy(() -> SchemaRegistryClient.of(Map.of())).hasMessageContaining("schema.registry.url");
        assertThatThrownBy(() -> SchemaRegistryClient.of(Map.of("schema.registry.url", "ftp://ann:s3cret@host")))
                .hasMessageContaining("http://")
                .hasMessageNotContaining("s3cret");
        assertThatThrownBy(() -> SchemaRegistryClient.of(Map.of("schema.registry.url", "http://a b")))
                .isInstanceOf(ConfigException.class);
        assertThatThrownBy(() -> client(Map.of("max.retries", "-1"))).hasMessageContaining("max.retries");
        assertThatThrownBy(() -> client(Map.of("http.read.timeout.ms", "soon")))
                .hasMessageContaining("http.read.timeout.ms");
        assertThatThrownBy(() -> client(Map.of("basic.auth.credentials.source", "USER_INFO")))
                .hasMessageContaining("basic.auth.user.info");
        assertThatThrownBy(() -> client(Map.of("basic.auth.credentials.source", "SASL_INHERIT")))
                .hasMessageContaining("SASL_INHERIT");
        assertThatCode(() -> client(Map.of("schema.registry.url", List.of(server.url(), "http://other"))))
                .doesNotThrowAnyException();
    }

    private SchemaRegistryClient client(Map<String, ?> more) {
        Map<String, Object> config = new HashMap<>();
        config.put("schema.registry.url", server.url());
        config.put("retries.wait.ms", "1");
        config.putAll(more);
        return SchemaRegistryClient.of(config);
    }

    private Path keyStore(String name) throws Exception {
        Path store = dir.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        name,
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "changeit")
                .redirectErrorStream(true)
                .start();
        String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(output).isZero();
        return store;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
