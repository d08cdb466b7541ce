package io.sweaifleet.agent.sandbox;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A process to start on the host.
 *
 * @param argv program and arguments
 * @param environment the whole environment of the process
 * @param directory working directory on the host
 */
public record Launch(List<String> argv, Map<String, String> environment, Path directory) {
    public Launch {
        argv = List.copyOf(argv);
        environment = Map.copyOf(environment);
    }
}
