package io.sweaifleet.agent.worker.protocol;

import io.sweaifleet.schemas.worker.AgentResult;
import java.util.List;

/** Remembers results beyond the life of the process, until core acknowledged them. Never blocks and never fails: it is a memory that may be lost. */
public interface CompletedAttempts {

    /** Keeps a result for as long as the memory's time to live. */
    void put(AgentResult result);

    /** Forgets an acknowledged result. */
    void remove(String leaseId);

    /** Results that an earlier process of this worker left unacknowledged; empty when the memory cannot be reached in time. */
    List<AgentResult> unacknowledged();

    /** Remembers nothing. */
    static CompletedAttempts none() {
        return new CompletedAttempts() {
            @Override
            public void put(AgentResult result) {}

            @Override
            public void remove(String leaseId) {}

            @Override
            public List<AgentResult> unacknowledged() {
                return List.of();
            }
        };
    }
}
