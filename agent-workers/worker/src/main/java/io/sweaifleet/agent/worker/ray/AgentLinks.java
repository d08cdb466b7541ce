package io.sweaifleet.agent.worker.ray;

import io.sweaifleet.agent.worker.protocol.AgentLink;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Where an actor finds the worker that made it: in local mode both live in one process, and only a name crosses the actor's border. */
final class AgentLinks {

    private static final Map<String, AgentLink> LINKS = new ConcurrentHashMap<>();

    private AgentLinks() {}

    /** Makes a link known and returns its name. */
    static String register(AgentLink link) {
        String name = UUID.randomUUID().toString();
        LINKS.put(name, link);
        return name;
    }

    static Optional<AgentLink> find(String name) {
        return Optional.ofNullable(LINKS.get(name));
    }

    static void remove(String name) {
        LINKS.remove(name);
    }
}
