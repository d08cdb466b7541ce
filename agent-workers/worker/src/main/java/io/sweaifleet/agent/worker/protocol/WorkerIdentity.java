package io.sweaifleet.agent.worker.protocol;

import io.sweaifleet.schemas.common.ResourceAmounts;
import java.util.List;
import java.util.Map;

/**
 * Who a worker is, and what tasks may require of it.
 *
 * @param pool pool it serves
 * @param workerId id, stable over restarts
 * @param commandPartition partition of fleet.worker-commands that it reads
 * @param host host name, for people
 * @param labels labels for matching, such as os or region
 * @param capabilities what it can do, such as java-21
 * @param resources what it gives to the attempts of tasks that require some
 */
public record WorkerIdentity(
        String pool,
        String workerId,
        int commandPartition,
        String host,
        Map<String, String> labels,
        List<String> capabilities,
        ResourceAmounts resources) {
    public WorkerIdentity {
        labels = Map.copyOf(labels);
        capabilities = List.copyOf(capabilities);
    }
}
