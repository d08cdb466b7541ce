package io.sweaifleet.ingest.replay;

import io.sweaifleet.schemas.json.IsoTimes;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** Where a range begins or ends. */
public sealed interface Position {

    /** Numbers from here on are times in ms since 1970 (March 1973), smaller ones are offsets. */
    long FIRST_TIME = 100_000_000_000L;

    /** The first record there is. */
    record Earliest() implements Position {}

    /** A moment; records at or after it. */
    record AtTime(Instant time) implements Position {}

    /** An offset, the same in every partition that is read. */
    record AtOffset(long offset) implements Position {}

    /**
     * Reads {@code earliest}, an offset, a time, or how long ago ({@code 15m}).
     *
     * @return empty when it is none of these
     */
    static Optional<Position> parse(String text, Instant now) {
        String trimmed = text.strip().toLowerCase(Locale.ROOT);
        if (trimmed.equals("earliest") || trimmed.equals("beginning")) {
            return Optional.of(new Earliest());
        }
        if (trimmed.equals("now")) {
            return Optional.of(new AtTime(now));
        }
        if (trimmed.matches("\\d{1,11}") && Long.parseLong(trimmed) < FIRST_TIME) {
            return Optional.of(new AtOffset(Long.parseLong(trimmed)));
        }
        return IsoTimes.parseDuration(text)
                .map(now::minus)
                .or(() -> IsoTimes.parseTime(text))
                .filter(time -> !time.isBefore(Instant.EPOCH))
                .map(AtTime::new);
    }

    /** Whether nothing can lie between this and a later end; false where only the topic can tell. */
    default boolean isAfter(Position end) {
        if (this instanceof AtOffset from && end instanceof AtOffset to) {
            return from.offset() > to.offset();
        }
        return this instanceof AtTime from
                && end instanceof AtTime to
                && from.time().isAfter(to.time());
    }
}
