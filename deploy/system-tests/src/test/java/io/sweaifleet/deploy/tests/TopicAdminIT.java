package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.deploy.kafka.KafkaServer;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.topic.TopicAdmin;
import io.sweaifleet.schemas.topic.TopicException;
import io.sweaifleet.schemas.topic.TopicMismatchException;
import io.sweaifleet.schemas.topic.TopicSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The catalogue against a real broker, which answers with its own defaults and its own words. */
class TopicAdminIT {

    @TempDir
    private Path dir;

    private KafkaServer server;
    private Admin admin;

    @BeforeEach
    void start() {
        server = KafkaServer.start(dir);
        admin = Admin.create(Map.of("bootstrap.servers", server.bootstrapServers()));
    }

    @AfterEach
    void stop() {
        admin.close();
        server.close();
    }

    @Test
    void shouldCreateTheCatalogueAndRefuseWhatWasChangedAfterwards() throws Exception {
        // Given
        List<FleetTopic> created = TopicAdmin.ensure(admin, -1);
        assertThat(created).containsExactly(FleetTopic.values());
        assertThat(TopicAdmin.ensure(admin, -1)).isEmpty();
        assertThat(TopicAdmin.describe(admin, TopicSettings.defaults())).allSatisfy(state -> assertThat(state.config())
                .containsAllEntriesOf(TopicAdmin.config(state.topic(), TopicSettings.defaults())));

        // When
        alter(FleetTopic.CORE_INPUTS, "retention.ms", "3600000");
        alter(FleetTopic.ROLES, "cleanup.policy", "delete");
        admin.createPartitions(Map.of(FleetTopic.POOLS.topicName(), NewPartitions.increaseTo(2)))
                .all()
                .get();

        // Then
        Await.until(Duration.ofSeconds(30), () -> "told of all three changes", () -> mismatches() == 3);
        assertThatThrownBy(() -> TopicAdmin.ensure(admin, -1))
                .isInstanceOf(TopicMismatchException.class)
                .hasMessageContaining("fleet.core-inputs has retention.ms = 3600000, but needs -1")
                .hasMessageContaining("fleet.roles has cleanup.policy = delete, but needs compact")
                .hasMessageContaining("fleet.pools has partitions = 2, but needs 1");
    }

    @Test
    void shouldSayThatThereAreTooFewBrokers() {
        // Given
        int copies = 3;

        // When / Then
        assertThatThrownBy(() -> TopicAdmin.ensure(admin, copies))
                .isInstanceOf(TopicException.class)
                .hasMessageContaining("fleet.tasks")
                .hasMessageContaining("fleet.topics.replication");
    }

    private long mismatches() {
        return TopicAdmin.describe(admin, TopicSettings.defaults()).stream()
                .mapToLong(state -> state.mismatches().size())
                .sum();
    }

    private void alter(FleetTopic topic, String name, String value) throws ExecutionException, InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.topicName());
        admin.incrementalAlterConfigs(Map.of(
                        resource, List.of(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }
}
