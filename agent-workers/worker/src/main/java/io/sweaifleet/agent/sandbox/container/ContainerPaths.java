package io.sweaifleet.agent.sandbox.container;

import io.sweaifleet.agent.sandbox.Confinement;
import io.sweaifleet.agent.sandbox.SandboxFailedException;
import io.sweaifleet.agent.sandbox.SandboxedCommand;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a container has the attempt's folders: the clone at {@value #WORKSPACE}, the scratch folder at {@value #SCRATCH}.
 * Commands name them by the host's paths, as they do for every sandbox; this puts the container's in their place.
 */
public final class ContainerPaths {

    /** The clone. */
    public static final String WORKSPACE = "/workspace";

    /** The scratch folder. */
    public static final String SCRATCH = "/scratch";

    /** Home directory and temporary directory of commands: memory, with the container's limit. */
    public static final String TEMPORARY = "/tmp";

    private final Confinement confinement;

    /** @param confinement the attempt's folders on the host */
    public ContainerPaths(Confinement confinement) {
        this.confinement = confinement;
    }

    /** A text in which paths of the host are those of the container. */
    public String translate(String text) {
        return text.replace(confinement.root().toString(), WORKSPACE)
                .replace(confinement.scratch().toString(), SCRATCH);
    }

    /** The words of a command. */
    public List<String> argv(SandboxedCommand command) {
        List<String> words = new ArrayList<>();
        command.argv().forEach(word -> words.add(translate(word)));
        return words;
    }

    /**
     * The working directory of a command.
     *
     * @throws IllegalArgumentException when it lies in neither folder
     */
    public String directory(SandboxedCommand command) {
        Path directory = command.directory();
        if (directory.startsWith(confinement.root())) {
            return below(WORKSPACE, confinement.root().relativize(directory));
        }
        if (directory.startsWith(confinement.scratch())) {
            return below(SCRATCH, confinement.scratch().relativize(directory));
        }
        throw new IllegalArgumentException(directory + " is in neither the clone nor the scratch folder");
    }

    private static String below(String top, Path relative) {
        return relative.toString().isEmpty() ? top : top + "/" + relative;
    }

    /** The environment of a command, beside what the image sets; as {@code NAME=value}, sorted. */
    public List<String> environment(SandboxedCommand command) {
        Map<String, String> variables = new TreeMap<>();
        variables.put("HOME", TEMPORARY);
        variables.put("TMPDIR", TEMPORARY);
        variables.put("USER", "agent");
        variables.put("LOGNAME", "agent");
        variables.put("LANG", "C.UTF-8");
        variables.put("LC_ALL", "C.UTF-8");
        variables.put("TERM", "dumb");
        variables.put("GIT_OPTIONAL_LOCKS", "0");
        variables.put("GIT_TERMINAL_PROMPT", "0");
        // The clone's .git belongs to the worker's user, which git would otherwise refuse to read.
        variables.put("GIT_CONFIG_COUNT", "1");
        variables.put("GIT_CONFIG_KEY_0", "safe.directory");
        variables.put("GIT_CONFIG_VALUE_0", "*");
        command.environment().forEach((name, value) -> variables.put(name, translate(value)));
        variables.put("FLEET_RUN", confinement.fleetRun());
        List<String> entries = new ArrayList<>();
        variables.forEach((name, value) -> entries.add(name + "=" + value));
        return entries;
    }

    /**
     * Refuses what only a process of the host can be given.
     *
     * @param sandbox name of the sandbox, for the message
     */
    public static void refuseHostFiles(String sandbox, SandboxedCommand command) {
        if (!command.readOnly().isEmpty()) {
            throw new SandboxFailedException(
                    "sandbox " + sandbox + " shows no files of the host, and "
                            + command.argv().get(0) + " needs "
                            + command.readOnly().get(0),
                    "give the role the sandbox bubblewrap for this kind of task");
        }
    }
}
