package io.sweaifleet.topology.core;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.common.Origin;
import io.sweaifleet.schemas.common.ResourceAmounts;
import io.sweaifleet.schemas.core.Cause;
import io.sweaifleet.schemas.core.CauseType;
import io.sweaifleet.schemas.core.QuietDecision;
import io.sweaifleet.schemas.json.InvalidDocumentException;
import io.sweaifleet.schemas.json.RecordJson;
import io.sweaifleet.schemas.json.RecordJsonReader;
import io.sweaifleet.schemas.schedule.Schedule;
import io.sweaifleet.schemas.task.AttemptStatus;
import io.sweaifleet.schemas.task.AttemptSummary;
import io.sweaifleet.schemas.task.ClassRetry;
import io.sweaifleet.schemas.task.FailurePolicy;
import io.sweaifleet.schemas.task.RetryPolicy;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowStatus;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.WorkerState;
import io.sweaifleet.topology.core.domain.Budget;
import io.sweaifleet.topology.core.domain.MeterEntry;
import io.sweaifleet.topology.core.domain.Quiet;
import io.sweaifleet.topology.core.domain.Requirements;
import io.sweaifleet.topology.core.domain.Resources;
import io.sweaifleet.topology.core.domain.ScheduleEntry;
import io.sweaifleet.topology.core.domain.TaskEntry;
import io.sweaifleet.topology.core.domain.WorkerEntry;
import io.sweaifleet.topology.core.domain.WorkflowEntry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The larger values of {@link Layout}, field by field. What is written here is read by later versions: append, never reorder. */
final class Values {

    private static final int LIVE = 1;
    private static final int ENDED = 2;

    private static final int WAITING = 1;
    private static final int READY = 2;
    private static final int BACKOFF = 3;
    private static final int RUNNING = 4;
    private static final int HELD = 5;
    private static final int ASKING = 6;
    private static final int ITEMS = 7;
    private static final int ITERATIONS = 8;
    private static final int CALLING = 9;

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final List<String> INPUTS =
            CoreTopology.INPUTS.stream().map(FleetTopic::topicName).toList();

    private Values() {}

    static void task(Packer out, TaskEntry entry) {
        if (entry instanceof TaskEntry.Live live) {
            out.raw(LIVE).text(live.workflowId());
            spec(out, live.spec());
            out.list(live.dependents(), out::text)
                    .number(live.arrival())
                    .number(live.acceptedAt())
                    .number(live.readySince())
                    .number(live.startedAt())
                    .list(live.attempts(), attempt -> attempt(out, attempt));
            phase(out, live.phase());
            out.maybe(live.position(), position -> RunValues.position(out, position));
        } else if (entry instanceof TaskEntry.Ended ended) {
            out.raw(ENDED)
                    .text(ended.workflowId())
                    .constant(ended.status())
                    .number(ended.attempts())
                    .texts(ended.outputs())
                    .list(ended.artifacts(), artifact -> artifact(out, artifact))
                    .maybe(ended.end(), end -> {
                        RunValues.position(out, end.position());
                        out.flag(end.blocked())
                                .maybe(end.failure(), failure -> failure(out, failure))
                                .number(end.findings());
                    });
        }
    }

    static TaskEntry task(Unpacker in) {
        return switch (in.raw()) {
            case LIVE ->
                new TaskEntry.Live(
                        in.text(),
                        spec(in),
                        in.list(in::text),
                        in.number(),
                        in.number(),
                        in.number(),
                        in.number(),
                        in.list(() -> attempt(in)),
                        phase(in),
                        in.version() < 5 ? null : in.maybe(() -> RunValues.position(in)));
            case ENDED ->
                new TaskEntry.Ended(
                        in.text(),
                        in.constant(TaskStatus.class),
                        in.small(),
                        in.texts(),
                        in.list(() -> artifact(in)),
                        in.version() < 5
                                ? null
                                : in.maybe(() -> new TaskEntry.StepEnd(
                                        RunValues.position(in), in.flag(), in.maybe(() -> failure(in)), in.small())));
            default -> throw new IllegalArgumentException("Neither a live nor an ended task");
        };
    }

    private static void phase(Packer out, TaskEntry.Phase phase) {
        if (phase instanceof TaskEntry.Phase.Waiting waiting) {
            out.raw(WAITING).number(waiting.open());
        } else if (phase instanceof TaskEntry.Phase.Ready ready) {
            out.raw(READY).number(ready.order());
        } else if (phase instanceof TaskEntry.Phase.Backoff backoff) {
            out.raw(BACKOFF).number(backoff.dueAt());
        } else if (phase instanceof TaskEntry.Phase.Held held) {
            out.raw(HELD).number(held.order()).text(held.gate());
        } else if (phase instanceof TaskEntry.Phase.Asking asking) {
            out.raw(ASKING).number(asking.since()).number(asking.dueAt());
        } else if (phase instanceof TaskEntry.Phase.Items items) {
            out.raw(ITEMS)
                    .number(items.total())
                    .number(items.next())
                    .number(items.open())
                    .number(items.failed())
                    .number(items.growAt())
                    .maybe(items.halt(), halt -> halt(out, halt));
        } else if (phase instanceof TaskEntry.Phase.Iterations iterations) {
            out.raw(ITERATIONS).number(iterations.number()).maybe(iterations.halt(), halt -> halt(out, halt));
        } else if (phase instanceof TaskEntry.Phase.Calling calling) {
            out.raw(CALLING)
                    .number(calling.since())
                    .number(calling.dueAt())
                    .maybe(calling.halt(), halt -> halt(out, halt));
        } else if (phase instanceof TaskEntry.Phase.Running running) {
            TaskEntry.Lease lease = running.lease();
            out.raw(RUNNING)
                    .text(lease.leaseId())
                    .number(lease.number())
                    .text(lease.workerId())
                    .number(lease.incarnation())
                    .text(lease.agentId())
                    .number(lease.roleVersion())
                    .number(lease.assignedAt())
                    .number(lease.startedAt())
                    .number(lease.timeoutAt())
                    .maybe(lease.stop(), stop -> {
                        out.constant(stop.reason());
                        failure(out, stop.failure());
                        out.number(stop.graceEndsAt());
                    })
                    .number(lease.metered())
                    .number(lease.tokens())
                    .number(lease.costMicroUsd())
                    .list(lease.asks(), ask -> out.text(ask.requestId())
                            .text(ask.tool())
                            .text(ask.rule())
                            .number(ask.dueAt()));
        }
    }

    private static TaskEntry.Phase phase(Unpacker in) {
        return switch (in.raw()) {
            case WAITING -> new TaskEntry.Phase.Waiting(in.small());
            case READY -> new TaskEntry.Phase.Ready(in.number());
            case HELD -> new TaskEntry.Phase.Held(in.number(), in.text());
            case BACKOFF -> new TaskEntry.Phase.Backoff(in.number());
            case ASKING -> new TaskEntry.Phase.Asking(in.number(), in.number());
            case ITEMS ->
                new TaskEntry.Phase.Items(
                        in.small(), in.small(), in.small(), in.small(), in.number(), in.maybe(() -> halt(in)));
            case ITERATIONS -> new TaskEntry.Phase.Iterations(in.small(), in.maybe(() -> halt(in)));
            case CALLING -> new TaskEntry.Phase.Calling(in.number(), in.number(), in.maybe(() -> halt(in)));
            case RUNNING ->
                new TaskEntry.Phase.Running(new TaskEntry.Lease(
                        in.text(),
                        in.small(),
                        in.text(),
                        in.number(),
                        in.text(),
                        in.small(),
                        in.number(),
                        in.number(),
                        in.number(),
                        in.maybe(() ->
                                new TaskEntry.Stop(in.constant(TaskEntry.StopReason.class), failure(in), in.number())),
                        in.version() < 5 ? 0 : in.small(),
                        in.version() < 5 ? 0 : in.number(),
                        in.version() < 5 ? 0 : in.number(),
                        in.version() < 6
                                ? List.of()
                                : in.list(() -> new TaskEntry.Ask(in.text(), in.text(), in.text(), in.number()))));
            default -> throw new IllegalArgumentException("Not a phase of a task");
        };
    }

    private static void halt(Packer out, TaskEntry.Halt halt) {
        out.constant(halt.status());
        failure(out, halt.failure());
    }

    private static TaskEntry.Halt halt(Unpacker in) {
        return new TaskEntry.Halt(in.constant(TaskStatus.class), failure(in));
    }

    static void spec(Packer out, TaskSubmitted spec) {
        out.maybeText(spec.getId())
                .maybeText(spec.getPool())
                .maybeText(spec.getTenant())
                .maybeText(spec.getWorkflowId())
                .text(spec.getKind())
                .text(spec.getRole())
                .text(spec.getTitle())
                .maybeText(spec.getInstructions())
                .maybeText(spec.getRepository())
                .maybeText(spec.getBaseRef())
                .texts(spec.getInputs())
                .list(spec.getDependsOn(), out::text)
                .maybe(spec.getPriority(), priority -> out.number(priority))
                .maybe(spec.getDeadline(), at -> out.number(at.toEpochMilli()))
                .maybe(spec.getAttemptTimeoutMs(), out::number)
                .maybe(spec.getRetry(), retry -> retry(out, retry))
                .constant(spec.getOnFailure())
                .texts(spec.getLabels())
                .maybeText(spec.getCorrelationId())
                .maybe(spec.getSubmittedAt(), at -> out.number(at.toEpochMilli()))
                .maybe(spec.getNotBefore(), at -> out.number(at.toEpochMilli()))
                .maybeText(spec.getConcurrencyKey())
                .number(spec.getConcurrencyLimit())
                .maybeText(spec.getRateKey())
                .maybe(spec.getScheduleToStartMs(), out::number)
                .maybe(spec.getStartToFinishMs(), out::number)
                .flag(spec.getRequires() != null);
        if (spec.getRequires() != null) {
            requirements(out, Requirements.of(spec));
        }
        budget(out, Budget.of(spec.getBudget()));
    }

    static TaskSubmitted spec(Unpacker in) {
        return new TaskSubmitted(
                in.maybeText(),
                in.maybeText(),
                in.maybeText(),
                in.maybeText(),
                in.text(),
                in.text(),
                in.text(),
                in.maybeText(),
                in.maybeText(),
                in.maybeText(),
                in.texts(),
                in.list(in::text),
                in.maybe(in::small),
                in.maybe(() -> instant(in)),
                in.maybe(in::number),
                in.maybe(() -> retry(in)),
                in.constant(FailurePolicy.class),
                in.texts(),
                in.maybeText(),
                in.maybe(() -> instant(in)),
                in.version() < 2 ? null : in.maybe(() -> instant(in)),
                in.version() < 2 ? null : in.maybeText(),
                in.version() < 2 ? 1 : in.small(),
                in.version() < 4 ? null : in.maybeText(),
                // Intake made a notBefore of it.
                null,
                in.version() < 4 ? null : in.maybe(in::number),
                in.version() < 4 ? null : in.maybe(in::number),
                in.version() < 5 ? null : in.maybe(() -> declared(requirements(in))),
                in.version() < 5 ? null : declared(budget(in)));
    }

    static void budget(Packer out, @Nullable Budget budget) {
        out.maybe(budget, limits -> out.maybe(limits.wallMs(), out::number)
                .maybe(limits.tokens(), out::number)
                .maybe(limits.costMicroUsd(), out::number));
    }

    static @Nullable Budget budget(Unpacker in) {
        return in.maybe(() -> new Budget(in.maybe(in::number), in.maybe(in::number), in.maybe(in::number)));
    }

    private static io.sweaifleet.schemas.common.@Nullable Budget declared(@Nullable Budget budget) {
        return budget == null
                ? null
                : new io.sweaifleet.schemas.common.Budget(budget.wallMs(), budget.tokens(), budget.costMicroUsd());
    }

    static void meter(Packer out, MeterEntry meter) {
        out.number(meter.windowStart())
                .number(meter.wallMs())
                .number(meter.tokens())
                .number(meter.costMicroUsd())
                .number(meter.running())
                .number(meter.countedAt())
                .number(meter.told())
                .number(meter.timerAt());
    }

    static MeterEntry meter(Unpacker in) {
        return new MeterEntry(
                in.number(), in.number(), in.number(), in.number(), in.small(), in.number(), in.small(), in.number());
    }

    static void requirements(Packer out, Requirements required) {
        out.list(required.capabilities(), out::text).texts(required.labels());
        resources(out, required.resources());
    }

    static Requirements requirements(Unpacker in) {
        return new Requirements(in.list(in::text), in.texts(), resources(in));
    }

    private static io.sweaifleet.schemas.task.Requirements declared(Requirements required) {
        Resources resources = required.resources();
        return new io.sweaifleet.schemas.task.Requirements(
                required.capabilities(),
                required.labels(),
                new ResourceAmounts(resources.cpuMillis(), resources.memoryBytes(), resources.gpus()));
    }

    static void resources(Packer out, Resources resources) {
        out.number(resources.cpuMillis()).number(resources.memoryBytes()).number(resources.gpus());
    }

    static Resources resources(Unpacker in) {
        return new Resources(in.small(), in.number(), in.small());
    }

    private static void retry(Packer out, RetryPolicy retry) {
        out.number(retry.getMaxAttempts())
                .number(retry.getInitialBackoffMs())
                .decimal(retry.getMultiplier())
                .number(retry.getMaxBackoffMs())
                .decimal(retry.getJitter())
                .maybe(retry.getOnTransient(), ofClass -> classRetry(out, ofClass))
                .maybe(retry.getOnAgent(), ofClass -> classRetry(out, ofClass))
                .maybe(retry.getOnPermanent(), ofClass -> classRetry(out, ofClass))
                .maybe(retry.getOnEnvironment(), ofClass -> classRetry(out, ofClass))
                .maybe(retry.getMaxTotalMs(), out::number);
    }

    private static void classRetry(Packer out, ClassRetry retry) {
        out.number(retry.getMaxAttempts())
                .maybe(retry.getInitialBackoffMs(), out::number)
                .maybe(retry.getMultiplier(), out::decimal)
                .maybe(retry.getMaxBackoffMs(), out::number)
                .maybe(retry.getJitter(), out::decimal);
    }

    private static ClassRetry classRetry(Unpacker in) {
        return new ClassRetry(
                in.small(), in.maybe(in::number), in.maybe(in::decimal), in.maybe(in::number), in.maybe(in::decimal));
    }

    private static RetryPolicy retry(Unpacker in) {
        return new RetryPolicy(
                in.small(),
                in.number(),
                in.decimal(),
                in.number(),
                in.decimal(),
                in.version() < 4 ? null : in.maybe(() -> classRetry(in)),
                in.version() < 4 ? null : in.maybe(() -> classRetry(in)),
                in.version() < 4 ? null : in.maybe(() -> classRetry(in)),
                in.version() < 4 ? null : in.maybe(() -> classRetry(in)),
                in.version() < 4 ? null : in.maybe(in::number));
    }

    private static void attempt(Packer out, AttemptSummary attempt) {
        out.number(attempt.getNumber())
                .text(attempt.getLeaseId())
                .text(attempt.getWorkerId())
                .text(attempt.getAgentId())
                .number(attempt.getRoleVersion())
                .number(attempt.getAssignedAt().toEpochMilli())
                .maybe(attempt.getStartedAt(), at -> out.number(at.toEpochMilli()))
                .number(attempt.getFinishedAt().toEpochMilli())
                .constant(attempt.getStatus())
                .maybe(attempt.getFailure(), failure -> failure(out, failure));
    }

    private static AttemptSummary attempt(Unpacker in) {
        return new AttemptSummary(
                in.small(),
                in.text(),
                in.text(),
                in.text(),
                in.small(),
                instant(in),
                in.maybe(() -> instant(in)),
                instant(in),
                in.constant(AttemptStatus.class),
                in.maybe(() -> failure(in)));
    }

    static void failure(Packer out, Failure failure) {
        out.constant(failure.getFailureClass())
                .text(failure.getCode())
                .text(failure.getMessage())
                .text(failure.getRemedy())
                .maybeText(failure.getField())
                .maybeText(failure.getValue());
    }

    static Failure failure(Unpacker in) {
        return new Failure(
                in.constant(FailureClass.class), in.text(), in.text(), in.text(), in.maybeText(), in.maybeText());
    }

    private static void artifact(Packer out, ArtifactRef artifact) {
        out.text(artifact.getName())
                .text(artifact.getKind())
                .text(artifact.getSha256())
                .number(artifact.getSizeBytes())
                .text(artifact.getMediaType())
                .text(artifact.getUri());
    }

    private static ArtifactRef artifact(Unpacker in) {
        return new ArtifactRef(in.text(), in.text(), in.text(), in.number(), in.text(), in.text());
    }

    static void workflow(Packer out, WorkflowEntry entry) {
        if (entry instanceof WorkflowEntry.Live live) {
            out.raw(LIVE)
                    .text(live.digest())
                    .list(live.taskIds(), out::text)
                    .flag(live.lone())
                    .text(live.tenant())
                    .text(live.title())
                    .texts(live.labels())
                    .maybeText(live.correlationId());
            origin(out, live.origin());
            out.maybeText(live.traceparent())
                    .number(live.submittedAt())
                    .number(live.acceptedAt())
                    .number(live.open());
            budget(out, live.budget());
            out.maybe(live.run(), run -> RunValues.link(out, run));
        } else if (entry instanceof WorkflowEntry.Ended ended) {
            out.raw(ENDED)
                    .text(ended.digest())
                    .list(ended.taskIds(), out::text)
                    .constant(ended.status())
                    .number(ended.decidedAt());
        }
    }

    static WorkflowEntry workflow(Unpacker in) {
        return switch (in.raw()) {
            case LIVE ->
                new WorkflowEntry.Live(
                        in.text(),
                        in.list(in::text),
                        in.flag(),
                        in.text(),
                        in.text(),
                        in.texts(),
                        in.maybeText(),
                        origin(in),
                        in.maybeText(),
                        in.number(),
                        in.number(),
                        in.small(),
                        in.version() < 5 ? null : budget(in),
                        in.version() < 5 ? null : in.maybe(() -> RunValues.link(in)));
            case ENDED ->
                new WorkflowEntry.Ended(in.text(), in.list(in::text), in.constant(WorkflowStatus.class), in.number());
            default -> throw new IllegalArgumentException("Neither a live nor an ended workflow");
        };
    }

    private static void origin(Packer out, Origin origin) {
        out.text(origin.getTopic())
                .text(origin.getTopicId())
                .number(origin.getPartition())
                .number(origin.getOffset())
                .number(origin.getTimestamp().toEpochMilli());
    }

    private static Origin origin(Unpacker in) {
        return new Origin(in.text(), in.text(), in.small(), in.number(), instant(in));
    }

    /** The schedule itself is kept as JSON, which has the names of its fields: it grows with the contract of submissions. */
    static void schedule(Packer out, ScheduleEntry schedule) {
        out.text(RecordJson.toJson(schedule.spec()).toString());
        origin(out, schedule.origin());
        out.number(schedule.next())
                .number(schedule.timerAt())
                .text(schedule.lastRun())
                .number(schedule.lastTime())
                .number(schedule.kept());
    }

    static ScheduleEntry schedule(Unpacker in) {
        Schedule spec;
        try {
            spec = RecordJsonReader.read(JSON.readTree(in.text()), Schedule.class);
        } catch (JsonProcessingException | InvalidDocumentException e) {
            throw new IllegalArgumentException("Not a schedule", e);
        }
        return new ScheduleEntry(spec, origin(in), in.number(), in.number(), in.text(), in.number(), in.number());
    }

    static void worker(Packer out, WorkerEntry worker) {
        out.text(worker.workerId())
                .number(worker.incarnation())
                .number(worker.partition())
                .constant(worker.state())
                .number(worker.capacity())
                .list(worker.roles().entrySet(), role -> out.text(role.getKey())
                        .number(role.getValue().roleVersion())
                        .number(role.getValue().agents())
                        .number(role.getValue().slots()))
                .texts(worker.labels())
                .text(worker.host())
                .number(worker.commands())
                .number(worker.lastHeartbeatAt())
                .number(worker.silentTimerAt())
                .number(worker.stateSince())
                .list(worker.held().entrySet(), held -> out.text(held.getKey()).number(held.getValue()))
                .list(worker.capabilities(), out::text);
        resources(out, worker.resources());
        resources(out, worker.used());
        out.text(worker.keptFor()).number(worker.lastHeartbeat()).number(worker.lastCommandAt());
    }

    static WorkerEntry worker(Unpacker in) {
        return new WorkerEntry(
                in.text(),
                in.number(),
                in.small(),
                in.constant(WorkerState.class),
                in.small(),
                byName(in.list(() -> Map.entry(in.text(), new WorkerEntry.Offer(in.small(), in.small(), in.small())))),
                in.texts(),
                in.text(),
                in.number(),
                in.number(),
                in.number(),
                in.number(),
                byName(in.list(() -> Map.entry(in.text(), in.small()))),
                in.version() < 5 ? List.of() : in.list(in::text),
                in.version() < 5 ? Resources.NONE : resources(in),
                in.version() < 5 ? Resources.NONE : resources(in),
                in.version() < 5 ? "" : in.text(),
                in.version() < 5 ? 0 : in.number(),
                in.version() < 5 ? 0 : in.number());
    }

    static <T> Map<String, T> byName(List<Map.Entry<String, T>> entries) {
        Map<String, T> map = new TreeMap<>();
        entries.forEach(entry -> map.put(entry.getKey(), entry.getValue()));
        return map;
    }

    /** The input is told by its place in {@link CoreTopology#INPUTS}, from 1; 0 stands for a timer. */
    static void quiet(Packer out, Quiet quiet) {
        out.list(quiet.decisions(), decision -> {
            Cause cause = decision.getCause();
            int input = 1 + INPUTS.indexOf(cause.getTopic());
            out.raw(input);
            if (input == 0) {
                out.text(cause.getTimerId());
            } else {
                out.number(cause.getPartition()).number(cause.getOffset());
            }
            out.number(decision.getDecidedAt().toEpochMilli())
                    .number(decision.getResumedAt().toEpochMilli())
                    .number(decision.getCoreInputsOffset());
        });
    }

    static Quiet quiet(Unpacker in) {
        return new Quiet(in.list(() -> {
            int input = in.raw();
            Cause cause = input == 0
                    ? new Cause(CauseType.TIMER, "", -1, -1L, in.text())
                    : new Cause(CauseType.RECORD, INPUTS.get(input - 1), in.small(), in.number(), "");
            return new QuietDecision(cause, instant(in), instant(in), in.number());
        }));
    }

    private static Instant instant(Unpacker in) {
        return Instant.ofEpochMilli(in.number());
    }
}
