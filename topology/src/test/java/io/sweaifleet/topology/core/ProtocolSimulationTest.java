package io.sweaifleet.topology.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sweaifleet.topology.core.ProtocolSimulation.Mutation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.statistics.Statistics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The protocol under whatever a {@link ProtocolSimulation} may choose. A seed that fails is printed, and
 * {@code @Property(seed = …)} runs it again.
 */
class ProtocolSimulationTest {

    @Property(tries = 1_000, shrinking = ShrinkingMode.OFF)
    void shouldLoseNoHealthyLeaseAndNoResultWhateverHappens(@ForAll long seed) {
        // Given
        ProtocolSimulation simulation = new ProtocolSimulation(new Random(seed)::nextInt, 2);
        simulation.submit();
        simulation.submit();

        // When
        for (int i = 0; i < 120; i++) {
            simulation.step();
        }

        // Then
        simulation.settle();
        Statistics.label("leases taken away").collect(Math.min(simulation.expired(), 5));
        Statistics.label("workers frozen").collect(Math.min(simulation.frozen(), 5));
    }

    /** What is built wrongly is found. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void shouldNotHoldWithAMutation(Mutation mutation) {
        // When
        Optional<Throwable> found = LongStream.range(0, 2_000)
                .mapToObj(seed -> catchThrowable(() -> {
                    ProtocolSimulation simulation = new ProtocolSimulation(new Random(seed)::nextInt, 2, mutation);
                    simulation.submit();
                    simulation.submit();
                    for (int i = 0; i < 120; i++) {
                        simulation.step();
                    }
                    simulation.settle();
                }))
                .filter(Objects::nonNull)
                .findFirst();

        // Then
        assertThat(found).get().isInstanceOf(AssertionError.class);
    }

    /** One worker, one task, and every history of so many steps. */
    @Test
    void shouldHoldInEveryShortHistory() {
        // Given
        int depth = 4;
        List<Integer> path = new ArrayList<>();
        int histories = 0;

        // When
        do {
            Path choices = new Path(path);
            ProtocolSimulation simulation = new ProtocolSimulation(choices, 1);
            simulation.submit();
            for (int i = 0; i < depth; i++) {
                choices.enumerating = true;
                simulation.step();
            }
            choices.enumerating = false;
            simulation.settle();
            histories++;
            path = choices.next();
        } while (!path.isEmpty());

        // Then
        assertThat(histories).isGreaterThan(5_000);
    }

    /** The choices of a history, and how to come to the next one in order. */
    private static final class Path implements ProtocolSimulation.Choices {
        private final List<Integer> given;
        private final List<Integer> taken = new ArrayList<>();
        private final List<Integer> counts = new ArrayList<>();
        private boolean enumerating;

        Path(List<Integer> given) {
            this.given = given;
        }

        @Override
        public int of(int count) {
            // What a heartbeat meets on its way is one of many chances: here it always arrives.
            if (!enumerating || count == 20) {
                return 0;
            }
            int choice = taken.size() < given.size() ? given.get(taken.size()) : 0;
            taken.add(choice);
            counts.add(count);
            return choice;
        }

        /** The path after this one; empty after the last. */
        List<Integer> next() {
            List<Integer> next = new ArrayList<>(taken);
            for (int last = next.size() - 1; last >= 0; last--) {
                if (next.get(last) + 1 < counts.get(last)) {
                    next.set(last, next.get(last) + 1);
                    return next;
                }
                next.remove(last);
            }
            return next;
        }
    }
}
