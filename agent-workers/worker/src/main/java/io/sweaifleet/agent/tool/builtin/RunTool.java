package io.sweaifleet.agent.tool.builtin;

import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.playbook.Toolbox.Cache;
import io.sweaifleet.agent.playbook.Toolbox.CommandRequest;
import io.sweaifleet.agent.playbook.Toolbox.CommandResult;
import io.sweaifleet.agent.playbook.support.Texts;
import io.sweaifleet.agent.tool.spec.Arguments;
import io.sweaifleet.agent.tool.spec.ModelTool;
import io.sweaifleet.agent.tool.spec.Schema;
import io.sweaifleet.agent.tool.spec.ToolCallResult;
import io.sweaifleet.agent.tool.spec.ToolSpec;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code run}: one command in the sandbox, without a shell and without memory of the one before. */
final class RunTool implements ModelTool {

    static final int TIMEOUT_SECONDS = 120;
    static final int MAX_TIMEOUT_SECONDS = 1_800;
    private static final String EXAMPLE = "[\"ls\", \"-l\", \"src\"]";

    /** Which cache of the host a program uses; mounting one costs time, and only one command can at a time. */
    private static final Map<String, Cache> CACHES = Map.ofEntries(
            Map.entry("mvn", Cache.MAVEN),
            Map.entry("mvnw", Cache.MAVEN),
            Map.entry("gradle", Cache.GRADLE),
            Map.entry("gradlew", Cache.GRADLE),
            Map.entry("npm", Cache.NPM),
            Map.entry("npx", Cache.NPM),
            Map.entry("pnpm", Cache.NPM),
            Map.entry("yarn", Cache.NPM),
            Map.entry("pip", Cache.PIP),
            Map.entry("pip3", Cache.PIP),
            Map.entry("go", Cache.GO));

    private static final ToolSpec SPEC = new ToolSpec(
            "run",
            "Runs a program in the sandbox and shows its exit code and output (first and last 5 kB when it is long). No shell:"
                    + " give the program and its arguments. Each call begins anew in the given directory. No network.",
            Schema.object()
                    .required("argv", "strings", "program and arguments, such as " + EXAMPLE)
                    .optional("directory", "string", "where to run, relative to the root; the root when left out")
                    .optional(
                            "timeout",
                            "integer",
                            "seconds after which it is ended, " + TIMEOUT_SECONDS + " when left out, at most "
                                    + MAX_TIMEOUT_SECONDS)
                    .build(),
            new ToolSpec.Hints(false, true, false));

    private final Toolbox tools;

    RunTool(Toolbox tools) {
        this.tools = tools;
    }

    @Override
    public ToolSpec spec() {
        return SPEC;
    }

    @Override
    public ToolCallResult call(Arguments arguments) throws Arguments.Mistake, ToolDenied, InterruptedException {
        List<String> argv = arguments.texts("argv", EXAMPLE);
        if (argv.isEmpty() || argv.get(0).isBlank()) {
            throw new Arguments.Mistake(
                    "argument argv of run is empty; give the program and its arguments, such as " + EXAMPLE);
        }
        if (argv.size() == 1 && argv.get(0).strip().contains(" ")) {
            throw new Arguments.Mistake(
                    "argument argv of run has one word with spaces in it; there is no shell, so give each"
                            + " word by itself, such as " + EXAMPLE);
        }
        int timeout = arguments.number("timeout", TIMEOUT_SECONDS, 1, MAX_TIMEOUT_SECONDS);
        CommandResult result = tools.run(new CommandRequest(
                argv, arguments.text("directory"), Map.of(), Duration.ofSeconds(timeout), caches(argv), true));
        return described(result, timeout);
    }

    private static List<Cache> caches(List<String> argv) {
        String program = Texts.name(argv.get(0));
        if (program.startsWith("python") && argv.contains("pip")) {
            return List.of(Cache.PIP);
        }
        Cache cache = CACHES.get(program);
        return cache == null ? List.of() : List.of(cache);
    }

    /** The result of a command as text. */
    static ToolCallResult described(CommandResult result, int timeoutSeconds) {
        String end = result.timedOut()
                ? "ended at its timeout of " + timeoutSeconds + " s"
                : result.exitCode() < 0 ? "was ended" : "exit code " + result.exitCode();
        String text =
                String.format(Locale.ROOT, "%s after %.1f s", end, result.wall().toMillis() / 1000.0);
        String output = result.output().stripTrailing();
        return new ToolCallResult(result.ok(), text + (output.isEmpty() ? ", no output" : "\n" + output), false);
    }
}
