package io.sweaifleet.ingest.work;

import io.sweaifleet.schemas.common.Budget;
import io.sweaifleet.schemas.json.IsoTimes;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Budgets as people write them: {@code 30m}, {@code 200k tokens}, {@code $0.50}, or several with commas between. */
public final class Budgets {

    private static final Pattern MONEY =
            Pattern.compile("(?:\\$\\s*(\\d{1,6}(?:\\.\\d{1,6})?)|(\\d{1,6}(?:\\.\\d{1,6})?)\\s*usd)");
    private static final Pattern TOKENS = Pattern.compile("(\\d{1,12}(?:\\.\\d{1,3})?)\\s*([km]?)\\s*-?tokens?");
    private static final BigDecimal MICRO = BigDecimal.valueOf(1_000_000);
    private static final long LONGEST_MS = 31_622_400_000L;
    private static final BigDecimal MOST = BigDecimal.valueOf(1_000_000_000_000L);

    private Budgets() {}

    /**
     * The budget.
     *
     * @throws InvalidWorkException when a part of it is neither time nor tokens nor money, comes twice or is out of range
     */
    public static Budget parse(String text) throws InvalidWorkException {
        Budget.Builder budget = Budget.newBuilder();
        for (String part : text.split(",")) {
            String one = part.strip().toLowerCase(Locale.ROOT);
            Matcher money = MONEY.matcher(one);
            Matcher tokens = TOKENS.matcher(one);
            if (money.matches()) {
                once(budget.getCostMicroUsd(), "money", text);
                BigDecimal usd = new BigDecimal(money.group(1) == null ? money.group(2) : money.group(1));
                budget.setCostMicroUsd(inRange(usd.multiply(MICRO), one));
            } else if (tokens.matches()) {
                once(budget.getTokens(), "tokens", text);
                long unit =
                        switch (tokens.group(2)) {
                            case "k" -> 1_000;
                            case "m" -> 1_000_000;
                            default -> 1;
                        };
                budget.setTokens(inRange(new BigDecimal(tokens.group(1)).multiply(BigDecimal.valueOf(unit)), one));
            } else {
                once(budget.getWallMs(), "time", text);
                budget.setWallMs(time(one, text));
            }
        }
        return budget.build();
    }

    private static long time(String one, String text) throws InvalidWorkException {
        Optional<Duration> duration = IsoTimes.parseDuration(one);
        long ms = duration.map(Duration::toMillis).orElse(0L);
        if (ms < 1 || ms > LONGEST_MS) {
            throw new InvalidWorkException(
                    "budget '" + text + "': '" + one + "' is neither time nor tokens nor money",
                    "write it like 30m, 200k tokens, $0.50, or several with commas between");
        }
        return ms;
    }

    private static long inRange(BigDecimal amount, String one) throws InvalidWorkException {
        BigDecimal whole = amount.setScale(0, RoundingMode.DOWN);
        if (whole.signum() <= 0 || whole.compareTo(MOST) > 0) {
            throw new InvalidWorkException(
                    "budget '" + one + "' is out of range", "give more than nothing and at most a million million");
        }
        return whole.longValueExact();
    }

    private static void once(@Nullable Long before, String what, String text) throws InvalidWorkException {
        if (before != null) {
            throw new InvalidWorkException("budget '" + text + "' limits " + what + " twice", "give it once");
        }
    }
}
