package io.sweaifleet.agent.sandbox.docker;

import static org.junit.jupiter.api.Assumptions.abort;

import io.sweaifleet.agent.sandbox.SandboxLimits;
import io.sweaifleet.agent.sandbox.container.ImageCatalogue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A real Docker engine of the tests' own: dockerd in a temporary folder, apart from any other on the machine, and an image
 * made from busybox-static. Needs root, dockerd and busybox; aborts the test with the remedy where one is missing.
 */
public final class DockerFixture {

    private static @Nullable DockerFixture shared;
    private static @Nullable String problem;

    private final Path folder;
    private final List<String> driver = new ArrayList<>();
    private Process dockerd;

    private DockerFixture(Path folder) throws IOException {
        this.folder = folder;
        driver.add("overlay2");
        try {
            dockerd = start();
        } catch (IllegalStateException overlayDoesNotWorkHere) {
            driver.set(0, "vfs");
            dockerd = start();
        }
    }

    /** One for all tests of this JVM, ended with it. */
    public static synchronized DockerFixture shared() {
        if (problem == null && shared == null) {
            problem = missing();
            if (problem == null) {
                try {
                    // A socket's path has to be short.
                    DockerFixture made =
                            new DockerFixture(Files.createTempDirectory(Path.of("/tmp"), "fleet-dockerd-"));
                    Runtime.getRuntime().addShutdownHook(new Thread(made::stop));
                    made.makeImage();
                    shared = made;
                } catch (IOException | RuntimeException e) {
                    problem = "dockerd does not work here: " + e.getMessage();
                }
            }
        }
        if (shared == null) {
            return abort("no Docker engine: " + problem);
        }
        return shared;
    }

    private static @Nullable String missing() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return "dockerd needs root";
        }
        for (Path program : List.of(Path.of("/usr/sbin/dockerd"), Path.of("/bin/busybox"))) {
            if (!Files.isExecutable(program)) {
                return program + " is missing (Debian: apt-get install docker.io busybox-static)";
            }
        }
        return null;
    }

    /** Its address. */
    public String address() {
        return "unix://" + folder.resolve("docker.sock");
    }

    /** The catalogue with the image of the tests. */
    static ImageCatalogue images() {
        return ImageCatalogue.parse(List.of("default=fleet.local/test:1"));
    }

    /** A sandbox on this engine. */
    public DockerSandbox sandbox(SandboxLimits limits, Path workDirectory) {
        return DockerSandbox.connect(new DockerOptions(address(), images(), false, limits), workDirectory);
    }

    private Process start() throws IOException {
        Path log = folder.resolve("dockerd.log");
        Process started = new ProcessBuilder(
                        "dockerd",
                        "--host=" + address(),
                        "--data-root=" + folder.resolve("data"),
                        "--exec-root=" + folder.resolve("exec"),
                        "--pidfile=" + folder.resolve("pid"),
                        "--storage-driver=" + driver.get(0),
                        "--bridge=none",
                        "--iptables=false",
                        "--ip6tables=false")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!answers()) {
            if (!started.isAlive() || System.nanoTime() > deadline) {
                started.destroyForcibly();
                List<String> lines = Files.readAllLines(log);
                throw new IllegalStateException(
                        String.join(" | ", lines.subList(Math.max(0, lines.size() - 3), lines.size())));
            }
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
        return started;
    }

    private boolean answers() {
        if (!Files.exists(folder.resolve("docker.sock"))) {
            return false;
        }
        try (DockerEngine engine = DockerEngine.at(address())) {
            engine.control().pingCmd().exec();
            return true;
        } catch (RuntimeException notYet) {
            return false;
        }
    }

    /** Ends the engine without warning, and its containerd with it; the containers go on. */
    public void kill() throws InterruptedException {
        List<ProcessHandle> children = dockerd.children().toList();
        dockerd.destroyForcibly().waitFor();
        for (ProcessHandle child : children) {
            child.onExit().join(); // The kernel ends it, as its parent died; a new engine must not find it dying.
        }
    }

    /** Starts it again. */
    public void startAgain() throws IOException {
        for (int tries = 1; ; tries++) {
            Files.deleteIfExists(folder.resolve("pid"));
            try {
                dockerd = start();
                return;
            } catch (IllegalStateException e) {
                // As an init system would: its containerd may not be ready within the time that dockerd gives it.
                if (tries == 3) {
                    throw e;
                }
            }
        }
    }

    private void makeImage() throws IOException {
        Path root = Files.createDirectories(folder.resolve("image"));
        makeRootFileSystem(root.resolve("rootfs"));
        Files.writeString(root.resolve("Dockerfile"), "FROM scratch\nADD rootfs.tar /\nENV PATH=/bin\n");
        run(
                "tar",
                "-C",
                root.resolve("rootfs").toString(),
                "-cf",
                root.resolve("rootfs.tar").toString(),
                ".");
        run("rm", "-rf", root.resolve("rootfs").toString());
        try (DockerEngine engine = DockerEngine.at(address())) {
            new DockerImages(engine, false).build(root, "fleet.local/test:1");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Busybox with all its programs, and the folders that programs expect. */
    static void makeRootFileSystem(Path root) throws IOException {
        for (String directory : List.of("bin", "etc", "tmp", "proc", "sys", "dev", "workspace", "scratch")) {
            Files.createDirectories(root.resolve(directory));
        }
        Files.copy(Path.of("/bin/busybox"), root.resolve("bin/busybox"));
        for (String program : run("/bin/busybox", "--list").split("\n", -1)) {
            if (!program.isBlank() && !program.equals("busybox")) {
                Files.createSymbolicLink(root.resolve("bin").resolve(program), Path.of("busybox"));
            }
        }
        Files.writeString(root.resolve("etc/passwd"), "root:x:0:0::/:/bin/sh\nagent:x:10001:10001::/tmp:/bin/sh\n");
    }

    static String run(String... argv) throws IOException {
        Process process = new ProcessBuilder(argv).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", argv) + ": " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return output;
    }

    private void stop() {
        dockerd.destroy();
        try {
            if (!dockerd.waitFor(30, TimeUnit.SECONDS)) {
                dockerd.destroyForcibly().waitFor();
            }
            run(
                    "sh",
                    "-c",
                    "for m in $(grep -o ' " + folder + "[^ ]*' /proc/mounts | sort -r); do umount -l $m; done;"
                            + " rm -rf " + folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
