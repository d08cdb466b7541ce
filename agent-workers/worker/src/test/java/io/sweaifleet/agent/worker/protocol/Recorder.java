package io.sweaifleet.agent.worker.protocol;

import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.rule.ReportTypes;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.Heartbeat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/** An outbox that keeps what it is given. */
public final class Recorder implements Outbox {

    public final List<Heartbeat> heartbeats = Collections.synchronizedList(new ArrayList<>());

    /** What is done with a heartbeat; it is kept, unless a test says otherwise. */
    public volatile Consumer<Heartbeat> onHeartbeat = heartbeats::add;

    public final List<AgentResult> reports = Collections.synchronizedList(new ArrayList<>());
    public final List<AuditEvent.Builder> audit = Collections.synchronizedList(new ArrayList<>());
    public final List<KnowledgeFact> facts = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void heartbeat(Heartbeat heartbeat) {
        onHeartbeat.accept(heartbeat);
    }

    @Override
    public void report(AgentResult result) {
        reports.add(result);
    }

    @Override
    public void audit(String writer, AuditEvent.Builder event) {
        audit.add(event.setWriter(writer));
    }

    @Override
    public void fact(KnowledgeFact fact) {
        facts.add(fact);
    }

    /** A copy: agents may still report while it is read. */
    private List<AgentResult> reportsSoFar() {
        return List.copyOf(reports);
    }

    public Heartbeat lastHeartbeat() {
        return heartbeats.get(heartbeats.size() - 1);
    }

    public List<AgentResultType> typesOf(String leaseId) {
        return reportsSoFar().stream()
                .filter(report -> report.getLeaseId().equals(leaseId))
                .map(AgentResult::getType)
                .toList();
    }

    public AgentResult endOf(String leaseId) {
        return reportsSoFar().stream()
                .filter(report -> report.getLeaseId().equals(leaseId))
                .filter(report -> !ReportTypes.isUnderWay(report.getType()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no end of " + leaseId + " in " + reports));
    }
}
