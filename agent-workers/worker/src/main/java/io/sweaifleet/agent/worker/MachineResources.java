package io.sweaifleet.agent.worker;

import com.sun.management.OperatingSystemMXBean;
import io.sweaifleet.schemas.common.ResourceAmounts;
import io.sweaifleet.schemas.config.Settings;
import java.lang.management.ManagementFactory;

/** What a worker gives to the attempts of tasks that require resources: what its settings say, or what the machine has. */
final class MachineResources {

    private MachineResources() {}

    static ResourceAmounts of(Settings settings) {
        return new ResourceAmounts(
                (int) settings.get(WorkerSettings.CPU_MILLIS)
                        .orElseGet(() -> 1_000L * Runtime.getRuntime().availableProcessors()),
                settings.get(WorkerSettings.MEMORY_BYTES).orElseGet(MachineResources::memoryBytes),
                settings.get(WorkerSettings.GPUS));
    }

    /** Of the machine, or of the container that the worker runs in; 0 where the JVM cannot tell. */
    private static long memoryBytes() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : 0;
    }
}
