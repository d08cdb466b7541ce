package io.sweaifleet.schemas.cron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronExpressionTest {

    private static final String BERLIN = "Europe/Berlin";

    private static List<String> forwards(CronExpression cron, String from, int count) {
        List<String> found = new ArrayList<>();
        Instant at = Instant.parse(from);
        for (int i = 0; i < count && at != null; i++) {
            at = cron.after(at);
            found.add(String.valueOf(at));
        }
        return found;
    }

    private static List<String> backwards(CronExpression cron, String from, int count) {
        List<String> found = new ArrayList<>();
        Instant at = cron.upTo(Instant.parse(from));
        for (int i = 0; i < count && at != null; i++) {
            found.add(0, at.toString());
            at = cron.upTo(at.minusMillis(1));
        }
        return found;
    }

    @Test
    void shouldFireAtTheMomentOfTheChangeWhatFallsIntoTheGap() {
        // Given: in the night of 29 March 2026 the hour from 2 to 3 is left out, at 01:00 UTC
        CronExpression cron = CronExpression.parse("30 2 * * *", BERLIN);

        // When
        List<String> found = forwards(cron, "2026-03-27T12:00:00Z", 4);

        // Then
        assertThat(found)
                .containsExactly(
                        "2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z", "2026-03-31T00:30:00Z");
        assertThat(backwards(cron, "2026-03-31T00:30:00Z", 4)).isEqualTo(found);
    }

    @Test
    void shouldFireOnceWhatTheGapPutsOnOneMoment() {
        // Given
        CronExpression cron = CronExpression.parse("0,20,40 2,3 * * *", BERLIN);

        // When
        List<String> found = forwards(cron, "2026-03-29T00:00:00Z", 4);

        // Then
        assertThat(found)
                .containsExactly(
                        "2026-03-29T01:00:00Z", "2026-03-29T01:20:00Z", "2026-03-29T01:40:00Z", "2026-03-30T00:00:00Z");
        assertThat(backwards(cron, "2026-03-30T00:00:00Z", 4)).isEqualTo(found);
    }

    @Test
    void shouldFireOnceAtATimeThatComesTwice() {
        // Given: in the night of 25 October 2026 the hour from 2 to 3 comes twice, until 01:00 UTC and after it
        CronExpression cron = CronExpression.parse("15,45 2 * * *", BERLIN);

        // When
        List<String> found = forwards(cron, "2026-10-24T12:00:00Z", 4);

        // Then
        assertThat(found)
                .containsExactly(
                        "2026-10-25T00:15:00Z", "2026-10-25T00:45:00Z", "2026-10-26T01:15:00Z", "2026-10-26T01:45:00Z");
        assertThat(forwards(cron, "2026-10-25T01:20:00Z", 1)).containsExactly("2026-10-26T01:15:00Z");
        assertThat(backwards(cron, "2026-10-25T01:10:00Z", 2)).isEqualTo(found.subList(0, 2));
        assertThat(backwards(cron, "2026-10-26T01:45:00Z", 4)).isEqualTo(found);
    }

    @Test
    void shouldGoByElapsedTimeWhenTheHourIsFree() {
        // Given
        CronExpression cron = CronExpression.parse("0 * * * *", BERLIN);

        // When
        List<String> spring = forwards(cron, "2026-03-28T23:30:00Z", 4);
        List<String> autumn = forwards(cron, "2026-10-24T23:30:00Z", 4);

        // Then
        assertThat(spring)
                .containsExactly(
                        "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z", "2026-03-29T03:00:00Z");
        assertThat(autumn)
                .containsExactly(
                        "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z", "2026-10-25T03:00:00Z");
        assertThat(backwards(cron, "2026-03-29T03:00:00Z", 4)).isEqualTo(spring);
        assertThat(backwards(cron, "2026-10-25T03:00:00Z", 4)).isEqualTo(autumn);
    }

    @Test
    void shouldTakeEitherDayWhenBothAreRestricted() {
        // Given: the 13th, and Fridays
        CronExpression cron = CronExpression.parse("0 12 13 * FRI", "UTC");

        // When
        List<String> found = forwards(cron, "2026-11-09T00:00:00Z", 4);

        // Then
        assertThat(found)
                .containsExactly(
                        "2026-11-13T12:00:00Z", "2026-11-20T12:00:00Z", "2026-11-27T12:00:00Z", "2026-12-04T12:00:00Z");
    }

    @Test
    void shouldFindNothingForADayThatNeverComes() {
        // Given
        CronExpression cron = CronExpression.parse("0 0 31 2 *", "UTC");

        // When / Then
        assertThat(cron.after(Instant.parse("2026-11-25T00:00:00Z"))).isNull();
        assertThat(cron.upTo(Instant.parse("2026-11-25T00:00:00Z"))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "nightly"})
    void shouldRefuseWhatIsNoExpression(String expression) {
        // When / Then
        assertThatThrownBy(() -> CronExpression.parse(expression, "UTC")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldRefuseAnUnknownTimeZone() {
        // When / Then
        assertThatThrownBy(() -> CronExpression.parse("* * * * *", "Europe/Atlantis"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no time zone 'Europe/Atlantis'");
    }

    /** Against what the fields say, minute by minute, forwards and backwards, in zones with and without changes of clocks. */
    @ParameterizedTest
    @CsvSource({"1,UTC", "2,Europe/Berlin", "3,America/New_York", "4,Australia/Lord_Howe", "5,Asia/Kathmandu"})
    void shouldFindEachTimeThatTheFieldsName(long seed, String zone) {
        Random random = new Random(seed);
        for (int round = 0; round < 30; round++) {
            // Given
            Fields fields = new Fields(random);
            CronExpression cron = CronExpression.parse(fields.expression(), zone);
            Instant from = Instant.parse("2026-03-01T00:00:00Z").plusSeconds(60L * random.nextInt(400_000));
            Instant to = from.plusSeconds(86_400 * 20);
            List<Instant> expected = fields.between(from, to, ZoneId.of(zone));

            // When
            List<Instant> after = new ArrayList<>();
            for (Instant at = cron.after(from); at != null && !at.isAfter(to); at = cron.after(at)) {
                after.add(at);
            }
            List<Instant> upTo = new ArrayList<>();
            for (Instant at = cron.upTo(to); at != null && at.isAfter(from); at = cron.upTo(at.minusMillis(1))) {
                upTo.add(at);
            }
            Collections.reverse(upTo);

            // Then
            assertThat(after).as(fields.expression() + " after " + from).isEqualTo(expected);
            assertThat(upTo).as(fields.expression() + " up to " + to).isEqualTo(expected);
        }
    }

    /** A random expression, and what it means. */
    private record Fields(Field minute, Field hour, Field day, Field month, Field weekday) {

        Fields(Random random) {
            this(
                    new Field(random, 0, 59),
                    new Field(random, 0, 23),
                    new Field(random, 1, 31),
                    new Field(random, 1, 12),
                    new Field(random, 0, 6));
        }

        String expression() {
            return String.join(" ", minute.text, hour.text, day.text, month.text, weekday.text);
        }

        private boolean matches(LocalDateTime time) {
            int weekdayOf = time.getDayOfWeek() == DayOfWeek.SUNDAY
                    ? 0
                    : time.getDayOfWeek().getValue();
            boolean dayMatches = day.values.contains(time.getDayOfMonth());
            boolean weekdayMatches = weekday.values.contains(weekdayOf);
            boolean either = day.isRestricted() && weekday.isRestricted();
            return minute.values.contains(time.getMinute())
                    && hour.values.contains(time.getHour())
                    && month.values.contains(time.getMonthValue())
                    && (either ? dayMatches || weekdayMatches : dayMatches && weekdayMatches);
        }

        List<Instant> between(Instant from, Instant to, ZoneId zone) {
            TreeSet<Instant> found = new TreeSet<>();
            if (hour.text.startsWith("*")) {
                for (Instant at = from.plusSeconds(60); !at.isAfter(to); at = at.plusSeconds(60)) {
                    if (matches(at.atZone(zone).toLocalDateTime())) {
                        found.add(at);
                    }
                }
                return List.copyOf(found);
            }
            LocalDateTime end = to.atZone(ZoneOffset.UTC).toLocalDateTime().plusDays(1);
            for (LocalDateTime at = from.atZone(ZoneOffset.UTC)
                            .toLocalDateTime()
                            .minusDays(1)
                            .truncatedTo(ChronoUnit.MINUTES);
                    at.isBefore(end);
                    at = at.plusMinutes(1)) {
                if (matches(at)) {
                    var change = zone.getRules().getTransition(at);
                    Instant moment = change != null && change.isGap()
                            ? change.getInstant()
                            : at.atZone(zone).toInstant();
                    if (moment.isAfter(from) && !moment.isAfter(to)) {
                        found.add(moment);
                    }
                }
            }
            return List.copyOf(found);
        }
    }

    private static final class Field {
        final String text;
        final TreeSet<Integer> values = new TreeSet<>();

        boolean isRestricted() {
            return !text.equals("*") && !text.equals("*/1");
        }

        Field(Random random, int least, int most) {
            int one = least + random.nextInt(most - least + 1);
            int other = one + random.nextInt(most - one + 1);
            int step = 1 + random.nextInt(most);
            int form = random.nextInt(6);
            text = switch (form) {
                case 0 -> String.valueOf(one);
                case 1 -> one + "-" + other;
                case 2 -> one + "," + other;
                case 3 -> "*/" + step;
                default -> "*";
            };
            for (int value = least; value <= most; value++) {
                boolean taken =
                        switch (form) {
                            case 0 -> value == one;
                            case 1 -> value >= one && value <= other;
                            case 2 -> value == one || value == other;
                            case 3 -> (value - least) % step == 0;
                            default -> true;
                        };
                if (taken) {
                    values.add(value);
                }
            }
        }
    }
}
