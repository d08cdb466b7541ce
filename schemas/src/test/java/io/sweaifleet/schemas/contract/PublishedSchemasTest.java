package io.sweaifleet.schemas.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.registry.Compatibility;
import io.sweaifleet.schemas.registry.ContractSchemas;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The gate: what others were promised, every published version, goes on being readable and able to read. Run with
 * {@code -Dfleet.schemas.publish=next} to publish the current schemas as a further version, or {@code =replace} to
 * overwrite the newest one while nobody has it yet.
 */
class PublishedSchemasTest {

    @BeforeAll
    static void publish() throws IOException {
        String mode = System.getProperty("fleet.schemas.publish", "");
        if (!mode.isEmpty()) {
            assertThat(mode).isIn("next", "replace");
            PublishedSchemas.publish(mode.equals("replace"));
        }
    }

    @ParameterizedTest
    @EnumSource(FleetTopic.class)
    void shouldBeCompatibleWithEveryPublishedVersion(FleetTopic topic) throws IOException {
        // Given
        List<Schema> published = PublishedSchemas.versions(topic).stream()
                .map(PublishedSchemas::parse)
                .toList();

        // When
        List<String> incompatibilities =
                ContractSchemas.incompatibilities(ContractSchemas.of(topic), published, Compatibility.FULL_TRANSITIVE);

        // Then
        assertThat(incompatibilities)
                .as(
                        "The schema of %s changed in a way that breaks consumers or producers that exist. Add fields with"
                                + " a default, never remove, rename or retype one; add enum symbols at the end.",
                        topic.topicName())
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(FleetTopic.class)
    void shouldBePublishedAsItIs(FleetTopic topic) throws IOException {
        // Given
        List<String> versions = PublishedSchemas.versions(topic);

        // When / Then
        assertThat(versions)
                .as(
                        "The schema of %s differs from its newest published version. Publish it: mvn -pl schemas test"
                                + " -Dtest=PublishedSchemasTest -Dfleet.schemas.publish=next (=replace while the newest"
                                + " version was never released), and commit schemas/published.",
                        topic.topicName())
                .isNotEmpty()
                .last()
                .isEqualTo(PublishedSchemas.current(topic));
    }

    @Test
    void shouldKeepNothingButTheVersionsOfTheCatalogue() throws IOException {
        // Given
        List<String> expected =
                Arrays.stream(FleetTopic.values()).map(FleetTopic::valueSubject).toList();

        // When / Then
        try (Stream<Path> subjects = Files.list(PublishedSchemas.DIRECTORY)) {
            assertThat(subjects.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
        for (FleetTopic topic : FleetTopic.values()) {
            try (Stream<Path> files = Files.list(PublishedSchemas.DIRECTORY.resolve(topic.valueSubject()))) {
                assertThat(files)
                        .as("versions of %s, without gaps", topic)
                        .hasSameSizeAs(PublishedSchemas.versions(topic));
            }
        }
    }

    /** Each is a change that somebody will want to make one day, and that the gate must stop. */
    private enum Breaking {
        RENAMED_FIELD(text ->
                text.replace("{\"name\":\"kind\",\"type\":\"string\",", "{\"name\":\"sort\",\"type\":\"string\",")),
        ADDED_FIELD_WITHOUT_DEFAULT(
                text -> text.replace("\"fields\":[", "\"fields\":[{\"name\":\"added\",\"type\":\"string\"},")),
        RETYPED_FIELD(text -> text.replace(
                "\"name\":\"tenant\",\"type\":[\"null\",\"string\"]",
                "\"name\":\"tenant\",\"type\":[\"null\",\"long\"]")),
        RENAMED_RECORD(text -> text.replace("\"name\":\"TaskSubmitted\"", "\"name\":\"TaskRequested\"")),
        NULLABLE_NO_LONGER(text -> text.replace(
                "\"name\":\"pool\",\"type\":[\"null\",\"string\"]", "\"name\":\"pool\",\"type\":\"string\""));

        private final UnaryOperator<String> change;

        Breaking(UnaryOperator<String> change) {
            this.change = change;
        }
    }

    @ParameterizedTest
    @EnumSource(Breaking.class)
    void shouldRefuseAnIncompatibleChange(Breaking breaking) {
        // Given
        Schema promised = ContractSchemas.of(FleetTopic.TASKS);
        String changed = breaking.change.apply(promised.toString());
        Schema next = new Schema.Parser().setValidateDefaults(false).parse(changed);
        assertThat(next).isNotEqualTo(promised);

        // When
        List<String> incompatibilities =
                ContractSchemas.incompatibilities(next, List.of(promised), Compatibility.FULL_TRANSITIVE);

        // Then
        assertThat(incompatibilities).isNotEmpty();
    }

    @Test
    void shouldTakeACompatibleChange() {
        // Given
        Schema promised = ContractSchemas.of(FleetTopic.TASKS);
        Schema next = new Schema.Parser()
                .parse(
                        promised.toString()
                                .replace(
                                        "\"fields\":[{\"name\":\"id\"",
                                        "\"fields\":[{\"name\":\"added\",\"type\":\"string\",\"default\":\"\"},{\"name\":\"id\""));
        assertThat(next).isNotEqualTo(promised);

        // When / Then
        assertThat(ContractSchemas.incompatibilities(next, List.of(promised), Compatibility.FULL_TRANSITIVE))
                .isEmpty();
    }

    @Test
    void shouldCompareWithOlderVersionsToo() {
        // Given: version 2 drops a field with a default, version 3 brings it back with another type.
        Schema first = PublishedSchemas.parse(record("{\"name\":\"size\",\"type\":\"int\",\"default\":0}"));
        Schema second = PublishedSchemas.parse(record(""));
        Schema third = PublishedSchemas.parse(record("{\"name\":\"size\",\"type\":\"string\",\"default\":\"\"}"));

        // When / Then
        assertThat(ContractSchemas.incompatibilities(third, List.of(first, second), Compatibility.FULL))
                .isEmpty();
        assertThat(ContractSchemas.incompatibilities(third, List.of(first, second), Compatibility.FULL_TRANSITIVE))
                .hasSize(2)
                .allMatch(message -> message.contains("version 1") && message.contains("/size"));
    }

    private static String record(String fields) {
        return "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" + fields + "]}";
    }
}
