package io.sweaifleet.agent.worker.ray;

import io.sweaifleet.agent.worker.protocol.AgentCall;

/**
 * The actor class of every agent. It keeps nothing but the name of its worker's link: which attempt it runs, and as
 * which agent, comes with the call, so that any actor can embody any agent.
 */
public class AgentActor {

    private static final byte[] DONE = {};

    private final String link;

    public AgentActor(String link) {
        this.link = link;
    }

    /** Returns once the actor has been made. */
    public byte[] ready() {
        return DONE;
    }

    /** Runs an attempt to its end; what came of it goes through the worker's link. */
    public byte[] run(byte[] call) {
        AgentLinks.find(link).ifPresent(worker -> worker.run(AgentCall.decode(call)));
        return DONE;
    }
}
