package io.sweaifleet.agent.worker.protocol;

/** An actor that runs attempts one after the other. */
public interface AgentHandle {

    /**
     * Puts a call at the end of the actor's queue and returns at once.
     *
     * @param call what {@link AgentLink#run} will be given
     */
    void submit(AgentCall call);
}
