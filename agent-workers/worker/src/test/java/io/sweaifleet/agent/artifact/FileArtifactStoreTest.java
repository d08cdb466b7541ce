package io.sweaifleet.agent.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.schemas.common.ArtifactRef;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileArtifactStoreTest {

    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);
    private static final String SHA256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    @TempDir
    Path folder;

    private FileArtifactStore store;

    @BeforeEach
    void openStore() throws Exception {
        store = FileArtifactStore.open(folder.resolve("artifacts"));
    }

    @Test
    void shouldNameAnArtifactByItsContent() throws Exception {
        // When
        ArtifactRef ref = store.put("report.json", "report", "application/json", HELLO);

        // Then
        assertThat(ref.getSha256()).isEqualTo(SHA256);
        assertThat(ref.getSizeBytes()).isEqualTo(5);
        assertThat(Path.of(URI.create(ref.getUri())))
                .isEqualTo(folder.resolve("artifacts/sha256/2c/" + SHA256.substring(2)))
                .hasContent("hello");
        assertThat(store.read(ref)).isEqualTo(HELLO);
    }

    @Test
    void shouldKeepTheSameContentOnce() throws Exception {
        // Given
        ArtifactRef first = store.put("a.txt", "log", "text/plain", HELLO);
        Path file = Path.of(URI.create(first.getUri()));
        FileTime written = FileTime.fromMillis(1_000);
        Files.setLastModifiedTime(file, written);

        // When
        ArtifactRef second = store.put("b.txt", "log", "text/plain", Files.write(folder.resolve("b"), HELLO));

        // Then
        assertThat(second.getUri()).isEqualTo(first.getUri());
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(written);
        assertThat(incoming()).isEmpty();
    }

    @Test
    void shouldMendAFileThatACrashOfTheHostCutOff() throws Exception {
        // Given
        ArtifactRef ref = store.put("a.txt", "log", "text/plain", HELLO);
        Files.writeString(Path.of(URI.create(ref.getUri())), "hel");

        // When
        store.put("a.txt", "log", "text/plain", HELLO);

        // Then
        assertThat(store.read(ref)).isEqualTo(HELLO);
    }

    @Test
    void shouldNotReturnWhatWasChanged() throws Exception {
        // Given
        ArtifactRef ref = store.put("a.txt", "log", "text/plain", HELLO);
        Files.writeString(Path.of(URI.create(ref.getUri())), "jello");

        // When / Then
        assertThatThrownBy(() -> store.read(ref))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("was changed")
                .hasMessageContaining("a.txt");
    }

    @Test
    void shouldSayThatAnArtifactIsNotThere() throws Exception {
        // Given
        ArtifactRef ref = store.put("a.txt", "log", "text/plain", HELLO);
        Files.delete(Path.of(URI.create(ref.getUri())));

        // When / Then
        assertThatThrownBy(() -> store.read(ref))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not in the store");
    }

    @Test
    void shouldNotFollowADigestThatIsAPath() throws Exception {
        // Given
        ArtifactRef ref = ArtifactRef.newBuilder(store.put("a.txt", "log", "text/plain", HELLO))
                .setSha256("../../../etc/passwd")
                .build();

        // When / Then
        assertThatThrownBy(() -> store.read(ref))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no SHA-256");
    }

    @Test
    void shouldKeepWhatManyThreadsPutAtOnce() {
        // When
        List<String> digests = IntStream.range(0, 64)
                .parallel()
                .mapToObj(i -> put("same " + i % 4))
                .map(ArtifactRef::getSha256)
                .distinct()
                .toList();

        // Then
        assertThat(digests).hasSize(4);
        assertThat(incoming()).isEmpty();
    }

    private ArtifactRef put(String text) {
        try {
            return store.put("x", "log", "text/plain", text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<Path> incoming() {
        try (Stream<Path> files = Files.list(folder.resolve("artifacts/incoming"))) {
            return files.toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
