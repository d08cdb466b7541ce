package io.sweaifleet.topology.core;

/**
 * Says when a commit may be asked for.
 *
 * <p>A commit makes what was decided visible, and costs the whole thread. With {@code n} records in the last 50 ms, the
 * gap between two commits is at least {@code (n − 8) / 2} ms, between 0 and 50: when little arrives, every decision
 * is committed at once; in a burst, commits are rare; and there is no step between the two at which throughput or latency
 * jumps. One instance serves one thread, because a commit is of all tasks of the thread.
 *
 * <p>That alone would lock itself in where commits are slow (a busy machine, a distant broker): while the thread waits for
 * one nothing arrives, so the window looks idle, and the next commit would follow after a single record. So the thread
 * also works for as long as the last commit kept it waiting, beyond the {@value #FREE_PAUSE_MS} ms that the pause
 * between two looks may last anyway: at most half of the time goes into commits.
 */
final class CommitPacer {

    private static final long WINDOW_MS = 50;
    private static final int FREE_RECORDS = 8;
    private static final long FREE_PAUSE_MS = 20;
    private static final long LONGEST_GAP_MS = 1_000;

    private final int[] arrivals = new int[(int) WINDOW_MS];
    private long newest = Long.MIN_VALUE / 2;
    private int inWindow;
    private long lastCommit = Long.MIN_VALUE / 2;
    private long lastLook = Long.MIN_VALUE / 2;
    private long pauseEnd = Long.MIN_VALUE / 2;
    private long longestPause;

    /** Counts a record that arrived now. Time is any clock in ms that does not go back. */
    void arrived(long now) {
        look(now);
        advance(now);
        arrivals[slot(newest)]++;
        inWindow++;
    }

    /** Whether a commit may be asked for now. */
    boolean mayCommit(long now) {
        look(now);
        advance(now);
        return now - Math.max(lastCommit, pauseEnd) >= gapMs();
    }

    /** Remembers that a commit was asked for. */
    void committed(long now) {
        lastCommit = now;
        lastLook = now;
        pauseEnd = now;
        longestPause = 0;
    }

    /** Least time between two commits at present, in ms. */
    long gapMs() {
        long byArrivals = Math.max(0, Math.min(WINDOW_MS, (inWindow - FREE_RECORDS) / 2));
        long byCost = Math.min(LONGEST_GAP_MS, longestPause - FREE_PAUSE_MS);
        return Math.max(byArrivals, byCost);
    }

    /** The longest time since the last commit was asked for in which the thread did not look here is the commit itself. */
    private void look(long now) {
        if (lastCommit >= 0 && now - lastLook > Math.max(longestPause, FREE_PAUSE_MS)) {
            longestPause = now - lastLook;
            pauseEnd = now;
        }
        lastLook = now;
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
