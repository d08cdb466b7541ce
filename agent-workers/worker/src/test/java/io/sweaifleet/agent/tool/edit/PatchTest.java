package io.sweaifleet.agent.tool.edit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.agent.tool.edit.FileChange.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatchTest {

    private static final String DIFF =
            """
            --- a/src/a.txt
            +++ b/src/a.txt
            @@ -2,3 +2,4 @@
             two
            -three
            +THREE
            +three and a half
             four
            """;
    private static final String FILE = "one\ntwo\nthree\nfour\nfive\n";
    private static final String PATCHED = "one\ntwo\nTHREE\nthree and a half\nfour\nfive\n";

    private static String apply(String patch, String text) throws PatchFault {
        List<FileChange> changes = PatchParser.parse(patch);
        assertThat(changes).hasSize(1);
        return PatchApplier.apply("a.txt", text, changes.get(0).hunks()).text();
    }

    @Test
    void shouldApplyAUnifiedDiff() throws Exception {
        assertThat(apply(DIFF, FILE)).isEqualTo(PATCHED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "```diff\n%s```",
                "```\n%s```\n",
                "apply_patch <<'EOF'\n%sEOF",
                "From: someone\nSubject: a change\n\n%s-- \n2.39.2\n"
            })
    void shouldUnwrap(String around) throws Exception {
        assertThat(apply(around.formatted(DIFF), FILE)).isEqualTo(PATCHED);
    }

    @Test
    void shouldUnwrapJson() throws Exception {
        // Given
        String text = new com.fasterxml.jackson.databind.ObjectMapper().writeValueAsString(DIFF);

        // When
        List<String> results = List.of(
                apply(text, FILE),
                apply("{\"patch\": " + text + "}", FILE),
                apply("{\"command\": [\"apply_patch\", " + text + "]}", FILE));

        // Then
        assertThat(results).containsOnly(PATCHED);
    }

    @Test
    void shouldApplyTheFormWithBeginPatch() throws Exception {
        // When
        List<FileChange> changes = PatchParser.parse(
                """
                *** Begin Patch
                *** Add File: new.txt
                +hello
                *** Delete File: old.txt
                *** Update File: src/a.txt
                *** Move to: src/b.txt
                @@ one
                 two
                -three
                +THREE
                +three and a half
                *** End of File
                *** End Patch
                """);

        // Then
        assertThat(changes).extracting(FileChange::kind).containsExactly(Kind.ADD, Kind.DELETE, Kind.RENAME);
        assertThat(changes.get(2).target()).isEqualTo("src/b.txt");
        assertThat(PatchApplier.apply("x", "", changes.get(0).hunks()).text()).isEqualTo("hello\n");
        assertThat(PatchApplier.apply("x", "one\ntwo\nthree\n", changes.get(2).hunks())
                        .text())
                .isEqualTo("one\ntwo\nTHREE\nthree and a half\n");
    }

    @Test
    void shouldTakeCountsAndLineNumbersThatAreWrong() throws Exception {
        // Given
        String wrong = DIFF.replace("@@ -2,3 +2,4 @@", "@@ -40,9 +40,2 @@");

        // When
        List<FileChange> changes = PatchParser.parse(wrong);
        PatchApplier.Applied applied =
                PatchApplier.apply("a.txt", FILE, changes.get(0).hunks());

        // Then
        assertThat(applied.text()).isEqualTo(PATCHED);
        assertThat(applied.notes()).singleElement().asString().contains("was applied at line 2");
    }

    @Test
    void shouldTakeOneLineOfContextThatIsWrongAndSayIt() throws Exception {
        // Given
        List<FileChange> changes = PatchParser.parse(DIFF.replace(" four", " fuor"));

        // When
        PatchApplier.Applied applied =
                PatchApplier.apply("a.txt", FILE, changes.get(0).hunks());

        // Then
        assertThat(applied.text()).isEqualTo(PATCHED);
        assertThat(applied.notes()).singleElement().asString().contains("without its outermost 1 lines");
    }

    @Test
    void shouldRefuseWhatDoesNotFitAndShowWhatIsThere() {
        assertThatThrownBy(() -> apply(DIFF.replace("-three", "-tree house"), FILE))
                .isInstanceOf(PatchFault.class)
                .hasMessageContaining("hunk 1 of a.txt does not fit")
                .hasMessageContaining("lines 2–4")
                .hasMessageContaining("+three");
    }

    @Test
    void shouldRefuseAHunkThatFitsInTwoPlaces() {
        // Given
        String patch = "*** Begin Patch\n*** Update File: a\n@@\n-x\n+y\n*** End Patch";

        // Then
        assertThatThrownBy(() -> apply(patch, "x\nb\nx\n"))
                .isInstanceOf(PatchFault.class)
                .hasMessageContaining("fits in 2 places (lines 1, 3)");
    }

    @Test
    void shouldKeepWindowsLineEndsWhereThePatchHasLostThem() throws Exception {
        assertThat(apply(DIFF, FILE.replace("\n", "\r\n"))).isEqualTo(PATCHED.replace("\n", "\r\n"));
    }

    @Test
    void shouldTakeAwayAndGiveANewlineAtTheEnd() throws Exception {
        // Given
        String away = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n";
        String give = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n";

        // Then
        assertThat(apply(away, "a\n")).isEqualTo("a");
        assertThat(apply(give, "a")).isEqualTo("a\n");
    }

    @Test
    void shouldTellLinesThatLookLikeHeadersByTheCounts() throws Exception {
        // Given
        String patch = "--- a/q.sql\n+++ b/q.sql\n@@ -1,2 +1,2 @@\n select 1;\n--- old\n+++ new\n";

        // Then
        assertThat(apply(patch, "select 1;\n-- old\n")).isEqualTo("select 1;\n++ new\n");
    }

    @Test
    void shouldReadNamesThatGitQuotes() throws Exception {
        // When
        List<FileChange> changes = PatchParser.parse(
                "diff --git \"a/\\303\\274ber \\\"x\\\".txt\" \"b/\\303\\274ber \\\"x\\\".txt\"\nnew file mode 100644\n--- /dev/null\n"
                        + "+++ \"b/\\303\\274ber \\\"x\\\".txt\"\n@@ -0,0 +1 @@\n+a\n");

        // Then
        assertThat(changes.get(0).path()).isEqualTo("über \"x\".txt");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hello",
                "@@ -1 +1 @@\n-a\n+b\n",
                "diff --git a/x b/x\nnew file mode 120000\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+/etc/passwd\n",
                "diff --git a/x.png b/x.png\nBinary files a/x.png and b/x.png differ\n",
                "*** Begin Patch\n*** Add File: x\nno plus\n*** End Patch"
            })
    void shouldRefuseWhatIsNoPatchOfText(String patch) {
        assertThatThrownBy(() -> PatchParser.parse(patch)).isInstanceOf(PatchFault.class);
    }
}
