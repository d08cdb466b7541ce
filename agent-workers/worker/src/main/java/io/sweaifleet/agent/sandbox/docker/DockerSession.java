package io.sweaifleet.agent.sandbox.docker;

import com.github.dockerjava.api.command.InspectExecResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.Ulimit;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.attempt.Freeze;
import io.sweaifleet.agent.sandbox.CommandExecutor.End;
import io.sweaifleet.agent.sandbox.CommandExecutor.Execution;
import io.sweaifleet.agent.sandbox.CommandWatch;
import io.sweaifleet.agent.sandbox.Confinement;
import io.sweaifleet.agent.sandbox.DiskWatch;
import io.sweaifleet.agent.sandbox.SandboxFailedException;
import io.sweaifleet.agent.sandbox.SandboxLimits;
import io.sweaifleet.agent.sandbox.SandboxRequest;
import io.sweaifleet.agent.sandbox.SandboxSession;
import io.sweaifleet.agent.sandbox.SandboxedCommand;
import io.sweaifleet.agent.sandbox.container.ContainerPaths;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The container of one attempt. It waits, and commands are started in it one after the other. What a command leaves
 * running, and one that has to be ended, is ended with the whole container, and the next command gets another one: nothing
 * in it can escape that, and only what was in {@code /tmp} is lost.
 */
final class DockerSession implements SandboxSession {

    private static final Logger log = LoggerFactory.getLogger(DockerSession.class);

    /** How often the engine is asked whether a command still runs, should its output not end with it. */
    private static final long ASK_EVERY_NS = TimeUnit.SECONDS.toNanos(1);

    /** How long the engine may take to know the exit code of a command that has ended. */
    private static final long EXIT_CODE_NS = TimeUnit.SECONDS.toNanos(20);

    private static final int KILLED = 137;

    private final DockerSandbox sandbox;
    private final DockerEngine engine;
    private final SandboxLimits limits;
    private final SandboxRequest request;
    private final Confinement confinement;
    private final ContainerPaths paths;
    private final DiskWatch disk;
    private final ReentrantLock oneAtATime = new ReentrantLock();
    private final Map<String, Boolean> programs = new ConcurrentHashMap<>();
    private volatile @Nullable String container;
    private volatile String image = "";
    private volatile boolean used;
    private volatile boolean closed;

    DockerSession(DockerSandbox sandbox, SandboxRequest request) {
        this.sandbox = sandbox;
        this.engine = sandbox.engine();
        this.limits = sandbox.options().limits();
        this.request = request;
        this.confinement = request.confinement();
        this.paths = new ContainerPaths(confinement);
        this.disk = DiskWatch.of(limits.diskBytes(), List.of(confinement.root(), confinement.scratch()));
    }

    @Override
    public Execution execute(SandboxedCommand command, Duration timeout, Cancellation cancellation, Path output)
            throws IOException, InterruptedException {
        ContainerPaths.refuseHostFiles("docker", command);
        oneAtATime.lockInterruptibly();
        try {
            cancellation.check();
            disk.begin();
            sandbox.user().give(confinement.root(), confinement.scratch());
            String id = running();
            return run(id, command, timeout, cancellation, output);
        } finally {
            oneAtATime.unlock();
        }
    }

    private Execution run(String id, SandboxedCommand command, Duration timeout, Cancellation cancellation, Path output)
            throws IOException, InterruptedException {
        String exec = engine.ask("prepare a command", () -> engine.control()
                .execCreateCmd(id)
                .withCmd(paths.argv(command).toArray(String[]::new))
                .withEnv(paths.environment(command))
                .withWorkingDir(paths.directory(command))
                .withUser(sandbox.user().asUser())
                .withAttachStdout(true)
                .withAttachStderr(true)
                .exec()
                .getId());
        long begun = System.nanoTime();
        boolean ended = false;
        try (ExecOutput printed = new ExecOutput(output, request.maxOutputBytes());
                Cancellation.Registration ignored = cancellation.onCancel(() -> end(id));
                Cancellation.Registration alsoIgnored = cancellation.freeze().register(new Paused(id))) {
            engine.streams().execStartCmd(exec).exec(printed);
            End end = CommandWatch.await(
                    new Running(exec, printed), timeout, cancellation, request.maxOutputBytes(), disk);
            if (end == End.EXITED && cancellation.isCancelled()) {
                end = End.CANCELLED;
            }
            Duration wall = Duration.ofNanos(System.nanoTime() - begun);
            if (end != End.EXITED) {
                return new Execution(end, -1, wall); // Ended below.
            }
            int exitCode = exitCode(exec);
            ended = nothingLeft(id);
            if (exitCode == KILLED) {
                note(
                        output,
                        "killed; the container may use " + (limits.memoryBytes() >> 20) + " MB of memory and "
                                + limits.pids() + " processes");
            }
            return new Execution(End.EXITED, exitCode, wall);
        } finally {
            if (!ended) {
                end(id);
            }
        }
    }

    /** The exit code, which the engine knows a moment after it has closed the command's output. */
    private int exitCode(String exec) throws InterruptedException {
        long deadline = System.nanoTime() + EXIT_CODE_NS;
        while (true) {
            InspectExecResponse command = inspect(exec);
            Long code = command.getExitCodeLong();
            if (code != null && !Boolean.TRUE.equals(command.isRunning())) {
                return code.intValue();
            }
            if (System.nanoTime() > deadline) {
                throw new SandboxFailedException(
                        "the Docker engine at " + engine.address() + " does not tell how a command ended",
                        DockerEngine.REMEDY);
            }
            if (Thread.interrupted()) {
                throw new InterruptedException("stopped while a command ended");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private InspectExecResponse inspect(String exec) {
        return engine.ask(
                "be asked about a command",
                () -> engine.control().inspectExecCmd(exec).exec());
    }

    private static void note(Path output, String text) throws IOException {
        Files.writeString(
                output, "[sandbox docker: " + text + "]\n", StandardCharsets.UTF_8, StandardOpenOption.APPEND);
    }

    /** Whether only the container's own two processes run, once the command's are collected. */
    private boolean nothingLeft(String id) {
        for (int look = 0; look < 5; look++) {
            String[][] processes = engine.ask(
                    "list processes",
                    () -> engine.control().topContainerCmd(id).exec().getProcesses());
            if (processes != null && processes.length <= 2) {
                return true;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        return false;
    }

    /** The container, started. */
    private String running() throws InterruptedException {
        if (closed) {
            throw new IllegalStateException("the session is closed");
        }
        String id = container;
        if (id == null) {
            id = create();
            container = id;
        }
        String started = id;
        return engine.ask("start a container", () -> {
            try {
                engine.control().startContainerCmd(started).exec();
            } catch (NotModifiedException e) {
                log.trace("container {} runs already", started);
            } catch (NotFoundException e) {
                container = null; // Somebody removed it, such as docker system prune: the next command makes another.
                throw e;
            }
            return started;
        });
    }

    private String create() throws InterruptedException {
        String chosen = sandbox.options()
                .images()
                .choose(request.image(), confinement.root())
                .orElseThrow(() -> new SandboxFailedException(
                        request.image().isEmpty()
                                ? "sandbox docker has no image for this repository among "
                                        + sandbox.options().images()
                                : "sandbox docker has no image named " + request.image() + "; it has "
                                        + sandbox.options().images(),
                        "add default=IMAGE, or one for the language, to fleet.sandbox.images"));
        image = sandbox.images().ensure(chosen);
        used = true; // An engine that dies while it makes a container may have made it.
        List<Mount> mounts = new ArrayList<>();
        mounts.add(bind(confinement.root(), ContainerPaths.WORKSPACE, false));
        Path git = confinement.root().resolve(".git");
        if (Files.exists(git)) {
            mounts.add(bind(git, ContainerPaths.WORKSPACE + "/.git", true));
        }
        mounts.add(bind(confinement.scratch(), ContainerPaths.SCRATCH, false));
        HostConfig config = HostConfig.newHostConfig()
                .withMounts(mounts)
                .withCapDrop(Capability.ALL)
                .withSecurityOpts(List.of("no-new-privileges:true"))
                .withReadonlyRootfs(true)
                .withTmpFs(Map.of(
                        ContainerPaths.TEMPORARY,
                        // Its own user's, as the engine gives it the mode that the image's folder has.
                        "rw,exec,nosuid,nodev,mode=1777,uid=" + sandbox.user().uid() + ",gid="
                                + sandbox.user().gid() + ",size=" + Math.max(1 << 20, limits.memoryBytes() / 2)))
                .withNetworkMode("none")
                .withIpcMode("private")
                .withPidsLimit(limits.pids())
                .withMemory(limits.memoryBytes())
                .withMemorySwap(limits.memoryBytes())
                .withNanoCPUs(limits.cpuMillis() * 1_000_000)
                .withInit(true)
                .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE))
                .withUlimits(List.of(
                        new Ulimit("core", 0L, 0L), new Ulimit("fsize", limits.fileBytes(), limits.fileBytes())));
        return engine.ask("create a container of " + image, () -> engine.control()
                .createContainerCmd(image)
                .withEntrypoint("tail", "-f", "/dev/null")
                .withCmd(List.of())
                .withUser(sandbox.user().asUser())
                .withWorkingDir(ContainerPaths.WORKSPACE)
                .withHostName("fleet-agent")
                .withLabels(Map.of(
                        DockerSandbox.LEASE, confinement.lease().toString(),
                        DockerSandbox.RUN, confinement.fleetRun()))
                .withHostConfig(config)
                .exec()
                .getId());
    }

    private static Mount bind(Path source, String target, boolean readOnly) {
        return new Mount()
                .withType(MountType.BIND)
                .withSource(source.toString())
                .withTarget(target)
                .withReadOnly(readOnly);
    }

    /**
     * Ends every process of the container by removing it, whoever calls: also a thread that was interrupted. Starting a
     * container again that was killed a moment ago is a race in the engine, so the next command gets another one.
     */
    private void end(String id) {
        container = null;
        boolean interrupted = Thread.interrupted();
        try {
            sandbox.remove(id);
        } catch (ConflictException e) {
            log.trace("container {} is being removed already", id);
        } catch (RuntimeException e) {
            log.warn("container {} could not be ended: {}", id, e.getMessage());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean hasProgram(String name) {
        return programs.computeIfAbsent(name, this::look);
    }

    private boolean look(String name) {
        Path output = confinement.lease().resolve("program-" + System.nanoTime() + ".log");
        try {
            SandboxedCommand question = new SandboxedCommand(
                    List.of("sh", "-c", "command -v -- \"$0\"", name),
                    confinement.root(),
                    Map.of(),
                    List.of(),
                    List.of());
            Execution execution = execute(question, Duration.ofSeconds(30), new Cancellation(), output);
            return execution.exitCode() == 0;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look for " + name, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Cancellation.CancelledException("interrupted");
        }
    }

    @Override
    public String programsAre() {
        return "in the image " + image;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        boolean interrupted = Thread.interrupted();
        try {
            if (used) {
                sandbox.remove(confinement.lease());
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** A command under way. */
    private final class Running implements CommandWatch.Running {

        private final String exec;
        private final ExecOutput printed;
        private long asked = System.nanoTime();

        Running(String exec, ExecOutput printed) {
            this.exec = exec;
            this.printed = printed;
        }

        @Override
        public boolean awaitEnd(long ms) throws InterruptedException {
            try {
                if (printed.awaitEnd(Math.max(1, ms))) {
                    return true;
                }
            } catch (ExecutionException e) {
                throw engine.failed("go on with a command", e);
            }
            if (System.nanoTime() - asked < ASK_EVERY_NS) {
                return false;
            }
            asked = System.nanoTime();
            return Boolean.FALSE.equals(inspect(exec).isRunning());
        }

        @Override
        public long outputBytes() {
            return printed.bytes();
        }
    }

    /** The container while the attempt is frozen. */
    private final class Paused implements Freeze.Child {

        private final String id;

        Paused(String id) {
            this.id = id;
        }

        @Override
        public void stop() {
            tell("pause", () -> engine.control().pauseContainerCmd(id).exec());
        }

        @Override
        public void goOn() {
            tell("unpause", () -> engine.control().unpauseContainerCmd(id).exec());
        }

        private void tell(String what, Runnable command) {
            try {
                command.run();
            } catch (RuntimeException e) {
                log.debug("container {}: {} did nothing ({})", id, what, e.getMessage());
            }
        }
    }
}
