package io.sweaifleet.topology.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.archive.Archive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What real nodes of this and earlier releases did: core must decide it again. A change that is meant to alter decisions records a new
 * history and says in its commit which it replaces; {@code docs/history.md} has the command.
 */
class RecordedHistoriesTest {

    private static final Path HISTORIES = Path.of("src", "test", "resources", "histories");

    static List<String> histories() throws IOException {
        try (Stream<Path> folders = Files.list(HISTORIES)) {
            return folders.map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("histories")
    void shouldDecideAgainWhatWasDecided(String name) {
        // Given
        Archive archive = Archive.open(HISTORIES.resolve(name));

        // When
        Verification verification = new CoreReplay(new ArchivedHistory(archive)).verify("default");

        // Then
        assertThat(verification.differences()).isEmpty();
        assertThat(verification.events()).isGreaterThan(40);
        assertThat(verification.outcomes()).isGreaterThan(15);
    }
}
