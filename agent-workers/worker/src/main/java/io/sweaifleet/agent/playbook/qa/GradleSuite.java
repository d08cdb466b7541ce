package io.sweaifleet.agent.playbook.qa;

import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox.Cache;
import io.sweaifleet.agent.playbook.Toolbox.CommandResult;
import io.sweaifleet.agent.playbook.build.RepositoryPaths;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Gradle build, offline, going on after failures.
 *
 * @param directory directory of the root build
 */
record GradleSuite(String directory) implements TestSuite {

    private static final Pattern UNRESOLVED = Pattern.compile(
            "No cached version of (\\S+) available for offline mode|Could not resolve (?:all \\S+ for|all files for)?\\s*(\\S+)"
                    + "|Plugin \\[id: '([^']+)'[^\\]]*] was not found");
    private static final Pattern NO_DISTRIBUTION = Pattern.compile(
            "UnknownHostException|Exception in thread \"main\" java\\.(?:net|io)\\.|Downloading https?://services\\.gradle\\.org");
    private static final Pattern COMPILER = Pattern.compile(
            "(?m)^(?:e: (?:file://)?)?(/\\S+\\.(?:java|kt|groovy|scala)):(\\d+):(?:\\d+:?)? ?(?:error: )?(.*)$");

    @Override
    public String name() {
        return "gradle " + RepositoryPaths.shown(directory);
    }

    @Override
    public SuiteReport run(TestBench bench) throws ToolDenied, InterruptedException {
        boolean wrapper = Files.isRegularFile(
                bench.tools().root().resolve(directory).resolve("gradlew"), LinkOption.NOFOLLOW_LINKS);
        List<String> program;
        if (bench.tools().hasProgram("gradle")) {
            program = List.of("gradle");
        } else if (wrapper && bench.tools().hasProgram("java")) {
            program = List.of("sh", "./gradlew");
        } else {
            return toolMissing("there is no gradle on the path, and no wrapper script that could run");
        }
        List<String> argv = new ArrayList<>(program);
        argv.addAll(List.of("--offline", "--continue", "--no-daemon", "--console=plain", "test"));
        argv.addAll(TestSelector.gradle(bench.selection()));
        Instant started = bench.now();
        bench.step(name() + ": test");
        CommandResult result = bench.test(argv, directory, Map.of(), Cache.GRADLE);
        String output = bench.output(result);
        if (program.size() > 1 && NO_DISTRIBUTION.matcher(output).find()) {
            return toolMissing("the wrapper's Gradle distribution is not on this machine");
        }

        SuiteReportBuilder report = new SuiteReportBuilder(name());
        report.tests(parse(bench, started));
        if (result.timedOut()) {
            report.deadline(result.wall(), "");
            return report.build();
        }
        if (!result.ok()) {
            explain(bench, report, output, result);
        }
        report.rerunFailures(bench, failed -> rerun(bench, argv, failed));
        return report.build();
    }

    private SuiteReport toolMissing(String reason) {
        return SuiteReport.skipped(new SuiteReport.Skip(
                name(),
                SkipCode.TOOL_MISSING,
                "the repository builds with Gradle, but " + reason,
                "install Gradle, or run './gradlew test' in the repository once on this machine"));
    }

    private void explain(TestBench bench, SuiteReportBuilder report, String output, CommandResult result) {
        Matcher unresolved = UNRESOLVED.matcher(output);
        if (unresolved.find()) {
            report.missing(
                    name(),
                    "not in Gradle's cache: " + unresolved.group(),
                    "run 'gradle test' in the repository once on this machine");
            return;
        }
        Matcher error = COMPILER.matcher(output);
        while (error.find()) {
            report.buildFailed(
                    bench.relative(directory, error.group(1)), Integer.valueOf(error.group(2)), error.group(3));
        }
        if (report.failures().isEmpty() && !report.hasProblems()) {
            int cause = output.indexOf("* What went wrong:");
            report.buildFailed(
                    null,
                    null,
                    "Gradle ended with exit code " + result.exitCode() + ": "
                            + (cause < 0 ? Messages.lastLines(output, 5) : output.substring(cause)));
        }
    }

    private List<TestResult> parse(TestBench bench, Instant since) throws ToolDenied {
        List<TestResult> tests = new ArrayList<>();
        for (Path file : bench.reports(directory, since, GradleSuite::isReport)) {
            String path = bench.relative("", file.toString());
            String module = path == null || !path.contains("build/test-results/")
                    ? directory
                    : RepositoryPaths.resolve("", path.substring(0, path.lastIndexOf("build/test-results/")));
            tests.addAll(JvmTests.of(bench, module, JUnitXml.parse(bench.readReport(file))));
        }
        return tests;
    }

    private static boolean isReport(Path file) {
        return file.toString().replace('\\', '/').contains("/build/test-results/")
                && String.valueOf(file.getFileName()).endsWith(".xml");
    }

    private List<TestResult> rerun(TestBench bench, List<String> argv, List<TestResult> failed)
            throws ToolDenied, InterruptedException {
        Instant started = bench.now();
        List<String> again = new ArrayList<>(argv);
        for (TestResult test : failed) {
            again.add("--tests");
            again.add(test.group() + "." + test.name().replaceFirst("[(\\[{].*$", "*"));
        }
        bench.test(again, directory, Map.of(), Cache.GRADLE);
        return parse(bench, started);
    }
}
