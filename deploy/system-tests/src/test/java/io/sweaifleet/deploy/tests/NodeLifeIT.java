package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.registry.SchemaRegistration;
import io.sweaifleet.schemas.registry.SchemaRegistryClient;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a node begins, ends, fails and comes back. */
@Timeout(value = 6, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NodeLifeIT {
    private static final String SERVERS = "fleet.node.parts=redis,kafka,registry";
    private static final Duration ENDED = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    @Test
    void shouldLeaveNoProcessAfterAKillOfTheLauncherAndRecoverWithTheSameIdsTopicsAndPorts() throws Exception {
        // Given
        try (NodeFixture node = NodeFixture.on(directory)) {
            node.up(SERVERS);
            Settings before = node.settings();
            Map<String, Integer> ids = schemaIds(before);
            createTopic(before, "of-a-user");
            Map<String, ProcessHandle> parts = node.parts();
            List<ProcessHandle> children =
                    parts.values().stream().flatMap(ProcessHandle::descendants).toList();

            // When
            node.launcher().destroyForcibly();

            // Then
            Await.until(
                    ENDED,
                    () -> "ended in every part",
                    () -> parts.values().stream().noneMatch(ProcessHandle::isAlive)
                            && children.stream().noneMatch(ProcessHandle::isAlive));
            node.up(SERVERS);
            Settings after = node.settings();
            assertThat(schemaIds(after)).isEqualTo(ids);
            assertThat(topics(after)).contains("of-a-user", "fleet.tasks");
            assertThat(after.get(FleetSettings.BOOTSTRAP)).isEqualTo(before.get(FleetSettings.BOOTSTRAP));
        }
    }

    @Test
    void shouldGiveTheSameSchemaIdsAfterAKillOfTheRegistryWhichIsStartedAgain() throws Exception {
        // Given
        try (NodeFixture node = NodeFixture.on(directory)) {
            node.up(SERVERS);
            Map<String, Integer> ids = schemaIds(node.settings());
            ProcessHandle killed = node.part("registry");

            // When
            killed.destroyForcibly();

            // Then
            Await.until(
                    Duration.ofSeconds(90),
                    () -> "the case that another registry answers",
                    () -> registryAnswers(node, killed));
            assertThat(schemaIds(node.settings())).isEqualTo(ids);
            assertThat(node.launcher().isAlive()).isTrue();
        }
    }

    @Test
    void shouldRunTwoNodesSideBySideAndRefuseASecondOneOnTheSameDirectory() throws Exception {
        // Given
        try (NodeFixture first = NodeFixture.on(directory.resolve("first"));
                NodeFixture second = NodeFixture.on(directory.resolve("second"))) {
            first.up("fleet.node.parts=redis,registry");

            // When
            second.up("fleet.node.parts=redis,registry");
            NodeFixture.Answer again = first.fleet("up");

            // Then
            assertThat(second.settings().get(FleetSettings.REGISTRY_URL))
                    .isNotEqualTo(first.settings().get(FleetSettings.REGISTRY_URL));
            assertThat(first.launcher().isAlive()).isTrue();
            assertThat(again.exitCode()).isEqualTo(3);
            assertThat(again.output())
                    .contains("already")
                    .contains(Long.toString(first.launcher().pid()));
        }
    }

    @Test
    void shouldNameAPartThatFailsToStartWithTheEndOfItsLogAndARemedy() throws Exception {
        // Given
        try (NodeFixture node = NodeFixture.on(directory)) {

            // When
            NodeFixture.Answer answer =
                    node.tryUp("fleet.node.parts=redis,kafka", "fleet.kafka.server.log.retention.hours=soon");

            // Then
            assertThat(answer.exitCode()).isEqualTo(3);
            assertThat(answer.output())
                    .contains("kafka ended with exit code 1")
                    .contains("log.retention.hours")
                    .contains("correct the setting below fleet.kafka.server.");
            assertThat(directory.resolve("node.state")).doesNotExist();
        }
    }

    @Test
    void shouldRefuseAConfiguredPortThatIsTaken() throws Exception {
        // Given
        try (NodeFixture node = NodeFixture.on(directory);
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {

            // When
            NodeFixture.Answer answer =
                    node.tryUp("fleet.node.parts=redis", "fleet.node.port.redis=" + taken.getLocalPort());

            // Then
            assertThat(answer.exitCode()).isEqualTo(3);
            assertThat(answer.output()).contains("redis is to listen on port " + taken.getLocalPort());
        }
    }

    @Test
    void shouldRefuseADirectoryOfAnotherVersionOrOfSomethingElseAndAPartThatIsNone() throws Exception {
        // Given
        Path newer = Files.createDirectories(directory.resolve("newer"));
        Files.writeString(newer.resolve("node.lock"), "");
        Files.writeString(newer.resolve("layout"), "2");
        Path project = Files.createDirectories(directory.resolve("project"));
        Files.writeString(project.resolve("README.md"), "not a node");
        var before = Files.getPosixFilePermissions(project);

        // When
        NodeFixture.Answer ofNewer = NodeFixture.on(newer).tryUp("fleet.node.parts=redis");
        NodeFixture.Answer ofProject = NodeFixture.on(project).tryUp("fleet.node.parts=redis");
        NodeFixture.Answer misspelt =
                NodeFixture.on(directory.resolve("misspelt")).tryUp("fleet.node.parts=redis,kafak");

        // Then
        assertThat(ofNewer.exitCode()).isEqualTo(3);
        assertThat(ofNewer.output()).contains("its layout is 2, this one's 1");
        assertThat(ofProject.exitCode()).isEqualTo(3);
        assertThat(ofProject.output()).contains("is no data directory of a node: it holds README.md");
        assertThat(Files.getPosixFilePermissions(project)).isEqualTo(before);
        assertThat(misspelt.exitCode()).isEqualTo(3);
        assertThat(misspelt.output()).contains("fleet.node.parts names 'kafak'");
    }

    @Test
    void shouldUseAnExistingServerAndSayWhichOneCannotBeReached() throws Exception {
        // Given
        try (NodeFixture owner = NodeFixture.on(directory.resolve("owner"));
                NodeFixture guest = NodeFixture.on(directory.resolve("guest"))) {
            owner.up("fleet.node.parts=redis");
            String existing = owner.settings().get(FleetSettings.REDIS_URL);

            // When
            guest.up("fleet.node.parts=redis,registry", "fleet.redis.url=" + existing);
            NodeFixture.Answer wrong = NodeFixture.on(directory.resolve("wrong"))
                    .tryUp("fleet.node.parts=redis", "fleet.redis.url=redis://127.0.0.1:1");

            // Then
            assertThat(guest.parts()).containsOnlyKeys("registry");
            assertThat(guest.settings().get(FleetSettings.REDIS_URL)).isEqualTo(existing);
            assertThat(wrong.exitCode()).isEqualTo(3);
            assertThat(wrong.output()).contains("redis://127.0.0.1:1").contains("fleet.redis.url");
        }
    }

    private static boolean registryAnswers(NodeFixture node, ProcessHandle killed) {
        try {
            if (node.part("registry").pid() == killed.pid()) {
                return false;
            }
            return !schemaIds(node.settings()).isEmpty();
        } catch (AssertionError | RuntimeException notYet) {
            return false;
        }
    }

    private static Map<String, Integer> schemaIds(Settings settings) {
        SchemaRegistryClient client = SchemaRegistryClient.of(FleetSettings.registryClient(settings));
        return new SchemaRegistration(client)
                .check().stream()
                        .collect(Collectors.toMap(SchemaRegistration.Subject::subject, SchemaRegistration.Subject::id));
    }

    private static void createTopic(Settings settings, String name) throws Exception {
        try (Admin admin = Admin.create(FleetSettings.kafkaClient(settings))) {
            admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all().get(30, TimeUnit.SECONDS);
        }
    }

    private static List<String> topics(Settings settings) throws Exception {
        try (Admin admin = Admin.create(FleetSettings.kafkaClient(settings))) {
            return List.copyOf(admin.listTopics().names().get(30, TimeUnit.SECONDS));
        }
    }
}
