package io.sweaifleet.agent.playbook.developer;

import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox.Cache;
import io.sweaifleet.agent.playbook.Toolbox.CommandResult;
import io.sweaifleet.agent.playbook.build.SourceProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compiles by one command, whose exit code says whether that went well.
 *
 * @param name what it compiles
 * @param argv the command
 * @param directory where it runs, relative to the root
 * @param environment further variables
 * @param caches caches that it needs
 * @param executesRepositoryCode whether the command runs what the repository says
 * @param missing what the output says when a dependency is not on this machine
 * @param remedy what to do then
 */
record CommandCheck(
        String name,
        List<String> argv,
        String directory,
        Map<String, String> environment,
        List<Cache> caches,
        boolean executesRepositoryCode,
        Pattern missing,
        String remedy)
        implements BuildCheck {

    private static final Pattern PLACED =
            Pattern.compile("(?m)^\\s*(?:vet: )?([\\w./-]+\\.\\w+):(\\d+):(?:\\d+:)? ?(.*)$");
    private static final int MAX_PROBLEMS = 20;

    @Override
    public BuildState check(Workbench bench) throws ToolDenied, InterruptedException {
        if (!bench.tools().hasProgram(argv.get(0))) {
            return new BuildState.NotBuilt(
                    "TOOL_MISSING", "there is no " + argv.get(0) + " on the path", "install " + argv.get(0));
        }
        bench.context().step(name + ": compiling");
        CommandResult result = executesRepositoryCode
                ? bench.build(argv, directory, environment, caches.toArray(Cache[]::new))
                : bench.inspect(argv, List.of());
        if (result.timedOut()) {
            return new BuildState.NotBuilt(
                    "DEADLINE", "compiling was stopped at the deadline", "give the task a longer timeout");
        }
        if (result.ok()) {
            return new BuildState.Builds();
        }
        String output = bench.output(result);
        if (missing.matcher(output).find()) {
            return new BuildState.NotBuilt("ENVIRONMENT", Workbench.lastLines(output, 4), remedy);
        }
        List<SourceProblem> problems = new ArrayList<>();
        Matcher placed = PLACED.matcher(output);
        while (placed.find() && problems.size() < MAX_PROBLEMS) {
            String path = placed.group(1);
            problems.add(new SourceProblem(
                    directory.isEmpty() || path.startsWith("/") ? path : directory + "/" + path,
                    Integer.parseInt(placed.group(2)),
                    placed.group(3)));
        }
        return new BuildState.Broken(Workbench.lastLines(output, 5), problems);
    }
}
