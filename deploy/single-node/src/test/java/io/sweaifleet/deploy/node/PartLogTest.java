package io.sweaifleet.deploy.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartLogTest {
    @TempDir
    Path directory;

    @Test
    void shouldLeaveFramesOfStackTracesOutOfTheEndThatIsShown() {
        // Given
        try (PartLog log = new PartLog(directory.resolve("part.log"))) {
            log.add("java.lang.IllegalStateException: no");
            log.add("\tat a.B.c(B.java:1)");
            log.add("\t... 7 more");
            log.add("it did not start");

            // When
            var shown = log.last(2);

            // Then
            assertThat(shown).containsExactly("java.lang.IllegalStateException: no", "it did not start");
        }
    }

    @Test
    void shouldKeepTheFormerFileOnceWhenAPartStartsAgain() throws Exception {
        // Given
        Path file = directory.resolve("part.log");
        try (PartLog first = new PartLog(file)) {
            first.add("first life");
        }

        // When
        try (PartLog second = new PartLog(file)) {
            second.add("second life");
        }

        // Then
        assertThat(file).hasContent("second life");
        assertThat(directory.resolve("part.log.1")).hasContent("first life");
    }

    @Test
    void shouldBoundWhatItKeepsOnDisk() throws Exception {
        // Given
        Path file = directory.resolve("part.log");
        String line = "x".repeat(64 * 1024);

        // When
        try (PartLog log = new PartLog(file)) {
            for (int i = 0; i < 400; i++) {
                log.add(line);
            }
        }

        // Then
        assertThat(Files.size(file) + Files.size(directory.resolve("part.log.1")))
                .isLessThan(17L * 1024 * 1024);
    }

    @Test
    void shouldKeepLinesInMemoryWhenItsFileCannotBeWritten() {
        // Given
        Path unwritable = directory.resolve("missing").resolve("part.log");

        // When
        try (PartLog log = new PartLog(unwritable)) {
            log.add("the reason");

            // Then
            assertThat(log.last(5)).anySatisfy(line -> assertThat(line).contains("cannot be written"));
            assertThat(log.last(1)).containsExactly("the reason");
        }
    }
}
