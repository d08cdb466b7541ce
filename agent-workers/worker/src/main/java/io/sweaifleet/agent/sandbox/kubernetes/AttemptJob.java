package io.sweaifleet.agent.sandbox.kubernetes;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.sweaifleet.agent.sandbox.Confinement;
import io.sweaifleet.agent.sandbox.SandboxLimits;
import io.sweaifleet.agent.sandbox.container.ContainerPaths;
import java.security.SecureRandom;
import java.util.Map;

/** The Job of one attempt: a pod that waits for commands. */
final class AttemptJob {

    /** The pod's only container. */
    static final String CONTAINER = "agent";

    /** After that the cluster itself ends a Job whose worker never came back. */
    private static final long LONGEST_SECONDS = 24 * 3_600;

    /** Waits, collects what commands leave behind, and ends at once when it is told to. */
    private static final String WAIT = "trap 'exit 0' TERM; while :; do sleep 3600 & wait; done";

    private static final SecureRandom RANDOM = new SecureRandom();

    private AttemptJob() {}

    /**
     * The Job.
     *
     * @param home label of the worker's work directory
     */
    static Job of(String image, Confinement confinement, SandboxLimits limits, String home) {
        // The kernel counts a user's processes on the whole node: a user of its own gives each attempt a count of its
        // own.
        long uid = 1_000_000 + RANDOM.nextInt(1_000_000_000);
        String name =
                "fleet-" + Long.toString(System.nanoTime(), 36) + "-" + Integer.toString(RANDOM.nextInt(1 << 20), 36);
        Quantity memory = bytes(limits.memoryBytes());
        Quantity disk = bytes(limits.diskBytes() == 0 ? 64L << 30 : limits.diskBytes());
        return new JobBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels(KubernetesSandbox.OURS)
                .addToLabels(KubernetesSandbox.HOME, home)
                .addToAnnotations(KubernetesSandbox.LEASE, confinement.lease().toString())
                .addToAnnotations("io.sweaifleet/run", confinement.fleetRun())
                .endMetadata()
                .withNewSpec()
                .withBackoffLimit(0)
                .withTtlSecondsAfterFinished(60)
                .withActiveDeadlineSeconds(LONGEST_SECONDS)
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels(KubernetesSandbox.OURS)
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Never")
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withTerminationGracePeriodSeconds(1L)
                .withHostname("fleet-agent")
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withRunAsUser(uid)
                .withRunAsGroup(uid)
                .withFsGroup(uid)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .addNewContainer()
                .withName(CONTAINER)
                .withImage(image)
                .withImagePullPolicy("IfNotPresent")
                .withCommand("sh", "-c", WAIT)
                .withWorkingDir(ContainerPaths.WORKSPACE)
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .withNewResources()
                .addToLimits(Map.of("memory", memory, "ephemeral-storage", disk))
                .addToLimits(limits.cpuMillis() == 0 ? Map.of() : Map.of("cpu", new Quantity(limits.cpuMillis() + "m")))
                .addToRequests(Map.of(
                        "memory", bytes(Math.min(limits.memoryBytes(), 128L << 20)),
                        "cpu", new Quantity("50m"),
                        "ephemeral-storage", bytes(16L << 20)))
                .endResources()
                .addNewVolumeMount()
                .withName("workspace")
                .withMountPath(ContainerPaths.WORKSPACE)
                .endVolumeMount()
                .addNewVolumeMount()
                .withName("scratch")
                .withMountPath(ContainerPaths.SCRATCH)
                .endVolumeMount()
                .addNewVolumeMount()
                .withName("tmp")
                .withMountPath(ContainerPaths.TEMPORARY)
                .endVolumeMount()
                .endContainer()
                .addNewVolume()
                .withName("workspace")
                .withNewEmptyDir()
                .withSizeLimit(disk)
                .endEmptyDir()
                .endVolume()
                .addNewVolume()
                .withName("scratch")
                .withNewEmptyDir()
                .withSizeLimit(disk)
                .endEmptyDir()
                .endVolume()
                .addNewVolume()
                .withName("tmp")
                .withNewEmptyDir()
                .withMedium("Memory")
                .withSizeLimit(bytes(Math.max(1 << 20, limits.memoryBytes() / 2)))
                .endEmptyDir()
                .endVolume()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }

    private static Quantity bytes(long bytes) {
        return new Quantity(Long.toString(bytes));
    }
}
