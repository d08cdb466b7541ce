package io.sweaifleet.agent.worker.ray;

import java.nio.file.Path;

/**
 * How Ray is started.
 *
 * @param sessionDirectory where Ray unpacks its native library, once for all starts
 */
public record RaySettings(Path sessionDirectory) {}
