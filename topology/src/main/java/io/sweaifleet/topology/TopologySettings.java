package io.sweaifleet.topology;

import io.sweaifleet.schemas.config.Setting;
import io.sweaifleet.schemas.config.SettingsProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Settings of the topology process. */
public final class TopologySettings implements SettingsProvider {

    /** Which applications run in this process. */
    public static final Setting<List<String>> APPS = Setting.list(
            "fleet.topology.apps", "Applications that run in this process: intake, core, or both.", "intake,core");

    /** Where core keeps its state. */
    public static final Setting<Path> STATE_DIR = Setting.path(
            "fleet.topology.state-dir",
            "Directory of core's state. It can be rebuilt from the brokers; keeping it makes restarts fast."
                    + " Every instance needs one of its own.",
            "${fleet.data-dir}/streams");

    /** Tells several fleets on one Kafka cluster apart. */
    public static final Setting<String> APPLICATION_ID_SUFFIX = Setting.text(
            "fleet.topology.application-id-suffix",
            "Appended to the application ids fleet-intake and fleet-core. Changing it means starting anew: offsets and"
                    + " state belong to the id.",
            "");

    /** Static membership. */
    public static final Setting<String> INSTANCE_ID = Setting.text(
            "fleet.topology.instance-id",
            "Name of this instance, different for every instance: after a crash it gets its work back without waiting"
                    + " for a rebalance (group.instance.id).",
            "local");

    /** How fast a dead instance is noticed. */
    public static final Setting<Duration> SESSION_TIMEOUT = Setting.duration(
            "fleet.topology.session-timeout",
            "After what silence an instance counts as dead; also the timeout of core's transactions, because the"
                    + " longer of the two decides how long others wait. The broker's group.min.session.timeout.ms"
                    + " (6 s by default) is the least it takes.",
            "6s");

    /** Threads of intake. */
    public static final Setting<Integer> INTAKE_THREADS =
            Setting.integer("fleet.topology.intake-threads", "Threads of intake.", "1", 1, 64);

    /** Threads of core. */
    public static final Setting<Integer> CORE_THREADS = Setting.integer(
            "fleet.topology.core-threads",
            "Threads of core. A pool is bound to one thread: more threads help with several pools.",
            "1",
            1,
            64);

    /** Standby copies. */
    public static final Setting<Integer> STANDBYS = Setting.integer(
            "fleet.topology.standbys",
            "Copies of core's state that other instances keep up to date, for a fast failover.",
            "0",
            0,
            5);

    /** Waiting at start. */
    public static final Setting<Duration> START_TIMEOUT = Setting.duration(
            "fleet.topology.start-timeout",
            "How long the start may take, restoring state included, before the process gives up.",
            "5m");

    /** Waiting for the registry. */
    public static final Setting<Duration> REGISTRY_PATIENCE = Setting.duration(
            "fleet.topology.registry-patience",
            "How long intake waits for a schema registry that is away before it starts over with the record; below"
                    + " Kafka's max.poll.interval.ms (5 minutes).",
            "4m");

    /** For how long inputs are kept for a replay. */
    public static final Setting<Duration> KEEP_INPUTS = Setting.duration(
            "fleet.topology.keep-inputs",
            "How long inputs of core that are done with (behind its committed offsets) are kept, so that its decisions"
                    + " can be replayed.",
            "7d");

    /** How often inputs are purged. */
    public static final Setting<Duration> PURGE_INTERVAL = Setting.duration(
            "fleet.topology.purge-interval",
            "How often inputs of core that need not be kept are deleted, after they were archived if fleet.archive.dir is"
                    + " given; 0s: never.",
            "1h");

    /** How often core looks over its state. */
    public static final Setting<Duration> SWEEP_INTERVAL = Setting.duration(
            "fleet.topology.sweep-interval",
            "Time between two rounds in which core looks over its whole state, 500 entries a second, and mends what could"
                    + " not have come from its rules; 0s: never.",
            "10m");

    /** Where queries are answered. */
    public static final Setting<String> QUERY_LISTEN = Setting.text(
            "fleet.topology.query-listen",
            "Address at which this process answers queries over HTTP, host:port; port 0 takes a free one, and nothing"
                    + " answers none. Whoever reaches it may read everything about the work: it asks for no password.",
            "127.0.0.1:0");

    /** Where other instances ask. */
    public static final Setting<String> QUERY_ADVERTISED = Setting.text(
            "fleet.topology.query-advertised",
            "Address at which other instances reach fleet.topology.query-listen, host:port; nothing is the same. An"
                    + " instance that is asked about a pool of another one asks there.",
            "");

    /** For the service loader; the settings themselves are constants. */
    public TopologySettings() {}

    @Override
    public String part() {
        return "Topology";
    }

    @Override
    public List<Setting<?>> settings() {
        return List.of(
                APPS,
                STATE_DIR,
                APPLICATION_ID_SUFFIX,
                INSTANCE_ID,
                SESSION_TIMEOUT,
                INTAKE_THREADS,
                CORE_THREADS,
                STANDBYS,
                START_TIMEOUT,
                REGISTRY_PATIENCE,
                KEEP_INPUTS,
                PURGE_INTERVAL,
                SWEEP_INTERVAL,
                QUERY_LISTEN,
                QUERY_ADVERTISED);
    }
}
