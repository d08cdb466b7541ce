package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.ResourceAmounts;
import org.jspecify.annotations.Nullable;

/**
 * Amounts of what a worker has, or an attempt takes.
 *
 * @param cpuMillis CPU in thousandths of a core
 * @param memoryBytes memory in bytes
 * @param gpus number of GPUs
 */
public record Resources(int cpuMillis, long memoryBytes, int gpus) {

    /** Nothing. */
    public static final Resources NONE = new Resources(0, 0, 0);

    static Resources of(@Nullable ResourceAmounts amounts) {
        return amounts == null
                ? NONE
                : new Resources(
                        Math.max(0, amounts.getCpuMillis()),
                        Math.max(0, amounts.getMemoryBytes()),
                        Math.max(0, amounts.getGpus()));
    }

    boolean isNone() {
        return equals(NONE);
    }

    Resources plus(Resources more) {
        return new Resources(cpuMillis + more.cpuMillis, memoryBytes + more.memoryBytes, gpus + more.gpus);
    }

    Resources minus(Resources less) {
        return new Resources(cpuMillis - less.cpuMillis, memoryBytes - less.memoryBytes, gpus - less.gpus);
    }

    /** Whether there is as much of each in what is free. What is not asked for may even be overdrawn. */
    boolean fitIn(Resources free) {
        return (cpuMillis == 0 || cpuMillis <= free.cpuMillis)
                && (memoryBytes == 0 || memoryBytes <= free.memoryBytes)
                && (gpus == 0 || gpus <= free.gpus);
    }
}
