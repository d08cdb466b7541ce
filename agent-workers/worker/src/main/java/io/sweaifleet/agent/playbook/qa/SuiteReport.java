package io.sweaifleet.agent.playbook.qa;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What came of running one suite.
 *
 * @param tests every test that ended, in the runner's order
 * @param problems why parts of it could not be built or run to their end: findings about the repository
 * @param skips parts that were not run, and why
 * @param flaky ids of tests that failed first and passed when they were run again alone
 * @param ran whether the runner ran at all: false when there are only skips
 */
record SuiteReport(List<TestResult> tests, List<Problem> problems, List<Skip> skips, Set<String> flaky, boolean ran) {

    SuiteReport {
        tests = List.copyOf(tests);
        problems = List.copyOf(problems);
        skips = List.copyOf(skips);
        flaky = Set.copyOf(flaky);
    }

    /** A finding that is no single failing test. */
    record Problem(
            String rule, @Nullable String path, @Nullable Integer line, String message) {
        static Problem build(@Nullable String path, @Nullable Integer line, String message) {
            return new Problem("qa.build-failed", path, line, message);
        }
    }

    /** A part that was not run; {@code code} is one of the code words in docs/playbooks.md. */
    record Skip(String what, String code, String reason, String remedy) {}

    static SuiteReport skipped(Skip... skips) {
        return new SuiteReport(List.of(), List.of(), List.of(skips), Set.of(), false);
    }

    long failed() {
        return tests.stream()
                .filter(test -> test.failed() && !flaky.contains(test.id()))
                .count();
    }

    long count(TestResult.Status status) {
        return tests.stream().filter(test -> test.status() == status).count();
    }
}
