package io.sweaifleet.topology.core;

/**
 * Says when a commit may be asked for.
 *
 * <p>A commit makes what was decided visible, and costs the whole thread. With {@code n} records in the last 50 ms, the
 * gap between two commits is at least {@code (n − 8) / 2} ms: when little arrives, every decision is committed at
 * once; in a burst, commits are rare; and there is no step between the two at which throughput or latency jumps. The gap is at
 * most {@value #COMMITS_WORTH} times what the last commit took, within {@value #SHORTEST_LIMIT_MS} to
 * {@value #LONGEST_LIMIT_MS} ms: a burst spends at most a quarter of its time on commits, also where they are slow (a
 * busy machine, a distant broker). One instance serves one thread, because a commit is of all tasks of the thread.
 *
 * <p>Both times are working time, which stands still while the thread waits for a commit. By the clock on the wall the
 * window would be empty after every slow commit, as if nothing were to be done, and the next commit would follow after a
 * single record: the rule would lock itself in. And after a pause at a quiet time nobody would be served at once.
 */
final class CommitPacer {

    private static final int WINDOW_MS = 50;
    private static final int FREE_RECORDS = 8;
    private static final int COMMITS_WORTH = 3;
    private static final long SHORTEST_LIMIT_MS = 50;
    private static final long LONGEST_LIMIT_MS = 500;

    /** A thread that works looks here at least this often; what is longer is a wait. */
    private static final long STEP_MS = 10;

    private final int[] arrivals = new int[WINDOW_MS];
    private int inWindow;
    private long lastLook = Long.MIN_VALUE;
    private long worked;
    private long workedAtCommit = -LONGEST_LIMIT_MS;
    private long longestWait;
    private long lastCommitTook;

    /** Counts a record that arrived now. Time is any clock in ms that does not go back. */
    void arrived(long now) {
        look(now);
        arrivals[slot(worked)]++;
        inWindow++;
    }

    /** Whether a commit may be asked for now. */
    boolean mayCommit(long now) {
        look(now);
        return worked - workedAtCommit >= gapMs();
    }

    /** Remembers that a commit was asked for: the longest wait until the next one is taken for what it took. */
    void committed(long now) {
        look(now);
        lastCommitTook = longestWait;
        longestWait = 0;
        workedAtCommit = worked;
    }

    /** Least working time between two commits at present, in ms. */
    long gapMs() {
        long took = Math.max(lastCommitTook, longestWait);
        long limit = Math.max(SHORTEST_LIMIT_MS, Math.min(LONGEST_LIMIT_MS, COMMITS_WORTH * took));
        return Math.max(0, Math.min(limit, (inWindow - FREE_RECORDS) / 2));
    }

    private void look(long now) {
        long passed = lastLook == Long.MIN_VALUE ? 0 : Math.max(0, now - lastLook);
        lastLook = now;
        longestWait = Math.max(longestWait, passed);
        for (long end = worked + Math.min(passed, STEP_MS); worked < end; ) {
            worked++;
            inWindow -= arrivals[slot(worked)];
            arrivals[slot(worked)] = 0;
        }
    }

    private static int slot(long at) {
        return (int) (at % WINDOW_MS);
    }
}
