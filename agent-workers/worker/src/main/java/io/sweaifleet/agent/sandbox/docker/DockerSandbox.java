package io.sweaifleet.agent.sandbox.docker;

import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Info;
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
 * Commands in one container per attempt: no capabilities, no new privileges, the engine's seccomp profile, a read-only
 * root, memory-backed {@code /tmp}, no network, limits of memory, processes and CPU, and nothing of the host but the
 * clone ({@code .git} read-only) and the scratch folder.
 */
public final class DockerSandbox implements Sandbox {

    /** Label with the attempt's folder on the host. A container whose folder is gone belongs to nobody. */
    static final String LEASE = "io.sweaifleet.lease-dir";

    /** Label with {@code pool/task}. */
    static final String RUN = "io.sweaifleet.run";

    private static final Logger log = LoggerFactory.getLogger(DockerSandbox.class);
    private static final long RETRY_SECONDS = 5;
    private static final Duration TRIAL = Duration.ofSeconds(60);

    private final DockerEngine engine;
    private final DockerOptions options;
    private final ContainerUser user;
    private final String version;
    private final DockerImages images;

    /** Folders of attempts whose containers could not be removed when the attempt ended. */
    private final Set<String> toRemove = ConcurrentHashMap.newKeySet();

    private final ScheduledExecutorService remover;
    private final ScheduledFuture<?> removing;

    private DockerSandbox(DockerEngine engine, DockerOptions options, ContainerUser user, String version) {
        this.engine = engine;
        this.options = options;
        this.user = user;
        this.version = version;
        this.images = new DockerImages(engine, options.pull());
        this.remover = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "docker-remover");
            thread.setDaemon(true);
            return thread;
        });
        this.removing =
                remover.scheduleWithFixedDelay(this::removePending, RETRY_SECONDS, RETRY_SECONDS, TimeUnit.SECONDS);
    }

    /**
     * Connects to the engine and tries a command in a container of the default image.
     *
     * @param workDirectory where attempts will work; a folder in it is bound for the trial
     * @throws SandboxUnavailableException saying what does not work, and the remedy
     */
    public static DockerSandbox connect(DockerOptions options, Path workDirectory) {
        DockerEngine engine = DockerEngine.at(options.address());
        DockerSandbox sandbox = null;
        try {
            Info info = engine.ask(
                    "be asked what it is", () -> engine.control().infoCmd().exec());
            List<String> security = info.getSecurityOptions() == null ? List.of() : info.getSecurityOptions();
            String problem = problemOf(security);
            if (problem != null) {
                throw new SandboxUnavailableException("the Docker engine at " + engine.address() + " " + problem);
            }
            int uid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            int gid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:gid");
            boolean rootless = security.stream().anyMatch(option -> option.contains("rootless"));
            sandbox = new DockerSandbox(
                    engine, options, ContainerUser.of(uid, gid, rootless), String.valueOf(info.getServerVersion()));
            sandbox.tryOut(workDirectory);
            return sandbox;
        } catch (SandboxFailedException e) {
            closeBoth(sandbox, engine);
            throw new SandboxUnavailableException(e.getMessage() + "; " + e.remedy());
        } catch (SandboxUnavailableException e) {
            closeBoth(sandbox, engine);
            throw e;
        } catch (IOException | UnsupportedOperationException e) {
            closeBoth(sandbox, engine);
            throw new SandboxUnavailableException("sandbox docker could not be tried: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closeBoth(sandbox, engine);
            throw new SandboxUnavailableException("sandbox docker could not be tried: interrupted");
        }
    }

    private static void closeBoth(@Nullable DockerSandbox sandbox, DockerEngine engine) {
        if (sandbox == null) {
            engine.close();
        } else {
            sandbox.close();
        }
    }

    private static @Nullable String problemOf(List<String> security) {
        if (security.stream().noneMatch(option -> option.contains("seccomp"))) {
            return "runs without seccomp (docker info: Security Options); use one that has it";
        }
        if (security.stream().anyMatch(option -> option.contains("userns"))) {
            return "maps users (userns-remap), so that containers cannot write the workspace; use one that does not, or a"
                    + " rootless one";
        }
        return null;
    }

    /** Binds a folder, writes into it, and looks whether the container's limits are there. */
    private void tryOut(Path workDirectory) throws IOException, InterruptedException {
        if (options.images().choose("", Path.of("/nonexistent")).isEmpty()) {
            return; // Only languages have images: they are looked for when an attempt needs one.
        }
        Files.createDirectories(workDirectory);
        Path lease = Files.createTempDirectory(workDirectory.toRealPath(), "probe-");
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
                        || execution.exitCode() != 0
                        || !Files.exists(confinement.root().resolve("probe"))) {
                    throw new SandboxUnavailableException("a container cannot write the folder that is bound: "
                            + Files.readString(output).strip()
                            + "; the engine has to run on the worker's host, and the image needs sh and tail");
                }
            }
        } finally {
            Folders.deleteQuietly(lease);
        }
    }

    @Override
    public String name() {
        return "docker";
    }

    @Override
    public String description() {
        return "docker: engine " + version + " at " + engine.address() + "; one container for each attempt, as user "
                + user.asUser() + ", without network and capabilities, root read-only, memory "
                + (options.limits().memoryBytes() >> 20) + " MB, "
                + options.limits().pids() + " processes; images "
                + options.images();
    }

    /** The engine's images. */
    public DockerImages images() {
        return images;
    }

    DockerEngine engine() {
        return engine;
    }

    DockerOptions options() {
        return options;
    }

    ContainerUser user() {
        return user;
    }

    @Override
    public SandboxSession open(SandboxRequest request) {
        return new DockerSession(this, request);
    }

    /** Removes the containers of an attempt now, or, when the engine is away, as soon as it is back. */
    void remove(Path lease) {
        toRemove.add(lease.toString());
        removePending();
    }

    /** Folders whose containers are still to be removed. */
    Set<String> pending() {
        return Set.copyOf(toRemove);
    }

    private void removePending() {
        for (String lease : Set.copyOf(toRemove)) {
            try {
                for (Container container : containers(Map.of(LEASE, lease))) {
                    remove(container.getId());
                }
                toRemove.remove(lease);
            } catch (RuntimeException e) {
                log.warn("the container of {} is still to be removed: {}", lease, e.getMessage());
            }
        }
    }

    private List<Container> containers(Map<String, String> labels) {
        return engine.control()
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(labels)
                .exec();
    }

    /** Removes a container with all that runs in it, if it is there. */
    void remove(String container) {
        try {
            engine.control()
                    .removeContainerCmd(container)
                    .withForce(true)
                    .withRemoveVolumes(true)
                    .exec();
        } catch (NotFoundException e) {
            log.debug("container {} is gone already", container);
        }
    }

    @Override
    public void sweep(Path workDirectory) {
        int removed = 0;
        try {
            List<Container> ours = engine.control()
                    .listContainersCmd()
                    .withShowAll(true)
                    .withLabelFilter(List.of(LEASE))
                    .exec();
            for (Container container : ours) {
                String lease = container.getLabels().getOrDefault(LEASE, "");
                Path folder = Path.of(lease);
                if (folder.startsWith(workDirectory) && !Files.isDirectory(folder)) {
                    remove(container.getId());
                    removed++;
                }
            }
        } catch (RuntimeException e) {
            log.warn("containers of dead workers could not be looked for: {}", e.getMessage());
        }
        if (removed > 0) {
            log.info("removed {} containers of workers that are gone", removed);
        }
    }

    @Override
    public void close() {
        removing.cancel(false);
        remover.shutdownNow();
        removePending();
        engine.close();
    }
}
