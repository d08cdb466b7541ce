package io.sweaifleet.agent.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.attempt.Freeze;
import io.sweaifleet.agent.playbook.Toolbox.Cache;
import io.sweaifleet.agent.sandbox.CommandExecutor.End;
import io.sweaifleet.agent.sandbox.CommandExecutor.Execution;
import io.sweaifleet.agent.sandbox.Sandboxes.Choice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SandboxIT {

    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private Path home;
    private HostEnvironment host;
    private Confinement confinement;
    private int outputs;

    @BeforeEach
    void makeHost() throws Exception {
        folder = folder.toRealPath();
        home = Files.createDirectories(folder.resolve("home/user"));
        Files.createDirectories(home.resolve(".ssh"));
        Files.writeString(home.resolve(".ssh/id_ed25519"), "TOP-SECRET");
        Files.createDirectories(home.resolve(".m2/repository/org/x"));
        Files.writeString(home.resolve(".m2/settings.xml"), "<settings>TOP-SECRET</settings>");
        Files.writeString(home.resolve(".m2/repository/org/x/x.jar"), "jar");
        host = HostEnvironment.detect(System.getenv(), home);
        Path lease = Files.createDirectories(folder.resolve("work/lease"));
        Path clone = Files.createDirectories(lease.resolve("clone"));
        Files.createDirectories(clone.resolve(".git"));
        Files.writeString(clone.resolve(".git/config"), "[core]\n");
        confinement = new Confinement(lease, clone, Files.createDirectories(lease.resolve("scratch")), "default/t-1");
    }

    @Test
    void shouldHideTheUsersFilesFromCommands() throws Exception {
        // Given
        Sandbox sandbox = bubblewrap();

        // When
        String output = outputOf(
                sandbox,
                "cat " + home + "/.ssh/id_ed25519 ~/.ssh/id_ed25519 ~/.m2/settings.xml /etc/shadow /root/.bashrc; "
                        + "ls -A " + home + "; ls " + folder + "; find / -xdev -name id_ed25519 2>/dev/null; env");

        // Then
        assertThat(output).doesNotContain("TOP-SECRET").doesNotContain("root:").contains("No such file");
        assertThat(output).contains("HOME=" + home).contains("FLEET_RUN=default/t-1");
    }

    @Test
    void shouldLetCommandsWriteOnlyTheCloneAndTheScratchFolder() throws Exception {
        // Given
        Sandbox sandbox = bubblewrap();
        Path outside = folder.resolve("outside");

        // When
        String output = outputOf(
                sandbox,
                "touch in-clone && touch " + confinement.scratch() + "/in-scratch && echo wrote; "
                        + "touch " + outside + "; touch /usr/x; touch /etc/x; touch " + confinement.lease() + "/x; "
                        + "echo evil > .git/config; rm -rf .git; mv .git moved; mkdir -p .git/hooks; true");

        // Then
        assertThat(output).contains("wrote");
        assertThat(confinement.root().resolve("in-clone")).exists();
        assertThat(confinement.scratch().resolve("in-scratch")).exists();
        assertThat(outside).doesNotExist();
        assertThat(confinement.lease().resolve("x")).doesNotExist();
        assertThat(Path.of("/usr/x")).doesNotExist();
        assertThat(confinement.root().resolve(".git/config")).hasContent("[core]");
        assertThat(confinement.root().resolve(".git/hooks")).doesNotExist();
    }

    @Test
    void shouldHaveNoNetworkButItsOwnLoopback() throws Exception {
        // Given
        Sandbox sandbox = bubblewrap();
        assumeTrue(host.find("python3").isPresent(), "python3 is not installed (Debian: apt install python3)");
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String script = "import socket\n"
                    + "s=socket.socket(); s.bind(('127.0.0.1',0)); s.listen(); c=socket.create_connection(s.getsockname()); print('own loopback')\n"
                    + "try:\n socket.create_connection(('127.0.0.1'," + server.getLocalPort()
                    + "),3); print('REACHED')\n"
                    + "except OSError as e: print('refused', e)\n"
                    + "import os; print(sorted(os.listdir('/sys/class/net')) if os.path.isdir('/sys/class/net') else 'no sys')\n";

            // When
            String output = outputOf(sandbox, List.of("python3", "-c", script), List.of());

            // Then
            assertThat(output).contains("own loopback").contains("refused").doesNotContain("REACHED");
        }
    }

    @Test
    void shouldSeeNoProcessOfTheHost() throws Exception {
        // Given
        Sandbox sandbox = bubblewrap();

        // When
        String output = outputOf(sandbox, "ls -d /proc/[0-9]* | wc -l");

        // Then
        assertThat(Integer.parseInt(output.strip())).isLessThan(8);
    }

    @Test
    void shouldRunAsTheSameUserWithAHomeThatTheJvmKnows() throws Exception {
        // Given
        Sandbox sandbox = bubblewrap();
        HostUser user = HostUser.current();

        // When
        String output = outputOf(sandbox, "id -u; java -XshowSettings:properties -version 2>&1 | grep user.home");

        // Then
        assertThat(output).startsWith(user.uid() + "\n").contains("user.home = " + home);
    }

    @ParameterizedTest
    @EnumSource(names = {"BUBBLEWRAP", "PROCESS"})
    void shouldNeverChangeTheHostsCache(Choice choice) throws Exception {
        // Given
        Sandbox sandbox = select(choice);
        Map<String, String> before = contentsOf(home.resolve(".m2"));
        String script = "cd ~/.m2/repository && cat org/x/x.jar && echo changed > org/x/x.jar.new && mv org/x/x.jar.new"
                + " org/x/x.jar && mkdir -p org/y && echo new > org/y/y.jar && cat org/x/x.jar org/y/y.jar";

        // When
        String first = outputOf(sandbox, List.of("sh", "-c", script), List.of(Cache.MAVEN));
        String second =
                outputOf(sandbox, List.of("sh", "-c", "cat ~/.m2/repository/org/*/*.jar"), List.of(Cache.MAVEN));

        // Then: what one command wrote is there for the next, and the host's files are as they were.
        assertThat(first).isEqualTo("jarchanged\nnew\n");
        assertThat(second).isEqualTo("changed\nnew\n");
        assertThat(contentsOf(home.resolve(".m2"))).isEqualTo(before);
    }

    @Test
    void shouldNeverChangeTheHostsCacheWhereTheKernelHasNoOverlay() throws Exception {
        // Given
        bubblewrap();
        Sandbox sandbox = new BubblewrapSandbox(host, HostUser.current(), false, SandboxLimits.DEFAULT);
        Map<String, String> before = contentsOf(home.resolve(".m2"));
        String script = "cd ~/.m2/repository && cat org/x/x.jar; echo broken > org/x/x.jar; rm org/x/x.jar;"
                + " echo mine > org/x/x.jar; mkdir org/y && echo new > org/y/y.jar; cat org/*/*.jar";

        // When
        String output = outputOf(sandbox, List.of("sh", "-c", script), List.of(Cache.MAVEN));

        // Then
        assertThat(output).startsWith("jar").contains("Read-only file system").endsWith("mine\nnew\n");
        assertThat(contentsOf(home.resolve(".m2"))).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(names = {"BUBBLEWRAP", "PROCESS"})
    void shouldEndTheWholeGroupAtTheTimeout(Choice choice) throws Exception {
        // Given: a child, a grandchild in its own session, and one that was adopted by init.
        Sandbox sandbox = select(choice);
        String mark = "31" + ProcessHandle.current().pid();
        String script = "sleep " + mark + " & setsid sleep " + mark + " & (setsid sh -c 'sleep " + mark
                + "; true' >/dev/null 2>&1 &) ; echo started; wait";

        // When
        Execution execution =
                execute(sandbox, List.of("sh", "-c", script), List.of(), Duration.ofSeconds(2), new Cancellation());

        // Then
        assertThat(execution.end()).isEqualTo(End.TIMED_OUT);
        assertThat(execution.exitCode()).isEqualTo(-1);
        assertNoneLeft(mark);
    }

    @ParameterizedTest
    @EnumSource(names = {"BUBBLEWRAP", "PROCESS"})
    void shouldEndTheWholeGroupWhenCancelled(Choice choice) throws Exception {
        // Given
        Sandbox sandbox = select(choice);
        Cancellation cancellation = new Cancellation();
        String mark = "32" + ProcessHandle.current().pid();
        Path started = confinement.scratch().resolve("started");
        Thread canceller = new Thread(() -> {
            awaitFile(started);
            cancellation.cancel("the test asked", Instant.now());
        });
        canceller.start();

        // When
        Execution execution = execute(
                sandbox,
                List.of("sh", "-c", "setsid sleep " + mark + " & touch " + started + "; sleep " + mark),
                List.of(),
                LONG,
                cancellation);

        // Then
        canceller.join();
        assertThat(execution.end()).isEqualTo(End.CANCELLED);
        assertNoneLeft(mark);
    }

    @ParameterizedTest
    @EnumSource(names = {"BUBBLEWRAP", "PROCESS"})
    void shouldStopTheWholeGroupWhileFrozenAndLetItGoOnWithTheTimeItHadLeft(Choice choice) throws Exception {
        // Given
        Sandbox sandbox = select(choice);
        Freeze freeze = new Freeze(InstantSource.system());
        String mark = "34" + ProcessHandle.current().pid();
        Path started = confinement.scratch().resolve("started");
        Path finish = confinement.scratch().resolve("finish");
        Duration timeout = Duration.ofSeconds(3);
        String script = "setsid sleep " + mark + " & touch " + started + "; while [ ! -e " + finish
                + " ]; do sleep 0.05; done; kill -KILL $!";

        // When
        CompletableFuture<List<String>> states = CompletableFuture.supplyAsync(() -> {
            awaitFile(started);
            freeze.hold(Instant.now());
            freeze.settle();
            List<String> stopped = statesOf(mark);
            // A process has to run to be stopped by a signal.
            while (!stopped.stream().allMatch("T"::equals) && freeze.frozen().compareTo(timeout) < 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                stopped = statesOf(mark);
            }
            while (freeze.frozen().compareTo(timeout) < 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
            try {
                Files.createFile(finish);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            freeze.release(Instant.MAX);
            freeze.settle();
            return stopped;
        });
        Execution execution =
                execute(sandbox, List.of("sh", "-c", script), List.of(), timeout, new Cancellation(freeze));

        // Then
        assertThat(execution).extracting(Execution::end, Execution::exitCode).containsExactly(End.EXITED, 0);
        assertThat(states.get(10, TimeUnit.SECONDS)).isNotEmpty().containsOnly("T");
        assertNoneLeft(mark);
    }

    /** The state, as proc(5) has it, of each process whose command line contains the mark. */
    private static List<String> statesOf(String mark) {
        return ProcessHandle.allProcesses()
                .map(process -> Path.of("/proc", Long.toString(process.pid())))
                .filter(process -> read(process.resolve("cmdline")).contains(mark))
                .map(process -> read(process.resolve("stat")))
                .map(stat -> stat.substring(stat.lastIndexOf(')') + 2).substring(0, 1))
                .toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException ended) {
            return "";
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BUBBLEWRAP", "PROCESS"})
    void shouldLeaveNothingRunningAfterACommandThatEnded(Choice choice) throws Exception {
        // Given
        Sandbox sandbox = select(choice);
        String mark = "33" + ProcessHandle.current().pid();

        // When
        Execution execution = execute(
                sandbox,
                List.of("sh", "-c", "setsid sleep " + mark + " >/dev/null 2>&1 & exit 4"),
                List.of(),
                LONG,
                new Cancellation());

        // Then
        assertThat(execution).extracting(Execution::end, Execution::exitCode).containsExactly(End.EXITED, 4);
        assertNoneLeft(mark);
    }

    @Test
    void shouldEndACommandThatWritesTooMuch() throws Exception {
        // Given
        Sandbox sandbox = select(Choice.NONE);
        SandboxSession session = sandbox.open(new SandboxRequest(confinement, "", 1 << 20));

        // When
        Execution execution = session.execute(
                command(List.of("yes"), List.of()), LONG, new Cancellation(), folder.resolve("yes.log"));

        // Then
        assertThat(execution.end()).isEqualTo(End.TOO_MUCH_OUTPUT);
    }

    @Test
    void shouldKeepTheToolchainsOfTheHostUsable() throws Exception {
        // Given: this machine's own home, where toolchains may live.
        HostEnvironment real = HostEnvironment.detect();
        Sandbox sandbox = Sandboxes.select(Choice.AUTO, real, folder.resolve("work"));
        assumeTrue(sandbox.name().equals("bubblewrap"), sandbox.refusal());
        StringBuilder script = new StringBuilder("set -e; ");
        for (String program : List.of("java", "mvn", "python3", "node", "npm", "go", "git", "make")) {
            if (real.find(program).isPresent()) {
                script.append(program)
                        .append(program.equals("go") ? " version" : " --version")
                        .append(" >/dev/null; ");
            }
        }
        script.append("echo all work; ls -A ~/.ssh ~/.aws ~/.gitconfig ~/.npmrc 2>&1 || true");

        // When
        String output = outputOf(sandbox, List.of("sh", "-c", script.toString()), List.of());

        // Then
        assertThat(output).contains("all work");
        assertThat(output.lines().filter(line -> line.startsWith("ls: "))).hasSize(4);
    }

    @Test
    void shouldRefuseToStartWhenTheNamedSandboxDoesNotWork() throws Exception {
        // Given: a host without bwrap on its path.
        HostEnvironment bare = HostEnvironment.detect(Map.of("PATH", folder.toString()), home);

        // When / Then
        assertThatThrownBy(() -> Sandboxes.select(Choice.BUBBLEWRAP, bare, folder.resolve("work")))
                .isInstanceOf(SandboxUnavailableException.class)
                .hasMessageContaining("bwrap is not installed")
                .hasMessageContaining("fleet.worker.sandbox=process");
        Sandbox automatic = Sandboxes.select(Choice.AUTO, bare, folder.resolve("work"));
        assertThat(automatic.name()).isEqualTo("none");
        assertThat(automatic.refusal()).endsWith("bwrap is not installed");
        assertThat(automatic.description()).contains("bwrap is not installed").contains("--sandbox process");
    }

    @Test
    void shouldShowOnlyToolchainsOfAHomeDirectory() throws Exception {
        // Given
        for (String directory :
                List.of(".pyenv/shims", ".cargo/bin", "bin", ".ssh/bin", ".config/tool/bin", "app/bin", "app/lib")) {
            Files.createDirectories(home.resolve(directory));
        }
        String path = String.join(
                ":",
                List.of(
                        home + "/.pyenv/shims",
                        home + "/.cargo/bin",
                        home + "/bin",
                        home + "/.ssh/bin",
                        home + "/.config/tool/bin",
                        home + "/app/bin",
                        home.toString(),
                        "/usr/bin",
                        "relative"));

        // When
        HostEnvironment detected = HostEnvironment.detect(Map.of("PATH", path), home);

        // Then
        assertThat(detected.toolDirectories())
                .containsExactlyInAnyOrder(
                        home.resolve(".pyenv"), home.resolve(".cargo/bin"), home.resolve("bin"), home.resolve("app"));
    }

    private Sandbox bubblewrap() {
        return select(Choice.BUBBLEWRAP);
    }

    private Sandbox select(Choice choice) {
        try {
            return Sandboxes.select(choice, host, folder.resolve("work"));
        } catch (SandboxUnavailableException e) {
            assumeTrue(false, e.getMessage() + " (Debian: apt install bubblewrap)");
            throw e;
        }
    }

    private String outputOf(Sandbox sandbox, String script) throws Exception {
        return outputOf(sandbox, List.of("sh", "-c", script), List.of());
    }

    private String outputOf(Sandbox sandbox, List<String> argv, List<Cache> caches) throws Exception {
        Execution execution = execute(sandbox, argv, caches, LONG, new Cancellation());
        assertThat(execution.end()).isEqualTo(End.EXITED);
        return Files.readString(folder.resolve("output-" + outputs));
    }

    private Execution execute(
            Sandbox sandbox, List<String> argv, List<Cache> caches, Duration timeout, Cancellation cancellation)
            throws Exception {
        outputs++;
        try (SandboxSession session = sandbox.open(new SandboxRequest(confinement, "", 1 << 24))) {
            return session.execute(command(argv, caches), timeout, cancellation, folder.resolve("output-" + outputs));
        }
    }

    private SandboxedCommand command(List<String> argv, List<Cache> caches) {
        return new SandboxedCommand(argv, confinement.root(), Map.of(), caches, List.of());
    }

    /** Killing is immediate, but init may take a moment to collect what it adopted. */
    private static void assertNoneLeft(String mark) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (sleepers(mark) > 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        assertThat(sleepers(mark)).isZero();
    }

    private static long sleepers(String mark) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains("sleep " + mark))
                .count();
    }

    private static void awaitFile(Path file) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!Files.exists(file) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private static Map<String, String> contentsOf(Path root) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (var walk = Files.walk(root)) {
            for (Path file : (Iterable<Path>) walk::iterator) {
                String value = Files.isRegularFile(file)
                        ? Files.readString(file) + Files.getLastModifiedTime(file)
                        : "directory";
                contents.put(root.relativize(file).toString(), value);
            }
        }
        return contents;
    }
}
