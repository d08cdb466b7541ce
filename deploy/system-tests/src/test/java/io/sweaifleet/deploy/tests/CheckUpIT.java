package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code fleet run} on repositories with third-party dependencies, through the shipped roles and every part of a node. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CheckUpIT {

    @TempDir
    Path folder;

    @Test
    void shouldFindWhatIsWrongInAMavenBuildAndMendWhatItCanOnABranchThatBuilds() throws Exception {
        // Given
        Path repository = GitRepositories.maven(Files.createDirectory(folder.resolve("shop")));

        // When
        JsonNode run = run("run", "--repo", repository.toString(), "--json");

        // Then
        assertThat(findings(run, "architect", "architect.cycle"))
                .singleElement()
                .asString()
                .startsWith("core/src/main/java/org/example/shop/cart/Cart.java:7 Modules import each other:"
                        + " org.example.shop.cart → org.example.shop.price → org.example.shop.cart");
        assumeSandbox(run);
        assertThat(findings(run, "qa", "qa.test-failed"))
                .containsExactly("core/src/test/java/org/example/shop/cart/CartTest.java:13"
                        + " org.example.shop.cart.CartTest#givesTenPercent:"
                        + " ten percent off ==> expected: <8000> but was: <9000>");
        assertThat(task(run, "developer").at("/result/outputs/built").asText()).isEqualTo("true");
        assertThat(changed(repository, run, "developer"))
                .containsExactly("core/src/main/java/org/example/shop/cart/Cart.java -import java.util.Map;");
    }

    @Test
    void shouldTellAFailedTestFromADependencyThatIsNotOnTheMachine() throws Exception {
        // Given
        assumeTrue(works("python3", "-m", "pytest", "--version"), "python3 with pytest is on this machine");
        assumeTrue(works("npm", "--version"), "npm is on this machine");
        Path repository = GitRepositories.pythonAndNpm(Files.createDirectory(folder.resolve("points")));

        // When
        JsonNode run = run("run", "--repo", repository.toString(), "--json");

        // Then
        assertThat(changed(repository, run, "developer")).containsExactly("src/points/line.py -import os");
        assumeSandbox(run);
        assertThat(findings(run, "qa", "qa.test-failed"))
                .singleElement()
                .asString()
                .startsWith("tests/test_line.py:8 tests/test_line.py#test_axis[2]: assert 2.0 == 1");
        assertThat(skips(run, "qa"))
                .containsExactly(
                        "ENVIRONMENT python .: 1 test or file (tests/test_web.py) | Python packages that are not installed:"
                                + " fleet_absent_package | install the project's dependencies for the python3 on the path,"
                                + " for example 'python3 -m pip install fleet_absent_package'",
                        "ENVIRONMENT npm web | its dependencies are not in the cache of npm on this machine:"
                                + " https://registry.npmjs.org/fleet-absent-package | run 'npm install' in the"
                                + " repository's directory web once on this machine");
    }

    private static JsonNode run(String... words) throws Exception {
        NodeFixture.Answer answer = NodeFixture.shared().fleet(words);
        assertThat(answer.exitCode()).as(answer.output()).isZero();
        // Progress comes before the document.
        return new ObjectMapper()
                .readTree(answer.output().substring(answer.output().indexOf("\n{\n") + 1));
    }

    private static JsonNode task(JsonNode run, String role) {
        return StreamSupport.stream(run.path("tasks").spliterator(), false)
                .filter(task -> task.path("role").asText().equals(role))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no task of " + role + " in " + run));
    }

    /** Findings of a rule as {@code path:line message}. */
    private static List<String> findings(JsonNode run, String role, String rule) {
        List<String> found = new ArrayList<>();
        for (JsonNode finding : task(run, role).at("/result/findings")) {
            if (finding.path("rule").asText().equals(rule)) {
                found.add(finding.path("path").asText() + ":"
                        + finding.path("line").asText() + " "
                        + finding.path("message").asText());
            }
        }
        return found;
    }

    /** What was not done as {@code code what | reason | remedy}. */
    private static List<String> skips(JsonNode run, String role) {
        List<String> skips = new ArrayList<>();
        for (JsonNode skip : task(run, role).at("/result/skipped")) {
            skips.add(skip.path("code").asText() + " " + skip.path("what").asText() + " | "
                    + skip.path("reason").asText() + " | "
                    + skip.path("remedy").asText());
        }
        return skips;
    }

    /** Lines that a role's branch removes and adds, each behind its file. */
    private static List<String> changed(Path repository, JsonNode run, String role) throws Exception {
        String id = task(run, role).path("taskId").asText();
        String diff = GitRepositories.git(repository, "diff", "-U0", "main", "fleet/default/" + id);
        List<String> lines = new ArrayList<>();
        String file = "";
        for (String line : diff.split("\n")) {
            if (line.startsWith("+++ b/")) {
                file = line.substring("+++ b/".length());
            } else if (line.matches("[-+](?![-+]{2} ).*")) {
                lines.add(file + " " + line);
            }
        }
        return lines;
    }

    private static void assumeSandbox(JsonNode run) {
        assumeTrue(!run.toString().contains("SANDBOX_MISSING"), "bubblewrap works on this machine");
    }

    private static boolean works(String... command) throws Exception {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0;
        } catch (java.io.IOException missing) {
            return false;
        }
    }
}
