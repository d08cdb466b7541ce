package io.sweaifleet.schemas.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.json.RecordJson;
import io.sweaifleet.schemas.json.RecordJsonReader;
import io.sweaifleet.schemas.registry.InMemorySchemaRegistry;
import io.sweaifleet.schemas.registry.SchemaRegistration;
import io.sweaifleet.schemas.serde.FleetAvroSerde;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The reference page of topics; {@code -Dfleet.docs.write=true} writes it anew. */
class TopicsPageTest {

    private static final Path PAGE = Path.of("..", "docs", "topics.md");

    @BeforeAll
    static void write() throws IOException {
        if (Boolean.getBoolean("fleet.docs.write")) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, TopicsPage.render());
        }
    }

    @Test
    void shouldMatchTheCatalogueAndTheSchemas() throws IOException {
        // Given
        String committed = Files.readString(PAGE);

        // When / Then
        assertThat(committed)
                .as("docs/topics.md is out of date: mvn -pl schemas test -Dtest=TopicsPageTest -Dfleet.docs.write=true")
                .isEqualTo(TopicsPage.render());
    }

    @ParameterizedTest
    @EnumSource(FleetTopic.class)
    void shouldShowAnExampleThatIsARecordOfTheTopic(FleetTopic topic) throws Exception {
        // Given
        InMemorySchemaRegistry registry = InMemorySchemaRegistry.named("examples");
        new SchemaRegistration(registry).registerAll();
        FleetAvroSerde<SpecificRecord> serde = new FleetAvroSerde<>();
        serde.configure(Map.of("schema.registry.url", registry.address(), "specific.avro.reader", "true"), false);
        SpecificRecord example = ExampleRecords.of(topic).value();

        // When
        byte[] bytes = serde.serializer().serialize(topic.topicName(), example);
        SpecificRecord read = serde.deserializer().deserialize(topic.topicName(), bytes);
        SpecificRecord ofJson = RecordJsonReader.read(RecordJson.toJson(example), topic.valueType());

        // Then
        assertThat(read).isEqualTo(example).isInstanceOf(topic.valueType());
        assertThat(ofJson).isEqualTo(example);
        assertThat(ExampleRecords.of(topic).key()).isNotEmpty();
    }
}
