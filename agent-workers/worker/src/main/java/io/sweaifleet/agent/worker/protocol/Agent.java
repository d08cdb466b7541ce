package io.sweaifleet.agent.worker.protocol;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One agent of a role: an identity, and the actor that currently embodies it. Guarded by the worker's lock. */
final class Agent {

    final String id;
    final String role;
    AgentHandle handle;

    /** Leases given to it that have not finished, in the order given. */
    final Set<Lease> load = new LinkedHashSet<>();

    /** What its actor works on now; stays set after a forced end until the actor returns or is replaced. */
    @Nullable
    Lease current;

    /** No longer wanted: takes nothing new and goes when its load is done. */
    boolean retired;

    Agent(String id, String role, AgentHandle handle) {
        this.id = id;
        this.role = role;
        this.handle = handle;
    }

    /** True when neither a lease nor an attempt keeps its actor. */
    boolean isIdle() {
        return load.isEmpty() && current == null;
    }
}
