package io.sweaifleet.agent.playbook.qa;

import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox.Cache;
import io.sweaifleet.agent.playbook.Toolbox.CommandResult;
import io.sweaifleet.agent.playbook.build.MavenCommand;
import io.sweaifleet.agent.playbook.build.MavenLog;
import io.sweaifleet.agent.playbook.build.MavenLog.GoalFailure;
import io.sweaifleet.agent.playbook.build.RepositoryPaths;
import io.sweaifleet.agent.playbook.qa.TestResult.Status;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A Maven build: one command for the whole reactor, offline, going on after failures so that the reports are complete.
 * Checks that are no tests (format, style, licences) are switched off where they have a well-known switch.
 *
 * @param directory directory of the root pom
 * @param integration whether integration tests run too
 */
record MavenSuite(String directory, boolean integration) implements TestSuite {

    private static final int NAMED_MODULES = 8;
    private static final Pattern METHOD = Pattern.compile("[\\p{Alpha}_$][\\w$]*");

    @Override
    public String name() {
        return "maven " + RepositoryPaths.shown(directory);
    }

    @Override
    public SuiteReport run(TestBench bench) throws ToolDenied, InterruptedException {
        List<String> program = MavenCommand.program(bench.tools(), directory);
        if (program.isEmpty()) {
            return SuiteReport.skipped(new SuiteReport.Skip(
                    name(), SkipCode.TOOL_MISSING, MavenCommand.MISSING_REASON, MavenCommand.MISSING_REMEDY));
        }
        SuiteReportBuilder report = new SuiteReportBuilder(name());
        Instant started = bench.now();
        List<String> argv = command(program, bench);
        argv.add("-DskipITs=" + !integration);
        argv.addAll(TestSelector.maven(bench.selection()));
        argv.add(phase());
        bench.step(name() + ": " + phase());
        CommandResult result = bench.test(argv, directory, MavenCommand.ENVIRONMENT, Cache.MAVEN);
        MavenLog log = MavenLog.parse(bench.output(result));

        report.tests(parse(bench, started));
        String unfinished = unfinished(log, report);
        explain(bench, report, log, result, unfinished);
        if (result.timedOut()) {
            report.deadline(result.wall(), unfinished);
        } else {
            report.rerunFailures(bench, failed -> rerun(bench, program, failed));
        }
        return report.build();
    }

    private List<String> command(List<String> program, TestBench bench) {
        List<String> argv = new ArrayList<>(program);
        argv.addAll(MavenCommand.OPTIONS);
        argv.add("-fae");
        argv.add("-Dmaven.test.failure.ignore=true");
        // A test that hangs must not take the time of every one after it. Surefire passes this on to JUnit 5, which
        // then
        // interrupts the test and reports it by name; Surefire's own timeout was seen to leave a sleeping fork alone.
        long longest = Math.max(5, Math.min(600, bench.remaining().toSeconds() / 3));
        argv.add("-Djunit.jupiter.execution.timeout.testable.method.default=" + longest + "s");
        return argv;
    }

    private List<TestResult> parse(TestBench bench, Instant since) throws ToolDenied {
        List<TestResult> tests = new ArrayList<>();
        for (Path file : bench.reports(directory, since, MavenSuite::isReport)) {
            String path = bench.relative("", file.toString());
            String module = path == null || !path.contains("target/")
                    ? directory
                    : RepositoryPaths.resolve("", path.substring(0, path.lastIndexOf("target/")));
            tests.addAll(JvmTests.of(bench, module, JUnitXml.parse(bench.readReport(file))));
        }
        return tests;
    }

    private static boolean isReport(Path file) {
        Path parent = file.getParent();
        if (parent == null) {
            return false;
        }
        String name = String.valueOf(file.getFileName());
        String in = String.valueOf(parent.getFileName());
        return name.startsWith("TEST-")
                && name.endsWith(".xml")
                && (in.equals("surefire-reports") || in.equals("failsafe-reports"));
    }

    private static String unfinished(MavenLog log, SuiteReportBuilder report) {
        Set<String> groups = report.groups();
        return String.join(
                ", ",
                log.unfinished().stream()
                        .filter(name -> !groups.contains(name))
                        .limit(5)
                        .toList());
    }

    private void explain(
            TestBench bench, SuiteReportBuilder report, MavenLog log, CommandResult result, String unfinished)
            throws ToolDenied {
        for (var error : log.compilerErrors()) {
            report.buildFailed(bench.relative(directory, error.path()), error.line(), error.message());
        }
        boolean onlyMissing = true;
        for (GoalFailure failure : log.failures()) {
            String what = name() + (failure.project().isEmpty() ? "" : " module " + failure.project());
            if (failure.unresolved()) {
                report.missing(
                        what,
                        "not in the local Maven repository: "
                                + (log.missing().isEmpty() ? failure.message() : String.join(", ", log.missing())),
                        MavenCommand.fetchRemedy(directory, phase()));
            } else {
                onlyMissing = false;
                if (!failure.compilation() || log.compilerErrors().isEmpty()) {
                    report.buildFailed(
                            pom(),
                            null,
                            (failure.project().isEmpty() ? "" : "module " + failure.project() + ": ")
                                    + (failure.goal().isEmpty() ? "" : failure.goal() + " failed: ")
                                    + failure.message());
                }
            }
        }
        List<String> notReached = log.modules().entrySet().stream()
                .filter(module -> module.getValue().equals("SKIPPED"))
                .map(Map.Entry::getKey)
                .toList();
        if (!notReached.isEmpty()) {
            report.skip(
                    name() + (notReached.size() == 1 ? " module " : " modules ") + named(notReached),
                    onlyMissing ? SkipCode.ENVIRONMENT : SkipCode.BUILD_FAILED,
                    "not run, because a module needed for it "
                            + (onlyMissing ? "misses a dependency" : "could not be built"),
                    onlyMissing ? MavenCommand.fetchRemedy(directory, phase()) : "mend that module first");
        }
        if (!result.timedOut()) {
            if (!unfinished.isEmpty()) {
                for (String hung : unfinished.split(", ")) {
                    SourceLocator.Place place = bench.sources().jvm(directory, hung, "");
                    report.problem(new SuiteReport.Problem(
                            "qa.test-hung",
                            place == null ? null : place.path(),
                            null,
                            hung + " was started and did not end: the JVM of the tests ended before"));
                }
            }
            if (!log.success() && log.failures().isEmpty()) {
                report.buildFailed(
                        pom(),
                        null,
                        "Maven ended with exit code " + result.exitCode() + ": "
                                + Messages.lastLines(result.output(), 5));
            }
        }
    }

    private static String named(List<String> modules) {
        return String.join(", ", modules.subList(0, Math.min(NAMED_MODULES, modules.size())))
                + (modules.size() > NAMED_MODULES ? " and " + (modules.size() - NAMED_MODULES) + " more" : "");
    }

    private String phase() {
        return integration ? "verify" : "test";
    }

    private String pom() {
        return RepositoryPaths.resolve(directory, "pom.xml");
    }

    private List<TestResult> rerun(TestBench bench, List<String> program, List<TestResult> failed)
            throws ToolDenied, InterruptedException {
        Instant started = bench.now();
        Map<String, Set<String>> methodsByClass = new LinkedHashMap<>();
        Set<String> modules = new TreeSet<>();
        for (TestResult test : failed) {
            int at = test.selector().indexOf(' ');
            modules.add(test.selector().substring(0, at));
            String method = test.name().replaceFirst("[(\\[{].*$", "");
            methodsByClass
                    .computeIfAbsent(test.group(), group -> new LinkedHashSet<>())
                    .add(METHOD.matcher(method).matches() ? method : "*");
        }
        List<String> tests = new ArrayList<>();
        methodsByClass.forEach(
                (group, methods) -> tests.add(methods.contains("*") ? group : group + "#" + String.join("+", methods)));
        List<String> argv = command(program, bench);
        argv.add("-Dtest=" + String.join(",", tests));
        argv.add("-Dsurefire.failIfNoSpecifiedTests=false");
        argv.add("-DfailIfNoTests=false");
        argv.add("-DskipITs=true");
        // Relative to the build's root; the root itself is named by a dot.
        argv.add("-pl");
        argv.add(String.join(
                ",",
                modules.stream()
                        .map(module -> module.equals(directory)
                                ? "."
                                : directory.isEmpty() ? module : module.substring(directory.length() + 1))
                        .toList()));
        argv.add("-am");
        argv.add("test");
        bench.test(argv, directory, MavenCommand.ENVIRONMENT, Cache.MAVEN);
        return parse(bench, started).stream()
                .filter(test -> test.status() != Status.SKIPPED)
                .toList();
    }
}
