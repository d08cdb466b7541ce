package io.sweaifleet.agent.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.attempt.AttemptEnd.Status;
import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.agent.run.PlaybookHarness.Run;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.Verdict;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.role.yaml.RoleYaml;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The roles that are shipped with the command line, against the playbooks of the worker. */
class ShippedRolesIT {

    private static final Path ROLES = Path.of("../../ingest/src/main/resources/roles");

    @TempDir
    Path folder;

    static List<RoleDefinition> roles() throws Exception {
        List<RoleDefinition> roles = new ArrayList<>();
        try (Stream<Path> files = Files.list(ROLES)) {
            for (Path file : files.sorted().toList()) {
                roles.addAll(RoleYaml.parse(file.getFileName().toString(), Files.readString(file)));
            }
        }
        return roles;
    }

    @Test
    void shouldListExactlyTheKindsThatTheWorkerCanDo() throws Exception {
        // Given
        Set<String> listed = new TreeSet<>(Set.of("bench.noop"));
        roles().forEach(role -> listed.addAll(role.getPlaybooks()));

        // When
        Set<String> installed = Playbooks.installed().kinds();

        // Then
        assertThat(installed).isEqualTo(listed);
    }

    @ParameterizedTest
    @MethodSource("roles")
    void shouldAllowWhatThePlaybooksOfTheRoleDo(RoleDefinition role) {
        // Given
        TestRepository repository = mixedRepository();
        List<Playbook> playbooks = new ArrayList<>();
        role.getPlaybooks().forEach(kind -> Playbooks.installed().find(kind).ifPresent(playbooks::add));

        for (Playbook playbook : playbooks) {
            // When
            Run run = PlaybookHarness.create()
                    .on(
                            List.of(playbook),
                            playbook.kind(),
                            role,
                            repository.root().toString(),
                            inputsOf(playbook.kind()));

            // Then
            assertThat(run.audit())
                    .as(playbook.kind())
                    .filteredOn(event -> !event.getTool().isEmpty() && event.getVerdict() != Verdict.ALLOW)
                    .extracting(AuditEvent::getTool, AuditEvent::getArguments, AuditEvent::getReason)
                    .isEmpty();
            assertThat(run.status()).as(run.end().toString()).isIn(Status.SUCCEEDED, Status.SKIPPED);
        }
    }

    private static Map<String, String> inputsOf(String kind) {
        return switch (kind) {
            case "developer.apply-recipe" -> Map.of("recipe", "org.openrewrite.java.format.RemoveTrailingWhitespace");
            case "developer.apply-patch" ->
                Map.of(
                        "patch",
                        "diff --git a/README.md b/README.md\n--- a/README.md\n+++ b/README.md\n@@ -1 +1 @@\n-# mixed\n+# Mixed\n");
            default -> Map.of();
        };
    }

    private TestRepository mixedRepository() {
        TestRepository repository = TestRepository.init(folder.resolve("repo"))
                .file("README.md", "# mixed\n")
                .file("src/a.py", "import os\nimport sys\n\nprint(sys.argv)\n")
                .file(
                        "tests/test_a.py",
                        "import unittest\n\n\nclass T(unittest.TestCase):\n    def test_a(self):\n        pass\n")
                .file("package.json", "{\"name\":\"x\",\"version\":\"1.0.0\",\"scripts\":{\"test\":\"node -e 0\"}}\n")
                .file("web/index.js", "const a = require('./a');\n")
                .file("web/a.js", "module.exports = 1;\n")
                .file("go.mod", "module example.org/x\n\ngo 1.18\n")
                .file("x_test.go", "package x\n\nimport \"testing\"\n\nfunc TestX(t *testing.T) {}\n")
                .file("src/main/java/x/A.java", "package x;\n\nimport java.util.List;\n\npublic class A {}\n")
                .file("Makefile", "test:\n\techo ok\n")
                .file("Dockerfile", "FROM debian:latest\nRUN apt-get install curl\n")
                .file("data/a.csv", "id,name\n1,x\n2,y\n")
                .file("data/b.json", "[{\"id\":1},{\"id\":2}]\n");
        repository.commit("first");
        return repository;
    }
}
