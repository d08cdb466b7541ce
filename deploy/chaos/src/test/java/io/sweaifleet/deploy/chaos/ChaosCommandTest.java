package io.sweaifleet.deploy.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.ingest.cli.CliException;
import io.sweaifleet.ingest.cli.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ChaosCommandTest {

    private static int run(String... words) throws Exception {
        ChaosCommand command = new ChaosCommand();
        new CommandLine(command).parseArgs(words);
        return command.call();
    }

    @ParameterizedTest
    @CsvSource({
        "--minutes 0, --minutes must be 0.1 to 600 but is 0.0",
        "--minutes NaN, --minutes must be 0.1 to 600 but is NaN",
        "--rate 0, --rate must be 1 to 1000 but is 0",
        "--resume --kills 0, --kills must be 1 to 1000 but is 0",
        "--resume --session-timeout 900, --session-timeout must be 1000 to 60000 ms but is 900",
        "--resume --broker-defaults --session-timeout 5999, --session-timeout must be 6000 to 60000 ms but is 5999",
        "--check nowhere, --check nowhere holds no history",
    })
    void shouldRefuseWhatItCannotDo(String words, String message) {
        // When / Then
        assertThatThrownBy(() -> run(words.split(" "))).isInstanceOfSatisfying(CliException.class, refused -> {
            assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(refused).hasMessage(message);
        });
    }

    @Test
    void shouldKeepNothingWhereSomethingIs(@TempDir Path directory) throws Exception {
        // Given
        Files.writeString(directory.resolve("mine"), "");

        // When / Then
        assertThatThrownBy(() -> run("--keep", directory.toString()))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("is not empty");
    }

    @Test
    void shouldCheckAKeptHistoryAgainAndFailWhenAPromiseIsBroken() throws Exception {
        // Given: a history without core's inputs, so that nothing can be decided again
        PrintStream out = System.out;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int code;

        // When
        try {
            System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
            code = run("--check", "src/test/resources/history", "--json");
        } finally {
            System.setOut(out);
        }

        // Then
        assertThat(code).isEqualTo(ExitCode.FAILED);
        JsonNode document = new ObjectMapper().readTree(said.toString(StandardCharsets.UTF_8));
        assertThat(document.get("holds").asBoolean()).isFalse();
        assertThat(document.get("tasks").asInt()).isEqualTo(776);
        for (JsonNode check : document.get("checks")) {
            assertThat(check.get("holds").asBoolean())
                    .as(check.toString())
                    .isEqualTo(!check.get("name").asText().equals("replay"));
        }
    }
}
