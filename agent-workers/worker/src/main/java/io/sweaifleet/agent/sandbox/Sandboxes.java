package io.sweaifleet.agent.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Chooses the sandbox at start by running a trivial command in it. */
public final class Sandboxes {

    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(10);

    private Sandboxes() {}

    /** What the operator asked for. */
    public enum Choice {
        /** Bubblewrap when it works here, else none. */
        AUTO,
        /** Bubblewrap, or refuse to start. */
        BUBBLEWRAP,
        /** Plain processes. */
        PROCESS,
        /** Do not execute the repository's code. */
        NONE,
        /** A container of a Docker engine, or refuse to start. */
        DOCKER,
        /** A Job on a Kubernetes cluster, or refuse to start. */
        KUBERNETES
    }

    /**
     * The sandbox to use.
     *
     * @param workDirectory where attempts will work; the layers over caches are tried there, as it depends on its file
     *     system whether the kernel can do them
     * @throws SandboxUnavailableException when the named one does not work here
     */
    public static Sandbox select(Choice choice, HostEnvironment host, Path workDirectory) {
        return select(choice, host, workDirectory, SandboxLimits.DEFAULT);
    }

    /**
     * As above, for sandboxes of this host.
     *
     * @param limits of attempts in bubblewrap
     * @throws IllegalArgumentException for a choice that is not a sandbox of this host
     */
    public static Sandbox select(Choice choice, HostEnvironment host, Path workDirectory, SandboxLimits limits) {
        HostUser user = HostUser.currentOrNobody();
        return switch (choice) {
            case NONE -> new NoSandbox(host, user, "the operator chose --sandbox none");
            case PROCESS -> new ProcessSandbox(host, user, overlayWorks(host, user, workDirectory));
            case BUBBLEWRAP -> {
                String problem = problemOfBubblewrap(host, user, workDirectory, limits);
                if (problem != null) {
                    throw new SandboxUnavailableException("fleet.worker.sandbox is bubblewrap, but " + problem
                            + "; install it, or choose fleet.worker.sandbox=process or none");
                }
                yield new BubblewrapSandbox(host, user, overlayWorks(host, user, workDirectory), limits);
            }
            case AUTO -> {
                String problem = problemOfBubblewrap(host, user, workDirectory, limits);
                yield problem == null
                        ? new BubblewrapSandbox(host, user, overlayWorks(host, user, workDirectory), limits)
                        : new NoSandbox(host, user, problem);
            }
            case DOCKER, KUBERNETES -> throw new IllegalArgumentException(choice + " is not a sandbox of this host");
        };
    }

    /** Null when bubblewrap runs a command here, else why it does not. */
    private static @Nullable String problemOfBubblewrap(
            HostEnvironment host, HostUser user, Path workDirectory, SandboxLimits limits) {
        if (host.find("bwrap").isEmpty()) {
            return "the program bwrap is not installed";
        }
        return inProbe(workDirectory, confinement -> {
            SandboxedCommand trivial =
                    new SandboxedCommand(List.of("true"), confinement.root(), Map.of(), List.of(), List.of());
            BubblewrapSandbox sandbox = new BubblewrapSandbox(host, user, false, limits);
            Tried tried;
            try {
                tried = attempt(sandbox.prepare(confinement, trivial));
            } finally {
                sandbox.release(confinement);
            }
            return tried.ok() ? null : "bwrap does not work here (" + tried.output() + ")";
        });
    }

    private static boolean overlayWorks(HostEnvironment host, HostUser user, Path workDirectory) {
        if (host.find("unshare").isEmpty()) {
            return false;
        }
        String problem = inProbe(workDirectory, confinement -> {
            Path lower = Files.createDirectories(confinement.layers().resolve("lower"));
            Files.writeString(lower.resolve("probe"), "lower");
            Path base = confinement.layers();
            CacheLayers.Layer layer = new CacheLayers.Layer(
                    Files.createDirectories(base.resolve("merged")),
                    "probe",
                    lower,
                    Files.createDirectories(base.resolve("upper")),
                    Files.createDirectories(base.resolve("work")),
                    true);
            List<String> words = new ArrayList<>(CacheLayers.mountPrefix(List.of(layer)));
            words.addAll(List.of("unshare", "--user", "--map-user=" + user.uid(), "--map-group=" + user.gid()));
            Path probe = layer.target().resolve("probe");
            words.addAll(List.of("sh", "-c", "echo upper > \"$0\" && grep -q upper \"$0\"", probe.toString()));
            Tried tried = attempt(new Launch(words, Map.of("PATH", host.pathVariable()), confinement.lease()));
            boolean untouched = Files.readString(lower.resolve("probe")).equals("lower");
            return tried.ok() && untouched ? null : tried.output();
        });
        return problem == null;
    }

    private record Tried(boolean ok, String output) {}

    private interface Probe {
        @Nullable
        String run(Confinement confinement) throws IOException, InterruptedException;
    }

    private static @Nullable String inProbe(Path workDirectory, Probe probe) {
        Path lease = null;
        try {
            Files.createDirectories(workDirectory);
            lease = Files.createTempDirectory(workDirectory.toRealPath(), "probe-");
            Path clone = Files.createDirectories(lease.resolve("clone"));
            Path scratch = Files.createDirectories(lease.resolve("scratch"));
            return probe.run(new Confinement(lease, clone, scratch, "probe/probe"));
        } catch (IOException e) {
            return "it could not be tried: " + e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "it could not be tried: interrupted";
        } finally {
            if (lease != null) {
                Folders.deleteQuietly(lease);
            }
        }
    }

    private static Tried attempt(Launch launch) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(launch.argv());
        builder.environment().clear();
        builder.environment().putAll(launch.environment());
        Path output = launch.directory().resolve("probe.log");
        builder.directory(launch.directory().toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        Process process = builder.start();
        boolean ended = process.waitFor(PROBE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        if (!ended) {
            process.destroyForcibly();
            return new Tried(false, "no answer within " + PROBE_TIMEOUT.toSeconds() + " s");
        }
        try {
            String text = Files.readString(output).strip().replace('\n', ' ');
            return new Tried(process.exitValue() == 0, text.isEmpty() ? "exit code " + process.exitValue() : text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
