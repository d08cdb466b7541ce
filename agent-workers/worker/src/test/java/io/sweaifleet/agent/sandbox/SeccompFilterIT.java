package io.sweaifleet.agent.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.sandbox.Sandboxes.Choice;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeccompFilterIT {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"amd64", "aarch64"})
    void shouldOnlyJumpForwardAndWithinTheProgram(String architecture) {
        // When
        ByteBuffer program = ByteBuffer.wrap(
                        SeccompFilter.forArchitecture(architecture).orElseThrow())
                .order(ByteOrder.LITTLE_ENDIAN);

        // Then: the kernel takes at most 4,096 instructions, and the last one has to return.
        int length = program.remaining() / 8;
        assertThat(length).isBetween(50, 4096);
        for (int i = 0; i < length; i++) {
            int whenTrue = program.get(i * 8 + 2) & 0xff;
            int whenFalse = program.get(i * 8 + 3) & 0xff;
            assertThat(i + 1 + Math.max(whenTrue, whenFalse))
                    .as("instruction %s", i)
                    .isLessThan(length + (i == length - 1 ? 1 : 0));
        }
        assertThat(program.getShort((length - 1) * 8)).isEqualTo((short) 0x06);
    }

    @Test
    void shouldHaveNoFilterForAnUnknownMachine() {
        // When / Then
        assertThat(SeccompFilter.forArchitecture("riscv64")).isEmpty();
    }

    @Test
    void shouldRefuseWhatLeadsOutAndAllowWhatProgramsDo() throws Exception {
        // Given
        HostEnvironment host = HostEnvironment.detect();
        assumeTrue(host.find("python3").isPresent(), "python3 is not installed (Debian: apt-get install python3)");
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "the numbers of the calls here are those of x86-64");
        Sandbox sandbox;
        try {
            sandbox = Sandboxes.select(Choice.BUBBLEWRAP, host, folder.resolve("work"));
        } catch (SandboxUnavailableException e) {
            assumeTrue(false, e.getMessage() + " (Debian: apt-get install bubblewrap)");
            throw e;
        }
        Path lease = Files.createDirectories(folder.toRealPath().resolve("work/lease"));
        Confinement confinement = new Confinement(
                lease,
                Files.createDirectories(lease.resolve("clone")),
                Files.createDirectories(lease.resolve("scratch")),
                "default/t-1");
        String script =
                """
                import ctypes, errno, os, subprocess, threading
                libc = ctypes.CDLL(None, use_errno=True)
                def call(name, *args):
                    ctypes.set_errno(0)
                    result = libc.syscall(*args)
                    print(name, 'done' if result >= 0 else errno.errorcode[ctypes.get_errno()])
                for name, number in dict(mount=165, umount=166, pivot_root=155, chroot=161, ptrace=101, keyctl=250,
                        add_key=248, bpf=321, perf=298, unshare=272, setns=308, kexec=246, module=175, reboot=169,
                        io_uring=425, fsopen=430, open_by_handle=304, process_vm=310, sethostname=170).items():
                    call(name, number, 0, 0, 0, 0, 0)
                call('clone-newuser', 56, 0x10000000 | 17, 0, 0, 0, 0)
                call('clone3', 435, 0, 0)
                call('vsock', 41, 40, 1, 0)
                call('unix', 41, 1, 1, 0)
                open('f', 'w').close()
                call('chmod-setuid', 90, b'f', 0o4755)
                call('chmod-setgid', 268, -100, b'f', 0o2755)
                call('open-setuid', 2, b'g', os.O_CREAT | os.O_WRONLY, 0o4755)
                call('open-plain', 257, -100, b'h', os.O_CREAT | os.O_WRONLY, 0o755)
                call('open-read', 2, b'f', os.O_RDONLY, 0o6000)
                call('chmod-plain', 90, b'f', 0o755)
                thread = threading.Thread(target=lambda: print('thread done')); thread.start(); thread.join()
                print(subprocess.run(['echo', 'child done'], capture_output=True, text=True).stdout)
                """;

        // When
        Path log = folder.resolve("log");
        try (SandboxSession session = sandbox.open(new SandboxRequest(confinement, "", 1 << 20))) {
            session.execute(
                    new SandboxedCommand(
                            List.of("python3", "-c", script), confinement.root(), Map.of(), List.of(), List.of()),
                    Duration.ofSeconds(60),
                    new Cancellation(),
                    log);
        }

        // Then
        List<String> lines = Files.readAllLines(log);
        assertThat(lines)
                .contains(
                        "unix done",
                        "open-plain done",
                        "open-read done",
                        "chmod-plain done",
                        "thread done",
                        "child done")
                .contains("clone3 ENOSYS", "clone-newuser EPERM", "vsock EPERM")
                .contains("chmod-setuid EPERM", "chmod-setgid EPERM", "open-setuid EPERM");
        assertThat(lines.subList(0, 19)).allSatisfy(line -> assertThat(line).endsWith(" EPERM"));
    }
}
