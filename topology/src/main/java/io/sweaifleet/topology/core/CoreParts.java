package io.sweaifleet.topology.core;

import io.sweaifleet.topology.core.domain.Engine;
import io.sweaifleet.topology.stream.SharedSerdes;
import java.time.InstantSource;

/** What core's processors share: settings, the clock and the clients. */
final class CoreParts {

    private final SharedSerdes serdes;
    private final int partitions;
    private final InstantSource clock;
    private final CoreClients clients;
    private final Engine engine;

    CoreParts(SharedSerdes serdes, int partitions, InstantSource clock, CoreClients clients, Engine engine) {
        this.engine = engine;
        this.serdes = serdes;
        this.partitions = partitions;
        this.clock = clock;
        this.clients = clients;
    }

    SharedSerdes serdes() {
        return serdes;
    }

    int partitions() {
        return partitions;
    }

    long now() {
        return clock.millis();
    }

    Engine engine() {
        return engine;
    }

    CoreClients clients() {
        return clients;
    }
}
