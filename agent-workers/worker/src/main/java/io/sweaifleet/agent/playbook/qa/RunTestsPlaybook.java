package io.sweaifleet.agent.playbook.qa;

import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.PlaybookFailure;
import io.sweaifleet.agent.playbook.PlaybookResult;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.playbook.qa.SuiteReport.Problem;
import io.sweaifleet.agent.playbook.qa.SuiteReport.Skip;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.common.Severity;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code qa.run-tests}: finds the test suites of a repository, runs them under a deadline, and reports failed, slow and
 * flaky tests. A failed test is a finding, never a failed task; what could not be run is skipped with its reason and
 * never counts as passed. Inputs: {@code timeout} (such as {@code 10m} or {@code PT10M}; at most the attempt's own) and
 * {@code integration} ({@code true} runs integration tests of Maven builds too).
 */
public final class RunTestsPlaybook implements Playbook {

    /** Set in every child of an attempt, to the pool and task: a fleet run refuses to start where it finds it. */
    private static final String NESTED_MARK = "FLEET_RUN";

    private static final int MAX_FACTS = 200;

    private final Clock clock;
    private final Map<String, String> environment;

    public RunTestsPlaybook() {
        this(Clock.systemUTC(), System.getenv());
    }

    RunTestsPlaybook(Clock clock, Map<String, String> environment) {
        this.clock = clock;
        this.environment = environment;
    }

    @Override
    public String kind() {
        return "qa.run-tests";
    }

    @Override
    public String version() {
        return "1";
    }

    @Override
    public PlaybookResult run(PlaybookContext context) throws PlaybookFailure, InterruptedException {
        Map<String, String> inputs = context.assignment().getInputs();
        Instant stopAt = stopAt(context, inputs.getOrDefault("timeout", ""));
        boolean integration = flag("integration", inputs.getOrDefault("integration", "false"));
        if (environment.containsKey(NESTED_MARK)) {
            throw PlaybookFailure.skipped(
                    SkipCode.NESTED_RUN,
                    "this worker was started inside the fleet run " + environment.get(NESTED_MARK)
                            + ", whose tests are running already",
                    "run it outside of a fleet run");
        }
        context.step("looking for test suites");
        SuiteFinder.Found found = find(context, integration);
        if (found.suites().isEmpty() && found.skips().isEmpty()) {
            throw PlaybookFailure.skipped(
                    SkipCode.NOTHING_TO_DO,
                    "no test suite was found: neither Maven, Gradle, npm, pytest, unittest, go nor a make target test or check",
                    "");
        }
        if (!found.suites().isEmpty()) {
            context.decide(
                    "run "
                            + String.join(
                                    ", ",
                                    found.suites().stream().map(TestSuite::name).toList()),
                    "these are the suites that the repository's build files describe; the quickest kinds first",
                    List.of());
        }
        TestBench bench = new TestBench(context, stopAt, clock);
        TestReport report = new TestReport();
        found.skips().forEach(report::skip);
        for (TestSuite suite : found.suites()) {
            context.cancellation().check();
            report.add(suite.name(), run(context, bench, suite));
        }
        publish(context, bench, report);
        if (report.ran() == 0) {
            Skip first = report.skips().get(0);
            int others = report.skips().size() - 1;
            throw PlaybookFailure.skipped(
                    first.code(),
                    "no test was run: " + first.what() + ": " + first.reason()
                            + (others == 0 ? "" : "; and " + others + (others == 1 ? " part" : " parts") + " more"),
                    first.remedy());
        }
        return new PlaybookResult(report.summary(), report.outputs());
    }

    private static SuiteFinder.Found find(PlaybookContext context, boolean integration)
            throws PlaybookFailure, InterruptedException {
        try {
            return SuiteFinder.find(context.tools(), integration);
        } catch (ToolDenied denied) {
            throw PlaybookFailure.failed(
                    FailureClass.PERMANENT,
                    SkipCode.POLICY_DENIED,
                    "the repository's files could not be listed and read: " + denied.getMessage(),
                    "allow tools search and read in the role");
        }
    }

    private static SuiteReport run(PlaybookContext context, TestBench bench, TestSuite suite)
            throws InterruptedException {
        if (!context.tools().canExecute()) {
            return SuiteReport.skipped(new Skip(
                    suite.name(),
                    SkipCode.SANDBOX_MISSING,
                    "tests are not run: " + context.tools().noSandboxReason(),
                    Toolbox.NO_SANDBOX_REMEDY));
        }
        if (bench.remaining().toMillis() < 1_000) {
            return SuiteReport.skipped(new Skip(
                    suite.name(),
                    SkipCode.DEADLINE,
                    "the deadline was reached before it began",
                    "give the task a longer timeout, or input timeout"));
        }
        try {
            return suite.run(bench);
        } catch (ToolDenied denied) {
            return SuiteReport.skipped(new Skip(
                    suite.name(),
                    SkipCode.POLICY_DENIED,
                    "rule " + denied.rule() + ": " + denied.getMessage(),
                    "allow tools run and test in the role"));
        }
    }

    private void publish(PlaybookContext context, TestBench bench, TestReport report) {
        report.skips().forEach(skip -> context.skip(skip.what(), skip.code(), skip.reason(), skip.remedy()));
        report.suites().forEach((name, suite) -> findings(context, name, suite));
        context.artifact(
                "report.json", "report", "application/json", report.json(context.repository(), context.baseCommit()));
        context.artifact("report.md", "report", "text/markdown", report.markdown());
        context.artifact("test-output.log", "log", "text/plain", bench.log());
        if (report.ran() > 0) {
            Map<String, String> properties = new LinkedHashMap<>(report.outputs());
            properties.put("commit", context.baseCommit());
            context.fact("Repository", "", "TESTED", null, null, report.summary(), properties);
        }
    }

    private static void findings(PlaybookContext context, String suite, SuiteReport report) {
        int facts = 0;
        for (Problem problem : report.problems()) {
            context.finding(
                    problem.rule(), Severity.ERROR, problem.path(), problem.line(), suite + ": " + problem.message());
            if (facts++ < MAX_FACTS) {
                context.fact(
                        "Check", suite, "FAILED_WITH", null, null, problem.message(), place(problem.path(), suite));
            }
        }
        for (TestResult test : report.tests()) {
            if (!test.failed()) {
                continue;
            }
            boolean flaky = report.flaky().contains(test.id());
            context.finding(
                    flaky ? "qa.test-flaky" : "qa.test-failed",
                    flaky ? Severity.WARNING : Severity.ERROR,
                    test.path(),
                    test.line(),
                    flaky
                            ? test.id() + " failed, and passed when it was run again alone: " + test.message()
                            : test.id() + ": " + test.message());
            if (facts++ < MAX_FACTS) {
                context.fact(
                        "Check",
                        test.id(),
                        flaky ? "FLAKED_WITH" : "FAILED_WITH",
                        null,
                        null,
                        test.message(),
                        place(test.path(), suite));
            }
        }
        for (TestResult test : TestReport.slow(report)) {
            context.finding(
                    "qa.test-slow",
                    Severity.INFO,
                    test.path(),
                    null,
                    String.format(
                            Locale.ROOT,
                            "%s took %.1f s; slow in this suite is above %.1f s",
                            test.id(),
                            test.seconds(),
                            TestReport.threshold(report)));
        }
    }

    private static Map<String, String> place(@Nullable String path, String suite) {
        return path == null ? Map.of("suite", suite) : Map.of("suite", suite, "path", path);
    }

    /**
     * When commands are stopped: early enough before the attempt's own end that what they left can still be read and
     * reported.
     */
    private Instant stopAt(PlaybookContext context, String timeout) throws PlaybookFailure {
        Instant now = clock.instant();
        Duration left = Duration.between(now, context.deadline());
        Duration reserve = Duration.ofMillis(Math.max(1_000, Math.min(15_000, left.toMillis() / 20)));
        Instant latest = context.deadline().minus(reserve);
        if (timeout.isBlank()) {
            return latest;
        }
        Duration wanted = duration(timeout);
        if (wanted.isZero() || wanted.isNegative() || wanted.compareTo(Duration.ofDays(7)) > 0) {
            throw PlaybookFailure.badInput(
                    "inputs.timeout",
                    timeout,
                    "input timeout is not between 1 ms and 7 days: " + timeout,
                    "give a duration such as 10m");
        }
        Instant asked = now.plus(wanted);
        return asked.isBefore(latest) ? asked : latest;
    }

    private static Duration duration(String text) throws PlaybookFailure {
        String trimmed = text.strip();
        try {
            if (trimmed.matches("\\d{1,9} ?(?:ms|s|m|h)")) {
                long number = Long.parseLong(trimmed.replaceAll("\\D", ""));
                return switch (trimmed.replaceAll("[\\d ]", "")) {
                    case "ms" -> Duration.ofMillis(number);
                    case "s" -> Duration.ofSeconds(number);
                    case "m" -> Duration.ofMinutes(number);
                    default -> Duration.ofHours(number);
                };
            }
            return Duration.parse(trimmed);
        } catch (DateTimeParseException malformed) {
            throw PlaybookFailure.badInput(
                    "inputs.timeout",
                    text,
                    "input timeout is not a duration: " + text,
                    "give a number with ms, s, m or h, such as 10m, or ISO 8601, such as PT10M");
        }
    }

    private static boolean flag(String name, String value) throws PlaybookFailure {
        return switch (value.strip().toLowerCase(Locale.ROOT)) {
            case "true", "yes" -> true;
            case "false", "no", "" -> false;
            default ->
                throw PlaybookFailure.badInput(
                        "inputs." + name,
                        value,
                        "input " + name + " is neither true nor false: " + value,
                        "give true or false");
        };
    }
}
