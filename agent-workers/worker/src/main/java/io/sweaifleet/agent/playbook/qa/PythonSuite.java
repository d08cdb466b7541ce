package io.sweaifleet.agent.playbook.qa;

import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox.Cache;
import io.sweaifleet.agent.playbook.Toolbox.CommandResult;
import io.sweaifleet.agent.playbook.build.RepositoryPaths;
import io.sweaifleet.agent.playbook.qa.TestResult.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Python project, tested with the path's Python: by pytest where it is installed, else by unittest when the tests do
 * not need pytest. A plugin of ours reports each test as it ends, so that a run that is killed leaves what it had.
 *
 * @param directory directory of the project
 * @param nested directories below it that are suites of their own
 * @param needsPytest whether a test file or the configuration says pytest
 * @param ownModules top-level names that can be imported from the repository itself
 */
record PythonSuite(String directory, List<String> nested, boolean needsPytest, Set<String> ownModules)
        implements TestSuite {

    private static final Pattern NO_MODULE = Pattern.compile(
            "(?:ModuleNotFoundError: )?No module named ['\"]?([\\w.]+)['\"]?|PackageNotFoundError: (?:No package metadata was found for )?([\\w.-]+)");
    /** Fixtures that only well-known plugins have. */
    private static final Pattern NO_FIXTURE = Pattern.compile(
            "fixture '(mocker|httpx_mock|requests_mock|benchmark|freezer|faker|aiohttp_client|qtbot)' not found");

    private static final Pattern UNKNOWN_OPTION = Pattern.compile(
            "unrecognized arguments: (.*)|unknown (?:config )?option: (\\S+)|Missing required plugins: (.*)");
    private static final int USAGE_ERROR = 4;
    private static final String REMEDY =
            "install the project's dependencies for the python3 on the path, for example 'python3 -m pip install ";

    @Override
    public String name() {
        return "python " + RepositoryPaths.shown(directory);
    }

    @Override
    public SuiteReport run(TestBench bench) throws ToolDenied, InterruptedException {
        String python = bench.tools().hasProgram("python3") ? "python3" : "python";
        if (!bench.tools().hasProgram(python)) {
            return SuiteReport.skipped(new SuiteReport.Skip(
                    name(),
                    SkipCode.TOOL_MISSING,
                    "there are Python tests, but there is no python3 on the path",
                    "install Python 3, for example 'apt-get install python3'"));
        }
        CommandResult version = bench.prepare(
                List.of(python, "-m", "pytest", "--version"), directory, environment(bench, null), Cache.PIP);
        if (version.ok()) {
            return pytest(bench, python);
        }
        if (needsPytest) {
            return SuiteReport.skipped(new SuiteReport.Skip(
                    name(),
                    SkipCode.TOOL_MISSING,
                    "the tests need pytest, which is not installed for the python3 on the path",
                    REMEDY + "pytest'"));
        }
        bench.decide("unittest for " + name(), "pytest is not installed, and no test needs it", "pytest");
        return unittest(bench, python);
    }

    private SuiteReport pytest(TestBench bench, String python) throws ToolDenied, InterruptedException {
        Path plugin = bench.resource("fleet_pytest.py");
        List<String> argv = new ArrayList<>(List.of(python, "-m", "pytest"));
        argv.addAll(List.of("-p", "fleet_pytest", "-p", "no:cacheprovider", "--rootdir=.", "-q"));
        argv.addAll(List.of("--color=no", "--continue-on-collection-errors"));
        nested.forEach(other -> argv.add("--ignore=" + other.substring(prefix().length())));
        argv.addAll(TestSelector.pytest(bench.selection()));
        Path events = bench.scratch("events.jsonl");
        Map<String, String> environment = environment(bench, plugin);
        environment.put("FLEET_TEST_EVENTS", events.toString());
        bench.step(name() + ": pytest");
        CommandResult result = bench.test(argv, directory, environment, Cache.PIP);
        String output = bench.output(result);
        SuiteReportBuilder report = new SuiteReportBuilder(name());
        Matcher unknown = UNKNOWN_OPTION.matcher(output);
        if (result.exitCode() == USAGE_ERROR && unknown.find()) {
            // Options such as --cov name plugins that are for measuring, not for testing.
            bench.decide(
                    "pytest without the project's addopts",
                    "they name options that this pytest does not know: " + Messages.bounded(unknown.group()),
                    "skip the tests");
            report.missing(
                    name() + " options",
                    "pytest does not know " + Messages.bounded(unknown.group()) + "; the tests ran without addopts",
                    REMEDY + "' and the plugin that has them");
            argv.addAll(List.of("-o", "addopts=", "-o", "required_plugins="));
            result = bench.test(argv, directory, environment, Cache.PIP);
            output = bench.output(result);
        }
        take(bench, report, TestEvents.parse(bench.readReport(events)), result, output);
        rerun(bench, report, result, argv, environment);
        return report.build();
    }

    private SuiteReport unittest(TestBench bench, String python) throws ToolDenied, InterruptedException {
        Path runner = bench.resource("fleet_unittest.py");
        Path events = bench.scratch("events.jsonl");
        Map<String, String> environment = environment(bench, null);
        environment.put("FLEET_TEST_EVENTS", events.toString());
        List<String> argv = new ArrayList<>(List.of(python, runner.toString()));
        boolean flatTests =
                !Files.exists(bench.tools().root().resolve(directory).resolve("tests/__init__.py"));
        argv.addAll(TestSelector.unittest(bench.selection(), flatTests));
        bench.step(name() + ": unittest");
        CommandResult result = bench.test(argv, directory, environment, Cache.PIP);
        SuiteReportBuilder report = new SuiteReportBuilder(name());
        take(bench, report, TestEvents.parse(bench.readReport(events)), result, bench.output(result));
        rerun(bench, report, result, argv, environment);
        return report.build();
    }

    private void rerun(
            TestBench bench,
            SuiteReportBuilder report,
            CommandResult first,
            List<String> argv,
            Map<String, String> environment)
            throws ToolDenied, InterruptedException {
        if (first.timedOut()) {
            return;
        }
        report.rerunFailures(bench, failed -> {
            Path again = bench.scratch("events.jsonl");
            Map<String, String> changed = new LinkedHashMap<>(environment);
            changed.put("FLEET_TEST_EVENTS", again.toString());
            List<String> alone = new ArrayList<>(argv);
            failed.forEach(test -> alone.add(test.selector()));
            bench.test(alone, directory, changed, Cache.PIP);
            return TestEvents.parse(bench.readReport(again)).ended().stream()
                    .map(event -> result(bench, event))
                    .toList();
        });
    }

    private void take(
            TestBench bench, SuiteReportBuilder report, TestEvents events, CommandResult result, String output) {
        Set<String> missing = new TreeSet<>();
        List<String> hit = new ArrayList<>();
        List<TestEvents.Event> all = new ArrayList<>(events.ended());
        all.addAll(events.broken());
        for (TestEvents.Event event : all) {
            String module = event.status() == Status.FAILED ? missingModule(event.message()) : null;
            if (module != null) {
                missing.add(module);
                hit.add(event.id());
            } else {
                report.test(result(bench, event));
            }
        }
        String module = all.isEmpty() && !result.ok() ? missingModule(output) : null;
        if (module != null) {
            // Not even the configuration (a conftest.py) could be loaded.
            missing.add(module);
            hit.add("all tests");
        }
        if (!missing.isEmpty()) {
            report.missing(
                    name() + ": " + hit.size() + (hit.size() == 1 ? " test or file (" : " tests or files (")
                            + String.join(", ", hit.subList(0, Math.min(5, hit.size())))
                            + (hit.size() > 5 ? ", …)" : ")"),
                    "Python packages that are not installed: " + String.join(", ", missing),
                    REMEDY + String.join(" ", missing) + "'");
        }
        if (result.timedOut()) {
            report.deadline(result.wall(), String.join(", ", events.running()));
        } else if (!events.running().isEmpty()) {
            for (String id : events.running()) {
                report.problem(new SuiteReport.Problem(
                        "qa.test-hung",
                        file(bench, id),
                        null,
                        id + " ended the whole test process (exit code " + result.exitCode() + ")"));
            }
        } else if (all.isEmpty() && missing.isEmpty() && !result.ok()) {
            if (result.exitCode() == 5) {
                report.skip(
                        name(), SkipCode.NOTHING_TO_DO, "pytest found no tests in the files that look like tests", "");
            } else {
                report.buildFailed(
                        null,
                        null,
                        "python ended with exit code " + result.exitCode() + ": " + Messages.lastLines(output, 6));
            }
        }
    }

    /** Name of a package that is neither installed nor part of the repository, which a message says is missing; else null. */
    @Nullable
    String missingModule(String message) {
        Matcher m = NO_MODULE.matcher(message);
        while (m.find()) {
            String name = m.group(1) != null ? m.group(1) : m.group(2);
            String top = name.split("\\.")[0];
            if (!ownModules.contains(top)) {
                return top;
            }
        }
        m = NO_FIXTURE.matcher(message);
        return m.find() ? "(pytest plugin with fixture " + m.group(1) + ")" : null;
    }

    private TestResult result(TestBench bench, TestEvents.Event event) {
        String path = event.path() == null ? file(bench, event.id()) : bench.relative(directory, event.path());
        int split = event.id().indexOf("::");
        return new TestResult(
                split < 0 ? "" : event.id().substring(0, split),
                split < 0 ? event.id() : event.id().substring(split + 2),
                event.status(),
                event.seconds(),
                Messages.bounded(event.message()),
                path,
                event.line(),
                event.status() == Status.FAILED ? event.id() : "");
    }

    private @Nullable String file(TestBench bench, String id) {
        String file = id.split("::")[0];
        return file.endsWith(".py") ? bench.relative(directory, file) : null;
    }

    private String prefix() {
        return directory.isEmpty() ? "" : directory + "/";
    }

    private Map<String, String> environment(TestBench bench, @Nullable Path plugin) {
        List<String> path = new ArrayList<>();
        if (plugin != null && plugin.getParent() != null) {
            path.add(plugin.getParent().toString());
        }
        Path project = bench.tools().root().resolve(directory);
        // What an editable install of a src layout would add.
        if (Files.isDirectory(project.resolve("src"))) {
            path.add(project.resolve("src").toString());
        }
        path.add(project.toString());
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("PYTHONPATH", String.join(":", path));
        environment.put("PYTHONDONTWRITEBYTECODE", "1");
        environment.put("PYTHONUNBUFFERED", "1");
        return environment;
    }
}
