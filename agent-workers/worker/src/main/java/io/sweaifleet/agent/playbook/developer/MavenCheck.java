package io.sweaifleet.agent.playbook.developer;

import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox.Cache;
import io.sweaifleet.agent.playbook.Toolbox.CommandResult;
import io.sweaifleet.agent.playbook.build.MavenClasspaths;
import io.sweaifleet.agent.playbook.build.MavenCommand;
import io.sweaifleet.agent.playbook.build.MavenLog;
import io.sweaifleet.agent.playbook.build.RepositoryPaths;
import io.sweaifleet.agent.playbook.build.SourceProblem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Compiles main and test sources of a whole Maven build, and remembers the class paths that this resolved. */
final class MavenCheck implements BuildCheck {

    private final String directory;
    private MavenClasspaths classpaths = new MavenClasspaths(Map.of(), Map.of());

    MavenCheck(String directory) {
        this.directory = directory;
    }

    @Override
    public String name() {
        return "maven " + RepositoryPaths.shown(directory);
    }

    /** Class paths of the modules that the last check compiled. */
    MavenClasspaths classpaths() {
        return classpaths;
    }

    @Override
    public BuildState check(Workbench bench) throws ToolDenied, InterruptedException {
        List<String> program = MavenCommand.program(bench.tools(), directory);
        if (program.isEmpty()) {
            return new BuildState.NotBuilt("TOOL_MISSING", MavenCommand.MISSING_REASON, MavenCommand.MISSING_REMEDY);
        }
        List<String> argv = new ArrayList<>(program);
        argv.addAll(MavenCommand.OPTIONS);
        // The debug log has the class paths.
        argv.addAll(List.of("-X", "-fae", "test-compile"));
        bench.context().step(name() + ": compiling");
        CommandResult result = bench.build(argv, directory, MavenCommand.ENVIRONMENT, Cache.MAVEN);
        String output = bench.output(result);
        MavenClasspaths found = MavenClasspaths.parse(output);
        if (!found.main().isEmpty() || !found.test().isEmpty()) {
            classpaths = found;
        }
        MavenLog log = MavenLog.parse(output);
        if (result.timedOut()) {
            return new BuildState.NotBuilt(
                    "DEADLINE",
                    "compiling was stopped at the deadline after "
                            + result.wall().toSeconds() + " s",
                    "give the task a longer timeout");
        }
        if (log.success() && result.ok()) {
            return new BuildState.Builds();
        }
        if (!log.failures().isEmpty() && log.failures().stream().allMatch(MavenLog.GoalFailure::unresolved)) {
            return new BuildState.NotBuilt(
                    "ENVIRONMENT",
                    "not in the local Maven repository: "
                            + (log.missing().isEmpty()
                                    ? log.failures().get(0).message()
                                    : String.join(", ", log.missing())),
                    MavenCommand.fetchRemedy(directory, "test"));
        }
        List<SourceProblem> problems = new ArrayList<>();
        Path root = bench.tools().root();
        for (SourceProblem problem : log.compilerErrors()) {
            Path path = Path.of(problem.path());
            if (path.startsWith(root)) {
                problems.add(new SourceProblem(root.relativize(path).toString(), problem.line(), problem.message()));
            }
        }
        String message = log.failures().isEmpty()
                ? Workbench.lastLines(output, 5)
                : log.failures().get(0).project() + ": " + log.failures().get(0).message();
        return new BuildState.Broken(Workbench.bounded(message), problems);
    }
}
