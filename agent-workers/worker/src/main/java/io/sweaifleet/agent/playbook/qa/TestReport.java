package io.sweaifleet.agent.playbook.qa;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.agent.playbook.qa.SuiteReport.Problem;
import io.sweaifleet.agent.playbook.qa.SuiteReport.Skip;
import io.sweaifleet.agent.playbook.qa.TestResult.Status;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Every suite's report together: totals, slow tests, and the two forms of the report. */
final class TestReport {

    /** A test is slow when it takes longer than this, and than {@link #SLOW_FACTOR} times the median of its suite; in seconds. */
    static final double SLOW_SECONDS = 1;

    static final double SLOW_FACTOR = 10;

    private static final int MAX_SLOW_PER_SUITE = 20;

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Map<String, SuiteReport> suites = new LinkedHashMap<>();
    private final List<Skip> skips = new ArrayList<>();

    void add(String suite, SuiteReport report) {
        suites.put(suite, report);
    }

    void skip(Skip skip) {
        skips.add(skip);
    }

    Map<String, SuiteReport> suites() {
        return suites;
    }

    /** Every skip: those of the search first, then those of the suites. */
    List<Skip> skips() {
        List<Skip> all = new ArrayList<>(skips);
        suites.values().forEach(suite -> all.addAll(suite.skips()));
        return all;
    }

    long ran() {
        return suites.values().stream().filter(SuiteReport::ran).count();
    }

    long total() {
        return suites.values().stream().mapToLong(suite -> suite.tests().size()).sum();
    }

    long failed() {
        return suites.values().stream().mapToLong(SuiteReport::failed).sum();
    }

    long skippedTests() {
        return suites.values().stream()
                .mapToLong(suite -> suite.count(Status.SKIPPED))
                .sum();
    }

    long flaky() {
        return suites.values().stream().mapToLong(suite -> suite.flaky().size()).sum();
    }

    long problems() {
        return suites.values().stream()
                .mapToLong(suite -> suite.problems().size())
                .sum();
    }

    /** Tests of a suite that are slow, the slowest first. */
    static List<TestResult> slow(SuiteReport report) {
        double threshold = threshold(report);
        return report.tests().stream()
                .filter(test -> test.status() != Status.SKIPPED && test.seconds() > threshold)
                .sorted(Comparator.comparingDouble(TestResult::seconds).reversed())
                .limit(MAX_SLOW_PER_SUITE)
                .toList();
    }

    /** Seconds above which a test of this suite is slow: the larger of 1 s and 10 times the median. */
    static double threshold(SuiteReport report) {
        double[] times = report.tests().stream()
                .filter(test -> test.status() != Status.SKIPPED)
                .mapToDouble(TestResult::seconds)
                .sorted()
                .toArray();
        double median = times.length == 0 ? 0 : (times[(times.length - 1) / 2] + times[times.length / 2]) / 2;
        return Math.max(SLOW_SECONDS, SLOW_FACTOR * median);
    }

    String summary() {
        List<String> parts = new ArrayList<>();
        parts.add(total() + (total() == 1 ? " test in " : " tests in ") + ran() + (ran() == 1 ? " suite" : " suites"));
        parts.add(failed() + " failed");
        add(parts, flaky(), " flaky");
        add(parts, skippedTests(), " skipped");
        add(parts, problems(), " not built or ended");
        long deadline = skips().stream()
                .filter(skip -> skip.code().equals(SkipCode.DEADLINE))
                .count();
        if (deadline > 0) {
            parts.add("deadline reached: " + deadline + (deadline == 1 ? " suite" : " suites") + " not run to the end");
        }
        long others = skips().size() - deadline;
        add(parts, others, others == 1 ? " part not run" : " parts not run");
        return String.join(", ", parts);
    }

    private static void add(List<String> parts, long count, String what) {
        if (count > 0) {
            parts.add(count + what);
        }
    }

    Map<String, String> outputs() {
        Map<String, String> outputs = new LinkedHashMap<>();
        outputs.put("tests.total", Long.toString(total()));
        outputs.put("tests.failed", Long.toString(failed()));
        outputs.put("tests.skipped", Long.toString(skippedTests()));
        outputs.put("tests.flaky", Long.toString(flaky()));
        outputs.put("suites", Long.toString(ran()));
        return outputs;
    }

    byte[] json(String repository, String commit) {
        ObjectNode root = JSON.createObjectNode();
        root.put("kind", "qa.run-tests").put("repository", repository).put("commit", commit);
        root.put("summary", summary());
        ObjectNode totals = root.putObject("totals");
        outputs().forEach((name, value) -> totals.put(name, Long.parseLong(value)));
        ArrayNode array = root.putArray("suites");
        suites.forEach((name, report) -> {
            ObjectNode suite = array.addObject();
            suite.put("name", name).put("ran", report.ran());
            suite.put("slowAboveSeconds", threshold(report));
            ArrayNode tests = suite.putArray("tests");
            for (TestResult test : report.tests()) {
                ObjectNode node = tests.addObject();
                node.put("id", test.id()).put("status", test.status().name());
                node.put("seconds", Math.round(test.seconds() * 1000) / 1000.0);
                node.put("flaky", report.flaky().contains(test.id()));
                place(node, test.path(), test.line());
                if (!test.message().isEmpty()) {
                    node.put("message", test.message());
                }
            }
            ArrayNode problems = suite.putArray("problems");
            for (Problem problem : report.problems()) {
                place(
                        problems.addObject().put("rule", problem.rule()).put("message", problem.message()),
                        problem.path(),
                        problem.line());
            }
        });
        ArrayNode skipped = root.putArray("skipped");
        for (Skip skip : skips()) {
            skipped.addObject()
                    .put("what", skip.what())
                    .put("code", skip.code())
                    .put("reason", skip.reason())
                    .put("remedy", skip.remedy());
        }
        try {
            return JSON.writeValueAsBytes(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values could not be written as JSON", e);
        }
    }

    private static void place(ObjectNode node, @Nullable String path, @Nullable Integer line) {
        if (path != null) {
            node.put("path", path);
        }
        if (line != null) {
            node.put("line", line);
        }
    }

    byte[] markdown() {
        StringBuilder md = new StringBuilder("# Tests\n\n").append(summary()).append(".\n");
        if (!skips().isEmpty()) {
            md.append("\n## Not run\n\n| What | Code | Why | Remedy |\n|---|---|---|---|\n");
            for (Skip skip : skips()) {
                md.append(row(skip.what(), skip.code(), skip.reason(), skip.remedy()));
            }
        }
        md.append("\n## Suites\n\n| Suite | Tests | Failed | Flaky | Skipped | Slow |\n|---|--:|--:|--:|--:|--:|\n");
        suites.forEach((name, report) -> {
            if (report.ran()) {
                md.append(row(
                        name,
                        Integer.toString(report.tests().size()),
                        Long.toString(report.failed()),
                        Integer.toString(report.flaky().size()),
                        Long.toString(report.count(Status.SKIPPED)),
                        Integer.toString(slow(report).size())));
            }
        });
        suites.forEach((name, report) -> {
            List<TestResult> failed =
                    report.tests().stream().filter(TestResult::failed).toList();
            List<TestResult> slow = slow(report);
            if (failed.isEmpty() && slow.isEmpty() && report.problems().isEmpty()) {
                return;
            }
            md.append("\n## ").append(name).append('\n');
            if (!report.problems().isEmpty()) {
                md.append("\n| Could not be built or run | Message |\n|---|---|\n");
                report.problems()
                        .forEach(problem -> md.append(row(shown(problem.path(), problem.line()), problem.message())));
            }
            if (!failed.isEmpty()) {
                md.append("\n| Failed test | Where | Message |\n|---|---|---|\n");
                for (TestResult test : failed) {
                    md.append(row(
                            test.id() + (report.flaky().contains(test.id()) ? " (flaky: passed alone)" : ""),
                            shown(test.path(), test.line()),
                            test.message()));
                }
            }
            if (!slow.isEmpty()) {
                md.append("\n| Slow test (above ")
                        .append(String.format(Locale.ROOT, "%.1f", threshold(report)))
                        .append(" s) | Seconds |\n|---|--:|\n");
                slow.forEach(test -> md.append(row(test.id(), String.format(Locale.ROOT, "%.1f", test.seconds()))));
            }
        });
        return md.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String shown(@Nullable String path, @Nullable Integer line) {
        return path == null ? "" : line == null ? path : path + ":" + line;
    }

    private static String row(String... cells) {
        StringBuilder row = new StringBuilder("|");
        for (String cell : cells) {
            row.append(' ')
                    .append(cell.replace("\\", "\\\\")
                            .replace("|", "\\|")
                            .replace("<", "&lt;")
                            .replaceAll("\\R", " "))
                    .append(" |");
        }
        return row.append('\n').toString();
    }
}
