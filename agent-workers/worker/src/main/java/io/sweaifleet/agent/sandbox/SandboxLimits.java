package io.sweaifleet.agent.sandbox;

/**
 * What the commands of one attempt may use.
 *
 * @param memoryBytes memory, all its processes together where the sandbox has a cgroup (containers), else each process's
 *     address space (0: not limited, as a JVM reserves far more than it uses)
 * @param pids processes and threads at once
 * @param cpuMillis thousandths of a core; 0 is not limited
 * @param fileBytes longest file a command may write
 * @param diskBytes what the attempt's folders may grow by; 0 is not limited
 */
public record SandboxLimits(long memoryBytes, long pids, long cpuMillis, long fileBytes, long diskBytes) {

    /** For an attempt of a container sandbox: 4 GiB, 256 processes, 2 cores, files of 4 GiB, 8 GiB of disk. */
    public static final SandboxLimits DEFAULT = new SandboxLimits(4L << 30, 256, 2_000, 4L << 30, 8L << 30);

    /** For sandboxes that limit nothing but the length of a file, 4 GiB. */
    public static final SandboxLimits NONE = new SandboxLimits(0, Integer.MAX_VALUE, 0, 4L << 30, 0);

    public SandboxLimits {
        if (memoryBytes < 0 || pids < 1 || cpuMillis < 0 || fileBytes < 1 || diskBytes < 0) {
            throw new IllegalArgumentException("a sandbox's limits are out of range: memory " + memoryBytes + ", pids "
                    + pids + ", CPU " + cpuMillis + ", file " + fileBytes + ", disk " + diskBytes);
        }
    }
}
