package io.sweaifleet.agent.run;

import io.sweaifleet.agent.attempt.AttemptReporter;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.schemas.common.ApprovalRequest;
import io.sweaifleet.schemas.common.Usage;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.worker.ApprovalAnswer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Keeps what an attempt reports; builds audit events as the worker would, with an empty chain. */
public final class RecordingReporter implements AttemptReporter {

    private final List<String> steps = new CopyOnWriteArrayList<>();
    private final List<AuditEvent> audit = new CopyOnWriteArrayList<>();
    private final List<KnowledgeFact> facts = new CopyOnWriteArrayList<>();

    @Override
    public void progress(String step) {
        steps.add(step);
    }

    @Override
    public void used(Usage soFar) {}

    /** Who answers what is asked; nobody by default. */
    private Function<ApprovalRequest, ApprovalAnswer> answers =
            request -> new ApprovalAnswer(request.getRequestId(), false, "", "nobody can be asked here");

    private final List<ApprovalRequest> asked = new CopyOnWriteArrayList<>();

    void answering(Function<ApprovalRequest, ApprovalAnswer> given) {
        answers = given;
    }

    public List<ApprovalRequest> asked() {
        return asked;
    }

    @Override
    public ApprovalAnswer ask(ApprovalRequest request, Cancellation cancellation) {
        asked.add(request);
        return answers.apply(request);
    }

    @Override
    public void audit(AuditEvent.Builder event) {
        audit.add(event.setWriter("test")
                .setPartition(0)
                .setSequence(audit.size() + 1L)
                .setPreviousHash("")
                .setHash("")
                .build());
    }

    @Override
    public void fact(KnowledgeFact fact) {
        facts.add(fact);
    }

    public List<String> steps() {
        return steps;
    }

    public List<AuditEvent> audit() {
        return audit;
    }

    public List<KnowledgeFact> facts() {
        return facts;
    }
}
