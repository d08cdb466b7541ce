package io.sweaifleet.agent.brain.chat;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.brain.chat.StuckDetector.Verdict;
import io.sweaifleet.agent.brain.recorded.Normaliser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StuckDetectorTest {

    private final StuckDetector detector = new StuckDetector(Normaliser.of(Map.of()));

    private List<Verdict> verdicts(String... steps) {
        List<Verdict> verdicts = new ArrayList<>();
        for (String step : steps) {
            String[] parts = step.split("/");
            verdicts.add(detector.add(parts[0], parts[1], parts.length > 2));
        }
        return verdicts;
    }

    @Test
    void shouldStopAtTheFourthSameActionAndObservation() {
        assertThat(verdicts("a/x", "a/x", "a/x", "a/x"))
                .containsExactly(Verdict.GO_ON, Verdict.GO_ON, Verdict.GO_ON, Verdict.STUCK);
    }

    @Test
    void shouldTakeTimesForTheSame() {
        assertThat(verdicts("a/took 1.2s", "a/took 1.3s", "a/took 2 ms", "a/took 9s"))
                .endsWith(Verdict.STUCK);
    }

    @Test
    void shouldGoOnWhileObservationsDiffer() {
        assertThat(verdicts("a/u", "a/v", "a/w", "a/x", "a/y", "a/z")).containsOnly(Verdict.GO_ON);
    }

    @Test
    void shouldNudgeOnceWhenTheSameActionFailsThreeTimes() {
        assertThat(verdicts("a/u/failed", "a/v/failed", "a/w/failed", "a/x/failed"))
                .containsExactly(Verdict.GO_ON, Verdict.GO_ON, Verdict.NUDGE, Verdict.STUCK);
    }

    @Test
    void shouldGoOnAfterANudgeThatHelped() {
        assertThat(verdicts("a/u/failed", "a/v/failed", "a/w/failed", "b/x", "a/y"))
                .containsExactly(Verdict.GO_ON, Verdict.GO_ON, Verdict.NUDGE, Verdict.GO_ON, Verdict.GO_ON);
    }

    @Test
    void shouldStopAtSixStepsThatAlternate() {
        assertThat(verdicts("a/x", "b/y", "a/x", "b/y", "a/x", "b/y"))
                .containsExactly(
                        Verdict.GO_ON, Verdict.GO_ON, Verdict.GO_ON, Verdict.GO_ON, Verdict.GO_ON, Verdict.STUCK);
    }
}
