package io.sweaifleet.schemas.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.schemas.topic.TopicClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {

    private static final Setting<String> NAME = Setting.text("fleet.test.name", "A name.", "from-default");
    private static final Setting<Integer> COUNT = Setting.integer("fleet.test.count", "A count.", "3", 1, 10);

    @TempDir
    private Path dir;

    @Test
    void shouldTakeTheFirstOfOverrideSystemPropertyEnvironmentFileAndDefault() throws IOException {
        // Given
        Path file = Files.writeString(dir.resolve("fleet.properties"), "fleet.test.name=from-file\n");
        Map<String, String> override = Map.of("fleet.test.name", "from-override");
        Map<String, String> property = Map.of("fleet.test.name", "from-property");
        Map<String, String> environment = Map.of("FLEET_TEST_NAME", "from-environment");

        // When / Then
        assertThat(Settings.of(override, property, environment, file).get(NAME)).isEqualTo("from-override");
        assertThat(Settings.of(Map.of(), property, environment, file).get(NAME)).isEqualTo("from-property");
        assertThat(Settings.of(Map.of(), Map.of(), environment, file).get(NAME)).isEqualTo("from-environment");
        assertThat(Settings.of(Map.of(), Map.of(), Map.of(), file).get(NAME)).isEqualTo("from-file");
        assertThat(Settings.of(Map.of(), Map.of(), Map.of(), null).get(NAME)).isEqualTo("from-default");
    }

    @Test
    void shouldReadSystemPropertiesOfTheProcess() {
        // Given
        System.setProperty("fleet.test.name", "from-process");

        // When / Then
        try {
            assertThat(Settings.load(null, Map.of()).get(NAME)).isEqualTo("from-process");
        } finally {
            System.clearProperty("fleet.test.name");
        }
    }

    @Test
    void shouldNameKeyRemedyAndEnvironmentOfARequiredSetting() {
        // Given
        Settings empty = Settings.of(Map.of());

        // When / Then
        assertThatThrownBy(() -> empty.get(FleetSettings.BOOTSTRAP))
                .isInstanceOf(SettingException.class)
                .hasMessageContaining("fleet.kafka.bootstrap-servers")
                .hasMessageContaining("FLEET_KAFKA_BOOTSTRAP_SERVERS");
        assertThat(empty.find(FleetSettings.BOOTSTRAP)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0, is not between 1 and 10", "11, is not between 1 and 10", "many, is not a whole number"})
    void shouldRefuseAValueOutOfBounds(String value, String problem) {
        // Given
        Settings settings = Settings.of(Map.of("fleet.test.count", value));

        // When / Then
        assertThatThrownBy(() -> settings.get(COUNT))
                .isInstanceOf(SettingException.class)
                .hasMessageContaining("fleet.test.count = '" + value + "'")
                .hasMessageContaining("the command line")
                .hasMessageContaining(problem)
                .hasMessageContaining("whole number, 1 to 10");
    }

    @Test
    void shouldNeverShowASecret() {
        // Given
        Setting<Integer> pin = new Setting<>(
                "fleet.test.pin",
                "A pin.",
                null,
                "digits",
                true,
                Setting.integer("fleet.x", "x", null, 0, 9).parser());
        Settings settings = Settings.of(Map.of("fleet.test.pin", "hunter2"));

        // When / Then
        assertThatThrownBy(() -> settings.get(pin)).hasMessageContaining("****").hasMessageNotContaining("hunter2");
    }

    @Test
    void shouldFillInOtherSettings() {
        // Given
        Settings settings = Settings.of(Map.of("fleet.data-dir", "/srv/fleet"));

        // When / Then
        assertThat(settings.get(FleetSettings.ARTIFACTS_DIR)).isEqualTo(Path.of("/srv/fleet/artifacts"));
        assertThat(Settings.of(Map.of()).get(FleetSettings.ARTIFACTS_DIR))
                .isEqualTo(Path.of(System.getProperty("user.home"), ".fleet/node/artifacts"));
    }

    @Test
    void shouldRefuseSettingsThatReferToEachOtherInACircle() {
        // Given
        Settings settings =
                Settings.of(Map.of("fleet.test.name", "${fleet.other}", "fleet.other", "${fleet.test.name}"));

        // When / Then
        assertThatThrownBy(() -> settings.get(NAME)).hasMessageContaining("refers to itself");
    }

    @Test
    void shouldRefuseAReferenceToNothing() {
        // Given
        Settings settings = Settings.of(Map.of("fleet.test.name", "${fleet.nowhere}"));

        // When / Then
        assertThatThrownBy(() -> settings.get(NAME)).hasMessageContaining("fleet.nowhere");
    }

    @Test
    void shouldPassOnWhatBeginsWithAPrefix() {
        // Given
        Settings settings = Settings.of(
                Map.of("fleet.kafka.client.client.rack", "a", "fleet.kafka.bootstrap-servers", "broker:9092"),
                Map.of(),
                Map.of("FLEET_KAFKA_CLIENT_SECURITY_PROTOCOL", "SSL", "FLEET_KAFKA_CLIENT_CLIENT_RACK", "b"),
                null);

        // When / Then
        assertThat(FleetSettings.kafkaClient(settings))
                .containsOnly(
                        Map.entry("bootstrap.servers", "broker:9092"),
                        Map.entry("client.rack", "a"),
                        Map.entry("security.protocol", "SSL"));
    }

    @ParameterizedTest
    @CsvSource({
        "fleet.worker.hartbeat, Did you mean fleet.worker.heartbeat?",
        "fleet.heartbeat, Did you mean fleet.worker.heartbeat?",
        "fleet.nonsense, (from the command line). docs/configuration.md lists every setting.",
        "fleet.kafka.client., There is no setting fleet.kafka.client."
    })
    void shouldRefuseANameThatNoPartKnowsWithTheNearestOne(String name, String expected) {
        // Given
        Map<String, String> overrides = Map.of(name, "hush");

        // When / Then
        assertThatThrownBy(() -> Settings.load(null, overrides))
                .isInstanceOf(SettingException.class)
                .hasMessageContaining("There is no setting " + name)
                .hasMessageContaining(expected)
                .hasMessageNotContaining("hush");
    }

    @Test
    void shouldRefuseAnUnknownNameInTheFileAndNameTheFile() throws IOException {
        // Given
        Path file = Files.writeString(dir.resolve("fleet.properties"), "fleet.pol=x\nother.program=y\n");

        // When / Then
        assertThatThrownBy(() -> Settings.load(file, Map.of()))
                .hasMessageContaining(file.toString())
                .hasMessageContaining("Did you mean fleet.pool?");
    }

    @Test
    void shouldTakeWhatIsPassedOnToALibraryUnderAnyName() {
        // Given
        Map<String, String> overrides = Map.of(
                "fleet.kafka.client.acks", "all",
                "fleet.node.port.kafka", "9092",
                "fleet.kafka.server.log.retention.ms", "5",
                "fleet.topology.apps", "core");

        // When
        Settings settings = Settings.load(null, overrides);

        // Then
        assertThat(settings.withPrefix("fleet.kafka.client.")).containsEntry("acks", "all");
    }

    @Test
    void shouldNameAFileThatCannotBeRead() {
        // Given
        Path absent = dir.resolve("absent.properties");

        // When / Then
        assertThatThrownBy(() -> Settings.load(absent, Map.of())).hasMessageContaining("absent.properties");
    }

    @ParameterizedTest
    @CsvSource({"500ms, PT0.5S", "30s, PT30S", "15m, PT15M", "2h, PT2H", "7d, PT168H", "PT5M, PT5M", "0s, PT0S"})
    void shouldReadDurations(String text, Duration expected) {
        // Given
        Setting<Duration> setting = Setting.duration("fleet.test.time", "A time.", text);

        // When / Then
        assertThat(Settings.of(Map.of()).get(setting)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"4096, 4096", "64KB, 65536", "1MB, 1048576", "2gb, 2147483648"})
    void shouldReadSizes(String text, long expected) {
        // Given
        Setting<Long> setting = Setting.size("fleet.test.size", "A size.", text);

        // When / Then
        assertThat(Settings.of(Map.of()).get(setting)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"-5s", "5", "5 weeks", "PT-5S", "999999999999999d"})
    void shouldRefuseWhatIsNoDuration(String text) {
        // Given
        Setting<Duration> setting = Setting.duration("fleet.test.time", "A time.", null);
        Settings settings = Settings.of(Map.of("fleet.test.time", text));

        // When / Then
        assertThatThrownBy(() -> settings.get(setting)).isInstanceOf(SettingException.class);
    }

    @Test
    void shouldReadListsChoicesNumbersAndTruth() {
        // Given
        Settings none = Settings.of(Map.of());

        // When / Then
        assertThat(none.get(Setting.list("fleet.test.list", "A list.", "a, b,,c")))
                .containsExactly("a", "b", "c");
        assertThat(none.get(Setting.list("fleet.test.list", "A list.", ""))).isEmpty();
        assertThat(none.get(Setting.choice("fleet.test.choice", "A choice.", "journal", TopicClass.class)))
                .isEqualTo(TopicClass.JOURNAL);
        assertThat(none.get(Setting.bool("fleet.test.flag", "A flag.", "true"))).isTrue();
        assertThat(none.get(Setting.decimal("fleet.test.share", "A share.", "0.25", 0, 1)))
                .isEqualTo(0.25);
        assertThatThrownBy(() -> none.get(Setting.decimal("fleet.test.share", "A share.", "NaN", 0, 1)))
                .isInstanceOf(SettingException.class);
        assertThatThrownBy(() -> none.get(Setting.choice("fleet.test.choice", "A choice.", "x", TopicClass.class)))
                .hasMessageContaining("queue, input, public, journal, compacted");
    }

    @Test
    void shouldRefuseANameOfAnotherForm() {
        // Given / When / Then
        assertThatThrownBy(() -> Setting.text("fleet.Bad_Name", "x", null)).hasMessageContaining("fleet.Bad_Name");
    }
}
