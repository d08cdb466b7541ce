package io.sweaifleet.agent.worker.protocol;

/** What an actor calls when its turn comes. */
public interface AgentLink {

    /** Runs the attempt of a call to its end, on the calling thread. Never throws; an outdated call returns at once. */
    void run(AgentCall call);

    /** Tells that a call was lost before {@link #run} was reached, so that it is submitted again. */
    void lost(AgentCall call, Throwable cause);
}
