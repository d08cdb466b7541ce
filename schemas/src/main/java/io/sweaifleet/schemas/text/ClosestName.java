package io.sweaifleet.schemas.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

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
                .map(name -> new Candidate(name, distance(name.toLowerCase(Locale.ROOT), lower)))
                .filter(candidate -> candidate.distance() <= Math.max(1, lower.length() / 4))
                .min(Comparator.comparingInt(Candidate::distance))
                .map(Candidate::name);
    }

    /** Levenshtein's distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitution = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitution, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
