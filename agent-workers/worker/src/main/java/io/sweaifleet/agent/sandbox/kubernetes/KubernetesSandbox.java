package io.sweaifleet.agent.sandbox.kubernetes;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.sandbox.CommandExecutor.End;
import io.sweaifleet.agent.sandbox.CommandExecutor.Execution;
import io.sweaifleet.agent.sandbox.Confinement;
import io.sweaifleet.agent.sandbox.Folders;
import io.sweaifleet.agent.sandbox.Sandbox;
import io.sweaifleet.agent.sandbox.SandboxFailedException;
import io.sweaifleet.agent.sandbox.SandboxRequest;
import io.sweaifleet.agent.sandbox.SandboxSession;
import io.sweaifleet.agent.sandbox.SandboxUnavailableException;
import io.sweaifleet.agent.sandbox.SandboxedCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commands in the pod of one Job per attempt, which may run on another machine: the restricted pod security standard, a
 * network policy that denies everything, limits of memory, CPU and disk, and the attempt's folders copied in before a
 * command and back after it. Deleting the Job deletes the pod, as its owner.
 */
public final class KubernetesSandbox implements Sandbox {

    /** Label of everything that is ours. */
    static final Map<String, String> OURS = Map.of("app.kubernetes.io/managed-by", "swe-ai-fleet");

    /** Annotation with the attempt's folder on the worker's host. */
    static final String LEASE = "io.sweaifleet/lease-dir";

    /** Label that tells the hosts' work directories apart. */
    static final String HOME = "io.sweaifleet/work-dir";

    /** Label of a namespace that the API server holds its pods to. */
    private static final String ENFORCE = "pod-security.kubernetes.io/enforce";

    private static final Logger log = LoggerFactory.getLogger(KubernetesSandbox.class);
    private static final long RETRY_SECONDS = 5;
    private static final Duration TRIAL = Duration.ofSeconds(60);
    private static final String REMEDY =
            "look whether the cluster answers (kubectl version), or give the role another sandbox";

    private final KubernetesClient client;
    private final KubernetesOptions options;
    private final String version;
    private final String home;

    /** Jobs that could not be deleted when their attempt ended. */
    private final Set<String> toDelete = ConcurrentHashMap.newKeySet();

    private final ScheduledExecutorService deleter;
    private final ScheduledFuture<?> deleting;

    private KubernetesSandbox(KubernetesClient client, KubernetesOptions options, String version, Path workDirectory) {
        this.client = client;
        this.options = options;
        this.version = version;
        this.home = home(workDirectory);
        this.deleter = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "kubernetes-deleter");
            thread.setDaemon(true);
            return thread;
        });
        this.deleting =
                deleter.scheduleWithFixedDelay(this::deletePending, RETRY_SECONDS, RETRY_SECONDS, TimeUnit.SECONDS);
    }

    /**
     * Connects to the cluster, makes the namespace with its policies, and tries a command in a pod of the default image.
     *
     * @param workDirectory where attempts will work
     * @throws SandboxUnavailableException saying what does not work, and the remedy
     */
    public static KubernetesSandbox connect(KubernetesOptions options, Path workDirectory) {
        if (!Files.isReadable(options.kubeconfig())) {
            throw new SandboxUnavailableException("the kubeconfig " + options.kubeconfig()
                    + " cannot be read; set fleet.sandbox.kubernetes.kubeconfig to one that can");
        }
        KubernetesClient client;
        try {
            Config config = Config.fromKubeconfig(options.kubeconfig().toFile());
            config.setConnectionTimeout(5_000);
            config.setRequestTimeout(20_000);
            config.setRequestRetryBackoffLimit(2);
            client = new KubernetesClientBuilder().withConfig(config).build();
        } catch (RuntimeException e) {
            throw new SandboxUnavailableException(
                    "the kubeconfig " + options.kubeconfig() + " cannot be used: " + e.getMessage());
        }
        KubernetesSandbox sandbox = null;
        try {
            Files.createDirectories(workDirectory);
            Path work = workDirectory.toRealPath();
            String version = client.getKubernetesVersion().getGitVersion();
            sandbox = new KubernetesSandbox(client, options, version, work);
            sandbox.prepareNamespace();
            sandbox.tryOut(work);
            return sandbox;
        } catch (SandboxUnavailableException e) {
            closeBoth(sandbox, client);
            throw e;
        } catch (SandboxFailedException e) {
            closeBoth(sandbox, client);
            throw new SandboxUnavailableException(e.getMessage() + "; " + e.remedy());
        } catch (KubernetesClientException | IOException e) {
            closeBoth(sandbox, client);
            throw new SandboxUnavailableException("sandbox kubernetes does not work: " + reason(e) + "; " + REMEDY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closeBoth(sandbox, client);
            throw new SandboxUnavailableException("sandbox kubernetes could not be tried: interrupted");
        }
    }

    private static void closeBoth(@Nullable KubernetesSandbox sandbox, KubernetesClient client) {
        if (sandbox == null) {
            client.close();
        } else {
            sandbox.close();
        }
    }

    private static String home(Path workDirectory) {
        return "w" + Integer.toHexString(Objects.hash(hostName(), workDirectory.toString()));
    }

    private static String hostName() {
        try {
            return Files.readString(Path.of("/etc/hostname")).strip();
        } catch (IOException e) {
            return "";
        }
    }

    private void prepareNamespace() {
        Namespace found = client.namespaces().withName(options.namespace()).get();
        if (found == null) {
            client.namespaces()
                    .resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(options.namespace())
                            .addToLabels(OURS)
                            .addToLabels(ENFORCE, "restricted")
                            .endMetadata()
                            .build())
                    .create();
        } else {
            Map<String, String> labels = found.getMetadata().getLabels();
            if (labels == null || !"restricted".equals(labels.get(ENFORCE))) {
                throw new SandboxUnavailableException("the namespace " + options.namespace()
                        + " does not hold its pods to the restricted standard; kubectl label namespace "
                        + options.namespace() + " " + ENFORCE + "=restricted");
            }
        }
        client.network()
                .v1()
                .networkPolicies()
                .inNamespace(options.namespace())
                .resource(new NetworkPolicyBuilder()
                        .withNewMetadata()
                        .withName("fleet-deny-all")
                        .addToLabels(OURS)
                        .endMetadata()
                        .withNewSpec()
                        .withNewPodSelector()
                        .endPodSelector()
                        .withPolicyTypes("Ingress", "Egress")
                        .endSpec()
                        .build())
                .serverSideApply();
    }

    private void tryOut(Path work) throws IOException, InterruptedException {
        if (options.images().choose("", Path.of("/nonexistent")).isEmpty()) {
            return; // Only languages have images: they are looked for when an attempt needs one.
        }
        Path lease = Files.createTempDirectory(work, "probe-");
        try {
            Confinement confinement = new Confinement(
                    lease,
                    Files.createDirectories(lease.resolve("clone")),
                    Files.createDirectories(lease.resolve("scratch")),
                    "probe/probe");
            try (SandboxSession session = open(new SandboxRequest(confinement, "", 1 << 16))) {
                Path output = lease.resolve("probe.log");
                Execution execution = session.execute(
                        new SandboxedCommand(
                                List.of("touch", confinement.root() + "/probe"),
                                confinement.root(),
                                Map.of(),
                                List.of(),
                                List.of()),
                        TRIAL,
                        new Cancellation(),
                        output);
                if (execution.end() != End.EXITED
                        || !Files.exists(confinement.root().resolve("probe"))) {
                    throw new SandboxUnavailableException("a pod of the default image cannot run a command: "
                            + Files.readString(output).strip() + "; the image needs sh, env, head and tar");
                }
            }
        } finally {
            Folders.deleteQuietly(lease);
        }
    }

    @Override
    public String name() {
        return "kubernetes";
    }

    @Override
    public String description() {
        return "kubernetes: " + version + " at " + client.getMasterUrl() + ", namespace " + options.namespace()
                + "; one Job for each attempt, restricted, without network, memory "
                + (options.limits().memoryBytes() >> 20) + " MB, "
                + options.limits().pids() + " processes; images "
                + options.images();
    }

    KubernetesClient client() {
        return client;
    }

    KubernetesOptions options() {
        return options;
    }

    /** What this host's work directory is called in labels. */
    String home() {
        return home;
    }

    @Override
    public SandboxSession open(SandboxRequest request) {
        return new KubernetesSession(this, request);
    }

    /** The trouble of the cluster, with its reason. */
    static SandboxFailedException failed(String what, Throwable cause) {
        return new SandboxFailedException("the cluster could not " + what + ": " + reason(cause), REMEDY, cause);
    }

    private static String reason(Throwable thrown) {
        Throwable root = thrown;
        for (int depth = 0; depth < 10 && root.getCause() != null; depth++) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.toString() : root.getMessage().strip();
    }

    /** Deletes a Job with its pod now, or, when the cluster is away, as soon as it is back. */
    void delete(String job) {
        toDelete.add(job);
        deletePending();
    }

    private void deletePending() {
        for (String job : Set.copyOf(toDelete)) {
            try {
                client.batch()
                        .v1()
                        .jobs()
                        .inNamespace(options.namespace())
                        .withName(job)
                        .withPropagationPolicy(DeletionPropagation.BACKGROUND)
                        .withGracePeriod(0)
                        .delete();
                toDelete.remove(job);
            } catch (RuntimeException e) {
                log.warn("the job {} is still to be deleted: {}", job, reason(e));
            }
        }
    }

    @Override
    public void sweep(Path workDirectory) {
        int deleted = 0;
        try {
            List<Job> jobs = client.batch()
                    .v1()
                    .jobs()
                    .inNamespace(options.namespace())
                    .withLabel(HOME, home(workDirectory))
                    .list()
                    .getItems();
            for (Job job : jobs) {
                Map<String, String> annotations = job.getMetadata().getAnnotations();
                String lease = annotations == null ? null : annotations.get(LEASE);
                if (lease != null && !Files.isDirectory(Path.of(lease))) {
                    delete(job.getMetadata().getName());
                    deleted++;
                }
            }
        } catch (RuntimeException e) {
            log.warn("jobs of dead workers could not be looked for: {}", reason(e));
        }
        if (deleted > 0) {
            log.info("deleted {} jobs of workers that are gone", deleted);
        }
    }

    @Override
    public void close() {
        deleting.cancel(false);
        deleter.shutdownNow();
        deletePending();
        client.close();
    }
}
