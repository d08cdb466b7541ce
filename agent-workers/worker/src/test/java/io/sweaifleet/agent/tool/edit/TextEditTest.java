package io.sweaifleet.agent.tool.edit;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.tool.edit.TextEdit.Ambiguous;
import io.sweaifleet.agent.tool.edit.TextEdit.Match;
import io.sweaifleet.agent.tool.edit.TextEdit.Missing;
import io.sweaifleet.agent.tool.edit.TextEdit.Replaced;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class TextEditTest {

    private static Replaced replaced(String text, String passage, String replacement) {
        TextEdit.Result result = TextEdit.apply(text, passage, replacement);
        assertThat(result).isInstanceOf(Replaced.class);
        return (Replaced) result;
    }

    @Test
    void shouldReplaceAPartOfALine() {
        // When
        Replaced result = replaced("a = 1\nb = 2\n", "b = 2", "b = 3");

        // Then
        assertThat(result).isEqualTo(new Replaced("a = 1\nb = 3\n", Match.EXACT, 2));
    }

    @Test
    void shouldNameTheLinesOfAllMatches() {
        // When
        TextEdit.Result result = TextEdit.apply("x\ny\nx\n", "x", "z");

        // Then
        assertThat(result).isEqualTo(new Ambiguous(Match.EXACT, List.of(1, 3)));
    }

    @Test
    void shouldFindAPassageWhoseSpacesWithinLinesDiffer() {
        // When
        Replaced result = replaced(
                "  if (a  ==  b) {   \n    go();\n  }\n", "  if (a == b) {\n    go();\n", "  if (c) {\n    go();\n");

        // Then
        assertThat(result.match()).isEqualTo(Match.WHITESPACE);
        assertThat(result.text()).isEqualTo("  if (c) {\n    go();\n  }\n");
    }

    @Test
    void shouldGiveTheReplacementTheIndentationOfTheFile() {
        // When
        Replaced result = replaced(
                "class A:\n    def f(self):\n        return 1\n",
                "def f(self):\n    return 1\n",
                "def f(self):\n    if x:\n        return 2\n    return 1\n");

        // Then
        assertThat(result.match()).isEqualTo(Match.INDENTATION);
        assertThat(result.text())
                .isEqualTo("class A:\n    def f(self):\n        if x:\n            return 2\n        return 1\n");
    }

    @Test
    void shouldTakeIndentationAwayWhereTheModelGaveTooMuch() {
        // When
        Replaced result = replaced(
                "def f():\n    return 1\n", "    def f():\n        return 1\n", "    def f():\n        return 2\n");

        // Then
        assertThat(result.text()).isEqualTo("def f():\n    return 2\n");
    }

    @Test
    void shouldWriteTabsWhereTheFileHasTabs() {
        // When
        Replaced result = replaced(
                "func f() {\n\tif a {\n\t\tgo()\n\t}\n}\n",
                "    if a {\n        go()\n    }\n",
                "    if a {\n        for {\n            go()\n        }\n    }\n");

        // Then
        assertThat(result.text()).isEqualTo("func f() {\n\tif a {\n\t\tfor {\n\t\t\tgo()\n\t\t}\n\t}\n}\n");
    }

    @Test
    void shouldKeepWindowsLineEnds() {
        // When
        Replaced exact = replaced("a\r\nb\r\nc\r\n", "a\nb\n", "a\nx\nb\n");
        Replaced single = replaced("a\r\nb\r\nc\r\n", "b", "b1\nb2");
        Replaced loose = replaced("if  (a)\r\n  b\r\nc\r\n", "if (a)\n  b\n", "if (x)\n  y\n");

        // Then
        assertThat(exact.text()).isEqualTo("a\r\nx\r\nb\r\nc\r\n");
        assertThat(single.text()).isEqualTo("a\r\nb1\r\nb2\r\nc\r\n");
        assertThat(loose.text()).isEqualTo("if (x)\r\n  y\r\nc\r\n");
    }

    @Test
    void shouldKeepAMissingNewlineAtTheEnd() {
        // When
        Replaced result = replaced("a\n  b  c", "  b c\n", "  d\n");

        // Then
        assertThat(result.text()).isEqualTo("a\n  d");
    }

    @Test
    void shouldShowWhatIsMostLikeAPassageThatIsNotThere() {
        // When
        TextEdit.Result result = TextEdit.apply(
                "first\n\nint total = price * count;\nreturn total;\n\nlast\n",
                "int total = prices * count;\nreturn total;\n",
                "x");

        // Then
        assertThat(result).isInstanceOf(Missing.class);
        NearMatch near = ((Missing) result).near().orElseThrow();
        assertThat(near.from()).isEqualTo(3);
        assertThat(near.to()).isEqualTo(4);
        assertThat(near.diff())
                .contains("-int total = prices * count;", "+int total = price * count;", " return total;");
    }

    @Test
    void shouldNotGuessWhenNothingIsAlike() {
        // When
        TextEdit.Result result = TextEdit.apply("alpha\nbeta\n", "0123456789 ()[]{}", "x");

        // Then
        assertThat(result).isInstanceOf(Missing.class);
        assertThat(((Missing) result).near()).isEmpty();
    }

    @Provide
    Arbitrary<List<String>> files() {
        Arbitrary<String> word =
                Arbitraries.of("a", "bb", "x = 1", "if (y) {", "}", "", "é😀", "return  z", "\tt", "end");
        Arbitrary<String> indent = Arbitraries.of("", "  ", "    ", "\t");
        return Arbitraries.of("x").flatMap(any -> indent.flatMap(i -> word.map(w -> i + w))
                .list()
                .ofMinSize(1)
                .ofMaxSize(12));
    }

    /** What is in the text once is replaced there, and nothing else changes. */
    @Property(tries = 300)
    void shouldReplaceExactlyThePassage(@ForAll("files") List<String> lines, @ForAll int a, @ForAll int b) {
        // Given
        int from = Math.floorMod(a, lines.size());
        int to = from + 1 + Math.floorMod(b, lines.size() - from);
        String before = joined(lines.subList(0, from));
        String passage = joined(lines.subList(from, to));
        String after = joined(lines.subList(to, lines.size()));
        String text = before + passage + after;
        Assume.that(text.indexOf(passage) == text.lastIndexOf(passage) && !passage.isBlank());

        // When
        TextEdit.Result result = TextEdit.apply(text, passage, "NEW\n");

        // Then
        assertThat(result).isEqualTo(new Replaced(before + "NEW\n" + after, Match.EXACT, from + 1));
    }

    /** A passage that was shifted as a whole is found wherever it was found unshifted, and put back where it was. */
    @Property(tries = 300)
    void shouldFindAShiftedPassageAndChangeNothingWhenItIsReplacedByItself(
            @ForAll("files") List<String> lines, @ForAll int a, @ForAll int b) {
        // Given
        int from = Math.floorMod(a, lines.size());
        int to = from + 1 + Math.floorMod(b, lines.size() - from);
        List<String> passage = lines.subList(from, to);
        Assume.that(passage.stream().anyMatch(line -> !line.isBlank()));
        List<String> shifted = new ArrayList<>();
        passage.forEach(line -> shifted.add(line.isBlank() ? line : "   " + line));
        String text = joined(lines);

        // When
        TextEdit.Result result = TextEdit.apply(text, joined(shifted), joined(shifted));

        // Then
        if (result instanceof Replaced replaced) {
            assertThat(withoutBlanks(replaced.text())).isEqualTo(withoutBlanks(text));
        } else {
            assertThat(result).isInstanceOf(Ambiguous.class);
            assertThat(((Ambiguous) result).lines()).hasSizeGreaterThan(1);
        }
    }

    /** Whatever is asked for, the lines outside of the passage stay as they are. */
    @Property(tries = 300)
    void shouldNeverTouchLinesBeforeThePassage(
            @ForAll("files") List<String> lines, @ForAll("files") List<String> wanted) {
        // When
        TextEdit.Result result = TextEdit.apply(joined(lines), joined(wanted), "NEW\n");

        // Then
        if (result instanceof Replaced replaced) {
            List<String> now = Lines.split(replaced.text());
            List<String> then = Lines.split(joined(lines));
            assertThat(now.subList(0, replaced.line() - 1)).isEqualTo(then.subList(0, replaced.line() - 1));
        }
    }

    private static String joined(List<String> lines) {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    /** Blank lines around a passage are not compared, and spaces in blank lines not kept. */
    private static List<String> withoutBlanks(String text) {
        return text.lines().filter(line -> !line.isBlank()).toList();
    }
}
