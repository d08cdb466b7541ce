package io.sweaifleet.agent.sandbox.escape;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox.CommandRequest;
import io.sweaifleet.agent.playbook.Toolbox.CommandResult;
import io.sweaifleet.agent.run.PlaybookHarness;
import io.sweaifleet.agent.run.PlaybookHarness.Run;
import io.sweaifleet.agent.run.Steps;
import io.sweaifleet.agent.run.TestRepository;
import io.sweaifleet.agent.sandbox.Sandbox;
import io.sweaifleet.agent.sandbox.SandboxLimits;
import io.sweaifleet.agent.sandbox.offer.OfferedSandboxes;
import io.sweaifleet.schemas.record.AuditEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What hostile code in a repository tries, against one sandbox. Each try runs as a command of a real attempt, through the
 * real tools, and has to leave its audit event. Scripts keep to what busybox has. Bombs have fuses of their own, so that a
 * sandbox that fails here fails the test and not the machine.
 */
abstract class EscapeSuite {

    static final SandboxLimits SMALL = new SandboxLimits(64L << 20, 32, 1_000, 32L << 20, 64L << 20);

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private Path secret;
    private TestRepository repository;
    private String mark;

    /** The sandbox with the limits {@link #SMALL}; aborts the test when it does not work here, with the remedy. */
    abstract Sandbox sandbox(Path workDirectory);

    @BeforeEach
    void makeTargets() throws IOException {
        folder = folder.toRealPath();
        Path outside = Files.createDirectories(folder.resolve("outside"));
        secret = Files.writeString(outside.resolve("secret.txt"), "TOP-SECRET-OF-THE-HOST");
        repository =
                TestRepository.init(folder.resolve("repo")).file("a.txt", "a\n").file("src/b.txt", "b\n");
        repository.commit("first");
        mark = "escape-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    }

    @AfterEach
    void nothingIsLeftOrChangedOutside() throws IOException {
        assertThat(secret).hasContent("TOP-SECRET-OF-THE-HOST");
        try (Stream<Path> entries = Files.list(folder.resolve("outside"))) {
            assertThat(entries).containsExactly(secret);
        }
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (processes(mark) > 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        assertThat(processes(mark)).as("processes left of %s", mark).isZero();
    }

    @Test
    void shouldReachNoNetwork() throws Exception {
        // Given: a server on every address of this host.
        AtomicInteger reached = new AtomicInteger();
        try (ServerSocket server = new ServerSocket(0)) {
            Thread accepting = new Thread(() -> accept(server, reached));
            accepting.start();
            StringBuilder script = new StringBuilder("tried=0\n");
            for (String address : addresses()) {
                int port = server.getLocalPort();
                script.append("if command -v wget; then tried=1; timeout 3 wget -q -O- http://" + address + ":" + port
                        + "/; fi\n");
                script.append(
                        "if command -v nc; then tried=1; echo x | timeout 3 nc " + address + " " + port + "; fi\n");
                script.append("if command -v python3; then tried=1; timeout 5 python3 -c \"import socket;"
                        + " socket.create_connection(('" + address + "', " + port + "), 3)\"; fi\n");
            }
            script.append("echo TRIED=$tried; true");

            // When
            Tried tried = attempt(script.toString());

            // Then
            assertThat(tried.output()).contains("TRIED=1");
            assertThat(reached).hasValue(0);
            // The server can be reached at all.
            try (Socket own = new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort())) {
                assertThat(own.isConnected()).isTrue();
            }
        }
    }

    @Test
    void shouldReadNoFileOfTheHost() throws Exception {
        // Given: files of root, of the user and of the fleet.
        String shadow = firstLine(Path.of("/etc/shadow"));

        // When
        Tried tried = attempt("cat /etc/shadow /etc/gshadow '" + secret + "' ~/.ssh/* ~/.aws/* ~/.bash_history"
                + " /root/.bashrc /proc/1/environ /proc/1/root/etc/shadow /proc/1/root'" + secret + "';"
                + " cat /dev/sda /dev/vda 2>&1 | head -c 100;"
                + " find / -xdev -name secret.txt 2>/dev/null; ls -la \"$1/artifacts\" && echo SAW-THE-FLEET; true");

        // Then
        assertThat(tried.output())
                .doesNotContain("TOP-SECRET")
                .doesNotContain("/secret.txt\n")
                .doesNotContain("SAW-THE-FLEET");
        if (!shadow.isEmpty()) {
            assertThat(tried.output()).doesNotContain(shadow);
        }
    }

    @Test
    void shouldFollowNoLinkOutOfTheWorkspace() throws Exception {
        // When
        AtomicReference<String> read = new AtomicReference<>("");
        Tried tried = attempt(
                "ln -s '" + secret + "' link; ln -s '" + secret.getParent()
                        + "' folder; ln -s ../../../../../../etc up;" + " ln '" + secret
                        + "' hard; echo x > folder/written; cat link folder/secret.txt; true",
                context -> {
                    for (String path : List.of("link", "folder/secret.txt", "up/passwd", "hard")) {
                        try {
                            read.set(read.get() + context.tools().read(path));
                        } catch (ToolDenied | RuntimeException refused) {
                            read.set(read.get() + "[refused]");
                        }
                    }
                    try {
                        context.tools().write("folder/written", "x");
                    } catch (ToolDenied | RuntimeException refused) {
                        read.set(read.get() + "[refused]");
                    }
                });

        // Then: neither the command, nor the host's tools, nor what is committed.
        assertThat(tried.output()).doesNotContain("TOP-SECRET");
        assertThat(read.get()).isEqualTo("[refused]".repeat(5));
        tried.run().contents().values().forEach(content -> assertThat(new String(content, StandardCharsets.UTF_8))
                .doesNotContain("TOP-SECRET"));
    }

    @Test
    void shouldContainAForkBomb() throws Exception {
        // Given: 500 at most, each of which stays until there is a writer. A shell that cannot fork ends: so the first
        // one forks its clock before the bomb, and nothing after it.
        String bomb = "mkfifo hold; sleep 3 & clock=$!;"
                + " ( i=0; while [ $i -lt 500 ]; do ( : < hold ) & i=$((i + 1)); done ) & wait $clock; : <> hold; true";
        AtomicLong most = new AtomicLong();
        Sampler sampler = new Sampler(() -> most.accumulateAndGet(processes(mark), Math::max));

        // When
        Tried tried = attempt(bomb);

        // Then
        sampler.end();
        assertThat(tried.run().end()).isNotNull();
        assertThat(most.get()).as(tried.output()).isBetween(SMALL.pids() / 2, SMALL.pids() + 4);
    }

    @Test
    void shouldContainAMemoryBomb() throws Exception {
        // Given
        String bomb = "awk -v m=" + mark + " 'BEGIN { s = \"xxxxxxxxxxxxxxxx\"; while (length(s) < 300000000) s = s s;"
                + " print \"SURVIVED\" }'; echo ended";
        AtomicLong most = new AtomicLong();
        Sampler sampler = new Sampler(() -> most.accumulateAndGet(memory(mark), Math::max));

        // When
        Tried tried = attempt(bomb);

        // Then
        sampler.end();
        assertThat(tried.output()).doesNotContain("SURVIVED");
        assertThat(most.get()).isGreaterThan(0).isLessThanOrEqualTo(SMALL.memoryBytes() + (16L << 20));
    }

    @Test
    void shouldContainAFullDisk() throws Exception {
        // When: 640 MB in files of 8 MB, where 64 MB are allowed; and one file that is longer than files may be.
        Tried tried = attempt("dd if=/dev/zero of=long bs=1M count=40 && echo LONG; rm -f long; i=0;"
                + " while [ $i -lt 80 ]; do dd if=/dev/zero of=fill$i bs=1M count=8 2>/dev/null || break;"
                + " i=$((i+1)); sleep 0.1; done; echo FILLED $i; ls | wc -l");

        // Then
        assertThat(tried.output()).doesNotContain("LONG");
        assertThat(tried.run().audit()).as(tried.output()).anySatisfy(event -> assertThat(event.toString())
                .contains("TOO_MUCH_DISK"));
        if (limitsDiskAtOnce()) {
            assertThat(tried.output()).doesNotContain("FILLED 80");
        }
    }

    /** Whether a command is ended while it fills the disk; else it is found out when it has ended, or by the cluster. */
    boolean limitsDiskAtOnce() {
        return true;
    }

    @Test
    void shouldSeeNoSocketOfAnEngine() throws Exception {
        // When
        Tried tried = attempt(
                "for s in /var/run/docker.sock /run/docker.sock /run/containerd/containerd.sock"
                        + " /run/crio/crio.sock /run/dbus/system_bus_socket /run/systemd/private; do [ -e $s ] && echo FOUND $s; done;"
                        + " find / -xdev -type s 2>/dev/null | sed 's/^/FOUND /'; cat /proc/net/unix | grep docker && echo FOUND; true");

        // Then
        assertThat(tried.output()).doesNotContain("FOUND");
    }

    @Test
    void shouldChangeNothingOfTheKernel() throws Exception {
        // When: files are only opened for writing, or written with what they hold.
        Tried tried = attempt("for f in /proc/sysrq-trigger /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe"
                + " /proc/sys/vm/overcommit_memory /proc/sys/net/ipv4/ip_forward /sys/kernel/mm/transparent_hugepage/enabled"
                + " /sys/kernel/uevent_helper /sys/power/state; do ( : >> $f ) 2>/dev/null && echo OPENED $f; done;"
                + " v=$(cat /proc/sys/vm/swappiness) && ( echo $v > /proc/sys/vm/swappiness ) 2>/dev/null && echo WROTE;"
                + " mkdir /sys/fs/cgroup/fleet-x /sys/fs/cgroup/memory/fleet-x 2>/dev/null && echo MADE;"
                + " mount -t tmpfs none /mnt 2>/dev/null && echo MOUNTED; mount -o remount,rw / 2>/dev/null && echo MOUNTED;"
                + " mknod dev b 254 0 2>/dev/null && echo NODE; mknod null c 1 3 2>/dev/null && echo NODE;"
                + " hostname evil 2>/dev/null && [ $(cat /proc/sys/kernel/hostname) = evil ] && echo RENAMED; true");

        // Then
        assertThat(tried.output())
                .doesNotContain("OPENED")
                .doesNotContain("WROTE")
                .doesNotContain("MADE")
                .doesNotContain("MOUNTED")
                .doesNotContain("NODE");
        assertThat(InetAddress.getLocalHost().getHostName()).isNotEqualTo("evil");
    }

    @Test
    void shouldReachNoProcessOfTheHost() throws Exception {
        // Given: a process of the worker's own user.
        Process victim = new ProcessBuilder("sleep", "300").start();
        try {
            long pid = victim.pid();
            long worker = ProcessHandle.current().pid();

            // When
            Tried tried = attempt("kill -9 " + pid + " 2>/dev/null && echo KILLED; kill -0 " + worker
                    + " 2>/dev/null && echo REACHED; cat /proc/" + worker + "/cmdline /proc/" + worker
                    + "/environ && echo"
                    + " READ; (: > /proc/" + pid
                    + "/mem) 2>/dev/null && echo MEMORY; echo processes $(ls -d /proc/[0-9]*"
                    + " | wc -l)");

            // Then
            assertThat(victim.isAlive()).isTrue();
            assertThat(tried.output())
                    .doesNotContain("KILLED")
                    .doesNotContain("REACHED")
                    .doesNotContain("READ")
                    .doesNotContain("MEMORY");
        } finally {
            victim.destroyForcibly();
        }
    }

    @Test
    void shouldWriteNowhereOutside() throws Exception {
        // When
        String name = "fleet-" + mark;
        Tried tried =
                attempt("for d in '" + secret.getParent() + "' / /usr /usr/bin /etc /bin /lib /opt /root /home /boot"
                        + " /var /var/tmp /dev/shm /run \"$1\" \"$1/work\" ..; do ( echo x > \"$d/" + name
                        + "\" ) 2>/dev/null; done;"
                        + " echo x > /tmp/" + name + "; echo x >> /etc/passwd; true");

        // Then: what a sandbox lets it write there is its own.
        for (String directory : List.of(
                "/",
                "/usr",
                "/usr/bin",
                "/etc",
                "/bin",
                "/lib",
                "/opt",
                "/root",
                "/home",
                "/boot",
                "/var",
                "/var/tmp",
                "/dev/shm",
                "/run",
                "/tmp")) {
            assertThat(Path.of(directory, name)).doesNotExist();
        }
        assertThat(folder.resolve("outside").resolve(name)).doesNotExist();
        assertThat(tried.run().leftInWork()).isEmpty();
    }

    @Test
    void shouldRunNothingOnTheHostThroughGitsOwnFolder() throws Exception {
        // Given
        Path pwned = folder.resolve("pwned");
        String program = "#!/bin/sh\\ntouch " + pwned + "\\n";
        String before = Files.readString(repository.root().resolve(".git/config"));

        // When
        Tried tried = attempt(
                "for h in pre-commit post-commit post-index-change post-checkout fsmonitor-watchman; do"
                        + " printf '" + program + "' > .git/hooks/$h && chmod +x .git/hooks/$h; done;"
                        + " printf '" + program + "' > evil; chmod +x evil;"
                        + " printf '[core]\\n\\tfsmonitor = ./evil\\n\\thooksPath = .\\n[diff]\\n\\texternal = ./evil\\n"
                        + "[filter \"x\"]\\n\\tclean = ./evil\\n\\tprocess = ./evil\\n' >> .git/config;"
                        + " mv .git moved; rm -rf .git; mkdir -p .git/hooks; echo '* filter=x diff=x' > .gitattributes;"
                        + " cp evil pre-commit; cp evil post-commit; echo c > c.txt; true",
                context -> {
                    for (String[] words : new String[][] {{"status"}, {"add", "-A"}, {"diff", "HEAD"}, {"log", "-1"}}) {
                        CommandResult ignored = context.tools().git(words);
                        assertThat(ignored.output()).isNotNull();
                    }
                });

        // Then
        assertThat(pwned).doesNotExist();
        assertThat(repository.root().resolve(".git/config")).hasContent(before);
        assertThat(tried.run().end().failure()).isNull();
    }

    @Test
    void shouldRunNothingOnTheHostThroughARepositoryInTheRepository() throws Exception {
        // Given
        Path pwned = folder.resolve("pwned");

        // When: a nested repository, one reached by a .git file, and a submodule of both.
        Tried tried = attempt(
                "for r in sub real; do mkdir -p $r/.git/objects $r/.git/refs/heads $r/.git/hooks;"
                        + " echo 'ref: refs/heads/main' > $r/.git/HEAD;"
                        + " printf '[core]\\n\\trepositoryformatversion = 0\\n\\tbare = false\\n\\tfsmonitor = touch "
                        + pwned
                        + "\\n\\tworktree = .\\n\\tsshCommand = touch " + pwned
                        + "\\n' > $r/.git/config; echo x > $r/x; done;"
                        + " mkdir linked; echo 'gitdir: ../real/.git' > linked/.git;"
                        + " printf '[submodule \"sub\"]\\n\\tpath = sub\\n\\turl = ext::touch " + pwned
                        + "\\n\\tupdate = !touch " + pwned + "\\n' > .gitmodules; true",
                context -> {
                    for (String[] words : new String[][] {{"status"}, {"add", "-A"}, {"status"}, {"diff", "HEAD"}}) {
                        CommandResult ignored = context.tools().git(words);
                        assertThat(ignored.output()).isNotNull();
                    }
                });

        // Then
        assertThat(pwned).doesNotExist();
        assertThat(tried.run().end()).isNotNull();
    }

    @Test
    void shouldBringNoTrickOfAnArchiveOutOfTheSandbox() throws Exception {
        // Given
        AtomicReference<List<String>> odd = new AtomicReference<>(List.of());

        // When: links whose target is written through, files with names that lead up, special files, a replaced folder.
        Tried tried = attempt(
                "rm -rf src; ln -s '" + secret.getParent() + "' src; ln -s '" + secret + "' a.new; mv a.new a.txt;"
                        + " mkfifo pipe; cp /bin/sh setuid 2>/dev/null; chmod 6755 setuid 2>/dev/null;"
                        + " printf x > 'up..'; mkdir -p '..x'; printf x > '..x/y'; printf x > 'back\\slash';"
                        + " printf '../../evil' > 'new\nline'; true",
                context -> odd.set(specialFiles(context.tools().root())));

        // Then
        assertThat(odd.get()).isEmpty();
        assertThat(tried.run().leftInWork()).isEmpty();
    }

    /** What a clone holds that is neither a plain file, a folder, a link nor a pipe, or that gives somebody rights. */
    private static List<String> specialFiles(Path root) throws IOException {
        List<String> odd = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(root)) {
            for (Path file : (Iterable<Path>) walk::iterator) {
                int mode = (Integer) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
                int type = mode & 0170000;
                boolean device = type == 0060000 || type == 0020000;
                boolean rootsSetuid = (mode & 04000) != 0
                        && Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                                .equals(0)
                        && type == 0100000;
                if (device || rootsSetuid) {
                    odd.add(file + " " + Integer.toOctalString(mode));
                }
            }
        }
        return odd;
    }

    /** What came of one try. */
    record Tried(String output, Run run) {}

    Tried attempt(String script) throws IOException {
        return attempt(script, context -> {});
    }

    /** Runs a script in an attempt, and then something with the attempt's own tools. The script has the data folder as $1. */
    Tried attempt(String script, Steps.Action then) throws IOException {
        AtomicReference<String> output = new AtomicReference<>("");
        List<AuditEvent> audit;
        Run run = PlaybookHarness.create()
                .withSandboxes(work -> OfferedSandboxes.only(sandbox(work)))
                .withTimeout(Duration.ofMinutes(3))
                .on(
                        Steps.doing(context -> {
                            output.set(command(context, script));
                            then.run(context);
                        }),
                        repository.root().toString(),
                        Map.of());
        audit = run.audit();
        assertThat(audit)
                .as("the audit of %s", script)
                .anySatisfy(event -> assertThat(event.toString()).contains(mark).contains("sandbox"));
        assertThat(run.leftInWork()).isEmpty();
        return new Tried(output.get(), run);
    }

    private String command(PlaybookContext context, String script)
            throws ToolDenied, InterruptedException, IOException {
        Path data = context.tools().root().resolve("../../../..").normalize();
        CommandResult result = context.tools()
                .run(new CommandRequest(
                        List.of("sh", "-c", script, mark, data.toString()), "", Map.of(), TIMEOUT, List.of(), true));
        return result.output();
    }

    private static void accept(ServerSocket server, AtomicInteger reached) {
        while (!server.isClosed()) {
            try (Socket connection = server.accept()) {
                if (connection.isConnected()) {
                    reached.incrementAndGet();
                }
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static List<String> addresses() throws IOException {
        List<String> addresses = new ArrayList<>(List.of("127.0.0.1"));
        for (NetworkInterface one : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            one.inetAddresses()
                    .filter(address -> address instanceof java.net.Inet4Address && !address.isLoopbackAddress())
                    .map(InetAddress::getHostAddress)
                    .forEach(addresses::add);
        }
        return addresses.subList(0, Math.min(4, addresses.size()));
    }

    private static String firstLine(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.findFirst().orElse("");
        } catch (IOException | RuntimeException unreadable) {
            return "";
        }
    }

    /** Processes of this host, in whatever namespace, whose command line contains the mark, this JVM's children aside. */
    static long processes(String mark) {
        return marked(mark).size();
    }

    /** What they have in memory together, in bytes. */
    static long memory(String mark) {
        long sum = 0;
        for (Path process : marked(mark)) {
            for (String line : read(process.resolve("status")).split("\n", -1)) {
                if (line.startsWith("VmRSS:")) {
                    sum += Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
                }
            }
        }
        return sum;
    }

    private static List<Path> marked(String mark) {
        try (Stream<Path> entries = Files.list(Path.of("/proc"))) {
            return entries.filter(entry -> entry.getFileName().toString().matches("[0-9]+"))
                    .filter(entry -> read(entry.resolve("cmdline")).contains(mark))
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException ended) {
            return "";
        }
    }

    /** Measures something again and again while something else goes on. */
    private static final class Sampler {

        private final Thread thread;
        private volatile boolean ended;

        Sampler(Runnable measure) {
            thread = new Thread(() -> {
                while (!ended) {
                    measure.run();
                    LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
                }
            });
            thread.start();
        }

        void end() throws InterruptedException {
            ended = true;
            thread.join();
        }
    }
}
