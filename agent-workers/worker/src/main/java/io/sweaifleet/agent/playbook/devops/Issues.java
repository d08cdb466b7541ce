package io.sweaifleet.agent.playbook.devops;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what the checks find. */
final class Issues {

    /**
     * A rule that a place does not hold.
     *
     * @param path file, or null for the whole repository
     * @param line line from 1, or null
     * @param detail what exactly, without any secret value
     */
    record Issue(Rule rule, @Nullable String path, @Nullable Integer line, String detail) {}

    private final List<Issue> all = new ArrayList<>();

    void add(Rule rule, @Nullable String path, @Nullable Integer line, String detail) {
        all.add(new Issue(rule, path, line, detail));
    }

    /** Everything found, by path, line and rule; what concerns the whole repository first. */
    List<Issue> sorted() {
        return all.stream()
                .sorted(Comparator.comparing((Issue issue) -> issue.path() == null ? "" : issue.path())
                        .thenComparing(issue -> issue.line() == null ? 0 : issue.line())
                        .thenComparing(Issue::rule))
                .toList();
    }
}
