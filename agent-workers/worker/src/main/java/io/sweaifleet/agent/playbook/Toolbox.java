package io.sweaifleet.agent.playbook;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tools of a role, bound to one attempt. Each call is judged by the policy, audited once, and confined to the
 * workspace. Paths are relative to the workspace's root with {@code /} as separator; one that leads out of it (also by a
 * symbolic link) is denied.
 */
public interface Toolbox {

    /** Root of the clone, for reading results that a command wrote. Reading source files goes through the tools. */
    Path root();

    /** What to do where there is no sandbox; a node takes its sandbox when it starts. */
    String NO_SANDBOX_REMEDY =
            "install bubblewrap (Debian: apt install bubblewrap), or trust the repository: 'fleet down', then"
                    + " 'fleet run --sandbox process'";

    /** Whether a sandbox is there that may execute the repository's code; when not, {@link #noSandboxReason()} says why. */
    boolean canExecute();

    /** Why code of the repository cannot be executed, and the flag that would allow it; empty when it can. */
    String noSandboxReason();

    /**
     * Tool {@code search}: regular files that git tracks or would track (ignored ones left out), by glob such as
     * {@code **}{@code /*.java}, which also matches at the root; sorted. No glob means every file. Symbolic links are
     * left out, and so are submodules.
     */
    List<String> files(String... globs) throws ToolDenied;

    /**
     * Tool {@code read}: the text of one file, UTF-8 with malformed bytes replaced, whole.
     *
     * @throws java.io.UncheckedIOException when there is no such regular file, or it cannot be read
     */
    String read(String path) throws ToolDenied;

    /**
     * Tool {@code read} over many files in one audited call. A file over maxBytes is passed to {@code tooLarge} instead,
     * one that the role may not read (or that is not there any more) to {@code denied}.
     *
     * @throws ToolDenied when the role may read none of them
     */
    void readAll(List<String> paths, long maxBytes, FileConsumer each) throws ToolDenied, InterruptedException;

    /** Tool {@code edit}: replaces or creates a file. */
    void write(String path, String text) throws ToolDenied;

    /** Tool {@code edit}: deletes a file. */
    void delete(String path) throws ToolDenied;

    /** Tool {@code git}: runs git with these arguments in the clone, hooks and configuration of the repository disabled. Never executes the repository's code. */
    CommandResult git(String... arguments) throws ToolDenied, InterruptedException;

    /** Tool {@code run}: runs a command in the sandbox. */
    CommandResult run(CommandRequest request) throws ToolDenied, InterruptedException;

    /** Tool {@code test}: as {@code run}, for commands that run tests. */
    CommandResult test(CommandRequest request) throws ToolDenied, InterruptedException;

    /** Names of the tools that the role lists; what a call may do is for the role's rules to say. */
    Set<String> offered();

    /**
     * A tool whose work is not on the clone, such as {@code http_get} or {@code mcp.issues.create}: judged by the policy under
     * its name, done by the body in the worker's own process, audited with the digest of what it gave.
     *
     * @param tool name of the tool
     * @param host host that it reaches, without port; null when it reaches none that is known
     * @param words what the role's word patterns are matched against, such as the host of a URL
     * @param arguments what the audit event shows
     * @throws java.io.UncheckedIOException when the body failed
     */
    String outside(
            String tool, @Nullable String host, List<String> words, Map<String, String> arguments, OutsideCall body)
            throws ToolDenied, InterruptedException;

    /** Whether a program is on the path that sandboxed commands see. */
    boolean hasProgram(String name);

    /** The body of an {@link #outside} call. */
    interface OutsideCall {
        String run() throws IOException, InterruptedException;
    }

    /** Receives files of {@link #readAll}. */
    interface FileConsumer {
        /** One file, whole. */
        void accept(String path, byte[] content);

        /** One file that exceeds the limit. */
        default void tooLarge(String path, long sizeBytes) {}

        /** One file that is not read, and why. */
        default void denied(String path, String reason) {}
    }

    /**
     * A command to run.
     *
     * @param argv program and arguments, no shell
     * @param directory working directory relative to the root, empty for the root
     * @param environment variables added to the cleared environment
     * @param timeout longest time; the whole process group is killed then
     * @param caches dependency caches of the host to offer, read-only under a writable overlay, such as MAVEN, GRADLE, NPM, PIP, GO
     * @param executesRepositoryCode false for programs that only read files, such as a linter of the host; such a command needs no sandbox
     * @param readOnly further files and directories of the host that the command may read, at their own place, such as jars of the fleet
     */
    record CommandRequest(
            List<String> argv,
            String directory,
            Map<String, String> environment,
            Duration timeout,
            List<Cache> caches,
            boolean executesRepositoryCode,
            List<Path> readOnly) {
        public CommandRequest {
            argv = List.copyOf(argv);
            environment = Map.copyOf(environment);
            caches = List.copyOf(caches);
            readOnly = List.copyOf(readOnly);
        }

        /** A command that needs no further files of the host. */
        public CommandRequest(
                List<String> argv,
                String directory,
                Map<String, String> environment,
                Duration timeout,
                List<Cache> caches,
                boolean executesRepositoryCode) {
            this(argv, directory, environment, timeout, caches, executesRepositoryCode, List.of());
        }
    }

    /** Dependency caches of the host. */
    enum Cache {
        MAVEN,
        GRADLE,
        NPM,
        PIP,
        GO
    }

    /**
     * What a command did.
     *
     * @param exitCode exit code; -1 when it was killed; 127 when the program is not on the path
     * @param timedOut whether it was killed at its timeout
     * @param output standard output and error in order of arrival, first and last part when it was long
     * @param log whole output, in a file that lives as long as the attempt
     * @param wall how long it took
     */
    record CommandResult(int exitCode, boolean timedOut, String output, Path log, Duration wall) {
        public boolean ok() {
            return exitCode == 0 && !timedOut;
        }
    }
}
