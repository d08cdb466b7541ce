package io.sweaifleet.topology.core.domain;

import org.jspecify.annotations.Nullable;

/**
 * How much may be used.
 *
 * @param wallMs wall-clock time of attempts, of all of them together, in ms; null is no limit
 * @param tokens prompt and completion tokens; null is no limit
 * @param costMicroUsd money in millionths of a US dollar; null is no limit
 */
public record Budget(
        @Nullable Long wallMs,
        @Nullable Long tokens,
        @Nullable Long costMicroUsd) {

    /** Share of a limit at which there is a warning, in percent. */
    static final int WARNING_PERCENT = 80;

    /** As declared; null when nothing is limited. */
    public static @Nullable Budget of(io.sweaifleet.schemas.common.@Nullable Budget declared) {
        return declared == null
                        || (declared.getWallMs() == null
                                && declared.getTokens() == null
                                && declared.getCostMicroUsd() == null)
                ? null
                : new Budget(declared.getWallMs(), declared.getTokens(), declared.getCostMicroUsd());
    }

    /** What a budget limits. The order of constants is stored: append only. */
    enum Measure {
        WALL("wallMs", " ms of wall-clock time"),
        TOKENS("tokens", " tokens"),
        COST("costMicroUsd", " micro-USD");

        final String field;
        final String unit;

        Measure(String field, String unit) {
            this.field = field;
            this.unit = unit;
        }

        /** Its bit in {@link MeterEntry#told}. */
        int bit() {
            return 1 << ordinal();
        }
    }

    /** The limit of one measure; {@link Long#MAX_VALUE} when it has none. */
    long limit(Measure measure) {
        Long limit =
                switch (measure) {
                    case WALL -> wallMs;
                    case TOKENS -> tokens;
                    case COST -> costMicroUsd;
                };
        return limit == null ? Long.MAX_VALUE : limit;
    }

    /** How much is left of one measure; {@link Long#MAX_VALUE} when it has no limit. */
    long left(Measure measure, MeterEntry meter) {
        long limit = limit(measure);
        return limit == Long.MAX_VALUE ? limit : Math.max(0, limit - meter.used(measure));
    }

    /** From how much on there is a warning. */
    long warningAt(Measure measure) {
        long limit = limit(measure);
        // Rounded up, so that the warning says no less than it means.
        return limit == Long.MAX_VALUE ? limit : limit - limit * (100 - WARNING_PERCENT) / 100;
    }

    /** The measure that is used up; null when none is. */
    @Nullable
    Measure exhausted(MeterEntry meter) {
        for (Measure measure : Measure.values()) {
            if (meter.used(measure) >= limit(measure)) {
                return measure;
            }
        }
        return null;
    }
}
