package io.sweaifleet.agent.playbook.qa;

import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox.Cache;
import io.sweaifleet.agent.playbook.Toolbox.CommandResult;
import io.sweaifleet.agent.playbook.build.RepositoryPaths;
import io.sweaifleet.agent.playbook.qa.TestResult.Status;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Go module, tested with the machine's own toolchain and module cache.
 *
 * @param directory directory of its go.mod
 * @param module its module path: packages of it are directories below
 */
record GoSuite(String directory, String module) implements TestSuite {

    private static final Pattern MISSING = Pattern.compile(
            "module lookup disabled by GOPROXY=off|missing go\\.sum entry|no required module provides package|cannot find module providing package|toolchain not available|requires go >= ");
    private static final Pattern MISSING_MODULE =
            Pattern.compile("(?m)^(?:go: |.*?: )?([\\w.-]+\\.[\\w.-]+/[\\w./-]+@v[\\w.+-]+)");
    private static final Pattern MISSING_IMPORT =
            Pattern.compile("(?m)^(\\S+\\.go):(\\d{1,7}):\\d+: module lookup disabled by GOPROXY=off");
    private static final Pattern QUOTED = Pattern.compile("[\"`]([^\"`]+)[\"`]");
    private static final int MOST_NAMED = 10;
    private static final Pattern PLACE = Pattern.compile("([\\w-]+\\.go):(\\d+):");

    /** Nothing is fetched: neither modules nor another toolchain. */
    private static final Map<String, String> ENVIRONMENT =
            Map.of("GOPROXY", "off", "GOTOOLCHAIN", "local", "GOSUMDB", "off");

    @Override
    public String name() {
        return "go " + RepositoryPaths.shown(directory);
    }

    @Override
    public SuiteReport run(TestBench bench) throws ToolDenied, InterruptedException {
        if (!bench.tools().hasProgram("go")) {
            return SuiteReport.skipped(new SuiteReport.Skip(
                    name(),
                    SkipCode.TOOL_MISSING,
                    "there is a go.mod, but there is no go on the path",
                    "install Go, for example 'apt-get install golang'"));
        }
        List<String> argv = new ArrayList<>(List.of("go", "test", "-json"));
        argv.addAll(TestSelector.go(bench.selection()));
        bench.step(name() + ": " + String.join(" ", argv));
        CommandResult result = bench.test(argv, directory, ENVIRONMENT, Cache.GO);
        String output = bench.output(result);
        GoTestJson events = GoTestJson.parse(output);
        SuiteReportBuilder report = new SuiteReportBuilder(name());
        report.tests(results(events));
        if (MISSING.matcher(events.plain()).find()) {
            Set<String> missing = missing(bench, events.plain());
            report.missing(
                    name(),
                    missing.isEmpty()
                            ? Messages.lastLines(events.plain(), 4)
                            : "not in the Go module cache: " + String.join(", ", missing),
                    "run 'go mod download' in the repository once on this machine");
        } else if (!result.timedOut()) {
            explain(bench, report, events, result);
        }
        if (result.timedOut()) {
            report.deadline(result.wall(), String.join(", ", events.running()));
        } else {
            report.rerunFailures(bench, failed -> rerun(bench, failed));
        }
        return report.build();
    }

    /** Modules, or packages where go names only the file and line of their import. */
    private Set<String> missing(TestBench bench, String output) throws ToolDenied {
        Set<String> missing = new TreeSet<>();
        Matcher wanted = MISSING_MODULE.matcher(output);
        while (wanted.find() && missing.size() < MOST_NAMED) {
            missing.add(wanted.group(1));
        }
        Matcher place = MISSING_IMPORT.matcher(output);
        while (place.find() && missing.size() < MOST_NAMED) {
            String path = bench.relative(directory, place.group(1));
            if (path != null) {
                String[] lines = bench.tools().read(path).split("\n");
                int line = Integer.parseInt(place.group(2));
                Matcher quoted = QUOTED.matcher(line <= lines.length ? lines[line - 1] : "");
                if (quoted.find()) {
                    missing.add(quoted.group(1));
                }
            }
        }
        return missing;
    }

    private void explain(TestBench bench, SuiteReportBuilder report, GoTestJson events, CommandResult result) {
        for (var problem : events.problems()) {
            report.buildFailed(bench.relative(directory, problem.path()), problem.line(), problem.message());
        }
        boolean placed = !events.problems().isEmpty();
        events.brokenPackages().forEach((name, printed) -> {
            boolean built =
                    !printed.isEmpty() && !printed.contains("[build failed]") && !printed.contains("[setup failed]");
            if (!placed || built) {
                report.buildFailed(
                        packagePath(name), null, "package " + name + " failed: " + Messages.bounded(printed));
            }
        });
        if (!result.ok() && report.failures().isEmpty() && !report.hasProblems()) {
            report.buildFailed(
                    RepositoryPaths.resolve(directory, "go.mod"),
                    null,
                    "go test ended with exit code " + result.exitCode() + ": " + Messages.lastLines(events.plain(), 5));
        }
    }

    private List<TestResult> results(GoTestJson events) {
        Set<String> parents = new LinkedHashSet<>();
        for (GoTestJson.Case test : events.tests()) {
            for (int slash = test.name().lastIndexOf('/');
                    slash > 0;
                    slash = test.name().lastIndexOf('/', slash - 1)) {
                parents.add(test.packageName() + " " + test.name().substring(0, slash));
            }
        }
        List<TestResult> tests = new ArrayList<>();
        for (GoTestJson.Case test : events.tests()) {
            // A test with subtests fails because one of them did: that one is counted.
            if (parents.contains(test.packageName() + " " + test.name())) {
                continue;
            }
            Matcher place = PLACE.matcher(test.output());
            String path = null;
            Integer line = null;
            if (test.status() == Status.FAILED && place.find()) {
                path = RepositoryPaths.resolve(packagePath(test.packageName()), place.group(1));
                line = Integer.valueOf(place.group(2));
            }
            tests.add(new TestResult(
                    test.packageName(),
                    test.name(),
                    test.status(),
                    test.seconds(),
                    test.status() == Status.PASSED ? "" : Messages.bounded(test.output()),
                    path,
                    line,
                    test.status() == Status.FAILED ? test.name() : ""));
        }
        return tests;
    }

    private String packagePath(String packageName) {
        String below = packageName.startsWith(module + "/") ? packageName.substring(module.length() + 1) : "";
        return RepositoryPaths.resolve(directory, below);
    }

    private List<TestResult> rerun(TestBench bench, List<TestResult> failed) throws ToolDenied, InterruptedException {
        Set<String> packages = new TreeSet<>();
        Set<String> names = new LinkedHashSet<>();
        for (TestResult test : failed) {
            packages.add(test.group());
            // Names of tests are identifiers, so they need no quoting; a subtest is run by its test.
            names.add(test.name().split("/", 2)[0]);
        }
        List<String> argv = new ArrayList<>(
                List.of("go", "test", "-json", "-count=1", "-run", "^(" + String.join("|", names) + ")$"));
        argv.addAll(packages);
        CommandResult result = bench.test(argv, directory, ENVIRONMENT, Cache.GO);
        return results(GoTestJson.parse(bench.output(result)));
    }
}
