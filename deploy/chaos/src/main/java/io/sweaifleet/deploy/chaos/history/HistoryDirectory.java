package io.sweaifleet.deploy.chaos.history;

import java.nio.file.Path;

/**
 * Where a history is kept.
 *
 * @param root the directory
 */
public record HistoryDirectory(Path root) {

    /** The topics, as {@code fleet archive} keeps them. */
    public Path archive() {
        return root.resolve("archive");
    }

    /** The agents' own logs, one file for each process of a worker. */
    public Path runs() {
        return root.resolve("runs");
    }

    /** The faults, one line each. */
    public Path faults() {
        return root.resolve("faults.tsv");
    }

    /** Submissions that a broker has acknowledged: pool, tab, workflow; one line each. */
    public Path acknowledged() {
        return root.resolve("acknowledged.tsv");
    }

    /** The answers about invariants, one JSON document a line. */
    public Path answers() {
        return root.resolve("answers.jsonl");
    }

    /** Pools that could not be asked: pool, tab, why; one line each. */
    public Path unanswered() {
        return root.resolve("unanswered.tsv");
    }

    /** What the checker said, as JSON. */
    public Path report() {
        return root.resolve("report.json");
    }
}
