package io.sweaifleet.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.topology.core.CoreClients;
import io.sweaifleet.topology.core.CoreTopology;
import io.sweaifleet.topology.intake.IntakeTopology;
import io.sweaifleet.topology.intake.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.streams.Topology;
import org.junit.jupiter.api.Test;

/**
 * The topologies as they run at users' places: state and offsets belong to these names. A change of a golden file needs a
 * way for those who have state under the old names.
 */
class GoldenTopologyTest {

    @Test
    void shouldKeepTheTopologyOfIntake() throws IOException {
        // Given
        Topology topology = IntakeTopology.build(
                Map.of("schema.registry.url", "mock://golden"),
                Map.of(),
                InstantSource.system(),
                new Patience(Duration.ofSeconds(1)),
                Optional.empty());

        // When
        String description = topology.describe().toString();

        // Then
        assertThat(written(description, "fleet-intake.txt")).isEqualTo(golden("fleet-intake.txt"));
    }

    @Test
    void shouldKeepTheTopologyOfCore() throws IOException {
        // Given
        Topology topology = CoreTopology.build(Map.of(), 12, InstantSource.system(), new CoreClients(System::nanoTime));

        // When
        String description = topology.describe().toString();

        // Then
        assertThat(written(description, "fleet-core.txt")).isEqualTo(golden("fleet-core.txt"));
        assertThat(CoreTopology.changelogOf("fleet-core")).isEqualTo("fleet-core-pool-state-by-key-changelog");
    }

    /** Leaves the description where a reviewer can compare it, and take it over. */
    private static String written(String description, String name) throws IOException {
        Path file = Files.createDirectories(Path.of("target", "topologies")).resolve(name);
        Files.writeString(file, description.strip() + "\n");
        return description.strip();
    }

    private static String golden(String name) throws IOException {
        try (var in = GoldenTopologyTest.class.getResourceAsStream("/topologies/" + name)) {
            assertThat(in).as("golden file " + name).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }
}
