package io.sweaifleet.agent.worker.protocol;

import io.sweaifleet.schemas.worker.AgentResult;
import java.time.Instant;

/** What a worker can do beyond deciding: everything that may take time. Never called while the worker's lock is held. */
interface Hands {

    /** Gives a call to an actor. */
    void submit(AgentHandle actor, AgentCall call);

    /** Sends the last report of a lease. */
    void reportEnd(Lease lease, Ending ending);

    /** Sends a result that was sent before. */
    void reportAgain(AgentResult result);

    /** Ends what a running attempt has started. */
    void kill(Lease lease, String reason, Instant now);

    /** Stops what attempts have started, or lets it go on, as the freeze has it now. */
    void settleFreeze();

    /** Sends the step of a running attempt that waits for its turn. */
    void flush(LeaseReporter reporter, Instant now);

    /** Forgets a result that core has taken. */
    void forget(String leaseId);

    /** Gives an agent that does not end an attempt a fresh actor. */
    void replace(Agent agent, Lease stuck);

    /** Takes back an actor that has nothing left to do. */
    void takeBack(AgentHandle actor);

    /** Gives up on an actor that does not return. */
    void abandon(AgentHandle actor);

    /** Has a heartbeat sent soon. */
    void beatSoon();

    /** Core has accepted this incarnation. */
    void welcomed();
}
