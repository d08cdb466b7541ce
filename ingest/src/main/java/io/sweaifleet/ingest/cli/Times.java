package io.sweaifleet.ingest.cli;

import io.sweaifleet.schemas.json.IsoTimes;
import java.time.Instant;
import java.util.Optional;

/** Times as options give them. */
final class Times {

    private Times() {}

    /**
     * A moment, or a duration before now.
     *
     * @throws CliException when it is neither
     */
    static Instant past(String text, Instant now) {
        return find(text, now)
                .orElseThrow(() -> CliException.usage(
                        "'" + text + "' is not a time",
                        "write 2026-01-31T12:00:00Z, milliseconds since 1970, or how long ago, such as 15m or 2h"));
    }

    /** A moment, or a duration before now; empty when it is neither. */
    static Optional<Instant> find(String text, Instant now) {
        if (text.equalsIgnoreCase("now")) {
            return Optional.of(now);
        }
        return IsoTimes.parseDuration(text).map(now::minus).or(() -> IsoTimes.parseTime(text));
    }
}
