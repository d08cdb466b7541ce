package io.sweaifleet.agent.workspace;

import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.sandbox.CommandExecutor;
import io.sweaifleet.agent.sandbox.CommandExecutor.End;
import io.sweaifleet.agent.sandbox.CommandExecutor.Execution;
import io.sweaifleet.agent.sandbox.HostEnvironment;
import io.sweaifleet.agent.sandbox.Launch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs the host's git for one attempt. Neither the user's configuration nor what a repository brings along can make it
 * execute anything: hooks, the file system monitor, pagers, editors, credential helpers, external diffs and the
 * {@code ext} protocol are off by settings that rank above every configuration file.
 */
public final class Git {

    /** Settings of highest rank. Each one would otherwise let a configuration file name a program to run. */
    private static final Map<String, String> FORCED = forced();

    private final HostEnvironment host;
    private final CommandExecutor executor;
    private final Path configuration;
    private final Path outputs;
    private final String author;
    private final AtomicLong number = new AtomicLong();

    /**
     * @param configuration the attempt's own git configuration file, in place of the user's
     * @param outputs folder for the output of each command
     * @param author name of author and committer
     */
    public Git(HostEnvironment host, CommandExecutor executor, Path configuration, Path outputs, String author) {
        this.host = host;
        this.executor = executor;
        this.configuration = configuration;
        this.outputs = outputs;
        this.author = author;
    }

    /**
     * What git did.
     *
     * @param log file with the whole output, standard error included
     */
    public record Result(End end, int exitCode, Path log, Duration wall) {

        /** Whether git ended by itself and without an error. */
        public boolean ok() {
            return end == End.EXITED && exitCode == 0;
        }

        /** The whole output; malformed UTF-8 is replaced. */
        public String text() throws IOException {
            return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
        }
    }

    /** Runs git in a directory, with the hardened environment. */
    public Result run(Path directory, Duration timeout, Cancellation cancellation, List<String> arguments)
            throws IOException, InterruptedException {
        return run(directory, timeout, cancellation, arguments, environment());
    }

    /** Runs git in a directory, with another environment (that of {@link #networkEnvironment()}, or an extended one). */
    public Result run(
            Path directory,
            Duration timeout,
            Cancellation cancellation,
            List<String> arguments,
            Map<String, String> environment)
            throws IOException, InterruptedException {
        List<String> argv = new ArrayList<>(List.of("git", "--no-pager"));
        argv.addAll(arguments);
        Path log = outputs.resolve("git-" + number.incrementAndGet() + ".log");
        Execution execution = executor.run(new Launch(argv, environment, directory), timeout, cancellation, log);
        Result result = new Result(execution.end(), execution.exitCode(), log, execution.wall());
        if (!result.ok() && Files.size(log) < 1 << 20 && result.text().contains("No space left on device")) {
            throw new IOException(
                    "No space left on device: git " + String.join(" ", arguments) + " failed in " + directory);
        }
        return result;
    }

    /** The hardened environment. */
    public Map<String, String> environment() {
        Map<String, String> variables = new TreeMap<>();
        variables.put("PATH", host.pathVariable());
        variables.put("HOME", "/nonexistent");
        variables.put("LC_ALL", "C.UTF-8");
        variables.put("GIT_CONFIG_NOSYSTEM", "1");
        variables.put("GIT_CONFIG_GLOBAL", configuration.toString());
        variables.put("GIT_ATTR_NOSYSTEM", "1");
        variables.put("GIT_ALLOW_PROTOCOL", "file");
        harden(variables);
        return variables;
    }

    /**
     * The environment for reading from a remote: the user's own configuration applies (proxies, certificates, credential
     * helpers, ssh keys), because the user trusts it, but nothing may ask a question: there is no terminal to ask at.
     */
    public Map<String, String> networkEnvironment() {
        Map<String, String> variables = new TreeMap<>(System.getenv());
        variables
                .keySet()
                .removeIf(
                        name -> name.startsWith("GIT_") && !name.startsWith("GIT_SSL") && !name.startsWith("GIT_SSH"));
        variables.put("LC_ALL", "C.UTF-8");
        variables.put("GIT_ALLOW_PROTOCOL", "file:git:http:https:ssh");
        harden(variables);
        // The user's helpers are wanted here, so the setting that switches them off is not.
        variables.keySet().removeIf(name -> name.startsWith("GIT_CONFIG_"));
        Map<String, String> settings = new TreeMap<>(FORCED);
        settings.remove("credential.helper");
        putConfig(variables, settings);
        return variables;
    }

    private void harden(Map<String, String> variables) {
        variables.put("GIT_TERMINAL_PROMPT", "0");
        variables.put("GIT_ASKPASS", "true");
        variables.put("SSH_ASKPASS", "true");
        variables.put("GIT_PAGER", "cat");
        variables.put("GIT_EDITOR", "true");
        variables.put("GIT_SEQUENCE_EDITOR", "true");
        variables.put("GIT_OPTIONAL_LOCKS", "0");
        variables.put("GIT_MERGE_AUTOEDIT", "no");
        variables.put("GIT_AUTHOR_NAME", author);
        variables.put("GIT_COMMITTER_NAME", author);
        variables.put("GIT_AUTHOR_EMAIL", "fleet@localhost");
        variables.put("GIT_COMMITTER_EMAIL", "fleet@localhost");
        putConfig(variables, FORCED);
    }

    private static void putConfig(Map<String, String> variables, Map<String, String> settings) {
        int index = 0;
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            variables.put("GIT_CONFIG_KEY_" + index, setting.getKey());
            variables.put("GIT_CONFIG_VALUE_" + index, setting.getValue());
            index++;
        }
        variables.put("GIT_CONFIG_COUNT", Integer.toString(index));
    }

    private static Map<String, String> forced() {
        Map<String, String> settings = new TreeMap<>();
        settings.put("core.hooksPath", "/dev/null");
        settings.put("core.fsmonitor", "false");
        settings.put("core.pager", "cat");
        settings.put("core.editor", "true");
        settings.put("core.askPass", "true");
        settings.put("core.untrackedCache", "false");
        settings.put("core.quotePath", "false");
        settings.put("core.autocrlf", "false");
        settings.put("credential.helper", "");
        settings.put("commit.gpgSign", "false");
        settings.put("tag.gpgSign", "false");
        settings.put("gpg.program", "false");
        settings.put("diff.external", "");
        settings.put("protocol.ext.allow", "never");
        settings.put("submodule.recurse", "false");
        settings.put("fetch.recurseSubmodules", "false");
        settings.put("diff.ignoreSubmodules", "all");
        settings.put("gc.auto", "0");
        settings.put("maintenance.auto", "false");
        settings.put("advice.detachedHead", "false");
        settings.put("init.defaultBranch", "main");
        settings.put("color.ui", "false");
        return settings;
    }
}
