package io.sweaifleet.schemas.json;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times and durations as people write them. */
public final class IsoTimes {

    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSSX", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final Pattern EPOCH = Pattern.compile("-?\\d{1,18}");
    private static final Pattern SHORT_DURATION = Pattern.compile("(\\d{1,12})\\s*(ms|s|m|h|d)");

    private IsoTimes() {}

    /** ISO-8601 in UTC, always with milliseconds, so that times sort as text. */
    public static String format(Instant time) {
        return FORMAT.format(time);
    }

    /**
     * Reads {@code 2026-01-31T12:00:00Z}, the same with an offset, a date (its midnight in UTC), or milliseconds since
     * the epoch.
     *
     * @return empty when it is none of these
     */
    public static Optional<Instant> parseTime(String text) {
        String trimmed = text.strip();
        try {
            if (EPOCH.matcher(trimmed).matches()) {
                return Optional.of(Instant.ofEpochMilli(Long.parseLong(trimmed)));
            }
            if (trimmed.length() == 10) {
                return Optional.of(
                        LocalDate.parse(trimmed).atStartOfDay(ZoneOffset.UTC).toInstant());
            }
            return Optional.of(OffsetDateTime.parse(trimmed.replace(' ', 'T')).toInstant());
        } catch (DateTimeException notATime) {
            return Optional.empty();
        }
    }

    /**
     * Reads {@code 500ms}, {@code 30s}, {@code 15m}, {@code 2h}, {@code 1d} or ISO-8601 ({@code PT15M}).
     *
     * @return empty when it is none of these, or too large to count in milliseconds
     */
    public static Optional<Duration> parseDuration(String text) {
        String trimmed = text.strip();
        Matcher shortForm = SHORT_DURATION.matcher(trimmed.toLowerCase(Locale.ROOT));
        try {
            if (shortForm.matches()) {
                long amount = Long.parseLong(shortForm.group(1));
                return Optional.of(
                        switch (shortForm.group(2)) {
                            case "ms" -> Duration.ofMillis(amount);
                            case "s" -> Duration.ofSeconds(amount);
                            case "m" -> Duration.ofMinutes(amount);
                            case "h" -> Duration.ofHours(amount);
                            default -> Duration.ofDays(amount);
                        });
            }
            // Durations travel in ms, so finer parts are cut and longer ones are refused here.
            return Optional.of(Duration.ofMillis(Duration.parse(trimmed).toMillis()));
        } catch (DateTimeException | ArithmeticException notADuration) {
            return Optional.empty();
        }
    }
}
