package io.sweaifleet.agent.tool.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.tool.map.Ranking.Ranked;
import io.sweaifleet.agent.tool.syntax.Tags;
import io.sweaifleet.agent.tool.syntax.Tags.Definition;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RepositoryMapTest {

    private static Tags tags(List<String> definitions, Map<String, Integer> references) {
        return new Tags(
                definitions.stream()
                        .map(name -> new Definition(name, definitions.indexOf(name) + 1, "def " + name))
                        .toList(),
                references);
    }

    @Test
    void shouldPutFirstWhatMostDependOn() {
        // Given
        Map<String, Tags> files = Map.of(
                "core.py", tags(List.of("Engine", "unused"), Map.of()),
                "a.py", tags(List.of("a"), Map.of("Engine", 3)),
                "b.py", tags(List.of("b"), Map.of("Engine", 1, "a", 1)),
                "c.py", tags(List.of("c"), Map.of("Engine", 1)));

        // When
        List<Ranked> ranked = Ranking.of(files, Set.of());

        // Then
        assertThat(ranked.get(0).definition().name()).isEqualTo("Engine");
        assertThat(ranked.get(1).definition().name()).isEqualTo("a");
        assertThat(ranked).hasSize(5);
    }

    @Test
    void shouldBringForwardWhatTheTaskSpeaksOf() {
        // Given
        Map<String, Tags> files = Map.of(
                "core.py", tags(List.of("Engine"), Map.of()),
                "a.py", tags(List.of("a"), Map.of("Engine", 3)),
                "report.py", tags(List.of("print_report"), Map.of("Engine", 1)),
                "z.py", tags(List.of("z"), Map.of("print_report", 1, "Engine", 1)));

        // When
        List<Ranked> without = Ranking.of(files, Set.of());
        List<Ranked> with = Ranking.of(files, RepositoryMap.words("The function print_report() is wrong"));

        // Then
        assertThat(without.get(0).definition().name()).isEqualTo("Engine");
        assertThat(with.get(0).definition().name()).isEqualTo("print_report");
    }

    @Test
    void shouldShowDefinitionsByFileInTheOrderOfTheFile() {
        // Given
        List<Ranked> ranked = List.of(
                new Ranked("b.py", new Definition("two", 20, "def two():"), 3),
                new Ranked("a.py", new Definition("one", 1, "class One {"), 2),
                new Ranked("b.py", new Definition("three", 3, "def three():"), 1));

        // When
        String map = RepositoryMap.render(ranked, 1_000);

        // Then
        assertThat(map).isEqualTo("b.py:\n 3|def three():\n 20|def two():\na.py:\n 1|class One\n");
    }

    @Test
    void shouldShowADefinitionOnOneLineWhateverItHolds() {
        // Given
        List<Ranked> ranked = List.of(new Ranked("a\nb.py", new Definition("one", 1, "def\u2028one(\r\u0085\t):"), 3));

        // When
        String map = RepositoryMap.render(ranked, 1_000);

        // Then
        assertThat(map).isEqualTo("a b.py:\n 1|def one(   ):\n");
    }

    @Provide
    Arbitrary<List<Ranked>> rankings() {
        Arbitrary<String> text = Arbitraries.strings().ofMaxLength(200);
        Arbitrary<String> path = Arbitraries.of("a.py", "src/main/java/deep/down/B.java", "é/ü😀.go", "x");
        return Combinators.combine(path, Arbitraries.integers().between(1, 99_999), text)
                .as((where, line, words) -> new Ranked(where, new Definition("n", line, words.strip()), 1))
                .list()
                .ofMaxSize(60);
    }

    @Property(tries = 300)
    void shouldNeverExceedTheBudget(
            @ForAll("rankings") List<Ranked> ranked, @ForAll @IntRange(min = 0, max = 1_500) int budget) {
        // When
        String map = RepositoryMap.render(ranked, budget);

        // Then
        assertThat(RepositoryMap.tokens(map)).isLessThanOrEqualTo(budget);
    }

    @Property(tries = 50)
    void shouldShowEverythingWhenThereIsRoom(@ForAll("rankings") List<Ranked> ranked) {
        // When
        String map = RepositoryMap.render(ranked, 200_000);

        // Then
        assertThat(map.lines().filter(line -> line.matches(" \\d+\\|.*")).count())
                .isEqualTo(ranked.size());
    }
}
