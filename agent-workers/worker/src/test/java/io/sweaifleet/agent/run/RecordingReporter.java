package io.sweaifleet.agent.run;

import io.sweaifleet.agent.attempt.AttemptReporter;
import io.sweaifleet.schemas.common.Usage;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.KnowledgeFact;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

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
