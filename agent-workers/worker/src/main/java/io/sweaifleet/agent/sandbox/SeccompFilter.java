package io.sweaifleet.agent.sandbox;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The system calls that commands in bubblewrap are refused, as the kernel's filter program. Refused are those that make or
 * enter namespaces, mount, look into or steer other processes, reach keys, load code into the kernel, change the clock or
 * the machine, or give a file the rights of its owner. Everything else is left to the kernel's own checks.
 *
 * <p>A refused call fails with EPERM; those that take their flags in memory, where a filter cannot look, fail with ENOSYS, so
 * that programs use the older call. Calls of another architecture (32-bit programs) fail with ENOSYS.
 */
final class SeccompFilter {

    private static final int EPERM = 1;
    private static final int ENOSYS = 38;

    private static final int LOAD = 0x20;
    private static final int JUMP_EQUAL = 0x15;
    private static final int JUMP_ANY_BIT = 0x45;
    private static final int JUMP_AT_LEAST = 0x35;
    private static final int RETURN = 0x06;
    private static final int ALLOW = 0x7fff0000;
    private static final int ERRNO = 0x00050000;

    private static final int NUMBER = 0;
    private static final int ARCHITECTURE = 4;

    /** Of clone: NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
    private static final int NEW_NAMESPACES = 0x7e020000;

    private static final int SETUID_OR_SETGID = 06000;
    private static final int O_CREAT = 0x40;

    /** Of ioctl: put characters into a terminal's input, as if they were typed. */
    private static final int TIOCSTI = 0x5412;

    private static final int TIOCLINUX = 0x541c;

    /** Sockets that no network namespace holds: the kernel's ciphers, and the machine that runs this virtual machine. */
    private static final int AF_ALG = 38;

    private static final int AF_VSOCK = 40;

    private record Calls(
            int architecture, int[] refused, int cloneCall, int socket, int ioctl, int[][] modes, int[][] opens) {}

    /** Numbers that are the same everywhere: the calls since 2019. */
    private static final int[] REFUSED_EVERYWHERE = {
        425, 426, 427, // io_uring: it would make calls that no filter sees
        428, 429, 430, 431, 432, 433, 442, // open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr
        438, // pidfd_getfd
        443, // quotactl_fd
    };

    private static final int CLONE3 = 435;
    private static final int OPENAT2 = 437;
    private static final int FCHMODAT2 = 452;

    private static final Calls X86_64 = new Calls(
            0xc000003e,
            new int[] {
                165, 166, 155, 161, // mount, umount2, pivot_root, chroot
                101, 310, 311, 312, // ptrace, process_vm_readv, process_vm_writev, kcmp
                248, 249, 250, // add_key, request_key, keyctl
                321, 298, 323, 300, // bpf, perf_event_open, userfaultfd, fanotify_init
                272, 308, // unshare, setns
                246, 320, 169, 175, 313,
                176, // kexec_load, kexec_file_load, reboot, init_module, finit_module, delete_module
                172, 173, // iopl, ioperm
                167, 168, 163, 103, // swapon, swapoff, acct, syslog
                170, 171, 164, 227, 159,
                305, // sethostname, setdomainname, settimeofday, clock_settime, adjtimex, clock_adjtime
                179, 180, 153, // quotactl, nfsservctl, vhangup
                303, 304, 212, // name_to_handle_at, open_by_handle_at, lookup_dcookie
            },
            56,
            41,
            16,
            // chmod, fchmod, fchmodat, creat: number and place of the mode
            new int[][] {{90, 1}, {91, 1}, {268, 2}, {85, 1}},
            // open, openat: number and place of the flags; the mode is next
            new int[][] {{2, 1}, {257, 2}});

    private static final Calls AARCH64 = new Calls(
            0xc00000b7,
            new int[] {
                40, 39, 41, 51, //
                117, 270, 271, 272, //
                217, 218, 219, //
                280, 241, 282, 262, //
                97, 268, //
                104, 294, 142, 105, 273, 106, //
                224, 225, 89, 116, //
                161, 162, 170, 112, 171, 266, //
                60, 42, 58, //
                264, 265, 18, //
            },
            220,
            198,
            29,
            new int[][] {{52, 1}, {53, 2}},
            new int[][] {{56, 2}});

    private record Instruction(int code, int whenTrue, int whenFalse, int operand) {}

    private final List<Instruction> program = new ArrayList<>();

    private SeccompFilter() {}

    /**
     * The filter for a machine.
     *
     * @param architecture as the system property {@code os.arch} has it
     * @return an array of {@code struct sock_filter}; empty where the numbers of the calls are not known
     */
    static Optional<byte[]> forArchitecture(String architecture) {
        return switch (architecture) {
            case "amd64", "x86_64" -> Optional.of(new SeccompFilter().assemble(X86_64));
            case "aarch64" -> Optional.of(new SeccompFilter().assemble(AARCH64));
            default -> Optional.empty();
        };
    }

    private byte[] assemble(Calls calls) {
        add(LOAD, 0, 0, ARCHITECTURE);
        add(JUMP_EQUAL, 1, 0, calls.architecture());
        refuse(ENOSYS);
        add(LOAD, 0, 0, NUMBER);
        // The x32 calls of x86-64 have numbers of their own.
        add(JUMP_AT_LEAST, 0, 1, 0x40000000);
        refuse(ENOSYS);
        for (int call : calls.refused()) {
            refuse(call, EPERM);
        }
        for (int call : REFUSED_EVERYWHERE) {
            refuse(call, EPERM);
        }
        refuse(CLONE3, ENOSYS);
        refuse(OPENAT2, ENOSYS);
        refuse(FCHMODAT2, ENOSYS);
        refuseBits(calls.cloneCall(), 0, NEW_NAMESPACES);
        for (int[] call : calls.modes()) {
            refuseBits(call[0], call[1], SETUID_OR_SETGID);
        }
        for (int[] call : calls.opens()) {
            // Without O_CREAT there is no mode: what is in its place means nothing.
            add(JUMP_EQUAL, 0, 6, call[0]);
            add(LOAD, 0, 0, argument(call[1]));
            add(JUMP_ANY_BIT, 0, 3, O_CREAT);
            add(LOAD, 0, 0, argument(call[1] + 1));
            add(JUMP_ANY_BIT, 0, 1, SETUID_OR_SETGID);
            refuse(EPERM);
            add(RETURN, 0, 0, ALLOW);
        }
        refuseValues(calls.socket(), 0, AF_ALG, AF_VSOCK);
        refuseValues(calls.ioctl(), 1, TIOCSTI, TIOCLINUX);
        add(RETURN, 0, 0, ALLOW);
        ByteBuffer bytes = ByteBuffer.allocate(program.size() * 8).order(ByteOrder.LITTLE_ENDIAN);
        for (Instruction one : program) {
            bytes.putShort((short) one.code())
                    .put((byte) one.whenTrue())
                    .put((byte) one.whenFalse())
                    .putInt(one.operand());
        }
        return bytes.array();
    }

    private void add(int code, int whenTrue, int whenFalse, int operand) {
        program.add(new Instruction(code, whenTrue, whenFalse, operand));
    }

    private void refuse(int errno) {
        add(RETURN, 0, 0, ERRNO | errno);
    }

    private void refuse(int call, int errno) {
        add(JUMP_EQUAL, 0, 1, call);
        refuse(errno);
    }

    /** Refuses a call when an argument has one of these bits. */
    private void refuseBits(int call, int argument, int bits) {
        add(JUMP_EQUAL, 0, 4, call);
        add(LOAD, 0, 0, argument(argument));
        add(JUMP_ANY_BIT, 0, 1, bits);
        refuse(EPERM);
        add(RETURN, 0, 0, ALLOW);
    }

    /** Refuses a call when an argument is one of two values. */
    private void refuseValues(int call, int argument, int first, int second) {
        add(JUMP_EQUAL, 0, 5, call);
        add(LOAD, 0, 0, argument(argument));
        add(JUMP_EQUAL, 1, 0, first);
        add(JUMP_EQUAL, 0, 1, second);
        refuse(EPERM);
        add(RETURN, 0, 0, ALLOW);
    }

    /** Where the lower half of an argument is. */
    private static int argument(int index) {
        return 16 + 8 * index;
    }
}
