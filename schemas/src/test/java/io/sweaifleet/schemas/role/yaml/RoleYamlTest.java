package io.sweaifleet.schemas.role.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.role.RuleEffect;
import io.sweaifleet.schemas.yaml.InvalidYamlException;
import io.sweaifleet.schemas.yaml.YamlProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoleYamlTest {

    private static final String WHOLE =
            """
            role: writer
            version: 3
            tools: [read, edit]
            rules:
              - name: all
                effect: allow
                tool: edit
                path: "docs/**"
            playbooks: [writer.write-docs]
            agents: 2
            attemptTimeoutMs: 15m
            """;

    @Test
    void shouldReadARole() throws Exception {
        // Given
        Instant now = Instant.parse("2026-01-31T12:00:00Z");

        // When
        List<RoleDefinition> roles = RoleYaml.parse("writer.yaml", WHOLE, now);

        // Then
        assertThat(roles).hasSize(1);
        RoleDefinition role = roles.get(0);
        assertThat(role.getRole()).isEqualTo("writer");
        assertThat(role.getVersion()).isEqualTo(3);
        assertThat(role.getAgents()).isEqualTo(2);
        assertThat(role.getAttemptTimeoutMs()).isEqualTo(900_000);
        assertThat(role.getUpdatedAt()).isEqualTo(now);
        assertThat(role.getRules().get(0).getEffect()).isEqualTo(RuleEffect.ALLOW);
        assertThat(role.getRules().get(0).getPath()).isEqualTo("docs/**");
    }

    @Test
    void shouldReadSeveralRolesOfOneFile() throws Exception {
        // When
        List<RoleDefinition> roles =
                RoleYaml.parse("roles.yaml", WHOLE + "---\n" + WHOLE.replace("role: writer", "role: editor"));

        // Then
        assertThat(roles).extracting(RoleDefinition::getRole).containsExactly("writer", "editor");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    agents: 2          | agents: 10001     | agents              | 10 | 1 to 10000
                    version: 3         | version: 0        | version             | 2  | count from 1
                    version: 3         | version: three    | version             | 2  | digits
                    role: writer       | role: Writer      | role                | 1  | [a-z0-9]
                    tool: edit         | tool: edits       | rules[0].tool       | 7  | edit
                    effect: allow      | effect: allowed   | rules[0].effect     | 6  | ALLOW
                    tools: [read, edit]| tools: [read]     | rules[0].tool       | 7  | add it to tools
                    agents: 2          | agnets: 2         | agnets              | 10 | agents
                    attemptTimeoutMs: 15m | attemptTimeoutMs: 2 | attemptTimeoutMs | 11 | 1000
                    """)
    void shouldNameFileLineFieldAndRemedy(String good, String bad, String field, int line, String remedy) {
        // Given
        String text = WHOLE.replace(good, bad);
        assertThat(text).isNotEqualTo(WHOLE);

        // When
        InvalidYamlException thrown =
                catchThrowableOfType(InvalidYamlException.class, () -> RoleYaml.parse("writer.yaml", text));

        // Then
        assertThat(thrown.problems()).hasSize(1);
        YamlProblem problem = thrown.problems().get(0);
        assertThat(problem.field()).isEqualTo(field);
        assertThat(problem.line()).isEqualTo(line);
        assertThat(problem.toString()).startsWith("writer.yaml:" + line + ": ").contains(remedy);
    }

    @Test
    void shouldNameAMissingField() {
        // When
        InvalidYamlException thrown = catchThrowableOfType(
                InvalidYamlException.class, () -> RoleYaml.parse("writer.yaml", WHOLE.replace("version: 3\n", "")));

        // Then
        assertThat(thrown.getMessage()).contains("version").contains("missing");
    }

    @Test
    void shouldNameTheLineOfBrokenYaml() {
        // When
        InvalidYamlException thrown = catchThrowableOfType(
                InvalidYamlException.class, () -> RoleYaml.parse("writer.yaml", "role: writer\n  version: [3\n"));

        // Then
        assertThat(thrown.problems().get(0).line()).isPositive();
        assertThat(thrown.getMessage()).contains("not YAML");
    }

    @Test
    void shouldRefuseAKeyThatIsThereTwice() {
        // When
        InvalidYamlException thrown = catchThrowableOfType(
                InvalidYamlException.class, () -> RoleYaml.parse("writer.yaml", WHOLE + "agents: 3\n"));

        // Then
        assertThat(thrown.getMessage()).containsIgnoringCase("duplicate").contains("agents");
    }

    @Test
    void shouldRefuseAnEmptyFile() {
        // When
        InvalidYamlException thrown =
                catchThrowableOfType(InvalidYamlException.class, () -> RoleYaml.parse("writer.yaml", "# nothing\n"));

        // Then
        assertThat(thrown.getMessage()).contains("empty");
    }

    @Test
    void shouldReadTheShippedRoles() throws Exception {
        // Given
        Path folder = Path.of("../ingest/src/main/resources/roles");
        List<String> names = new ArrayList<>();

        // When
        for (Path file : filesOf(folder)) {
            for (RoleDefinition role : RoleYaml.parse(file.getFileName().toString(), Files.readString(file))) {
                names.add(role.getRole());
            }
        }

        // Then
        assertThat(names).containsExactlyInAnyOrder("architect", "developer", "qa", "devops", "data");
    }

    @Test
    void shouldReadTheExampleOfTheDocumentation() throws Exception {
        // Given
        String page = Files.readString(Path.of("../docs/roles.md"));
        int start = page.indexOf("```yaml\n") + "```yaml\n".length();

        // When
        List<RoleDefinition> roles = RoleYaml.parse("roles.md", page.substring(start, page.indexOf("```", start)));

        // Then
        assertThat(roles).extracting(RoleDefinition::getRole).containsExactly("writer");
    }

    private static List<Path> filesOf(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
