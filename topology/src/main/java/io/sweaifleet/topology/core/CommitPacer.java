package io.sweaifleet.topology.core;

/**
 * Says when a commit may be asked for.
 *
 * <p>A commit makes what was decided visible, and costs the whole thread. With {@code n} records in the last 50 ms, the
 * gap between two commits is at least {@code (n − 8) / 2} ms, between 0 and 50: when little arrives, every decision
 * is committed at once; in a burst, commits are rare; and there is no step between the two at which throughput or latency
 * jumps. One instance serves one thread, because a commit is of all tasks of the thread.
 */
final class CommitPacer {

    private static final long WINDOW_MS = 50;
    private static final int FREE_RECORDS = 8;

    private final int[] arrivals = new int[(int) WINDOW_MS];
    private long newest = Long.MIN_VALUE / 2;
    private int inWindow;
    private long lastCommit = Long.MIN_VALUE / 2;

    /** Counts a record that arrived now. Time is any clock in ms that does not go back. */
    void arrived(long now) {
        advance(now);
        arrivals[slot(newest)]++;
        inWindow++;
    }

    /** Whether a commit may be asked for now. */
    boolean mayCommit(long now) {
        advance(now);
        return now - lastCommit >= gapMs();
    }

    /** Remembers that a commit was asked for. */
    void committed(long now) {
        lastCommit = now;
    }

    /** Least time between two commits at present, in ms. */
    long gapMs() {
        return Math.max(0, Math.min(WINDOW_MS, (inWindow - FREE_RECORDS) / 2));
    }

    private void advance(long now) {
        if (now - newest >= WINDOW_MS) {
            java.util.Arrays.fill(arrivals, 0);
            inWindow = 0;
            newest = now;
            return;
        }
        while (newest < now) {
            newest++;
            inWindow -= arrivals[slot(newest)];
            arrivals[slot(newest)] = 0;
        }
    }

    private static int slot(long at) {
        return (int) Math.floorMod(at, WINDOW_MS);
    }
}
