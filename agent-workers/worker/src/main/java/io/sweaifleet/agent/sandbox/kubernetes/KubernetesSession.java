package io.sweaifleet.agent.sandbox.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ContainerResource;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
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
import io.sweaifleet.agent.sandbox.container.Archives;
import io.sweaifleet.agent.sandbox.container.ContainerPaths;
import io.sweaifleet.agent.sandbox.container.FolderState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pod of one attempt. Before a command, what the host changed in the attempt's folders is copied in; after it, what
 * runs on is killed and the folders are copied back. A pod that can not be used any more is deleted, and the next command
 * gets another one.
 */
final class KubernetesSession implements SandboxSession {

    private static final Logger log = LoggerFactory.getLogger(KubernetesSession.class);

    private static final Duration READY = Duration.ofSeconds(120);
    private static final Duration COPY = Duration.ofMinutes(10);
    private static final Duration SIGNAL = Duration.ofSeconds(20);
    private static final Duration CLOSED_NETWORK = Duration.ofSeconds(20);

    /** How long after a pod's processes were killed its status may take to say so. */
    private static final Duration TELLS_WHY = Duration.ofSeconds(30);

    private static final long ASK_EVERY_NS = TimeUnit.SECONDS.toNanos(2);
    private static final int REMOVE_AT_ONCE = 200;

    /** Sets the limits that a pod's specification has no field for, the directory and the environment. */
    private static final String START = "n=$1; b=$2; d=$3; shift 3; ulimit -c 0;"
            + " ulimit -p $n 2>/dev/null || ulimit -u $n || exit 126; ulimit -f $b || exit 126;"
            + " cd \"$d\" && exec env \"$@\"";

    private static final String UNPACK = "head -c $1 | tar -xf - -C /";
    /** Kills what the command left, in the pod, and packs both folders. What comes back of .git is never unpacked. */
    private static final String PACK = "kill -9 -1 2>/dev/null; exec tar -cf - -C / workspace scratch";

    /** Whether the API server can be reached, which the network policy forbids. */
    private static final String NETWORK = "command -v nc >/dev/null && command -v timeout >/dev/null || exit 3;"
            + " timeout 2 nc $KUBERNETES_SERVICE_HOST $KUBERNETES_SERVICE_PORT </dev/null >/dev/null 2>&1; [ $? -eq 0 ]";

    private final KubernetesSandbox sandbox;
    private final SandboxLimits limits;
    private final SandboxRequest request;
    private final Confinement confinement;
    private final ContainerPaths paths;
    private final Map<String, Path> folders;
    private final ReentrantLock oneAtATime = new ReentrantLock();
    private final Map<String, Boolean> programs = new ConcurrentHashMap<>();
    private volatile @Nullable String job;
    private volatile @Nullable String pod;
    private volatile String image = "";
    private volatile boolean closed;

    /** What the pod's folders hold, as far as the host knows. */
    private Map<String, FolderState> there = Map.of();

    private long copies;

    KubernetesSession(KubernetesSandbox sandbox, SandboxRequest request) {
        this.sandbox = sandbox;
        this.limits = sandbox.options().limits();
        this.request = request;
        this.confinement = request.confinement();
        this.paths = new ContainerPaths(confinement);
        Map<String, Path> both = new LinkedHashMap<>();
        both.put("workspace", confinement.root());
        both.put("scratch", confinement.scratch());
        this.folders = both;
    }

    @Override
    public Execution execute(SandboxedCommand command, Duration timeout, Cancellation cancellation, Path output)
            throws IOException, InterruptedException {
        ContainerPaths.refuseHostFiles("kubernetes", command);
        oneAtATime.lockInterruptibly();
        try {
            cancellation.check();
            Files.createDirectories(confinement.temporary());
            String name = running();
            copyIn(name);
            return run(name, command, timeout, cancellation, output);
        } catch (KubernetesClientException e) {
            drop();
            throw KubernetesSandbox.failed("run a command", e);
        } finally {
            oneAtATime.unlock();
        }
    }

    private Execution run(
            String name, SandboxedCommand command, Duration timeout, Cancellation cancellation, Path output)
            throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(
                "sh",
                "-c",
                START,
                "fleet",
                Long.toString(limits.pids()),
                Long.toString(Math.max(1, limits.fileBytes() / 512)),
                paths.directory(command)));
        words.addAll(paths.environment(command));
        words.addAll(paths.argv(command));
        long begun = System.nanoTime();
        End end = End.CANCELLED;
        int exitCode = -1;
        boolean whole = false;
        try (Output printed = new Output(output, request.maxOutputBytes());
                ExecWatch watch = container(name)
                        .writingOutput(printed)
                        .writingError(printed)
                        .exec(words.toArray(String[]::new));
                Cancellation.Registration ignored = cancellation.onCancel(this::drop);
                Cancellation.Registration alsoIgnored = cancellation.freeze().register(new Stopped(name))) {
            end = CommandWatch.await(
                    new Running(name, watch, printed),
                    timeout,
                    cancellation,
                    request.maxOutputBytes(),
                    DiskWatch.none());
            if (cancellation.isCancelled()) {
                end = End.CANCELLED;
            }
            if (end == End.EXITED) {
                exitCode = exitCode(watch);
            }
            whole = true;
        } finally {
            if (!whole || end == End.CANCELLED) {
                drop();
            }
        }
        Duration wall = Duration.ofNanos(System.nanoTime() - begun);
        if (end == End.CANCELLED) {
            return new Execution(end, -1, wall);
        }
        if (exitCode < 0 && end == End.EXITED || exitCode == 137) {
            end = whyGone(name, end, output);
        }
        try {
            if (!copyBack(name, output)) {
                end = end == End.EXITED ? End.TOO_MUCH_DISK : end;
            }
        } catch (KubernetesClientException | SandboxFailedException e) {
            // The kubelet may have found out meanwhile that the command filled its volume.
            if (whyGone(name, end, output) != End.TOO_MUCH_DISK) {
                throw e;
            }
            end = End.TOO_MUCH_DISK;
        }
        return new Execution(end, end == End.EXITED ? exitCode : -1, wall);
    }

    /** Why a command was killed, when it was the cluster that killed it. */
    private End whyGone(String name, End end, Path output) throws IOException, InterruptedException {
        Pod found = settled(name);
        PodStatus status = found == null ? null : found.getStatus();
        if (status != null && "Evicted".equals(status.getReason())) {
            note(output, "the pod was evicted: " + status.getMessage());
            drop();
            return End.TOO_MUCH_DISK;
        }
        note(
                output,
                "killed; the pod may use " + (limits.memoryBytes() >> 20) + " MB of memory and " + limits.pids()
                        + " processes");
        if (!isRunning(found)) {
            drop();
        }
        return end;
    }

    /** The pod once it is known whether it lives: the kubelet kills first, and says afterwards that it did and why. */
    private @Nullable Pod settled(String name) throws InterruptedException {
        long deadline = System.nanoTime() + TELLS_WHY.toNanos();
        while (true) {
            Pod found = pods().withName(name).get();
            if (!isRunning(found) || lives(name) || System.nanoTime() > deadline) {
                return found;
            }
            pause(200);
        }
    }

    private boolean lives(String name) throws InterruptedException {
        try {
            return ask(name, SIGNAL, "true") == 0;
        } catch (KubernetesClientException e) {
            log.debug("pod {} takes no command: {}", name, e.getMessage());
            return false;
        }
    }

    private static boolean isRunning(@Nullable Pod found) {
        return found != null
                && found.getStatus() != null
                && "Running".equals(found.getStatus().getPhase());
    }

    private static int exitCode(ExecWatch watch) throws InterruptedException {
        try {
            Integer code = watch.exitCode().get(20, TimeUnit.SECONDS);
            return code == null ? -1 : code;
        } catch (ExecutionException | TimeoutException e) {
            return -1;
        }
    }

    private static void note(Path output, String text) throws IOException {
        Files.writeString(
                output, "[sandbox kubernetes: " + text + "]\n", StandardCharsets.UTF_8, StandardOpenOption.APPEND);
    }

    private ContainerResource container(String name) {
        return pods().withName(name).inContainer(AttemptJob.CONTAINER);
    }

    private io.fabric8.kubernetes.client.dsl.NonNamespaceOperation<
                    Pod, io.fabric8.kubernetes.api.model.PodList, io.fabric8.kubernetes.client.dsl.PodResource>
            pods() {
        return sandbox.client().pods().inNamespace(sandbox.options().namespace());
    }

    /** The pod, ready, and cut off from the network. */
    private String running() throws IOException, InterruptedException {
        if (closed) {
            throw new IllegalStateException("the session is closed");
        }
        String name = pod;
        if (name != null) {
            return name;
        }
        String chosen = sandbox.options()
                .images()
                .choose(request.image(), confinement.root())
                .orElseThrow(() -> new SandboxFailedException(
                        "sandbox kubernetes has no image "
                                + (request.image().isEmpty() ? "for this repository" : "named " + request.image())
                                + " among " + sandbox.options().images(),
                        "add default=IMAGE, or one for the language, to fleet.sandbox.images"));
        if (chosen.startsWith("build:")) {
            throw new SandboxFailedException(
                    "sandbox kubernetes cannot build the image " + chosen,
                    "build it with Docker, push it where the cluster pulls from, and name it in fleet.sandbox.images");
        }
        image = chosen;
        Job made = sandbox.client()
                .batch()
                .v1()
                .jobs()
                .inNamespace(sandbox.options().namespace())
                .resource(AttemptJob.of(chosen, confinement, limits, sandbox.home()))
                .create();
        job = made.getMetadata().getName();
        try {
            String ready = awaitReady(made.getMetadata().getName());
            awaitClosedNetwork(ready);
            there = Map.of();
            pod = ready;
            return ready;
        } catch (SandboxFailedException | KubernetesClientException | InterruptedException e) {
            drop();
            throw e;
        }
    }

    private String awaitReady(String jobName) throws InterruptedException {
        long deadline = System.nanoTime() + READY.toNanos();
        String state = "no pod yet";
        while (System.nanoTime() < deadline) {
            for (Pod one : pods().withLabel("batch.kubernetes.io/job-name", jobName)
                    .list()
                    .getItems()) {
                String phase = one.getStatus() == null
                        ? ""
                        : String.valueOf(one.getStatus().getPhase());
                state = phase + " " + waiting(one);
                if (phase.equals("Running")) {
                    return one.getMetadata().getName();
                }
                if (phase.equals("Failed")
                        || state.contains("ErrImage")
                        || state.contains("ImagePull")
                        || state.contains("InvalidImage")
                        || state.contains("CreateContainer")) {
                    throw new SandboxFailedException(
                            "the pod of image " + image + " does not start: " + state,
                            "see kubectl -n " + sandbox.options().namespace() + " describe job " + jobName
                                    + "; name an image in fleet.sandbox.images that the cluster can pull");
                }
            }
            pause(100);
        }
        throw new SandboxFailedException(
                "the pod of image " + image + " did not start within " + READY.toSeconds() + " s: " + state,
                "see whether the cluster has room: kubectl -n "
                        + sandbox.options().namespace() + " get events");
    }

    private static String waiting(Pod one) {
        StringBuilder text = new StringBuilder();
        if (one.getStatus() != null && one.getStatus().getContainerStatuses() != null) {
            one.getStatus().getContainerStatuses().forEach(status -> {
                if (status.getState() != null && status.getState().getWaiting() != null) {
                    text.append(status.getState().getWaiting().getReason())
                            .append(' ')
                            .append(status.getState().getWaiting().getMessage());
                }
            });
        }
        return text.toString();
    }

    /** A cluster may open a new pod for a moment before its policies act: nothing runs until they do. */
    private void awaitClosedNetwork(String name) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + CLOSED_NETWORK.toNanos();
        while (System.nanoTime() < deadline) {
            int code = ask(name, SIGNAL, "sh", "-c", NETWORK);
            if (code == 3) {
                log.warn("whether image {} has a network could not be tried: it has no nc", image);
                return;
            }
            if (code != 0) {
                return;
            }
            pause(200);
        }
        throw new SandboxFailedException(
                "the cluster does not enforce network policies: a pod reaches the API server",
                "use a network plugin that enforces NetworkPolicy, or give the role another sandbox");
    }

    private static void pause(long ms) throws InterruptedException {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
        if (Thread.interrupted()) {
            throw new InterruptedException("stopped while a pod was made");
        }
    }

    /** Runs one of our own commands in the pod; its exit code, -1 when it did not end in time. */
    private int ask(String name, Duration timeout, String... words) throws InterruptedException {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        try (ExecWatch watch =
                container(name).writingOutput(output).writingError(output).exec(words)) {
            Integer code = watch.exitCode().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return code == null ? -1 : code;
        } catch (ExecutionException | TimeoutException e) {
            log.debug("{} in pod {} did not end: {}", words[0], name, e.toString());
            return -1;
        }
    }

    private void copyIn(String name) throws IOException, InterruptedException {
        Map<String, Collection<String>> changed = new TreeMap<>();
        Map<String, FolderState> now = new TreeMap<>();
        List<String> gone = new ArrayList<>();
        for (Map.Entry<String, Path> folder : folders.entrySet()) {
            FolderState state = FolderState.of(folder.getValue());
            FolderState old = there.getOrDefault(folder.getKey(), FolderState.EMPTY);
            now.put(folder.getKey(), state);
            List<String> entries = new ArrayList<>();
            state.entries().forEach((path, how) -> {
                if (!how.equals(old.entries().get(path))) {
                    entries.add(path);
                }
            });
            changed.put(folder.getKey(), entries);
            old.entries().keySet().forEach(path -> {
                if (!state.entries().containsKey(path)) {
                    gone.add("/" + folder.getKey() + "/" + path);
                }
            });
        }
        for (int from = 0; from < gone.size(); from += REMOVE_AT_ONCE) {
            List<String> words = new ArrayList<>(List.of("rm", "-rf", "--"));
            words.addAll(gone.subList(from, Math.min(gone.size(), from + REMOVE_AT_ONCE)));
            require(ask(name, SIGNAL, words.toArray(String[]::new)), "remove files");
        }
        if (changed.values().stream().anyMatch(entries -> !entries.isEmpty())) {
            Path archive = confinement.lease().resolve("in-" + copies++ + ".tar");
            try {
                Archives.pack(folders, changed, archive);
                require(send(name, archive), "take the workspace");
            } finally {
                Files.deleteIfExists(archive);
            }
        }
        there = now;
    }

    private void require(int code, String what) {
        if (code != 0) {
            drop();
            throw new SandboxFailedException(
                    "the pod of image " + image + " could not " + what + " (exit code " + code + ")",
                    "the image needs sh, env, head, rm and tar; the volume may be full (fleet.sandbox.max-disk)");
        }
    }

    private int send(String name, Path archive) throws IOException, InterruptedException {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        try (InputStream in = Files.newInputStream(archive);
                ExecWatch watch = container(name)
                        .redirectingInput()
                        .writingOutput(output)
                        .writingError(output)
                        .exec("sh", "-c", UNPACK, "fleet", Long.toString(Files.size(archive)))) {
            OutputStream to = watch.getInput();
            in.transferTo(to);
            to.flush();
            Integer code = watch.exitCode().get(COPY.toMillis(), TimeUnit.MILLISECONDS);
            if (code == null || code != 0) {
                log.warn("tar in pod {}: {}", name, output.toString(StandardCharsets.UTF_8));
            }
            return code == null ? -1 : code;
        } catch (ExecutionException | TimeoutException e) {
            throw KubernetesSandbox.failed("take the workspace", e);
        }
    }

    /** Kills what runs on and copies the folders back; false when they hold more than they may. */
    private boolean copyBack(String name, Path output) throws IOException, InterruptedException {
        if (pod == null) {
            return true; // What it held is gone with it; the host's copy is as it was before the command.
        }
        long max = limits.diskBytes() == 0 ? Long.MAX_VALUE : limits.diskBytes() + size();
        Path archive = confinement.lease().resolve("out-" + copies++ + ".tar");
        try {
            int code;
            try (Output file = new Output(archive, max);
                    Output errors = new Output(confinement.lease().resolve("tar.log"), 1 << 16);
                    ExecWatch watch = container(name)
                            .writingOutput(file)
                            .writingError(errors)
                            .exec("sh", "-c", PACK)) {
                CommandWatch.Running copying = new Running(name, watch, file);
                End end = CommandWatch.await(copying, COPY, new Cancellation(), max, DiskWatch.none());
                code = end == End.EXITED ? exitCode(watch) : -1;
                if (end == End.TOO_MUCH_OUTPUT) {
                    drop();
                    return false;
                }
            }
            if (code != 0) {
                note(output, "what the command changed could not be copied back (exit code " + code + ")");
                drop();
                return true;
            }
            for (String left : Archives.unpack(archive, folders, Set.of(".git"), there, max)) {
                log.debug("not copied back: {}", left);
            }
            Map<String, FolderState> now = new TreeMap<>();
            for (Map.Entry<String, Path> folder : folders.entrySet()) {
                now.put(folder.getKey(), FolderState.of(folder.getValue()));
            }
            there = now;
            return true;
        } catch (Archives.TooLargeException e) {
            drop();
            return false;
        } finally {
            Files.deleteIfExists(archive);
        }
    }

    private long size() {
        long sum = 0;
        for (FolderState state : there.values()) {
            for (String how : state.entries().values()) {
                sum += how.equals("folder") ? 0 : Long.parseLong(how.substring(0, how.indexOf(' ')));
            }
        }
        return sum;
    }

    /** Deletes the pod; the next command gets another one. */
    private void drop() {
        String name = job;
        job = null;
        pod = null;
        if (name != null) {
            boolean interrupted = Thread.interrupted();
            try {
                sandbox.delete(name);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    @Override
    public boolean hasProgram(String name) {
        return programs.computeIfAbsent(name, this::look);
    }

    private boolean look(String name) {
        oneAtATime.lock();
        try {
            return ask(running(), SIGNAL, "sh", "-c", "command -v -- \"$0\"", name) == 0;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look for " + name, e);
        } catch (KubernetesClientException e) {
            throw KubernetesSandbox.failed("look for " + name, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Cancellation.CancelledException("interrupted");
        } finally {
            oneAtATime.unlock();
        }
    }

    @Override
    public String programsAre() {
        return "in the image " + image;
    }

    @Override
    public void close() {
        closed = true;
        drop();
    }

    /** A command under way. */
    private final class Running implements CommandWatch.Running {

        private final String name;
        private final ExecWatch watch;
        private final Output printed;
        private long asked = System.nanoTime();

        Running(String name, ExecWatch watch, Output printed) {
            this.name = name;
            this.watch = watch;
            this.printed = printed;
        }

        @Override
        public boolean awaitEnd(long ms) throws InterruptedException {
            try {
                Integer code = watch.exitCode().get(Math.max(1, ms), TimeUnit.MILLISECONDS);
                log.trace("exit code {}", code);
                return true;
            } catch (ExecutionException e) {
                throw KubernetesSandbox.failed("go on with a command", e);
            } catch (TimeoutException e) {
                if (System.nanoTime() - asked < ASK_EVERY_NS) {
                    return false;
                }
                asked = System.nanoTime();
                return isOver();
            }
        }

        /** A pod that was evicted or deleted may leave its connections open. */
        private boolean isOver() {
            return !isRunning(pods().withName(name).get());
        }

        @Override
        public long outputBytes() {
            return printed.bytes();
        }
    }

    /** The pod while the attempt is frozen: what runs in it is stopped. */
    private final class Stopped implements Freeze.Child {

        private final String name;

        Stopped(String name) {
            this.name = name;
        }

        @Override
        public void stop() {
            signal("STOP");
        }

        @Override
        public void goOn() {
            signal("CONT");
        }

        private void signal(String signal) {
            try {
                int code = ask(name, SIGNAL, "sh", "-c", "kill -" + signal + " -1");
                log.trace("signal {}: {}", signal, code);
            } catch (RuntimeException e) {
                log.debug("pod {} took no signal {}: {}", name, signal, e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Writes a stream into a file, up to a bound. */
    private static final class Output extends OutputStream {

        private final OutputStream out;
        private final long max;
        private volatile long bytes;

        Output(Path file, long max) throws IOException {
            this.out = Files.newOutputStream(file);
            this.max = max;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public synchronized void write(byte[] content, int offset, int length) throws IOException {
            long before = bytes;
            bytes = before + length;
            if (before <= max) {
                out.write(content, offset, length);
            }
        }

        long bytes() {
            return bytes;
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
