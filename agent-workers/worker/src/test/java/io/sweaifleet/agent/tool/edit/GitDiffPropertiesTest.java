package io.sweaifleet.agent.tool.edit;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.run.TestRepository;
import io.sweaifleet.agent.sandbox.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** What {@code git diff} prints applies, and gives the very text that git compared with. */
class GitDiffPropertiesTest {

    private static Path folder;
    private static TestRepository repository;

    @BeforeContainer
    static void makeRepository() throws IOException {
        folder = Files.createTempDirectory("fleet-patches-");
        repository = TestRepository.init(folder.resolve("repo"));
    }

    @AfterContainer
    static void deleteRepository() throws IOException {
        Folders.delete(folder);
    }

    /** Texts of few different lines, so that hunks are ambiguous; of either line end; with and without one at the end. */
    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> line = Arbitraries.of(
                "a",
                "b",
                "c",
                "",
                " ",
                "\tx",
                "-- d",
                "++ e",
                "@@ -1 +1 @@",
                "\\ f",
                "é😀",
                "a\rb",
                "diff --git a/x b/x");
        Arbitrary<String> end = Arbitraries.of("\n", "\n", "\n", "\r\n");
        Arbitrary<String> body =
                line.flatMap(l -> end.map(e -> l + e)).list().ofMaxSize(25).map(lines -> String.join("", lines));
        return body.flatMap(text -> Arbitraries.of("", "", "last", "-- d").map(last -> text + last));
    }

    @Property(tries = 150)
    void shouldApplyWhatGitDiffPrints(
            @ForAll("texts") String before, @ForAll("texts") String after, @ForAll("contexts") int context)
            throws Exception {
        // Given
        Assume.that(!before.equals(after));
        Path old = Files.writeString(repository.root().resolve("old"), before);
        Path fresh = Files.writeString(repository.root().resolve("new"), after);
        String blob = repository.git("hash-object", "-w", "--", old.toString()).strip();
        String other =
                repository.git("hash-object", "-w", "--", fresh.toString()).strip();
        String diff = repository.git("diff", "--no-color", "--text", "-U" + context, blob, other);

        // When
        List<FileChange> changes = PatchParser.parse(diff);
        PatchApplier.Applied applied =
                PatchApplier.apply("x", before, changes.get(0).hunks());

        // Then
        assertThat(changes).hasSize(1);
        assertThat(applied.text()).isEqualTo(after);
        assertThat(applied.notes()).isEmpty();
    }

    @Provide
    Arbitrary<Integer> contexts() {
        return Arbitraries.of(1, 3, 10);
    }
}
