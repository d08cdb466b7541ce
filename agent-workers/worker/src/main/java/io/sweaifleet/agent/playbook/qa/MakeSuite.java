package io.sweaifleet.agent.playbook.qa;

import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox.CommandResult;
import io.sweaifleet.agent.playbook.build.RepositoryPaths;
import io.sweaifleet.agent.playbook.qa.TestResult.Status;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A makefile with a target for tests. What it runs is not known, so its result is what it prints as TAP, else its exit
 * code.
 *
 * @param makefile repository-relative path of the makefile
 * @param target {@code test} or {@code check}
 */
record MakeSuite(String makefile, String target) implements TestSuite {

    private static final Pattern COMPILER =
            Pattern.compile("(?m)^([\\w./-]+\\.(?:c|cc|cpp|cxx|h|hpp)):(\\d+):(?:\\d+:)? (?:fatal )?error: (.*)$");
    private static final Pattern NOT_FOUND = Pattern.compile(
            "(?m)^(?:/bin/)?(?:sh|bash): (?:line )?(?:\\d+: )?([\\w.+-]+): (?:command )?not found|make: ([\\w.+-]+): No such file or directory");

    /** The target for tests that a makefile has, {@code test} before {@code check}; null when it has neither. */
    static @Nullable String target(String makefile) {
        for (String target : List.of("test", "check")) {
            if (Pattern.compile("(?m)^(?:[\\w.-]+ +)*" + target + "(?: +[\\w.-]+)*\\s*::?(?!=)")
                    .matcher(makefile)
                    .find()) {
                return target;
            }
        }
        return null;
    }

    @Override
    public String name() {
        return "make " + RepositoryPaths.shown(directory());
    }

    private String directory() {
        return RepositoryPaths.directory(makefile);
    }

    @Override
    public SuiteReport run(TestBench bench) throws ToolDenied, InterruptedException {
        if (!bench.tools().hasProgram("make")) {
            return SuiteReport.skipped(new SuiteReport.Skip(
                    name(),
                    SkipCode.TOOL_MISSING,
                    "there is a makefile with target " + target + ", but there is no make on the path",
                    "install make, for example 'apt-get install make'"));
        }
        bench.step(name() + ": " + target);
        CommandResult result = bench.test(
                List.of("make", "-f", RepositoryPaths.name(makefile), target), directory(), Map.of("CI", "true"));
        String output = Messages.withoutColours(bench.output(result));
        SuiteReportBuilder report = new SuiteReportBuilder(name());
        if (Tap.looksLikeTap(output)) {
            Tap.parse(output)
                    .forEach(point -> report.test(new TestResult(
                            "",
                            point.name(),
                            point.status(),
                            point.seconds(),
                            point.status() == Status.FAILED ? Messages.bounded(point.details()) : "",
                            null,
                            null,
                            "")));
        }
        if (result.timedOut()) {
            report.deadline(result.wall(), "");
            return report.build();
        }
        Matcher missing = NOT_FOUND.matcher(output);
        if (result.ok()) {
            if (!report.hasTests()) {
                report.test(whole(result, Status.PASSED, ""));
            }
        } else if (missing.find()) {
            String program = missing.group(1) != null ? missing.group(1) : missing.group(2);
            report.skip(
                    name(),
                    SkipCode.TOOL_MISSING,
                    "target " + target + " needs the program " + program + ", which is not on the path",
                    "install " + program);
        } else {
            Matcher error = COMPILER.matcher(output);
            while (error.find()) {
                report.buildFailed(
                        bench.relative(directory(), error.group(1)), Integer.valueOf(error.group(2)), error.group(3));
            }
            if (report.failures().isEmpty() && !report.hasProblems()) {
                report.test(whole(
                        result,
                        Status.FAILED,
                        "exit code " + result.exitCode() + ": " + Messages.lastLines(output, 6)));
            }
        }
        return report.build();
    }

    private TestResult whole(CommandResult result, Status status, String message) {
        return new TestResult(
                "", "target " + target, status, result.wall().toMillis() / 1000.0, message, makefile, null, "");
    }
}
