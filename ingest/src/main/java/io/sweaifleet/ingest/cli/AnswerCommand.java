package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.follow.StatusLookup;
import io.sweaifleet.ingest.follow.TaskPhase;
import io.sweaifleet.ingest.follow.TaskView;
import io.sweaifleet.schemas.approval.ApprovalKey;
import io.sweaifleet.schemas.common.ApprovalRequest;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
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

    @Option(
            names = "--request",
            paramLabel = "ID",
            description = "What is answered, when the task's agent asks several things; `fleet status` shows it.")
    private @Nullable String requestId;

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
        String within = context.terminal().environment().getOrDefault("FLEET_RUN", "");
        if (!within.isEmpty()) {
            throw CliException.usage(
                    "this runs inside of task " + within + " of a fleet: no agent answers what agents ask",
                    "answer from a terminal of your own");
        }
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
            ApprovalRequest asked = request(task);
            Approval unsigned = Approval.newBuilder()
                    .setId(context.ids().next(word))
                    .setPool(in)
                    .setWorkflowId(found.workflow().workflowId())
                    .setTaskId(task.taskId())
                    .setVerdict(verdict)
                    .setBy(by == null ? System.getProperty("user.name", "") : by)
                    .setGroups(groups == null ? List.of() : groups)
                    .setComment(comment)
                    .setAnsweredAt(now)
                    .setRequest(asked == null ? null : asked.getRequestId())
                    .build();
            Approval approval = unsigned;
            if (asked != null) {
                approval = Approval.newBuilder(unsigned)
                        .setSignature(operatorsKey(fleet.settings()).sign(unsigned))
                        .build();
                AskPreview.lines(asked).forEach(context.terminal().out()::println);
            }
            fleet.send(FleetTopic.APPROVALS, Keys.of(in, task.taskId()), approval);
            context.terminal()
                    .out()
                    .println("sent: " + task.taskId() + " is "
                            + verdict.name().toLowerCase(Locale.ROOT) + " by " + approval.getBy()
                            + "; `fleet status " + found.workflow().workflowId() + "` shows whether it counts");
            return ExitCode.OK;
        }
    }

    /** Intake takes no answer to an agent without a signature: it is refused here, where somebody reads it. */
    private static ApprovalKey operatorsKey(Settings settings) {
        return ApprovalKey.in(settings)
                .orElseThrow(() -> CliException.environment(
                        "there is no operator's key at " + settings.get(FleetSettings.APPROVAL_KEY),
                        "Name the file that the topology has (" + FleetSettings.APPROVAL_KEY.name()
                                + "), or the data directory of its node (--data-dir)."));
    }

    /** What the task's agent asks and is answered; null for an approval step. */
    private @Nullable ApprovalRequest request(TaskView task) {
        if (task.kind().equals(APPROVAL_KIND)) {
            return null;
        }
        if (requestId != null) {
            ApprovalRequest asked = task.asks().get(requestId);
            if (asked == null) {
                throw CliException.failed(
                        task.taskId() + " does not ask " + requestId + " (any more)",
                        task.asks().isEmpty()
                                ? "it asks nothing now"
                                : "it asks " + String.join(", ", task.asks().keySet()));
            }
            return asked;
        }
        if (task.asks().size() != 1) {
            throw CliException.usage(
                    "the agent of " + task.taskId() + " asks several things",
                    "name one with --request: " + String.join(", ", task.asks().keySet()));
        }
        return task.asks().values().iterator().next();
    }

    /** The one task that is meant. */
    private TaskView asking(StatusLookup.Found found) {
        if (found.taskId() != null) {
            TaskView task = found.workflow().tasks().get(found.taskId());
            if (task != null && !task.asks().isEmpty()) {
                return task;
            }
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
        List<TaskView> asking = found.workflow().tasks().values().stream()
                .filter(task ->
                        !task.asks().isEmpty() || (task.kind().equals(APPROVAL_KIND) && task.phase() == TaskPhase.HELD))
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
