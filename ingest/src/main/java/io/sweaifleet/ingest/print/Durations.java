package io.sweaifleet.ingest.print;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Durations as people read them. */
public final class Durations {

    private Durations() {}

    /** Such as {@code 85 ms}, {@code 4.2 s}, {@code 3 min 05 s} or {@code 2 h 10 min}. */
    public static String words(Duration duration) {
        long ms = Math.max(0, duration.toMillis());
        if (ms < 1_000) {
            return ms + " ms";
        }
        if (ms < 60_000) {
            return String.format(Locale.ROOT, "%.1f s", ms / 1_000.0);
        }
        long seconds = ms / 1_000;
        if (seconds < 3_600) {
            return String.format(Locale.ROOT, "%d min %02d s", seconds / 60, seconds % 60);
        }
        return String.format(Locale.ROOT, "%d h %02d min", seconds / 3_600, seconds / 60 % 60);
    }

    /** As above between two moments; empty when one is unknown. */
    public static String words(@Nullable Instant from, @Nullable Instant to) {
        return from == null || to == null ? "" : words(Duration.between(from, to));
    }

    /** As on a stop watch: {@code 0:07}, {@code 12:41}, {@code 1:02:03}. */
    public static String clock(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        return seconds < 3_600
                ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    }
}
