package io.sweaifleet.agent.worker;

import io.sweaifleet.agent.worker.ray.RayAgents;
import io.sweaifleet.schemas.config.Setting;
import io.sweaifleet.schemas.config.SettingsProvider;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/** Settings of the worker process. */
public final class WorkerSettings implements SettingsProvider {

    /** Stands for a value that the worker chooses. */
    public static final String AUTO = "auto";

    /** How actors run. */
    public enum RunMode {
        /** In this process. */
        LOCAL,
        /** On a Ray cluster. */
        CLUSTER
    }

    /** The worker's id. */
    public static final Setting<String> ID = Setting.text(
            "fleet.worker.id",
            "Id of the worker, stable over restarts: lower-case letters, digits and dashes. With auto one is made at the"
                    + " first start and kept in the data directory.",
            AUTO);

    /** Roles to serve. */
    public static final Setting<List<String>> ROLES = Setting.list(
            "fleet.worker.roles", "Roles that the worker holds agents for; * is every role on fleet.roles.", "*");

    /** Ray's mode. */
    public static final Setting<RunMode> RUN_MODE = Setting.choice(
            "fleet.worker.ray.run-mode",
            "LOCAL runs the agents as Ray actors in the worker's own process, CLUSTER on the nodes of the Ray cluster at"
                    + " fleet.worker.ray.address.",
            "LOCAL",
            RunMode.class);

    /** Address of a Ray cluster. */
    public static final Setting<String> RAY_ADDRESS = new Setting<>(
            "fleet.worker.ray.address",
            "Address of the head of a Ray cluster (ray start --head) of version " + RayAgents.VERSION
                    + ", for run mode CLUSTER.",
            null,
            "host:port",
            false,
            text -> {
                if (!text.matches("[^:\\s]+:[0-9]{1,5}")) {
                    throw new IllegalArgumentException("is not of the form host:port");
                }
                return text;
            });

    /** Own address towards a Ray cluster. */
    public static final Setting<String> RAY_NODE_IP = new Setting<>(
            "fleet.worker.ray.node-ip",
            "On a Ray cluster: this machine's address, as ray start --node-ip-address has it; the worker joins the node of Ray that"
                    + " runs there. auto is the first address that Ray finds.",
            "auto",
            "address, or auto",
            false,
            text -> {
                if (!text.matches("auto|[0-9a-fA-F.:]+")) {
                    throw new IllegalArgumentException("is not an IP address");
                }
                return text;
            });

    /** Whether actors on a cluster reach Redis. */
    public static final Setting<Boolean> RAY_SHARES_REDIS = Setting.bool(
            "fleet.worker.ray.shares-redis",
            "On a Ray cluster: whether the actors are given fleet.redis.url, a password in it included, so that the slots and rates of"
                    + " models hold across all of them. Otherwise each actor keeps to them by itself.",
            "false");

    /** Agents that share an actor. */
    public static final Setting<Integer> AGENTS_PER_ACTOR = Setting.integer(
            "fleet.worker.ray.agents-per-actor",
            "On a Ray cluster: agents with the same resources that share one actor, and so the memory of one JVM. When one of"
                    + " them has to be ended by force, the attempts of the others are lost too, and begin again.",
            "1",
            1,
            1_000);

    /** Heap of an actor. */
    public static final Setting<String> ACTOR_HEAP = Setting.text(
            "fleet.worker.ray.actor-heap",
            "On a Ray cluster: largest heap of an actor's JVM, as -Xmx takes it.",
            "256m");

    /** Time between heartbeats. */
    public static final Setting<Duration> HEARTBEAT = Setting.duration(
            "fleet.worker.heartbeat",
            "Longest time between two heartbeats; core may ask for a shorter one. Leases are renewed by them.",
            "2s");

    /** Partition of fleet.worker-commands. */
    public static final Setting<Integer> COMMAND_PARTITION = Setting.integer(
            "fleet.worker.command-partition",
            "Partition of fleet.worker-commands that the worker reads; -1 chooses it by the hash of pool and worker id.",
            "-1",
            -1,
            10_000);

    /** Whether to bring branches back. */
    public static final Setting<Boolean> FOLLOW_BRANCHES = Setting.bool(
            "fleet.worker.follow-branches",
            "Whether finished branches are created in the repositories of this host, as fleet/<pool>/<task-id>.",
            "true");

    /** How long completed attempts are remembered. */
    public static final Setting<Duration> COMPLETED_TTL = Setting.duration(
            "fleet.worker.completed-ttl",
            "How long Redis keeps the result of an attempt that core has not acknowledged, for a worker that restarts.",
            "1h");

    /** Labels for matching. */
    public static final Setting<List<String>> LABELS = Setting.list(
            "fleet.worker.labels", "Labels that tasks may ask for, as name=value, separated by commas.", "");

    /** Capabilities for matching. */
    public static final Setting<List<String>> CAPABILITIES = Setting.list(
            "fleet.worker.capabilities",
            "Capabilities that tasks may require, such as java-21, docker: lower-case letters, digits, dots, dashes, plus"
                    + " signs and underscores.",
            "");

    /** CPU for matching. */
    public static final Setting<OptionalLong> CPU_MILLIS = amount(
            "fleet.worker.cpu-millis",
            "CPU that the worker gives to the attempts of tasks that require some, in thousandths of a core; auto is"
                    + " every core.",
            10_000_000);

    /** Memory for matching. */
    public static final Setting<OptionalLong> MEMORY_BYTES = amount(
            "fleet.worker.memory-bytes",
            "Memory that the worker gives to the attempts of tasks that require some, in bytes; auto is all that the"
                    + " machine (or container) has.",
            1L << 50);

    /** GPUs for matching. */
    public static final Setting<Integer> GPUS = Setting.integer(
            "fleet.worker.gpus",
            "GPUs that the worker gives to the attempts of tasks that require some; they are not looked for.",
            "0",
            0,
            1_000);

    private static Setting<OptionalLong> amount(String name, String doc, long most) {
        return new Setting<>(name, doc, AUTO, "whole number, 0 to " + most + ", or auto", false, text -> {
            if (text.equals(AUTO)) {
                return OptionalLong.empty();
            }
            try {
                long amount = Long.parseLong(text);
                if (amount >= 0 && amount <= most) {
                    return OptionalLong.of(amount);
                }
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("is neither a whole number nor auto", e);
            }
            throw new IllegalArgumentException("is not between 0 and " + most);
        });
    }

    /** For the service loader; the settings themselves are constants. */
    public WorkerSettings() {}

    @Override
    public String part() {
        return "Worker";
    }

    @Override
    public List<Setting<?>> settings() {
        return List.of(
                ID,
                ROLES,
                RUN_MODE,
                RAY_ADDRESS,
                RAY_NODE_IP,
                RAY_SHARES_REDIS,
                AGENTS_PER_ACTOR,
                ACTOR_HEAP,
                HEARTBEAT,
                COMMAND_PARTITION,
                FOLLOW_BRANCHES,
                COMPLETED_TTL,
                LABELS,
                CAPABILITIES,
                CPU_MILLIS,
                MEMORY_BYTES,
                GPUS);
    }
}
