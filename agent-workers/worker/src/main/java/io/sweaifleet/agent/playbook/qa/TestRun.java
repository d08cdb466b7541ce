package io.sweaifleet.agent.playbook.qa;

import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.playbook.build.RepositoryPaths;
import io.sweaifleet.agent.playbook.qa.SuiteReport.Problem;
import io.sweaifleet.agent.playbook.qa.SuiteReport.Skip;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Runs the tests of a repository once, all or selected ones, with the suites that {@code qa.run-tests} finds, and says in a few
 * lines what came of it. Failed tests are not run again.
 */
public final class TestRun {

    private static final int MAX_FAILURES = 20;
    private static final int MAX_PROBLEMS = 10;
    private static final Pattern JVM_NAME =
            Pattern.compile("(?:[a-z_][\\w.]*\\.)?[A-Z*][\\w$*]*(?:(?:#|::)[\\w$*+]+)?");
    private static final Pattern GO_NAME = Pattern.compile("(?:Test|Benchmark|Example|Fuzz)\\w*(?:/.*)?");
    private static final Pattern PYTHON_NAME = Pattern.compile("\\w+");

    private TestRun() {}

    /**
     * What came of it.
     *
     * @param passed tests that passed
     * @param failed tests that failed
     * @param skipped tests that were skipped by themselves
     * @param complete whether everything that was asked for ran
     * @param text all of it for a model, the counts in the first line
     */
    public record Outcome(long passed, long failed, long skipped, boolean complete, String text) {

        /** Whether tests ran, none failed, and nothing was left out. */
        public boolean ok() {
            return complete && failed == 0 && passed > 0;
        }

        /** Such as {@code 12 passed, 1 failed, 0 skipped}. */
        public String counts() {
            return passed + " passed, " + failed + " failed, " + skipped + " skipped";
        }
    }

    /**
     * Runs tests.
     *
     * @param timeout longest time of them all; the attempt's own end comes first
     * @param selectors paths of test files or folders, names of tests or classes, or {@code path::name}; none means all
     */
    public static Outcome run(PlaybookContext context, Duration timeout, List<String> selectors, Clock clock)
            throws ToolDenied, InterruptedException {
        SuiteFinder.Found found = SuiteFinder.find(context.tools(), false);
        if (found.suites().isEmpty()) {
            return nothing("no test suite was found that can be run (Maven, Gradle, npm, pytest, unittest, go or make)"
                    + described(found.skips()) + "\nRun the tests with tool run.");
        }
        Map<TestSuite, List<TestSelector>> chosen = new LinkedHashMap<>();
        for (TestSuite suite : found.suites()) {
            if (selectors.isEmpty()) {
                chosen.put(suite, List.of());
            }
        }
        for (String selector : selectors) {
            if (!select(context.tools(), found.suites(), selector.strip(), chosen)) {
                return nothing("no test suite takes the selector '" + selector + "'; there are "
                        + String.join(
                                ", ",
                                found.suites().stream().map(TestSuite::name).toList())
                        + ". Give the path of a test file, path::name, or for Java Class or Class#method.");
            }
        }
        Instant now = clock.instant();
        Instant asked = now.plus(timeout);
        Instant latest = context.deadline().minusSeconds(5);
        TestBench bench = new TestBench(context, asked.isBefore(latest) ? asked : latest, clock);
        bench.runOnce();
        Map<String, SuiteReport> reports = new LinkedHashMap<>();
        for (Map.Entry<TestSuite, List<TestSelector>> one : chosen.entrySet()) {
            context.cancellation().check();
            bench.select(one.getValue());
            reports.put(one.getKey().name(), run(context.tools(), bench, one.getKey()));
        }
        boolean someRan =
                reports.values().stream().anyMatch(report -> !report.tests().isEmpty());
        if (!selectors.isEmpty() && someRan) {
            // A name alone is given to every suite that may have it; those that do not are no news.
            reports.values()
                    .removeIf(report ->
                            report.tests().isEmpty() && report.problems().isEmpty());
        }
        return outcome(reports);
    }

    private static SuiteReport run(Toolbox tools, TestBench bench, TestSuite suite)
            throws ToolDenied, InterruptedException {
        if (!tools.canExecute()) {
            return SuiteReport.skipped(new Skip(
                    suite.name(), SkipCode.SANDBOX_MISSING, tools.noSandboxReason(), Toolbox.NO_SANDBOX_REMEDY));
        }
        if (bench.remaining().isZero()) {
            return SuiteReport.skipped(new Skip(
                    suite.name(), SkipCode.DEADLINE, "the time was over before it began", "give a longer timeout"));
        }
        return suite.run(bench);
    }

    /** Adds a selector to every suite that it may belong to; false when there is none. */
    private static boolean select(
            Toolbox tools, List<TestSuite> suites, String selector, Map<TestSuite, List<TestSelector>> chosen) {
        int parted = selector.indexOf("::");
        String first = parted < 0 ? selector : selector.substring(0, parted);
        String rest = parted < 0 ? "" : selector.substring(parted + 2);
        int hash = first.indexOf('#');
        if (hash > 0 && first.substring(0, hash).contains("/")) {
            rest = first.substring(hash + 1);
            first = first.substring(0, hash);
        }
        String path = RepositoryPaths.resolve("", first.replaceFirst("/\\.\\.\\.$", ""));
        boolean isPath = !first.isEmpty() && exists(tools.root(), path);
        boolean any = false;
        for (TestSuite suite : suites) {
            Optional<TestSelector> own = isPath ? byPath(suite, path, rest, suites) : byName(suite, selector);
            if (own.isPresent()) {
                any = true;
                List<TestSelector> all = chosen.computeIfAbsent(suite, one -> new ArrayList<>());
                all.add(own.get());
            }
        }
        return any;
    }

    private static boolean exists(Path root, String path) {
        try {
            return Files.exists(root.resolve(path), LinkOption.NOFOLLOW_LINKS) && !path.startsWith("..");
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static Optional<TestSelector> byPath(TestSuite suite, String path, String name, List<TestSuite> suites) {
        String directory = directory(suite);
        if (directory == null || !RepositoryPaths.isWithin(path, directory) || !speaks(suite, path)) {
            return Optional.empty();
        }
        boolean deeper = suites.stream()
                .filter(other -> other.getClass() == suite.getClass() && !other.equals(suite))
                .map(TestRun::directory)
                .anyMatch(other -> other != null
                        && RepositoryPaths.isWithin(other, directory)
                        && RepositoryPaths.isWithin(path, other));
        if (deeper) {
            return Optional.empty();
        }
        String relative = directory.isEmpty() || path.equals(directory)
                ? path.equals(directory) ? "" : path
                : path.substring(directory.length() + 1);
        return Optional.of(new TestSelector(relative, name));
    }

    private static Optional<TestSelector> byName(TestSuite suite, String name) {
        boolean fits = (suite instanceof MavenSuite || suite instanceof GradleSuite)
                        && JVM_NAME.matcher(name).matches()
                || suite instanceof GoSuite && GO_NAME.matcher(name).matches()
                || suite instanceof PythonSuite && PYTHON_NAME.matcher(name).matches()
                || suite instanceof NodeSuite && !name.contains("/");
        return fits ? Optional.of(new TestSelector("", name)) : Optional.empty();
    }

    private static @Nullable String directory(TestSuite suite) {
        if (suite instanceof PythonSuite python) {
            return python.directory();
        }
        if (suite instanceof GoSuite go) {
            return go.directory();
        }
        if (suite instanceof MavenSuite maven) {
            return maven.directory();
        }
        if (suite instanceof GradleSuite gradle) {
            return gradle.directory();
        }
        return suite instanceof NodeSuite node ? node.directory() : null;
    }

    /** Whether a suite runs files of this kind; a folder has none. */
    private static boolean speaks(TestSuite suite, String path) {
        String name = RepositoryPaths.name(path);
        if (!name.contains(".")) {
            return suite instanceof PythonSuite || suite instanceof GoSuite || suite instanceof NodeSuite;
        }
        String extension = name.substring(name.lastIndexOf('.') + 1);
        return switch (extension) {
            case "py" -> suite instanceof PythonSuite;
            case "go" -> suite instanceof GoSuite;
            case "java", "kt", "groovy", "scala" -> suite instanceof MavenSuite || suite instanceof GradleSuite;
            case "js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts" -> suite instanceof NodeSuite;
            default -> false;
        };
    }

    private static Outcome nothing(String text) {
        return new Outcome(0, 0, 0, false, text);
    }

    private static Outcome outcome(Map<String, SuiteReport> reports) {
        long passed = 0;
        long failed = 0;
        long skipped = 0;
        List<Skip> left = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        int shown = 0;
        int problems = 0;
        for (Map.Entry<String, SuiteReport> entry : reports.entrySet()) {
            SuiteReport report = entry.getValue();
            passed += report.count(TestResult.Status.PASSED);
            failed += report.count(TestResult.Status.FAILED);
            skipped += report.count(TestResult.Status.SKIPPED);
            left.addAll(report.skips());
            for (Problem problem : report.problems()) {
                if (problems++ < MAX_PROBLEMS) {
                    text.append("\nBROKEN ")
                            .append(place(problem.path(), problem.line()))
                            .append(problem.message());
                }
            }
            for (TestResult test : report.tests()) {
                if (test.failed() && shown++ < MAX_FAILURES) {
                    text.append("\nFAILED ")
                            .append(test.id())
                            .append(" — ")
                            .append(place(test.path(), test.line()))
                            .append(test.message());
                }
            }
        }
        if (shown > MAX_FAILURES) {
            text.append("\n… and ").append(shown - MAX_FAILURES).append(" more failed tests");
        }
        if (problems > MAX_PROBLEMS) {
            text.append("\n… and ").append(problems - MAX_PROBLEMS).append(" more problems of the build");
        }
        text.append(described(left));
        boolean complete = problems == 0 && left.isEmpty();
        Outcome counted = new Outcome(passed, failed, skipped, complete, "");
        String suites = String.join(", ", reports.keySet());
        return new Outcome(passed, failed, skipped, complete, counted.counts() + "\nsuites: " + suites + text);
    }

    private static String place(@Nullable String path, @Nullable Integer line) {
        return path == null ? "" : path + (line == null ? "" : ":" + line) + ": ";
    }

    private static String described(List<Skip> skips) {
        StringBuilder text = new StringBuilder();
        for (Skip skip : skips) {
            text.append("\nNOT RUN ").append(skip.what()).append(": ").append(skip.reason());
            if (!skip.remedy().isEmpty()) {
                text.append("; ").append(skip.remedy());
            }
        }
        return text.toString();
    }
}
