package io.sweaifleet.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.schemas.config.Settings;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MockAdminClient;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;

class TopicAdminTest {

    private final Admin admin = MockAdminClient.create()
            .numBrokers(3)
            .defaultPartitions((short) 1)
            .defaultReplicationFactor((short) 1)
            .build();

    @Test
    void shouldCreateEveryTopicOfTheCatalogueAsDeclared() {
        // Given
        TopicSettings settings = TopicSettings.defaults();

        // When
        List<FleetTopic> created = TopicAdmin.ensure(admin, settings);

        // Then
        assertThat(created).containsExactly(FleetTopic.values());
        assertThat(TopicAdmin.describe(admin, settings)).allSatisfy(state -> {
            assertThat(state.exists()).isTrue();
            assertThat(state.partitions()).isEqualTo(state.topic().partitions());
            assertThat(state.mismatches()).isEmpty();
            assertThat(state.config()).containsAllEntriesOf(TopicAdmin.config(state.topic(), settings));
        });
    }

    @Test
    void shouldChangeNothingWhenRepeated() {
        // Given
        TopicAdmin.ensure(admin, -1);

        // When
        List<FleetTopic> created = TopicAdmin.ensure(admin, -1);

        // Then
        assertThat(created).isEmpty();
    }

    @Test
    void shouldCreateOnlyWhatIsMissing() {
        // Given
        TopicAdmin.ensure(admin, -1);
        admin.deleteTopics(List.of("fleet.results", "fleet.audit"));

        // When
        List<FleetTopic> created = TopicAdmin.ensure(admin, -1);

        // Then
        assertThat(created).containsExactly(FleetTopic.RESULTS, FleetTopic.AUDIT);
    }

    @Test
    void shouldCreateWithAsManyPartitionsAsChosenAndThenAsTheOthersHave() {
        // Given
        TopicAdmin.ensure(admin, TopicSettings.replicated(1).withPartitions(5));
        admin.deleteTopics(List.of("fleet.results", "fleet.pools"));

        // When
        TopicAdmin.ensure(admin, TopicSettings.replicated(1).withPartitions(7));

        // Then
        assertThat(TopicAdmin.partitions(admin)).isEqualTo(5);
        assertThat(TopicAdmin.describe(admin, TopicSettings.defaults()))
                .allSatisfy(state -> assertThat(state.partitions())
                        .as(state.topic().topicName())
                        .isEqualTo(state.topic().keyed() ? 5 : 1));
    }

    @Test
    void shouldRefuseOtherPartitionsAndCreateNothing() {
        // Given
        create(FleetTopic.CORE_INPUTS, 12, TopicAdmin.config(FleetTopic.CORE_INPUTS, TopicSettings.defaults()));
        create(FleetTopic.RESULTS, 6, TopicAdmin.config(FleetTopic.RESULTS, TopicSettings.defaults()));

        // When / Then
        assertThatThrownBy(() -> TopicAdmin.ensure(admin, -1))
                .isInstanceOf(TopicMismatchException.class)
                .hasMessageContaining("fleet.results")
                .hasMessageContaining("partitions = 6")
                .hasMessageContaining("needs 12")
                .hasMessageContaining("fleet topics enlarge --partitions 12");
        assertThat(TopicAdmin.describe(admin, TopicSettings.defaults()))
                .filteredOn(TopicState::exists)
                .extracting(TopicState::topic)
                .containsExactly(FleetTopic.CORE_INPUTS, FleetTopic.RESULTS);
    }

    @Test
    void shouldNameEveryMismatchAtOnce() {
        // Given
        create(
                FleetTopic.AGENT_RESULTS,
                12,
                Map.of(
                        "cleanup.policy", "compact",
                        "retention.ms", "86400000",
                        "retention.bytes", "1000000",
                        "message.timestamp.type", "CreateTime",
                        "max.message.bytes", "1048588"));

        // When
        List<TopicMismatch> mismatches = TopicAdmin.describe(admin, TopicSettings.defaults()).stream()
                .flatMap(state -> state.mismatches().stream())
                .toList();

        // Then
        assertThat(mismatches).allSatisfy(mismatch -> assertThat(mismatch.remedy())
                .contains("--entity-name fleet.agent-results --add-config " + mismatch.setting() + "="));
        assertThat(mismatches)
                .extracting(TopicMismatch::setting)
                .containsExactlyInAnyOrder(
                        "cleanup.policy",
                        "retention.ms",
                        "retention.bytes",
                        "message.timestamp.type",
                        "max.message.bytes");
    }

    @Test
    void shouldTakeATopicThatKeepsRecordsLongerAndTakesLargerOnes() {
        // Given
        Map<String, String> generous = TopicAdmin.config(FleetTopic.RESULTS, TopicSettings.defaults());
        generous.put("retention.ms", "-1");
        generous.put("max.message.bytes", "50000000");
        create(FleetTopic.RESULTS, 12, generous);

        // When
        List<FleetTopic> created = TopicAdmin.ensure(admin, -1);

        // Then
        assertThat(created).hasSize(FleetTopic.values().length - 1).doesNotContain(FleetTopic.RESULTS);
    }

    @Test
    void shouldRefuseShorterRetentionAndNameTheSettingThatAllowsIt() {
        // Given
        Map<String, String> brief = TopicAdmin.config(FleetTopic.RESULTS, TopicSettings.defaults());
        brief.put("retention.ms", "3600000");
        create(FleetTopic.RESULTS, 12, brief);

        // When / Then
        assertThatThrownBy(() -> TopicAdmin.ensure(admin, -1))
                .hasMessageContaining("retention.ms = 3600000")
                .hasMessageContaining("at least 2592000000")
                .hasMessageContaining("fleet.topics.public-retention");
        assertThat(TopicAdmin.ensure(
                        admin, TopicSettings.from(Settings.of(Map.of("fleet.topics.public-retention", "1h")))))
                .hasSize(FleetTopic.values().length - 1);
    }

    @Test
    void shouldAskForTwoCopiesInSyncWhenThereAreThree() {
        // Given / When
        TopicAdmin.ensure(admin, 3);

        // Then
        assertThat(TopicAdmin.describe(admin, TopicSettings.replicated(3))).allSatisfy(state -> {
            assertThat(state.replication()).isEqualTo(3);
            assertThat(state.config()).containsEntry("min.insync.replicas", "2");
        });
    }

    @Test
    void shouldRefuseFewerCopiesThanAskedFor() {
        // Given
        TopicAdmin.ensure(admin, 1);

        // When / Then
        assertThatThrownBy(() -> TopicAdmin.ensure(admin, 3))
                .isInstanceOf(TopicMismatchException.class)
                .hasMessageContaining("replication = 1")
                .hasMessageContaining("at least 3")
                .hasMessageContaining("fleet.topics.replication");
    }

    @Test
    void shouldSayWhichTopicCouldNotBeCreated() {
        // Given
        int moreThanThereAreBrokers = 5;

        // When / Then
        assertThatThrownBy(() -> TopicAdmin.ensure(admin, moreThanThereAreBrokers))
                .isInstanceOf(TopicException.class)
                .hasMessageContaining("fleet.tasks")
                .hasMessageContaining("fleet.topics.replication");
    }

    @Test
    void shouldNeverLoseInputsByTimeOrSize() {
        // Given
        List<FleetTopic> inputs = Arrays.stream(FleetTopic.values())
                .filter(topic -> topic.topicClass() == TopicClass.INPUT)
                .toList();

        // When / Then
        assertThat(inputs).hasSize(3).allSatisfy(topic -> assertThat(TopicAdmin.config(topic, TopicSettings.defaults()))
                .containsEntry("cleanup.policy", "delete")
                .containsEntry("retention.ms", "-1")
                .containsEntry("retention.bytes", "-1")
                .containsEntry("message.timestamp.type", "LogAppendTime"));
    }

    @Test
    void shouldStampSubmissionsWithTheTimeOfTheBroker() {
        // Given
        List<FleetTopic> submissions = List.of(FleetTopic.TASKS, FleetTopic.WORKFLOWS, FleetTopic.TASK_CONTROL);

        // When / Then
        assertThat(submissions).allMatch(FleetTopic::logAppendTime);
        assertThat(FleetTopic.RESULTS.logAppendTime()).isFalse();
    }

    @Test
    void shouldHoldAnyInputInADeadLetter() {
        // Given
        int largestInput = Arrays.stream(FleetTopic.values())
                .filter(topic -> topic != FleetTopic.DEAD_LETTERS)
                .mapToInt(FleetTopic::maxMessageBytes)
                .max()
                .orElseThrow();

        // When / Then
        assertThat(FleetTopic.DEAD_LETTERS.maxMessageBytes()).isGreaterThan(largestInput + 1024 * 1024);
        assertThat(FleetTopic.largestMessageBytes()).isEqualTo(FleetTopic.DEAD_LETTERS.maxMessageBytes());
        assertThat(FleetTopic.TASKS.maxMessageBytes()).isGreaterThan(FleetTopic.MAX_SUBMISSION_BYTES);
    }

    private void create(FleetTopic topic, int partitions, Map<String, String> config) {
        admin.createTopics(List.of(
                new NewTopic(topic.topicName(), Optional.of(partitions), Optional.of((short) 1)).configs(config)));
    }
}
