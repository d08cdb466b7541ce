package io.sweaifleet.topology.core;

import io.sweaifleet.schemas.task.FailurePolicy;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowStatus;
import io.sweaifleet.schemas.workflow.ApprovalStep;
import io.sweaifleet.schemas.workflow.ForEach;
import io.sweaifleet.schemas.workflow.Repeat;
import io.sweaifleet.schemas.workflow.SignalStep;
import io.sweaifleet.schemas.workflow.StepType;
import io.sweaifleet.schemas.workflow.TimeoutAction;
import io.sweaifleet.schemas.workflow.Verdict;
import io.sweaifleet.schemas.workflow.WorkflowCall;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import io.sweaifleet.schemas.workflow.WorkflowInput;
import io.sweaifleet.schemas.workflow.WorkflowStep;
import io.sweaifleet.topology.core.domain.Mailbox;
import io.sweaifleet.topology.core.domain.Position;
import io.sweaifleet.topology.core.domain.RunEntry;
import io.sweaifleet.topology.core.domain.RunLink;
import io.sweaifleet.topology.core.domain.RunRequest;
import java.time.Instant;

/** The values of {@link Layout} that definitions and their runs add, field by field: append, never reorder. */
final class RunValues {

    private RunValues() {}

    static void position(Packer out, Position position) {
        out.text(position.step())
                .text(position.parent())
                .number(position.index())
                .text(position.item())
                .number(position.iteration())
                .text(position.undoes());
    }

    static Position position(Unpacker in) {
        return new Position(in.text(), in.text(), in.small(), in.text(), in.small(), in.text());
    }

    static void link(Packer out, RunLink link) {
        out.text(link.definition())
                .number(link.version())
                .text(link.parentWorkflowId())
                .text(link.parentTaskId());
    }

    static RunLink link(Unpacker in) {
        return new RunLink(in.text(), in.small(), in.text(), in.text());
    }

    static void run(Packer out, RunEntry run) {
        RunRequest request = run.request();
        out.text(request.definition())
                .maybe(request.version(), version -> out.number(version))
                .texts(request.inputs())
                .maybeText(request.repository())
                .maybeText(request.baseRef())
                .maybe(request.priority(), priority -> out.number(priority))
                .maybe(request.deadline(), at -> out.number(at.toEpochMilli()))
                .number(run.depth())
                .number(run.askedAt())
                .number(run.lookAt())
                .list(run.undoable(), out::text)
                .maybe(run.closing(), closing -> {
                    out.constant(closing.status())
                            .maybe(closing.failure(), failure -> Values.failure(out, failure))
                            .texts(closing.outputs());
                });
    }

    static RunEntry run(Unpacker in) {
        RunRequest request = new RunRequest(
                in.text(),
                in.maybe(in::small),
                in.texts(),
                in.maybeText(),
                in.maybeText(),
                in.maybe(in::small),
                in.maybe(() -> Instant.ofEpochMilli(in.number())));
        return new RunEntry(
                request,
                in.small(),
                in.number(),
                in.number(),
                in.list(in::text),
                in.maybe(() -> new RunEntry.Closing(
                        in.constant(WorkflowStatus.class), in.maybe(() -> Values.failure(in)), in.texts())));
    }

    static void mailbox(Packer out, Mailbox mailbox) {
        out.list(mailbox.letters(), letter -> out.text(letter.id())
                .maybe(letter.verdict(), out::constant)
                .text(letter.signal())
                .text(letter.by())
                .list(letter.groups(), out::text)
                .text(letter.comment())
                .texts(letter.payload()));
    }

    static Mailbox mailbox(Unpacker in) {
        return new Mailbox(in.list(() -> new Mailbox.Letter(
                in.text(),
                in.maybe(() -> in.constant(Verdict.class)),
                in.text(),
                in.text(),
                in.list(in::text),
                in.text(),
                in.texts())));
    }

    static void definition(Packer out, WorkflowDefinition definition) {
        out.text(definition.getName())
                .number(definition.getVersion())
                .text(definition.getDescription())
                .list(definition.getInputs(), input -> out.text(input.getName())
                        .text(input.getDescription())
                        .flag(input.getRequired())
                        .maybeText(input.getDefaultValue()))
                .list(definition.getSteps(), step -> step(out, step))
                .constant(definition.getOnFailure())
                .texts(definition.getOutputs())
                .texts(definition.getLabels());
    }

    static WorkflowDefinition definition(Unpacker in) {
        return new WorkflowDefinition(
                in.text(),
                in.small(),
                in.text(),
                in.list(() -> new WorkflowInput(in.text(), in.text(), in.flag(), in.maybeText())),
                in.list(() -> step(in)),
                in.constant(FailurePolicy.class),
                in.texts(),
                in.texts());
    }

    private static void step(Packer out, WorkflowStep step) {
        out.text(step.getId())
                .constant(step.getType())
                .text(step.getTitle())
                .list(step.getDependsOn(), out::text)
                .maybeText(step.getWhen())
                .maybe(step.getForEach(), each -> out.text(each.getItems())
                        .number(each.getMaxItems())
                        .maybe(each.getMaxParallel(), most -> out.number(most)))
                .maybe(step.getRepeat(), repeat -> out.text(repeat.getUntil())
                        .number(repeat.getMaxIterations())
                        .flag(repeat.getContinueOnFailure()))
                .constant(step.getOnFailure())
                .flag(step.getContinueOnFailure())
                .maybe(step.getTask(), task -> template(out, task))
                .maybe(step.getApproval(), approval -> out.list(approval.getApprovers(), out::text)
                        .text(approval.getPrompt())
                        .maybe(approval.getTimeoutMs(), out::number)
                        .constant(approval.getOnTimeout()))
                .maybe(step.getSignal(), signal -> out.text(signal.getName()).maybe(signal.getTimeoutMs(), out::number))
                .maybe(step.getWorkflow(), call -> out.text(call.getDefinition())
                        .maybe(call.getVersion(), version -> out.number(version))
                        .texts(call.getInputs()))
                .maybe(step.getCompensate(), task -> template(out, task));
    }

    private static WorkflowStep step(Unpacker in) {
        return new WorkflowStep(
                in.text(),
                in.constant(StepType.class),
                in.text(),
                in.list(in::text),
                in.maybeText(),
                in.maybe(() -> new ForEach(in.text(), in.small(), in.maybe(in::small))),
                in.maybe(() -> new Repeat(in.text(), in.small(), in.flag())),
                in.constant(FailurePolicy.class),
                in.flag(),
                in.maybe(() -> template(in)),
                in.maybe(() -> new ApprovalStep(
                        in.list(in::text), in.text(), in.maybe(in::number), in.constant(TimeoutAction.class))),
                in.maybe(() -> new SignalStep(in.text(), in.maybe(in::number))),
                in.maybe(() -> new WorkflowCall(in.text(), in.maybe(in::small), in.texts())),
                in.maybe(() -> template(in)));
    }

    /** Of a task in the ledger, the delay has become a moment; of a template it has not. */
    private static void template(Packer out, TaskSubmitted task) {
        Values.spec(out, task);
        out.maybe(task.getDelayMs(), out::number);
    }

    private static TaskSubmitted template(Unpacker in) {
        TaskSubmitted task = Values.spec(in);
        Long delayMs = in.maybe(in::number);
        return delayMs == null
                ? task
                : TaskSubmitted.newBuilder(task).setDelayMs(delayMs).build();
    }
}
