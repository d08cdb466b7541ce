package io.sweaifleet.agent.playbook.architect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CyclesTest {

    @Test
    void shouldFindEachKnotAndAShortestCycleInIt() {
        // Given
        Cycles cycles = new Cycles();
        edges(cycles, "a>b", "b>c", "c>d", "d>a", "c>b", "x>y", "y>x", "a>x", "s>s", "lone>a");

        // When
        List<List<String>> components = cycles.components();

        // Then
        assertThat(components).containsExactly(List.of("a", "b", "c", "d"), List.of("x", "y"));
        assertThat(cycles.shortest(components.get(0))).containsExactly("b", "c");
    }

    @Test
    void shouldNotOverflowTheStackOnALongChain() {
        // Given
        Cycles cycles = new Cycles();
        int length = 50_000;
        for (int i = 0; i < length; i++) {
            cycles.edge("n" + i, "n" + (i + 1) % length);
        }

        // When
        List<List<String>> components = cycles.components();

        // Then
        assertThat(components).singleElement().satisfies(all -> assertThat(all).hasSize(length));
    }

    private static void edges(Cycles cycles, String... edges) {
        for (String edge : edges) {
            cycles.edge(edge.split(">")[0], edge.split(">")[1]);
        }
    }
}
