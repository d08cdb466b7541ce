package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.deploy.tests.NodeFixture.Answer;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The definitions that come with the fleet, on a repository whose one test fails on main and passes on a branch. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShippedDefinitionsIT {

    private static final String POM =
            """
            <project xmlns="http://maven.apache.org/POM/4.0.0">
              <modelVersion>4.0.0</modelVersion>
              <groupId>a</groupId>
              <artifactId>b</artifactId>
              <version>1</version>
              <packaging>pom</packaging>
              <properties>
                <library.version>1.0.0</library.version>
              </properties>
            </project>
            """;

    private static final String PATCH =
            """
            diff --git a/app/core.py b/app/core.py
            --- a/app/core.py
            +++ b/app/core.py
            @@ -1,2 +1,2 @@
             def add(x, y):
            -    return x - y
            +    return x + y
            """;

    @TempDir
    static Path directory;

    private static NodeFixture node;
    private static NodeClient client;
    private static Path repository;

    private final String run = "run-" + UUID.randomUUID();

    @BeforeAll
    static void start() throws Exception {
        node = NodeFixture.shared();
        client = new NodeClient(node.settings());
        repository = directory.resolve("repository");
        write("app/__init__.py", "");
        write("app/core.py", "def add(x, y):\n    return x - y\n");
        write("pom.xml", POM);
        write(
                "tests/test_core.py",
                """
                import unittest

                from app.core import add


                class CoreTest(unittest.TestCase):
                    def test_add(self):
                        self.assertEqual(4, add(2, 2))
                """);
        TestRepositories.git(repository, "init", "-q", "-b", "main");
        commit("a test that fails");
        TestRepositories.git(repository, "checkout", "-q", "-b", "mended");
        write("app/core.py", "def add(x, y):\n    return x + y\n");
        commit("a test that passes");
        TestRepositories.git(repository, "checkout", "-q", "main");
    }

    @AfterAll
    static void stop() {
        client.close();
    }

    private static void write(String path, String text) throws IOException {
        Path file = repository.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static void commit(String message) throws Exception {
        TestRepositories.git(repository, "add", "-A");
        TestRepositories.git(
                repository, "-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "-qm", message);
    }

    private Answer starts(String definition, String... words) throws Exception {
        String[] all = new String[words.length + 6];
        System.arraycopy(
                new String[] {"start", definition, "--id", run, "--repo", repository.toString()}, 0, all, 0, 6);
        System.arraycopy(words, 0, all, 6, words.length);
        return node.fleet(all);
    }

    @Test
    void shouldShowThatAPatchMendsTheTests() throws Exception {
        // When
        Answer answer = starts("fix-a-failing-test", "--input", "patch=" + PATCH, "--wait");

        // Then
        assertThat(answer.exitCode()).as(answer.output()).isZero();
        assertThat(answer.output()).contains("failedBefore = 1").contains("failedAfter = 0");
    }

    @Test
    void shouldTellABetterBranchFromItsBase() throws Exception {
        // When
        Answer answer = starts("review-a-branch", "--input", "branch=mended", "--wait");

        // Then
        assertThat(answer.output()).contains("failedTests = base 1, branch 0").contains("worse = false");
    }

    @Test
    void shouldAskBeforeAnUpgradeCounts() throws Exception {
        // Given
        starts(
                "upgrade-a-dependency",
                "--ref",
                "mended",
                "--input",
                "property=library.version",
                "--input",
                "version=2.0.0");
        client.event(
                "a request for approval",
                event -> event.getType() == TaskEventType.APPROVAL_REQUESTED
                        && (run + "-approve").equals(event.getTaskId()));

        // When
        node.fleet("approve", run, "--by", "ann");

        // Then
        assertThat(client.outcome(run + "-approve").getStatus()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(client.outcome(run + "-after").getStatus()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(client.outcome(run + "-change").getResult().getPatch()).contains("+    <library.version>2.0.0");
    }
}
