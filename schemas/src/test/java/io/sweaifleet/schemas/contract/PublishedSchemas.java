package io.sweaifleet.schemas.contract;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.sweaifleet.schemas.registry.ContractSchemas;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;

/** The committed versions of every subject: {@code published/<subject>/<version>.avsc}. */
final class PublishedSchemas {

    /** Beside the module's pom; tests run in the module's directory. */
    static final Path DIRECTORY = Path.of("published");

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private PublishedSchemas() {}

    /** What the current sources make of a topic's schema, as it would be published. */
    static String current(FleetTopic topic) {
        try {
            return JSON.writeValueAsString(
                            JSON.readTree(ContractSchemas.of(topic).toString())) + "\n";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The published versions of a topic's schema, oldest first. */
    static List<String> versions(FleetTopic topic) throws IOException {
        List<String> versions = new ArrayList<>();
        while (Files.exists(file(topic, versions.size() + 1))) {
            versions.add(Files.readString(file(topic, versions.size() + 1)));
        }
        return versions;
    }

    static Schema parse(String text) {
        return new Schema.Parser().parse(text);
    }

    static Path file(FleetTopic topic, int version) {
        return DIRECTORY.resolve(topic.valueSubject()).resolve(version + ".avsc");
    }

    /**
     * Writes the current schemas of topics that differ from their newest version.
     *
     * @param replace true overwrites the newest version (only while it was never released), false adds one
     */
    static void publish(boolean replace) throws IOException {
        for (FleetTopic topic : FleetTopic.values()) {
            List<String> versions = versions(topic);
            String current = current(topic);
            if (versions.isEmpty() || !versions.get(versions.size() - 1).equals(current)) {
                int version = replace ? Math.max(1, versions.size()) : versions.size() + 1;
                Files.createDirectories(DIRECTORY.resolve(topic.valueSubject()));
                Files.writeString(file(topic, version), current);
            }
        }
    }
}
