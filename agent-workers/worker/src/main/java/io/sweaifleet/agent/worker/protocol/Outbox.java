package io.sweaifleet.agent.worker.protocol;

import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.Heartbeat;

/** Where a worker's records go. Thread-safe; records of one kind leave in the order of the calls. */
public interface Outbox {

    /** Sends a sign of life; one that cannot be sent soon is dropped, since the next one says more. */
    void heartbeat(Heartbeat heartbeat);

    /** Sends a report. One that could not be sent is logged: ends are sent again until they are acknowledged. */
    void report(AgentResult result);

    /**
     * Chains and sends an audit event that comes without writer, partition, sequence and hashes.
     *
     * @throws AuditUnavailableException when it cannot be recorded: an attempt does not go on unaudited
     */
    void audit(String writer, AuditEvent.Builder event);

    /** Sends a fact. */
    void fact(KnowledgeFact fact);

    /** An audit event could not be recorded. */
    final class AuditUnavailableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public AuditUnavailableException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
