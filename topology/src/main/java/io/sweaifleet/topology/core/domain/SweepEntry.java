package io.sweaifleet.topology.core.domain;

/**
 * How far the {@link Sweeper} has come in a pool. Times in ms since the epoch.
 *
 * @param cursor where the next slice begins, as {@link StateView.Slice#next} gave it; empty at the beginning of a round
 * @param timerAt when the next slice is due
 * @param rounds rounds that were completed
 * @param lastRoundAt when the last one was completed, or 0
 * @param looked entries that the round under way has looked at
 * @param lastLooked entries that the last completed round looked at
 * @param repaired entries that were repaired, in all rounds
 * @param reported findings that could not be repaired, in all rounds
 */
public record SweepEntry(
        String cursor,
        long timerAt,
        long rounds,
        long lastRoundAt,
        long looked,
        long lastLooked,
        long repaired,
        long reported) {

    static SweepEntry beginning(long timerAt) {
        return new SweepEntry("", timerAt, 0, 0, 0, 0, 0, 0);
    }

    SweepEntry after(StateView.Slice slice, long now, long gapMs, long pauseMs) {
        long seen = looked + slice.looked();
        return slice.next().isEmpty()
                ? new SweepEntry("", now + pauseMs, rounds + 1, now, 0, seen, repaired, reported)
                : new SweepEntry(slice.next(), now + gapMs, rounds, lastRoundAt, seen, lastLooked, repaired, reported);
    }

    SweepEntry with(int moreRepaired, int moreReported) {
        return new SweepEntry(
                cursor,
                timerAt,
                rounds,
                lastRoundAt,
                looked,
                lastLooked,
                repaired + moreRepaired,
                reported + moreReported);
    }
}
