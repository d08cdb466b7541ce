package io.sweaifleet.agent.worker.protocol;

import java.util.Map;

/**
 * Who a worker is.
 *
 * @param pool pool it serves
 * @param workerId id, stable over restarts
 * @param commandPartition partition of fleet.worker-commands that it reads
 * @param host host name, for people
 * @param labels labels for matching, such as os or region
 */
public record WorkerIdentity(
        String pool, String workerId, int commandPartition, String host, Map<String, String> labels) {
    public WorkerIdentity {
        labels = Map.copyOf(labels);
    }
}
