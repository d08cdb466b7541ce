package io.sweaifleet.deploy.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.schemas.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodePlanTest {
    @TempDir
    Path root;

    @Test
    void shouldPlanEveryPartAfterWhatItNeeds() throws Exception {
        // Given
        // When
        NodePlan plan = plan(Map.of());

        // Then
        Set<String> seen = new HashSet<>();
        for (Stage stage : plan.stages()) {
            assertThat(seen).containsAll(stage.after());
            seen.add(stage.name());
        }
        assertThat(seen)
                .containsExactlyInAnyOrder(
                        "redis", "kafka", "registry", "neo4j", "contract", "topology", "worker", "connect");
    }

    @Test
    void shouldUseAServerWhoseAddressIsGivenInsteadOfRunningOne() throws Exception {
        // Given
        // When
        NodePlan plan = plan(Map.of("fleet.kafka.bootstrap-servers", "broker.example:9092"));

        // Then
        assertThat(stage(plan, "kafka")).isInstanceOf(Step.class);
        assertThat(plan.settings()).containsEntry("fleet.kafka.bootstrap-servers", "broker.example:9092");
        assertThat(((Part) stage(plan, "connect")).command()).contains("bootstrap.servers=broker.example:9092");
    }

    @Test
    void shouldRefuseAPartWithoutWhatItNeeds() {
        // Given
        // When
        // Then
        assertThatThrownBy(() -> plan(Map.of("fleet.node.parts", "kafka,registry,worker")))
                .isInstanceOf(PartException.class)
                .hasMessageContaining("worker needs redis");
    }

    @Test
    void shouldKeepPasswordsOutOfCommandLines() throws Exception {
        // Given
        // When
        NodePlan plan = plan(Map.of("fleet.neo4j.password", "not-for-everybody"));

        // Then
        List<String> words = new ArrayList<>();
        plan.stages().stream()
                .filter(Part.class::isInstance)
                .map(Part.class::cast)
                .forEach(part -> words.addAll(part.command()));
        assertThat(words).noneMatch(word -> word.contains("not-for-everybody"));
        assertThat(((Part) stage(plan, "connect")).environment())
                .containsEntry("FLEET_NEO4J_PASSWORD", "not-for-everybody");
    }

    @Test
    void shouldHandHeapsAndFurtherOptionsToTheJvmOfAPart() throws Exception {
        // Given
        // When
        NodePlan plan = plan(Map.of(
                "fleet.node.heap.kafka", "777m",
                "fleet.node.jvm-options.kafka", "-Dx=1  -Dy=2",
                "fleet.kafka.server.log.retention.ms", "5"));

        // Then
        assertThat(((Part) stage(plan, "kafka")).command())
                .contains("-Xmx777m", "-Dx=1", "-Dy=2", "log.retention.ms=5");
    }

    private NodePlan plan(Map<String, String> given) throws Exception {
        Path distribution = Files.createDirectories(root.resolve("distribution"));
        for (String folder :
                List.of("lib/kafka", "lib/neo4j", "lib/topology", "lib/worker", "lib/rewrite", "registry")) {
            Files.createDirectories(distribution.resolve(folder));
        }
        Path jar = distribution.resolve("registry/app-runner.jar");
        if (!Files.exists(jar)) {
            Files.createFile(jar);
        }
        try (NodeDirectory directory = NodeDirectory.claim(root.resolve("data"))) {
            return NodePlan.of(
                    Settings.of(given), new TreeMap<>(given), directory, new Distribution(distribution.toRealPath()));
        }
    }

    private static Stage stage(NodePlan plan, String name) {
        return plan.stages().stream()
                .filter(stage -> stage.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
