package io.sweaifleet.agent.worker.ray;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How Ray is started.
 *
 * @param sessionDirectory where Ray unpacks its native library, once for all starts
 * @param address {@code host:port} of a cluster's head; empty for local mode
 * @param nodeIp on a cluster: address of the node of Ray that this process joins; empty for the one that Ray finds
 * @param agentsPerActor on a cluster: agents of a role that share one actor, and so one JVM
 * @param codeSearchPath on a cluster: jars and folders that actors load their classes from; at the same place on each node
 * @param jvmOptions on a cluster: options of the actors' JVMs
 * @param agentSettings on a cluster: the settings that attempts are run with, by name
 */
public record RaySettings(
        Path sessionDirectory,
        String address,
        String nodeIp,
        int agentsPerActor,
        List<String> codeSearchPath,
        List<String> jvmOptions,
        Map<String, String> agentSettings) {
    public RaySettings {
        codeSearchPath = List.copyOf(codeSearchPath);
        jvmOptions = List.copyOf(jvmOptions);
        agentSettings = Map.copyOf(agentSettings);
    }

    /** Of local mode. */
    public static RaySettings local(Path sessionDirectory) {
        return new RaySettings(sessionDirectory, "", "", 1, List.of(), List.of(), Map.of());
    }
}
