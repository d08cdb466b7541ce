package io.sweaifleet.agent.worker.protocol;

import io.sweaifleet.schemas.role.Resources;

/** Makes actors. */
public interface AgentDriver extends AutoCloseable {

    /** Makes an actor that is ready to take calls; blocks until it is. */
    AgentHandle create(String agentId, Resources resources);

    /**
     * Likewise, as the first of several.
     *
     * @param following how many more with the same resources are asked for next, so that they can be begun already
     */
    default AgentHandle create(String agentId, Resources resources, int following) {
        return create(agentId, resources);
    }

    /** Takes back an actor whose queue is empty. */
    void retire(AgentHandle handle);

    /** Gives up on an actor that does not return from a call. */
    void abandon(AgentHandle handle);

    @Override
    void close();
}
