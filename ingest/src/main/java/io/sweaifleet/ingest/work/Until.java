package io.sweaifleet.ingest.work;

import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/** A time of day as the next moment that clocks on the wall show it. */
public final class Until {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("H:mm", Locale.ROOT);

    private Until() {}

    /**
     * The next occurrence after now: today's, or tomorrow's when it has passed. A time that a change of the clocks leaves
     * out that day is moved by the gap; of one that comes twice it is the first.
     *
     * @param text hour and minute, such as 07:00
     * @throws InvalidWorkException when it is no time of day
     */
    public static Instant next(String text, Instant now, ZoneId zone) throws InvalidWorkException {
        LocalTime time;
        try {
            time = LocalTime.parse(text.strip(), TIME);
        } catch (DateTimeParseException e) {
            throw new InvalidWorkException(
                    "--until '" + text + "' is not a time of day", "write it like 07:00 or 22:30");
        }
        ZonedDateTime here = now.atZone(zone);
        Instant today = here.toLocalDate().atTime(time).atZone(zone).toInstant();
        return today.isAfter(now)
                ? today
                : here.toLocalDate().plusDays(1).atTime(time).atZone(zone).toInstant();
    }
}
