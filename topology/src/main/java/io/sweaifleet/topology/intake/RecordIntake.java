package io.sweaifleet.topology.intake;

import io.sweaifleet.schemas.approval.ApprovalKey;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.core.DeadLetterCause;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.rule.Problems;
import io.sweaifleet.schemas.schedule.Schedule;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.workflow.Approval;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import io.sweaifleet.topology.stream.Received;
import io.sweaifleet.topology.stream.Refusal;
import io.sweaifleet.topology.stream.SharedSerdes;
import io.sweaifleet.topology.stream.WireReader;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Decides what becomes of a record that somebody wrote. */
final class RecordIntake {

    private final WireReader<TaskSubmitted> tasks;
    private final WireReader<WorkflowSubmitted> workflows;
    private final WireReader<TaskControl> controls;
    private final WireReader<Approval> approvals;
    private final WireReader<RoleDefinition> roles;
    private final WireReader<PoolDefinition> pools;
    private final WireReader<Schedule> schedules;
    private final WireReader<WorkflowDefinition> definitions;

    private final Optional<ApprovalKey> approvalKey;

    RecordIntake(SharedSerdes serdes, Optional<ApprovalKey> approvalKey) {
        this.approvalKey = approvalKey;
        this.tasks = serdes.reader(TaskSubmitted.class);
        this.workflows = serdes.reader(WorkflowSubmitted.class);
        this.controls = serdes.reader(TaskControl.class);
        this.approvals = serdes.reader(Approval.class);
        this.roles = serdes.reader(RoleDefinition.class);
        this.pools = serdes.reader(PoolDefinition.class);
        this.schedules = serdes.reader(Schedule.class);
        this.definitions = serdes.reader(WorkflowDefinition.class);
    }

    /**
     * What becomes of a record.
     *
     * @param input what core is told, or null
     * @param refusal why it is a dead letter, or null
     */
    record Taken(@Nullable CoreInput input, @Nullable Refusal refusal) {}

    Taken take(Received record) {
        FleetTopic topic = FleetTopic.byName(record.topic())
                .orElseThrow(() -> new IllegalStateException("Intake does not read " + record.topic()));
        return switch (topic) {
            case TASKS -> task(record);
            case WORKFLOWS -> workflow(record);
            case TASK_CONTROL -> control(record);
            case APPROVALS -> approval(record);
            case ROLES ->
                definition(
                        record,
                        roles,
                        role -> SubmissionRules.check(record.keyText(), role),
                        (name, role) -> Normaliser.definition(record, name, role));
            case POOLS ->
                definition(
                        record,
                        pools,
                        pool -> SubmissionRules.check(record.keyText(), pool),
                        (name, pool) -> Normaliser.definition(record, name, pool));
            case SCHEDULES ->
                definition(
                        record,
                        schedules,
                        schedule -> SubmissionRules.check(record.keyText(), schedule, appendedAt(record)),
                        (name, schedule) -> Normaliser.definition(
                                record,
                                name.substring(0, name.indexOf('/')),
                                name.substring(name.indexOf('/') + 1),
                                schedule));
            case WORKFLOW_DEFINITIONS ->
                definition(
                        record,
                        definitions,
                        definition -> SubmissionRules.check(record.keyText(), definition),
                        (name, definition) -> Normaliser.definition(record, name, definition));
            default -> throw new IllegalStateException("Intake does not read " + topic.topicName());
        };
    }

    private Taken task(Received record) {
        WireReader.Reading<TaskSubmitted> reading = tasks.read(record);
        TaskSubmitted task = reading.value();
        if (task == null) {
            return unreadable(record, reading.refusal());
        }
        Failure problem = sizeProblem(record);
        DeadLetterCause cause = problem == null ? DeadLetterCause.INVALID : DeadLetterCause.TOO_LARGE;
        if (problem == null) {
            problem = SubmissionRules.check(task, appendedAt(record));
        }
        return problem == null
                ? new Taken(Normaliser.accepted(record, task), null)
                : refused(Normaliser.refused(record, task, problem), cause, problem);
    }

    private Taken workflow(Received record) {
        WireReader.Reading<WorkflowSubmitted> reading = workflows.read(record);
        WorkflowSubmitted workflow = reading.value();
        if (workflow == null) {
            return unreadable(record, reading.refusal());
        }
        Failure problem = sizeProblem(record);
        DeadLetterCause cause = problem == null ? DeadLetterCause.INVALID : DeadLetterCause.TOO_LARGE;
        if (problem == null) {
            problem = SubmissionRules.check(workflow, appendedAt(record));
        }
        return problem == null
                ? new Taken(Normaliser.accepted(record, workflow), null)
                : refused(Normaliser.refused(record, workflow, problem), cause, problem);
    }

    private Taken control(Received record) {
        WireReader.Reading<TaskControl> reading = controls.read(record);
        TaskControl control = reading.value();
        if (control == null) {
            return unreadable(record, reading.refusal());
        }
        Failure problem = sizeProblem(record);
        DeadLetterCause cause = problem == null ? DeadLetterCause.INVALID : DeadLetterCause.TOO_LARGE;
        if (problem == null) {
            problem = SubmissionRules.check(control);
        }
        // A control request has no outcome: its dead letter is the answer.
        return problem == null
                ? new Taken(Normaliser.accepted(record, control), null)
                : new Taken(
                        null,
                        new Refusal(
                                cause,
                                problem,
                                idOrNull(control.getPool()),
                                idOrNull(control.getTenant()),
                                idOrNull(control.getWorkflowId()),
                                idOrNull(control.getTaskId())));
    }

    /** An answer to an approval step has no outcome either. */
    private Taken approval(Received record) {
        WireReader.Reading<Approval> reading = approvals.read(record);
        Approval approval = reading.value();
        if (approval == null) {
            return unreadable(record, reading.refusal());
        }
        Failure problem = sizeProblem(record);
        DeadLetterCause cause = problem == null ? DeadLetterCause.INVALID : DeadLetterCause.TOO_LARGE;
        if (problem == null) {
            problem = SubmissionRules.check(approval);
        }
        if (problem == null && approval.getRequest() != null) {
            problem = forged(approval);
        }
        return problem == null
                ? new Taken(Normaliser.accepted(record, approval), null)
                : new Taken(
                        null,
                        new Refusal(
                                cause,
                                problem,
                                idOrNull(approval.getPool()),
                                null,
                                idOrNull(approval.getWorkflowId()),
                                idOrNull(approval.getTaskId())));
    }

    /** What an agent may do is said by who has the operator's key, and by nobody else who can write to the topic. */
    private @Nullable Failure forged(Approval approval) {
        if (approvalKey.isEmpty()) {
            return Problems.of(
                    "APPROVAL_KEY_MISSING",
                    "The answer to request " + approval.getRequest() + " of task " + approval.getTaskId()
                            + " cannot be checked: the topology has no operator's key",
                    "Give the topology and every operator the same key file (fleet.approvals.key-file), restart the topology"
                            + " and answer again",
                    "signature",
                    approval.getSignature());
        }
        return approvalKey.get().hasSigned(approval)
                ? null
                : Problems.of(
                        "APPROVAL_NOT_SIGNED",
                        "The answer to request " + approval.getRequest() + " of task " + approval.getTaskId()
                                + (approval.getSignature() == null
                                        ? " is not signed"
                                        : " is not signed with the operator's key"),
                        "Answer with `fleet approve` or `fleet reject` as a user who can read the operator's key",
                        "signature",
                        approval.getSignature());
    }

    private interface Definition<T> {
        CoreInput of(String name, @Nullable T value);
    }

    private <T> Taken definition(
            Received record,
            WireReader<T> reader,
            Function<@Nullable T, @Nullable Failure> rules,
            Definition<T> definition) {
        T value = null;
        if (record.value() != null) {
            WireReader.Reading<T> reading = reader.read(record);
            value = reading.value();
            if (value == null) {
                return unreadable(record, reading.refusal());
            }
        }
        Failure problem = rules.apply(value);
        String name = record.keyText();
        if (problem != null || name == null) {
            Failure why = problem == null
                    ? Problems.of("MISSING_FIELD", "The record has no key", "Use the name as key")
                    : problem;
            return new Taken(null, Refusal.of(DeadLetterCause.INVALID, why));
        }
        return new Taken(definition.of(name, value), null);
    }

    /** A submission that became too large when defaults were filled in. */
    Taken tooLarge(Received record, CoreInput input, int size, int limit) {
        Failure problem = Problems.of(
                "TOO_LARGE",
                "The submission at " + record.place() + " has " + size
                        + " bytes once the workflow's defaults are copied into its tasks; at most " + limit
                        + " are taken",
                "Split it, or put large texts into the repository");
        WorkflowSubmitted workflow = input.getWorkflow();
        if (workflow == null) {
            return new Taken(null, Refusal.of(DeadLetterCause.TOO_LARGE, problem));
        }
        CoreInput stripped = input.getLone()
                ? Normaliser.refused(record, workflow.getTasks().get(0), problem)
                : Normaliser.refused(record, workflow, problem);
        return refused(stripped, DeadLetterCause.TOO_LARGE, problem);
    }

    private static @Nullable Failure sizeProblem(Received record) {
        int size = record.value() == null ? 0 : record.value().length;
        return size <= FleetTopic.MAX_SUBMISSION_BYTES
                ? null
                : Problems.of(
                        "TOO_LARGE",
                        "The record at " + record.place() + " has " + size + " bytes; at most "
                                + FleetTopic.MAX_SUBMISSION_BYTES + " are taken",
                        "Put large texts into the repository, or split the workflow");
    }

    /** A record that cannot be read and is too large as well is called too large: that is what its writer can see. */
    private static Taken unreadable(Received record, @Nullable Refusal refusal) {
        Failure tooLarge = sizeProblem(record);
        return new Taken(null, tooLarge == null ? refusal : Refusal.of(DeadLetterCause.TOO_LARGE, tooLarge));
    }

    private static Taken refused(CoreInput input, DeadLetterCause cause, Failure problem) {
        WorkflowSubmitted workflow = input.getWorkflow();
        String workflowId = workflow == null ? null : workflow.getId();
        return new Taken(
                input,
                new Refusal(
                        cause,
                        problem,
                        input.getPool(),
                        workflow == null ? null : workflow.getTenant(),
                        workflowId,
                        input.getLone() ? workflowId : null));
    }

    private static Instant appendedAt(Received record) {
        return Instant.ofEpochMilli(record.timestamp());
    }

    private static @Nullable String idOrNull(@Nullable String text) {
        return text != null && Keys.isId(text) ? text : null;
    }
}
