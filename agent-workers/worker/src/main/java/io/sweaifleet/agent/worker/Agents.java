package io.sweaifleet.agent.worker;

import io.sweaifleet.agent.attempt.AttemptRunner;
import io.sweaifleet.agent.run.AgentRuntime;
import io.sweaifleet.agent.worker.protocol.AgentDriver;
import io.sweaifleet.agent.worker.protocol.AgentLink;
import io.sweaifleet.agent.worker.ray.ClusterAgents;
import io.sweaifleet.agent.worker.ray.RayAgents;
import io.sweaifleet.agent.worker.ray.RaySettings;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Setting;
import io.sweaifleet.schemas.config.SettingException;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.config.SettingsProvider;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Where a worker's agents live: in its own process, or on a Ray cluster. */
public final class Agents implements AutoCloseable {

    /** What Ray's Java runtime reaches into by reflection, on Java 17. */
    private static final List<String> OPENED = List.of(
            "java.base/java.lang",
            "java.base/java.util",
            "java.base/java.util.concurrent",
            "java.base/java.math",
            "java.base/java.text",
            "java.base/java.net",
            "java.base/java.nio",
            "java.base/java.time",
            "java.base/java.io",
            "java.base/java.lang.invoke",
            "java.sql/java.sql");

    /** Settings whose values are asked for by more than attempts, and needed by them too. */
    private static final List<Setting<?>> SHARED =
            List.of(FleetSettings.DATA_DIR, FleetSettings.ARTIFACTS_DIR, FleetSettings.POOL);

    /** Beginning of the names of the settings of models. */
    private static final String MODELS = "fleet.models.";

    private final AttemptRunner runner;
    private final Function<Path, Function<AgentLink, AgentDriver>> drivers;
    private final AutoCloseable runtime;

    private Agents(
            AttemptRunner runner, Function<Path, Function<AgentLink, AgentDriver>> drivers, AutoCloseable runtime) {
        this.runner = runner;
        this.drivers = drivers;
        this.runtime = runtime;
    }

    /**
     * Agents as the settings say.
     *
     * @throws SettingException when a setting cannot be used
     * @throws IllegalStateException when the Ray cluster cannot be used
     * @throws IOException when a directory cannot be used
     */
    public static Agents of(Settings settings) throws IOException {
        return switch (settings.get(WorkerSettings.RUN_MODE)) {
            case LOCAL -> {
                AgentRuntime runtime = AgentRuntime.create(settings);
                yield inThisProcess(runtime, runtime);
            }
            case CLUSTER -> onCluster(settings);
        };
    }

    /**
     * Agents in this process.
     *
     * @param runner runs their attempts
     * @param runtime what to close with them
     */
    public static Agents inThisProcess(AttemptRunner runner, AutoCloseable runtime) {
        return new Agents(runner, home -> link -> new RayAgents(link, RaySettings.local(rayDirectory(home))), runtime);
    }

    private static Agents onCluster(Settings settings) {
        String nodeIp = settings.get(WorkerSettings.RAY_NODE_IP);
        ClusterAgents cluster = new ClusterAgents(new RaySettings(
                Path.of(""),
                settings.get(WorkerSettings.RAY_ADDRESS),
                nodeIp.equals("auto") ? "" : nodeIp,
                settings.get(WorkerSettings.AGENTS_PER_ACTOR),
                classPath(),
                jvmOptions(settings),
                agentSettings(settings)));
        return new Agents(cluster, home -> cluster::servingTo, () -> {});
    }

    /** Everything that this process runs from; nodes have it at the same place. */
    private static List<String> classPath() {
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(Pattern.quote(File.pathSeparator))) {
            if (!entry.isEmpty()) {
                entries.add(Path.of(entry.endsWith("*") ? entry.substring(0, entry.length() - 1) : entry)
                        .toAbsolutePath()
                        .toString());
            }
        }
        return entries;
    }

    private static List<String> jvmOptions(Settings settings) {
        List<String> options = new ArrayList<>();
        OPENED.forEach(opened -> options.add("--add-opens=" + opened + "=ALL-UNNAMED"));
        options.add("-Xmx" + settings.get(WorkerSettings.ACTOR_HEAP));
        options.add("-XX:+UseSerialGC");
        return options;
    }

    /** What attempts are run with: no address and no password of a server is among it, unless Redis is to be shared. */
    static Map<String, String> agentSettings(Settings settings) {
        List<Setting<?>> wanted = new ArrayList<>(SHARED);
        for (SettingsProvider provider : ServiceLoader.load(SettingsProvider.class)) {
            if (provider.getClass().getPackageName().startsWith("io.sweaifleet.agent.")
                    && !(provider instanceof WorkerSettings)) {
                wanted.addAll(provider.settings());
            }
        }
        if (settings.get(WorkerSettings.RAY_SHARES_REDIS)) {
            wanted.add(FleetSettings.REDIS_URL);
        }
        Map<String, String> found = new TreeMap<>(settings.given(wanted));
        settings.withPrefix(MODELS).forEach((name, value) -> found.putIfAbsent(MODELS + name, value));
        return found;
    }

    /** Ray unpacks its native library once per version, not at every start. */
    private static Path rayDirectory(Path home) {
        Path directory = home.resolve("ray-" + RayAgents.VERSION);
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + directory + " for Ray", e);
        }
    }

    AttemptRunner runner() {
        return runner;
    }

    Function<AgentLink, AgentDriver> drivers(Path home) {
        return drivers.apply(home);
    }

    @Override
    public void close() {
        try {
            runtime.close();
        } catch (Exception e) {
            throw new IllegalStateException("the agents' runtime did not close", e);
        }
    }
}
