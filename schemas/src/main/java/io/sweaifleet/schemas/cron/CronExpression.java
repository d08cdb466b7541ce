package io.sweaifleet.schemas.cron;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.field.CronFieldName;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A UNIX cron expression of five fields in a time zone: minute, hour, day of the month, month, day of the week (0 and 7 are Sunday).
 * Of days, when both fields are restricted, those that match either.
 *
 * <p>Where the zone's clocks change, it goes by the hour field, as in Vixie's cron:
 *
 * <ul>
 *   <li>An hour field that begins with {@code *} goes by elapsed time: a time that does not exist is left out, and one that exists
 *       twice fires twice. So an hourly job fires each hour.
 *   <li>Any other fires once a day: a time that does not exist fires at the moment when the clocks go forward, and of one that exists
 *       twice the first counts.
 * </ul>
 *
 * <p>The expression is evaluated on local times without a zone, and these are mapped to moments here, so that what happens at a change
 * of clocks does not depend on the library.
 */
final class CronExpression {

    private static final CronParser PARSER = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));

    /** Beyond this no expression is looked for: the rarest, 29 February on a given weekday, comes within 40 years. */
    private static final Duration HORIZON = Duration.ofDays(366L * 45);

    private final ExecutionTime times;
    private final ZoneRules zone;
    private final boolean elapsed;

    private CronExpression(ExecutionTime times, ZoneRules zone, boolean elapsed) {
        this.times = times;
        this.zone = zone;
        this.elapsed = elapsed;
    }

    /**
     * Reads an expression.
     *
     * @throws IllegalArgumentException when it is none; the message says what is wrong
     */
    static CronExpression parse(String expression, String timeZone) {
        ZoneRules rules = zone(timeZone).getRules();
        Cron cron = PARSER.parse(expression).validate();
        String hour = cron.retrieve(CronFieldName.HOUR).getExpression().asString();
        return new CronExpression(ExecutionTime.forCron(cron), rules, hour.startsWith("*"));
    }

    /**
     * Reads the name of a time zone.
     *
     * @throws IllegalArgumentException when there is none of this name
     */
    static ZoneId zone(String timeZone) {
        try {
            return ZoneId.of(timeZone);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("there is no time zone '" + timeZone + "'", e);
        }
    }

    /** The first moment after another, or null when there is none. */
    @Nullable
    Instant after(Instant moment) {
        return elapsed ? elapsedAfter(moment) : dailyAfter(moment);
    }

    /** The last moment that is not after another, or null when there is none. */
    @Nullable
    Instant upTo(Instant moment) {
        return elapsed ? elapsedUpTo(moment) : dailyUpTo(moment);
    }

    private @Nullable Instant elapsedAfter(Instant moment) {
        Instant at = moment;
        Instant end = moment.plus(HORIZON);
        while (at.isBefore(end)) {
            ZoneOffset offset = zone.getOffset(at);
            ZoneOffsetTransition change = zone.nextTransition(at);
            LocalDateTime local = next(LocalDateTime.ofInstant(at, offset));
            if (local == null) {
                return null;
            }
            Instant found = local.toInstant(offset);
            if (change == null || found.isBefore(change.getInstant())) {
                return found;
            }
            // Nothing before the clocks change. With the new offset, the moment of the change itself counts too.
            Instant before = change.getInstant().minusNanos(1);
            LocalDateTime first = next(LocalDateTime.ofInstant(before, change.getOffsetAfter()));
            if (first != null && first.toInstant(change.getOffsetAfter()).equals(change.getInstant())) {
                return change.getInstant();
            }
            at = change.getInstant();
        }
        return null;
    }

    private @Nullable Instant elapsedUpTo(Instant moment) {
        Instant at = moment;
        Instant end = moment.minus(HORIZON);
        while (at.isAfter(end)) {
            ZoneOffset offset = zone.getOffset(at);
            ZoneOffsetTransition change = zone.previousTransition(at.plusNanos(1));
            LocalDateTime local = last(LocalDateTime.ofInstant(at, offset));
            if (local == null) {
                return null;
            }
            Instant found = local.toInstant(offset);
            if (change == null || !found.isBefore(change.getInstant())) {
                return found;
            }
            at = change.getInstant().minusNanos(1);
        }
        return null;
    }

    private @Nullable Instant dailyAfter(Instant moment) {
        LocalDateTime local = next(LocalDateTime.ofInstant(moment, zone.getOffset(moment)));
        while (local != null) {
            Instant found = momentOf(local);
            if (found.isAfter(moment)) {
                return found;
            }
            // Within an hour that comes twice, the first one is over.
            local = next(local);
        }
        return null;
    }

    private @Nullable Instant dailyUpTo(Instant moment) {
        LocalDateTime local = last(LocalDateTime.ofInstant(moment, latestOffset(moment)));
        while (local != null) {
            Instant found = momentOf(local);
            if (!found.isAfter(moment)) {
                return found;
            }
            local = last(local.minusNanos(1));
        }
        return null;
    }

    /** In an hour that comes for the second time, the offset of the first: by it, the whole hour has passed. */
    private ZoneOffset latestOffset(Instant moment) {
        ZoneOffsetTransition change = zone.previousTransition(moment.plusNanos(1));
        boolean again = change != null
                && change.isOverlap()
                && moment.isBefore(change.getInstant().minus(change.getDuration()));
        return again ? change.getOffsetBefore() : zone.getOffset(moment);
    }

    /** Grows with the local time, since all of a gap falls on the moment of the change. */
    private Instant momentOf(LocalDateTime local) {
        ZoneOffsetTransition change = zone.getTransition(local);
        if (change == null) {
            return local.toInstant(zone.getOffset(local));
        }
        return change.isGap() ? change.getInstant() : local.toInstant(change.getOffsetBefore());
    }

    private @Nullable LocalDateTime next(LocalDateTime after) {
        return times.nextExecution(after.atZone(ZoneOffset.UTC))
                .map(found -> found.toLocalDateTime())
                .orElse(null);
    }

    /** The last local time that is not after another. */
    private @Nullable LocalDateTime last(LocalDateTime upTo) {
        // The library looks for what lies before, in whole seconds.
        LocalDateTime beyond = upTo.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
        Optional<LocalDateTime> found =
                times.lastExecution(beyond.atZone(ZoneOffset.UTC)).map(time -> time.toLocalDateTime());
        return found.orElse(null);
    }
}
