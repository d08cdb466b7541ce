package io.sweaifleet.deploy.node;

import io.sweaifleet.schemas.config.Setting;
import io.sweaifleet.schemas.config.SettingsProvider;
import java.time.Duration;
import java.util.List;

/** Settings of the single node. */
public final class NodeSettings implements SettingsProvider {
    /** Which parts this node runs itself. */
    public static final Setting<List<String>> PARTS = Setting.list(
            "fleet.node.parts",
            "Parts that this node runs: any of redis, kafka, registry, neo4j, connect, topology, worker. A server whose"
                    + " address is given is not run, whether it is listed here or not.",
            "redis,kafka,registry,neo4j,connect,topology,worker");

    /** How long one part may take to start. */
    public static final Setting<Duration> START_WITHIN = Setting.duration(
            "fleet.node.start-within", "How long one part may take to start before the node gives up.", "90s");

    /** How often a part that dies is started again. */
    public static final Setting<Integer> RESTARTS = Setting.integer(
            "fleet.node.restarts",
            "How many times within ten minutes a part that died is started again before the node gives up.",
            "5",
            0,
            1_000);

    /** Prefix of the ports: {@code fleet.node.port.kafka}. */
    public static final String PORT_PREFIX = "fleet.node.port.";

    /** Prefix of the heap sizes: {@code fleet.node.heap.kafka}. */
    public static final String HEAP_PREFIX = "fleet.node.heap.";

    /** Prefix of further JVM options: {@code fleet.node.jvm-options.kafka}. */
    public static final String JVM_OPTIONS_PREFIX = "fleet.node.jvm-options.";

    /** Prefix of Kafka's own broker settings. */
    public static final String KAFKA_SERVER_PREFIX = "fleet.kafka.server.";

    /** Prefix of Connect's own worker settings. */
    public static final String CONNECT_WORKER_PREFIX = "fleet.connect.worker.";

    /** For the service loader; the settings themselves are constants. */
    public NodeSettings() {}

    @Override
    public String part() {
        return "Single node";
    }

    @Override
    public List<Setting<?>> settings() {
        return List.of(PARTS, START_WITHIN, RESTARTS);
    }

    @Override
    public List<PassedOn> passedOn() {
        return List.of(
                new PassedOn(
                        PORT_PREFIX,
                        "Port of kafka, kafka-controller, registry, redis, neo4j, connect or queries on 127.0.0.1. Without one,"
                                + " a free port is taken and kept in the data directory for the next start."),
                new PassedOn(
                        HEAP_PREFIX,
                        "Largest Java heap of kafka, registry, neo4j, connect, topology or worker, as -Xmx takes it: 256m."),
                new PassedOn(
                        JVM_OPTIONS_PREFIX,
                        "Further Java options of kafka, registry, neo4j, connect, topology or worker, separated by blanks."),
                new PassedOn(KAFKA_SERVER_PREFIX, "Passed on to the broker, such as log.retention.ms."),
                new PassedOn(
                        CONNECT_WORKER_PREFIX, "Passed on to the Connect worker, such as offset.flush.interval.ms."));
    }
}
