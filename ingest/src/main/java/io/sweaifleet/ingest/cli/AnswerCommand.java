package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.follow.StatusLookup;
import io.sweaifleet.ingest.follow.TaskPhase;
import io.sweaifleet.ingest.follow.TaskView;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.workflow.Approval;
import io.sweaifleet.schemas.workflow.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code fleet approve} and {@code fleet reject} have in common: an answer to an approval step. */
abstract class AnswerCommand implements Callable<Integer> {

    private static final Duration LOOK_BACK = Duration.ofDays(90);
    private static final String APPROVAL_KIND = "core.approval";

    private final CliContext context;
    private final Verdict verdict;

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Parameters(
            index = "0",
            paramLabel = "ID",
            description = "Id of the task that asks, or of its run when only one of its tasks asks.")
    private String id = "";

    @Option(names = "--comment", paramLabel = "TEXT", description = "Why, for the record; an output of the step.")
    private String comment = "";

    @Option(names = "--by", paramLabel = "NAME", description = "Who answers (default: the user of this machine).")
    private @Nullable String by;

    @Option(names = "--group", paramLabel = "NAME", description = "A group that you belong to; may be repeated.")
    private @Nullable List<String> groups;

    @Option(names = "--pool", paramLabel = "POOL", description = "The pool (default: fleet.pool).")
    private @Nullable String pool;

    AnswerCommand(CliContext context, Verdict verdict) {
        this.context = context;
        this.verdict = verdict;
    }

    @Override
    public Integer call() {
        ControlRequest.checkId(id);
        try (Fleet fleet = context.open(node)) {
            String in = pool == null ? fleet.settings().get(FleetSettings.POOL) : pool;
            Instant now = context.clock().instant();
            StatusLookup.Found found = new StatusLookup(fleet, now.minus(LOOK_BACK))
                    .find(in, id)
                    .orElseThrow(() -> CliException.failed(
                            "no task or workflow " + id + " in pool " + in,
                            "check the id with `fleet list`, or give its --pool"));
            String word = verdict == Verdict.APPROVED ? "approve" : "reject";
            TaskView task = asking(found);
            Approval approval = Approval.newBuilder()
                    .setId(context.ids().next(word))
                    .setPool(in)
                    .setWorkflowId(found.workflow().workflowId())
                    .setTaskId(task.taskId())
                    .setVerdict(verdict)
                    .setBy(by == null ? System.getProperty("user.name", "") : by)
                    .setGroups(groups == null ? List.of() : groups)
                    .setComment(comment)
                    .setAnsweredAt(now)
                    .build();
            fleet.send(FleetTopic.APPROVALS, Keys.of(in, task.taskId()), approval);
            context.terminal()
                    .out()
                    .println("sent: " + task.taskId() + " is "
                            + verdict.name().toLowerCase(Locale.ROOT) + " by " + approval.getBy()
                            + "; `fleet status " + found.workflow().workflowId() + "` shows whether it counts");
            return ExitCode.OK;
        }
    }

    /** The one task that is meant. */
    private TaskView asking(StatusLookup.Found found) {
        if (found.taskId() != null) {
            TaskView task = found.workflow().tasks().get(found.taskId());
            if (task == null || !task.kind().equals(APPROVAL_KIND)) {
                throw CliException.failed(
                        found.taskId() + " asks for no approval",
                        "`fleet status " + found.workflow().workflowId() + "` shows which task does");
            }
            return open(List.of(task), found);
        }
        List<TaskView> approvals = found.workflow().tasks().values().stream()
                .filter(task -> task.kind().equals(APPROVAL_KIND))
                .toList();
        List<TaskView> asking = approvals.stream()
                .filter(task -> task.phase() == TaskPhase.HELD)
                .toList();
        // One that does not ask yet may be answered already; which one is meant is plain when there is no other.
        return open(asking.isEmpty() ? approvals : asking, found);
    }

    private TaskView open(List<TaskView> tasks, StatusLookup.Found found) {
        List<TaskView> open = tasks.stream().filter(task -> !task.isEnded()).toList();
        if (open.size() > 1) {
            throw CliException.usage(
                    "several tasks of " + found.workflow().workflowId() + " ask",
                    "name one: " + open.stream().map(TaskView::taskId).collect(Collectors.joining(", ")));
        }
        if (open.isEmpty()) {
            throw CliException.failed(
                    tasks.isEmpty()
                            ? "no task of " + found.workflow().workflowId() + " asks for approval"
                            : tasks.get(0).taskId() + " has ended already: "
                                    + (tasks.get(0).status() == null
                                            ? "set aside"
                                            : tasks.get(0).status().name().toLowerCase(Locale.ROOT)),
                    "`fleet status " + found.workflow().workflowId() + "` shows what it waits for");
        }
        return open.get(0);
    }
}
