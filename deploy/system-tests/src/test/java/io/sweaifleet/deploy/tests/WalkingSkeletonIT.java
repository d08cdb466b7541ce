package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.neo4j.driver.AuthTokens;
import org.neo4j.driver.Driver;
import org.neo4j.driver.GraphDatabase;

/** One task through every part: topic, intake, core, Ray actor, results, Connect, graph. */
@Timeout(value = 6, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WalkingSkeletonIT {
    private static final Duration GRAPH = Duration.ofSeconds(60);

    @TempDir
    Path repository;

    @Test
    void shouldBringATaskFromItsTopicToAnOutcomeAndIntoTheGraph() throws Exception {
        // Given
        NodeFixture node = NodeFixture.shared();
        Settings settings = node.settings();
        TestRepositories.withOneCommit(repository);
        String id = "skeleton-" + UUID.randomUUID();
        TaskSubmitted task = TaskSubmitted.newBuilder()
                .setId(id)
                .setKind("architect.map-dependencies")
                .setRole("architect")
                .setRepository(repository.toString())
                .build();

        TaskOutcome outcome;
        try (NodeClient client = new NodeClient(settings)) {

            // When
            client.send(FleetTopic.TASKS, id, task);
            outcome = client.outcome(id);
        }

        // Then
        assertThat(outcome.getStatus()).as("%s", outcome).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(outcome.getAttempts()).hasSize(1);
        assertThat(outcome.getResult().getArtifacts())
                .anySatisfy(artifact -> assertThat(artifact.getName()).isEqualTo("dependency-map.json"));
        try (Driver driver = GraphDatabase.driver(
                settings.get(FleetSettings.NEO4J_URI),
                AuthTokens.basic(settings.get(FleetSettings.NEO4J_USER), settings.get(FleetSettings.NEO4J_PASSWORD)))) {
            Await.until(
                    GRAPH,
                    () -> "in the graph",
                    () -> driver.executableQuery(
                                            "MATCH (a:Attempt)-[:ATTEMPT_OF]->(t:Task {id: $id, status: 'SUCCEEDED'})"
                                                    + " MATCH (a)-[:PRODUCED]->(:Artifact) RETURN DISTINCT t.id")
                                    .withParameters(Map.of("id", "default/" + id))
                                    .execute()
                                    .records()
                                    .size()
                            == 1);
        }
    }
}
