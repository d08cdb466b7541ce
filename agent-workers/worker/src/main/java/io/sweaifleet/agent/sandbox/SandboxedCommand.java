package io.sweaifleet.agent.sandbox;

import io.sweaifleet.agent.playbook.Toolbox.Cache;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A command to run in a sandbox.
 *
 * @param argv program and arguments, no shell
 * @param directory working directory, absolute, inside the clone or the scratch directory
 * @param environment variables added to the cleared environment
 * @param caches dependency caches of the host to offer under a writable layer
 * @param readOnly further host files and directories to show at their own place, read-only
 * @param secret names of those variables whose values must not stand in any process's arguments
 */
public record SandboxedCommand(
        List<String> argv,
        Path directory,
        Map<String, String> environment,
        List<Cache> caches,
        List<Path> readOnly,
        Set<String> secret) {
    public SandboxedCommand {
        argv = List.copyOf(argv);
        environment = Map.copyOf(environment);
        caches = List.copyOf(caches);
        readOnly = List.copyOf(readOnly);
        secret = Set.copyOf(secret);
    }

    /** A command none of whose variables is secret. */
    public SandboxedCommand(
            List<String> argv,
            Path directory,
            Map<String, String> environment,
            List<Cache> caches,
            List<Path> readOnly) {
        this(argv, directory, environment, caches, readOnly, Set.of());
    }
}
