package io.sweaifleet.ingest.cli;

import static io.sweaifleet.ingest.testing.Records.START;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.ingest.submit.RunIds;
import io.sweaifleet.ingest.testing.Cli;
import io.sweaifleet.ingest.testing.FakeFleet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PolicyCommandTest {

    private static final Clock CLOCK = Clock.fixed(START, ZoneOffset.UTC);

    @TempDir
    Path directory;

    private final Cli cli = new Cli();
    private final FakeFleet fleet = new FakeFleet();

    @Test
    void shouldExplainWhyAShippedRoleMayNot() {
        // When
        int code = run("policy", "explain", "--shipped", "--role", "developer", "--", "rm", "-rf", "/");

        // Then
        assertThat(code).as(cli.err()).isEqualTo(1);
        assertThat(cli.out())
                .startsWith("DENY  by nothing-matched: no rule of role developer allows tool run with rm -rf /;")
                .contains("role developer version 2, tool run, words rm -rf /")
                .contains("build-maven");
    }

    @Test
    void shouldReadThroughAShell() throws Exception {
        // When
        int code = run(
                "policy",
                "explain",
                "--shipped",
                "--role",
                "qa",
                "--tool",
                "test",
                "--json",
                "--",
                "sh",
                "-c",
                "cd x; ./mvnw -B -pl deploy clean deploy");

        // Then
        assertThat(code).isEqualTo(1);
        JsonNode answer = new ObjectMapper().readTree(cli.out());
        assertThat(answer.get("rule").asText()).isEqualTo("no-publishing-with-maven");
        assertThat(answer.get("looked").findValuesAsText("detail"))
                .contains("read as: ./mvnw -B -pl deploy clean deploy");
    }

    @Test
    void shouldAllowABuildOfAModuleThatIsCalledDeploy() {
        // When / Then
        assertThat(run("policy", "explain", "--shipped", "--role", "developer", "--", "mvn", "-pl", "deploy/x", "test"))
                .as(cli.out())
                .isZero();
    }

    @Test
    void shouldTakeTheRoleFromTheFleetAndFromAFile() throws Exception {
        // Given
        Files.writeString(
                directory.resolve("role.yaml"),
                """
                role: writer
                version: 1
                tools: [edit, git]
                rules:
                  - {name: ours, effect: allow, tool: edit, path: "docs/**", repository: "/srv/*"}
                  - {name: git, effect: ask, tool: git}
                """);
        run("roles", "apply", "role.yaml");

        // When / Then
        String[] edit = {"policy", "explain", "--role", "writer", "--tool", "edit", "--path", "docs/a.md"};
        assertThat(run(edit)).isEqualTo(1);
        assertThat(cli.out()).contains("it asks for the repository /srv/*, and the call has none");
        assertThat(run(
                        "policy",
                        "explain",
                        "--role",
                        "writer",
                        "--tool",
                        "edit",
                        "--path",
                        "docs/a.md",
                        "--repository",
                        "/srv/x"))
                .as(cli.out())
                .isZero();
        assertThat(run("policy", "explain", "--file", "role.yaml", "--role", "writer", "--", "git", "push"))
                .isEqualTo(1);
        assertThat(cli.out()).contains("ASK  by git", "tool git, words push");
        assertThat(run("policy", "explain", "--role", "nobody", "--", "ls")).isEqualTo(1);
        assertThat(cli.err()).contains("there is no role nobody", "use one of writer");
        assertThat(run("policy", "explain", "--role", "writer")).isEqualTo(2);
    }

    private int run(String... args) {
        String[] all = new String[args.length + 2];
        System.arraycopy(args, 0, all, 2, args.length);
        // Options come before what stands after --.
        all[0] = args[0];
        all[1] = args[1];
        System.arraycopy(new String[] {"--set", "fleet.kafka.bootstrap-servers=fake:1"}, 0, all, 2, 2);
        System.arraycopy(args, 2, all, 4, args.length - 2);
        return FleetCli.execute(
                new CliContext(
                        cli.terminal(directory, "", false, Map.of()),
                        Optional.empty(),
                        fleet::with,
                        CLOCK,
                        new RunIds(CLOCK, new Random(1))),
                false,
                all);
    }
}
