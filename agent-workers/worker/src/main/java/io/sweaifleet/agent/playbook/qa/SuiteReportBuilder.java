package io.sweaifleet.agent.playbook.qa;

import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.qa.SuiteReport.Problem;
import io.sweaifleet.agent.playbook.qa.SuiteReport.Skip;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Gathers what one suite does. Not thread-safe. */
final class SuiteReportBuilder {

    /**
     * More failures than this are no coincidence of timing, and running them again would only take as long again.
     */
    static final int MAX_RERUN = 20;

    private static final int MAX_PROBLEMS = 50;

    private final String suite;
    private final Map<String, TestResult> tests = new LinkedHashMap<>();
    private final List<Problem> problems = new ArrayList<>();
    private final List<Skip> skips = new ArrayList<>();
    private final Set<String> flaky = new HashSet<>();

    SuiteReportBuilder(String suite) {
        this.suite = suite;
    }

    /** Adds a test; one with the id of an earlier one (a repeated display name) is counted apart. */
    void test(TestResult test) {
        TestResult unique = test;
        for (int copy = 2; tests.containsKey(unique.id()); copy++) {
            unique = new TestResult(
                    test.group(),
                    test.name() + " (" + copy + ")",
                    test.status(),
                    test.seconds(),
                    test.message(),
                    test.path(),
                    test.line(),
                    test.selector());
        }
        tests.put(unique.id(), unique);
    }

    void tests(List<TestResult> more) {
        more.forEach(this::test);
    }

    void problem(Problem problem) {
        if (problems.size() < MAX_PROBLEMS && !problems.contains(problem)) {
            problems.add(problem);
        }
    }

    void buildFailed(@Nullable String path, @Nullable Integer line, String message) {
        problem(Problem.build(path, line, Messages.bounded(message)));
    }

    void skip(String what, String code, String reason, String remedy) {
        skips.add(new Skip(what, code, Messages.bounded(reason), remedy));
    }

    /** Something the build needs is not on this machine. */
    void missing(String what, String reason, String remedy) {
        skip(what, SkipCode.ENVIRONMENT, reason, remedy);
    }

    void deadline(Duration after, String running) {
        skip(
                suite,
                SkipCode.DEADLINE,
                "stopped at the deadline after " + after.toSeconds() + " s, when " + tests.size() + " tests had ended"
                        + (running.isEmpty() ? "" : "; running then: " + running),
                "give the task a longer timeout, or input timeout");
    }

    boolean hasTests() {
        return !tests.isEmpty();
    }

    boolean hasSkips() {
        return !skips.isEmpty();
    }

    boolean hasProblems() {
        return !problems.isEmpty();
    }

    List<TestResult> failures() {
        return tests.values().stream().filter(TestResult::failed).toList();
    }

    Set<String> groups() {
        Set<String> groups = new HashSet<>();
        tests.values().forEach(test -> groups.add(test.group()));
        return groups;
    }

    boolean contains(String id) {
        return tests.containsKey(id);
    }

    /** Runs failed tests again alone, once, where that can tell anything. */
    void rerunFailures(TestBench bench, Rerun rerun) throws ToolDenied, InterruptedException {
        List<TestResult> again =
                failures().stream().filter(test -> !test.selector().isEmpty()).toList();
        if (again.isEmpty() || !bench.rerunsFailures()) {
            return;
        }
        if (again.size() > MAX_RERUN) {
            bench.decide(
                    "failed tests of " + suite + " are not run again",
                    again.size() + " failed, more than " + MAX_RERUN + ": that is no flakiness",
                    "run them again alone");
            return;
        }
        if (bench.remaining().toSeconds() < 2) {
            return;
        }
        bench.step(suite + ": " + again.size() + " failed, running them again alone");
        for (TestResult second : rerun.run(again)) {
            TestResult first = tests.get(second.id());
            if (first != null && first.failed() && second.status() == TestResult.Status.PASSED) {
                flaky.add(second.id());
            }
        }
    }

    SuiteReport build() {
        return new SuiteReport(List.copyOf(tests.values()), problems, skips, flaky, hasTests() || hasProblems());
    }

    /** Runs these tests, and no others, and says how they ended. */
    interface Rerun {
        List<TestResult> run(List<TestResult> failed) throws ToolDenied, InterruptedException;
    }
}
