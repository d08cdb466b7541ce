package io.sweaifleet.agent.playbook.developer;

import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.PlaybookFailure;
import io.sweaifleet.agent.playbook.PlaybookResult;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.build.MavenClasspaths;
import io.sweaifleet.agent.playbook.build.MavenLayout;
import io.sweaifleet.agent.playbook.developer.RewriteProgram.Group;
import io.sweaifleet.schemas.common.FailureClass;
import java.time.Clock;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the developer's playbooks have in common. */
abstract class DeveloperPlaybook implements Playbook {

    @Override
    public String version() {
        return "1";
    }

    @Override
    public final PlaybookResult run(PlaybookContext context) throws PlaybookFailure, InterruptedException {
        try {
            return run(context, new Workbench(context, Clock.systemUTC()));
        } catch (ToolDenied denied) {
            throw PlaybookFailure.failed(
                    FailureClass.PERMANENT,
                    "POLICY_DENIED",
                    "rule " + denied.rule() + ": " + denied.getMessage(),
                    "allow the tools search, read, edit, run and git in the role");
        }
    }

    abstract PlaybookResult run(PlaybookContext context, Workbench bench)
            throws PlaybookFailure, ToolDenied, InterruptedException;

    /** Compiles what Java files belong to, for the class paths, and divides the files by them. */
    static List<Group> typed(
            Workbench bench,
            GuardedChange change,
            MavenLayout layout,
            List<BuildCheck> checks,
            Collection<String> files)
            throws ToolDenied, InterruptedException {
        Map<String, List<String>> main = new LinkedHashMap<>();
        Map<String, List<String>> test = new LinkedHashMap<>();
        boolean compiled = !checks.isEmpty();
        for (BuildCheck check : checks) {
            BuildState state = change.before(check);
            if (check instanceof MavenCheck maven) {
                main.putAll(maven.classpaths().main());
                test.putAll(maven.classpaths().test());
                compiled &= state instanceof BuildState.Builds;
            } else {
                compiled = false;
            }
        }
        return new JavaSources(bench.tools(), layout).groups(files, new MavenClasspaths(main, test), compiled);
    }
}
