package io.sweaifleet.agent.run;

import io.sweaifleet.agent.artifact.FileArtifactStore;
import io.sweaifleet.agent.attempt.Attempt;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.playbook.Toolbox.CommandRequest;
import io.sweaifleet.agent.sandbox.HostEnvironment;
import io.sweaifleet.agent.sandbox.Sandboxes;
import io.sweaifleet.schemas.worker.Assignment;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A worker process that is in the middle of an attempt until somebody kills it. */
public final class CrashingWorker {

    private CrashingWorker() {}

    /** Arguments: data directory, repository, sandbox, argument of sleep by which its children are found. */
    public static void main(String[] args) throws Exception {
        Path data = Path.of(args[0]);
        HostEnvironment host = HostEnvironment.detect();
        Sandboxes.Choice choice = Sandboxes.Choice.valueOf(args[2].toUpperCase(Locale.ROOT));
        String script = "setsid sleep " + args[3] + " & touch started; sleep " + args[3];
        var playbook = Steps.doing(context -> context.tools()
                .run(new CommandRequest(
                        List.of("sh", "-c", script), "", Map.of(), Duration.ofMinutes(5), List.of(), true)));
        AgentRuntime runtime = AgentRuntime.of(
                Playbooks.of(List.of(playbook)),
                Sandboxes.select(choice, host, data.resolve("work")),
                host,
                FileArtifactStore.open(data.resolve("artifacts")),
                data.resolve("work"),
                AgentLimits.DEFAULT,
                Clock.systemUTC());
        Assignment assignment = Assignment.newBuilder()
                .setLeaseId("lease-1")
                .setTenant("default")
                .setWorkflowId("wf")
                .setTaskId("t-1")
                .setAttempt(1)
                .setKind("test.kind")
                .setRole("tester")
                .setRepository(args[1])
                .setTimeoutMs(300_000)
                .setLeaseMs(30_000)
                .build();
        runtime.run(new Attempt(
                "default",
                "worker-1",
                1,
                "agent-1",
                assignment,
                PlaybookHarness.permissiveRole(List.of("test.kind")),
                new Cancellation(),
                new RecordingReporter()));
    }
}
