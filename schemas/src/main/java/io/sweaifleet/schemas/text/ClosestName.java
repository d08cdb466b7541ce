package io.sweaifleet.schemas.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Finds the name that somebody most likely meant. */
public final class ClosestName {

    private ClosestName() {}

    /**
     * The known name that is fewest keystrokes away from the wanted one, in any case.
     *
     * @return empty when even that one differs in more than a quarter of the wanted name: it would only mislead
     */
    public static Optional<String> of(String wanted, Collection<String> known) {
        String lower = wanted.toLowerCase(Locale.ROOT);
        record Candidate(String name, int distance) {}
        return known.stream()
                .map(name -> new Candidate(
                        name, LevenshteinDistance.getDefaultInstance().apply(name.toLowerCase(Locale.ROOT), lower)))
                .filter(candidate -> candidate.distance() <= Math.max(1, lower.length() / 4))
                .min(Comparator.comparingInt(Candidate::distance))
                .map(Candidate::name);
    }
}
