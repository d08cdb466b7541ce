package io.sweaifleet.deploy.bench;

import java.util.Map;

/**
 * What the tasks of a measurement ask for.
 *
 * @param role role of the benchmark that does them
 * @param inputs inputs of each task
 */
record Job(String role, Map<String, String> inputs) {

    /** Takes no time at all. */
    static final Job NOOP = new Job(BenchRole.NAME, Map.of());

    /** Keeps an agent of {@link BenchRole#CROWD} for so long, in ms. */
    static Job lasting(long millis) {
        return new Job(BenchRole.CROWD, Map.of("waitMs", Long.toString(millis)));
    }
}
