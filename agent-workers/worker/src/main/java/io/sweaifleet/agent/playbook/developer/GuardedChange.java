package io.sweaifleet.agent.playbook.developer;

import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.PlaybookFailure;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.playbook.Toolbox.CommandResult;
import io.sweaifleet.agent.playbook.build.SourceProblem;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.common.Severity;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Brings a change into a commit that builds: compiles before and after, takes the change back when it broke the build,
 * and commits it otherwise. What cannot be compiled here is reported as not built.
 */
final class GuardedChange {

    private final Workbench bench;
    private final Map<BuildCheck, BuildState> before = new LinkedHashMap<>();
    private final List<String> built = new ArrayList<>();
    private final Map<String, String> notBuilt = new TreeMap<>();

    GuardedChange(Workbench bench) {
        this.bench = bench;
    }

    /** Compiles what the change will touch, as it is now. Repeating it for a check that was made costs nothing. */
    BuildState before(BuildCheck check) throws ToolDenied, InterruptedException {
        BuildState known = before.get(check);
        if (known != null) {
            return known;
        }
        BuildState state = run(check);
        before.put(check, state);
        return state;
    }

    /** Names of what was compiled with the change. */
    List<String> built() {
        return List.copyOf(built);
    }

    /** What was not compiled with the change, and why. */
    Map<String, String> notBuilt() {
        return Map.copyOf(notBuilt);
    }

    /** Reports languages of the change that nothing here compiles. */
    void unchecked(Set<String> languages) {
        if (!languages.isEmpty()) {
            notBuilt(
                    "build of " + String.join(", ", languages) + " files",
                    "UNSUPPORTED",
                    "no check here compiles them",
                    "");
        }
    }

    /**
     * Compiles again with the change, and commits it.
     *
     * @param changed repository-relative paths
     * @return the commit
     * @throws PlaybookFailure when the change broke a build that was whole; the change is gone then
     */
    String commit(Collection<String> changed, String message) throws PlaybookFailure, ToolDenied, InterruptedException {
        for (Map.Entry<BuildCheck, BuildState> entry : before.entrySet()) {
            verify(entry.getKey(), entry.getValue(), changed);
        }
        stage(changed);
        CommandResult committed = bench.tools().git("commit", "--quiet", "--no-verify", "-m", message);
        if (!committed.ok()) {
            throw PlaybookFailure.failed(
                    FailureClass.AGENT,
                    "COMMIT_FAILED",
                    "git commit failed: " + Workbench.lastLines(committed.output(), 4),
                    "");
        }
        return bench.tools().git("rev-parse", "HEAD").output().strip();
    }

    private void verify(BuildCheck check, BuildState was, Collection<String> changed)
            throws PlaybookFailure, ToolDenied, InterruptedException {
        String what = "build of " + check.name();
        if (was instanceof BuildState.NotBuilt cannot) {
            notBuilt(what, cannot.code(), cannot.reason(), cannot.remedy());
            return;
        }
        if (was instanceof BuildState.Broken broken) {
            notBuilt(
                    what,
                    "BUILD_FAILED",
                    "it fails without the change too: " + broken.message(),
                    "mend the build first");
            return;
        }
        BuildState now = run(check);
        if (now instanceof BuildState.Builds) {
            built.add(check.name());
        } else if (now instanceof BuildState.NotBuilt cannot) {
            notBuilt(what, cannot.code(), cannot.reason(), cannot.remedy());
        } else if (now instanceof BuildState.Broken broken) {
            discard(check, broken, changed);
        }
    }

    private BuildState run(BuildCheck check) throws ToolDenied, InterruptedException {
        if (!bench.tools().canExecute() && executes(check)) {
            return new BuildState.NotBuilt(
                    "SANDBOX_MISSING",
                    "it is not compiled: " + bench.tools().noSandboxReason(),
                    Toolbox.NO_SANDBOX_REMEDY);
        }
        return check.check(bench);
    }

    private static boolean executes(BuildCheck check) {
        return !(check instanceof CommandCheck command) || command.executesRepositoryCode();
    }

    private void discard(BuildCheck check, BuildState.Broken broken, Collection<String> changed)
            throws PlaybookFailure, ToolDenied, InterruptedException {
        PlaybookContext context = bench.context();
        stage(changed);
        CommandResult diff = bench.tools().git("diff", "--cached", "--no-color", "--no-ext-diff", "--binary", "HEAD");
        context.artifact(
                "rejected.patch", "patch", "text/x-diff", bench.output(diff).getBytes(StandardCharsets.UTF_8));
        bench.tools().git("reset", "--hard", "--quiet", "HEAD");
        if (broken.problems().isEmpty()) {
            context.finding(
                    "developer.build-broken", Severity.ERROR, null, null, check.name() + ": " + broken.message());
        }
        for (SourceProblem problem : broken.problems()) {
            context.finding(
                    "developer.build-broken", Severity.ERROR, problem.path(), problem.line(), problem.message());
        }
        throw PlaybookFailure.failed(
                FailureClass.PERMANENT,
                "BUILD_BROKEN",
                check.name() + " builds without the change and not with it: " + broken.message(),
                "see artifact rejected.patch for the change, which was taken back");
    }

    private void stage(Collection<String> changed) throws PlaybookFailure, ToolDenied, InterruptedException {
        if (changed.isEmpty()) {
            // Without a path git would add everything, build output included.
            return;
        }
        StringBuilder list = new StringBuilder();
        changed.forEach(path -> list.append(":(literal,top)").append(path).append('\0'));
        CommandResult added = bench.tools()
                .git(
                        "add",
                        "--all",
                        "--force",
                        "--pathspec-from-file="
                                + bench.scratch("paths", list.toString().getBytes(StandardCharsets.UTF_8)),
                        "--pathspec-file-nul");
        if (!added.ok()) {
            throw PlaybookFailure.failed(
                    FailureClass.AGENT,
                    "COMMIT_FAILED",
                    "git add failed: " + Workbench.lastLines(added.output(), 4),
                    "");
        }
    }

    private void notBuilt(String what, String code, String reason, String remedy) {
        notBuilt.put(what, reason);
        bench.context().skip(what, code, "not built: " + reason, remedy);
    }
}
