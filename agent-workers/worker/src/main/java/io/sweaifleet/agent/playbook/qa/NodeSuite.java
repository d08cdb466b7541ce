package io.sweaifleet.agent.playbook.qa;

import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox.Cache;
import io.sweaifleet.agent.playbook.Toolbox.CommandResult;
import io.sweaifleet.agent.playbook.build.RepositoryPaths;
import io.sweaifleet.agent.playbook.qa.NodeScript.Runner;
import io.sweaifleet.agent.playbook.qa.TestResult.Status;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A JavaScript or TypeScript package with a test script.
 *
 * @param directory directory of its package.json
 * @param installRoot directory where its dependencies are installed: its own, or that of the workspace it is in
 * @param manager npm, yarn or pnpm
 * @param scripts its scripts
 * @param dependencies whether it, or its workspace, declares any dependency
 */
record NodeSuite(
        String directory, String installRoot, String manager, Map<String, String> scripts, boolean dependencies)
        implements TestSuite {

    private static final Pattern NO_MODULE = Pattern.compile(
            "Cannot find (?:module|package) '([^'./][^']*)'|Failed to resolve import \"([^\"./][^\"]*)\"|Could not resolve \"([^\"./][^\"]*)\"");
    private static final Pattern NOT_CACHED = Pattern.compile(
            "ENOTCACHED|ERR_PNPM_NO_OFFLINE|Couldn't find any versions for|ENOTFOUND|EAI_AGAIN|in your offline mirror|ECONNREFUSED");
    private static final Pattern WANTED =
            Pattern.compile("request to (\\S+) failed|No matching version found for (\\S+)");

    @Override
    public String name() {
        return manager + " " + RepositoryPaths.shown(directory);
    }

    @Override
    public SuiteReport run(TestBench bench) throws ToolDenied, InterruptedException {
        for (String program : new TreeSet<>(Set.of("node", "npm"))) {
            if (!bench.tools().hasProgram(program)) {
                return SuiteReport.skipped(new SuiteReport.Skip(
                        name(),
                        SkipCode.TOOL_MISSING,
                        "there is a test script in package.json, but there is no " + program + " on the path",
                        "install Node.js with npm, for example 'apt-get install nodejs npm'"));
            }
        }
        SuiteReport.Skip notInstalled = install(bench);
        if (notInstalled != null) {
            return SuiteReport.skipped(notInstalled);
        }
        NodeScript script = NodeScript.of(scripts);
        Path reportFile = bench.scratch("node-report");
        bench.step(name() + ": "
                + script.runner().name().toLowerCase(Locale.ROOT).replace('_', ':') + " by script " + script.script());
        CommandResult result = runScript(
                bench,
                script,
                reportFile,
                TestSelector.node(bench.selection(), script.runner()),
                script.runner() == Runner.NODE_TEST ? TestSelector.names(bench.selection()) : "");
        String output = Messages.withoutColours(bench.output(result));
        SuiteReportBuilder report = new SuiteReportBuilder(name());
        take(report, results(bench, script, reportFile, output));
        if (result.timedOut()) {
            report.deadline(result.wall(), "");
            return report.build();
        }
        if (!result.ok() && report.failures().isEmpty() && !report.hasSkips()) {
            explain(report, script, result, output);
        } else if (result.ok() && !report.hasTests() && !report.hasSkips() && !reports(script)) {
            // A runner that says nothing but its exit code is one test.
            report.test(new TestResult(
                    "",
                    "script " + script.script(),
                    Status.PASSED,
                    result.wall().toMillis() / 1000.0,
                    "",
                    null,
                    null,
                    ""));
        }
        if (script.appendable() || script.runner() == Runner.NODE_TEST) {
            report.rerunFailures(bench, failed -> rerun(bench, script, failed));
        }
        return report.build();
    }

    /** Installs dependencies from the host's cache where they are not there; returns why that could not be done, or null. */
    private SuiteReport.@Nullable Skip install(TestBench bench) throws ToolDenied, InterruptedException {
        Path root = bench.tools().root().resolve(installRoot);
        if (!dependencies || Files.isDirectory(root.resolve("node_modules"))) {
            return null;
        }
        if (!bench.tools().hasProgram(manager)) {
            return new SuiteReport.Skip(
                    name(),
                    SkipCode.TOOL_MISSING,
                    "its dependencies are locked by " + manager + ", which is not on the path",
                    "install " + manager + ", for example 'npm install --global " + manager + "'");
        }
        List<String> argv =
                switch (manager) {
                    case "pnpm" -> List.of("pnpm", "install", "--offline", "--frozen-lockfile", "--ignore-scripts");
                    case "yarn" -> List.of("yarn", "install", "--offline", "--frozen-lockfile", "--ignore-scripts");
                    default ->
                        Files.isRegularFile(root.resolve("package-lock.json"), LinkOption.NOFOLLOW_LINKS)
                                ? List.of("npm", "ci", "--offline", "--ignore-scripts", "--no-audit", "--no-fund")
                                : List.of(
                                        "npm",
                                        "install",
                                        "--offline",
                                        "--ignore-scripts",
                                        "--no-audit",
                                        "--no-fund",
                                        "--no-package-lock");
                };
        bench.step(name() + ": dependencies from the cache");
        CommandResult result = bench.prepare(argv, installRoot, environment(), Cache.NPM);
        if (result.ok()) {
            return null;
        }
        if (result.timedOut()) {
            return new SuiteReport.Skip(
                    name(),
                    SkipCode.DEADLINE,
                    "installing its dependencies was stopped at the deadline",
                    "give the task a longer timeout, or input timeout");
        }
        String output = Messages.withoutColours(bench.output(result));
        Matcher wanted = WANTED.matcher(output);
        String what = wanted.find() ? ": " + (wanted.group(1) != null ? wanted.group(1) : wanted.group(2)) : "";
        return new SuiteReport.Skip(
                name(),
                SkipCode.ENVIRONMENT,
                NOT_CACHED.matcher(output).find()
                        ? "its dependencies are not in the cache of " + manager + " on this machine" + what
                        : String.join(" ", argv) + " failed: " + errors(output),
                "run '" + manager + (argv.get(1).equals("ci") ? " ci" : " install") + "' in "
                        + (installRoot.isEmpty() ? "the repository" : "the repository's directory " + installRoot)
                        + " once on this machine");
    }

    /** What npm says first is the cause; what it says last is where its own log is. */
    private static String errors(String output) {
        List<String> errors = output.lines()
                .filter(line -> line.startsWith("npm error ") && !line.startsWith("npm error code"))
                .map(line -> line.substring("npm error ".length()))
                .limit(3)
                .toList();
        return errors.isEmpty() ? Messages.lastLines(output, 4) : Messages.bounded(String.join(" ", errors));
    }

    private static Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("CI", "true");
        environment.put("NO_COLOR", "1");
        environment.put("npm_config_offline", "true");
        environment.put("npm_config_update_notifier", "false");
        return environment;
    }

    private CommandResult runScript(
            TestBench bench, NodeScript script, Path reportFile, List<String> selection, String namePattern)
            throws ToolDenied, InterruptedException {
        Map<String, String> environment = environment();
        List<String> extra = new ArrayList<>();
        switch (script.runner()) {
            case NODE_TEST ->
                environment.put(
                        "NODE_OPTIONS",
                        "--test-reporter=spec --test-reporter-destination=stdout --test-reporter=junit --test-reporter-destination="
                                + quoted(reportFile.toString()));
            case JEST ->
                extra.addAll(
                        List.of("--json", "--outputFile=" + reportFile, "--testLocationInResults", "--watchAll=false"));
            case VITEST ->
                extra.addAll(
                        List.of("--run", "--reporter=default", "--reporter=json", "--outputFile.json=" + reportFile));
            case MOCHA -> extra.addAll(List.of("--reporter", "json", "--reporter-option", "output=" + reportFile));
            case AVA -> extra.add("--tap");
            default -> {}
        }
        List<String> argv = new ArrayList<>(List.of("npm", "run", "--silent", script.script()));
        if (!namePattern.isEmpty()) {
            // node takes the pattern neither from NODE_OPTIONS nor after the names of files.
            String command = scripts.getOrDefault(script.script(), "")
                    .replaceFirst(
                            "--test(?=\\s|$)",
                            Matcher.quoteReplacement("--test --test-name-pattern=" + shellQuoted(namePattern)));
            argv = new ArrayList<>(List.of("npm", "exec", "--offline", "-c", command));
        } else if (script.appendable() && !(extra.isEmpty() && selection.isEmpty())) {
            argv.add("--");
            argv.addAll(selection);
            argv.addAll(extra);
        }
        return bench.test(argv, directory, environment, Cache.NPM);
    }

    /** As a word of NODE_OPTIONS. */
    private static String quoted(String word) {
        return "\"" + word.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private static String shellQuoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    private List<TestResult> results(TestBench bench, NodeScript script, Path reportFile, String output) {
        String written = bench.readReport(reportFile);
        List<TestResult> tests = new ArrayList<>();
        switch (script.runner()) {
            case JEST, VITEST -> JestJson.jest(written).forEach(test -> tests.add(result(bench, test)));
            case MOCHA ->
                JestJson.mocha(written.isBlank() ? json(output) : written)
                        .forEach(test -> tests.add(result(bench, test)));
            case NODE_TEST -> JUnitXml.parse(written).forEach(test -> tests.add(result(bench, test)));
            default -> {}
        }
        if (tests.isEmpty() && Tap.looksLikeTap(output)) {
            Tap.parse(output).forEach(point -> tests.add(result(bench, point)));
        }
        return tests;
    }

    /** Older versions of Mocha print their JSON among what the tests print. */
    private static String json(String output) {
        int begin = output.indexOf("{\n  \"stats\"");
        return begin < 0 ? "" : output.substring(begin, output.lastIndexOf('}') + 1);
    }

    private TestResult result(TestBench bench, JestJson.Case test) {
        String file = test.file().isEmpty() ? null : bench.relative(directory, test.file());
        boolean failed = test.status() == Status.FAILED;
        SourceLocator.Place place = failed ? bench.sources().named(test.details()) : null;
        if (place == null && file != null) {
            // Mocha shortens the paths of a stack trace to where it runs.
            Matcher line = Pattern.compile(Pattern.quote(RepositoryPaths.name(file)) + ":(\\d{1,9})")
                    .matcher(test.details());
            place = failed && line.find() ? new SourceLocator.Place(file, Integer.valueOf(line.group(1))) : null;
        }
        boolean own = place != null && (file == null || place.path().equals(file));
        return new TestResult(
                file == null ? "" : file,
                test.fullName().isEmpty() ? "(file)" : test.fullName(),
                test.status(),
                test.seconds(),
                failed ? Messages.headline(test.details()) : "",
                own && place != null ? place.path() : file,
                own && place != null ? place.line() : test.line(),
                failed && !test.fullName().isEmpty() ? test.fullName() : "");
    }

    private TestResult result(TestBench bench, JUnitXml.Case test) {
        boolean failed = test.status() == Status.FAILED;
        SourceLocator.Place place = failed ? bench.sources().named(test.details()) : null;
        String file = test.file() == null ? null : bench.relative(directory, test.file());
        // node:test names every class "test".
        String group = file != null ? file : test.className().equals("test") ? "" : test.className();
        return new TestResult(
                group,
                test.name(),
                test.status(),
                test.seconds(),
                failed ? said(test) : "",
                place == null ? file : place.path(),
                place == null ? test.line() : place.line(),
                failed ? test.name() : "");
    }

    /** What a failed test of node:test says: its details repeat the message among frames and properties of the error. */
    private static String said(JUnitXml.Case test) {
        boolean telling = !test.message().isBlank() && !test.message().equals("test failed");
        String text = telling ? test.message() : test.details();
        Matcher module = NO_MODULE.matcher(test.details());
        return missingModule(text) == null && module.find()
                ? Messages.bounded(module.group() + " " + text)
                : Messages.headline(text);
    }

    private static TestResult result(TestBench bench, Tap.Point point) {
        boolean failed = point.status() == Status.FAILED;
        SourceLocator.Place place = failed ? bench.sources().named(point.details()) : null;
        return new TestResult(
                "",
                point.name(),
                point.status(),
                point.seconds(),
                failed ? Messages.bounded(point.details()) : "",
                place == null ? null : place.path(),
                place == null ? null : place.line(),
                "");
    }

    private void take(SuiteReportBuilder report, List<TestResult> tests) {
        Set<String> missing = new TreeSet<>();
        int hit = 0;
        for (TestResult test : tests) {
            String module = test.failed() ? missingModule(test.message()) : null;
            if (module == null) {
                report.test(test);
            } else {
                missing.add(module);
                hit++;
            }
        }
        if (!missing.isEmpty()) {
            report.missing(
                    name() + ": " + hit + " tests or files",
                    "packages that are not installed: " + String.join(", ", missing),
                    "run '" + manager + " install' in the repository once on this machine");
        }
    }

    private static boolean reports(NodeScript script) {
        return script.runner() == Runner.NODE_TEST || (script.runner() != Runner.OTHER && script.appendable());
    }

    private static @Nullable String missingModule(String message) {
        Matcher m = NO_MODULE.matcher(message);
        if (!m.find()) {
            return null;
        }
        return m.group(1) != null ? m.group(1) : m.group(2) != null ? m.group(2) : m.group(3);
    }

    private void explain(SuiteReportBuilder report, NodeScript script, CommandResult result, String output) {
        String module = missingModule(output);
        Matcher command = Pattern.compile("sh: (?:\\d+: )?([\\w.-]+): (?:command )?not found")
                .matcher(output);
        if (module != null) {
            report.missing(
                    name(),
                    "a package that is not installed: " + module,
                    "run '" + manager + " install' in the repository once on this machine");
        } else if (command.find()) {
            report.missing(
                    name(),
                    "the script needs the program " + command.group(1) + ", which is not installed",
                    "run '" + manager + " install' in the repository once on this machine, or install "
                            + command.group(1));
        } else if (!reports(script) && !report.hasTests()) {
            report.test(new TestResult(
                    "",
                    "script " + script.script(),
                    Status.FAILED,
                    result.wall().toMillis() / 1000.0,
                    "exit code " + result.exitCode() + ": " + Messages.lastLines(output, 6),
                    RepositoryPaths.resolve(directory, "package.json"),
                    null,
                    ""));
        } else {
            report.buildFailed(
                    RepositoryPaths.resolve(directory, "package.json"),
                    null,
                    "script " + script.script() + " ended with exit code " + result.exitCode() + " and no failed test: "
                            + Messages.lastLines(output, 6));
        }
    }

    private List<TestResult> rerun(TestBench bench, NodeScript script, List<TestResult> failed)
            throws ToolDenied, InterruptedException {
        String pattern = "^(?:"
                + String.join(
                        "|",
                        failed.stream().map(test -> escaped(test.selector())).toList())
                + ")$";
        List<String> files = failed.stream()
                .map(TestResult::group)
                .filter(group -> !group.isEmpty())
                .distinct()
                .map(group -> directory.isEmpty() ? group : group.substring(directory.length() + 1))
                .toList();
        List<String> selection =
                switch (script.runner()) {
                    case JEST, VITEST -> {
                        List<String> words = new ArrayList<>(files);
                        words.addAll(List.of("-t", pattern));
                        yield words;
                    }
                    case MOCHA -> List.of("--grep", pattern);
                    default -> List.of();
                };
        Path reportFile = bench.scratch("node-report");
        CommandResult result =
                runScript(bench, script, reportFile, selection, script.runner() == Runner.NODE_TEST ? pattern : "");
        return results(bench, script, reportFile, Messages.withoutColours(bench.output(result)));
    }

    private static String escaped(String name) {
        return TestSelector.escaped(name);
    }
}
