package io.sweaifleet.agent.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tool call to be judged.
 *
 * @param tool tool that is called
 * @param path repository-relative path it is about, normalised and with {@code /} as separator; null when it is about none
 * @param argv words of the command, the program first (for git: the subcommand first); empty when there is no command
 */
public record Call(String tool, @Nullable String path, List<String> argv) {

    public Call {
        argv = List.copyOf(argv);
    }

    /** A call about one path. */
    public static Call onPath(String tool, String path) {
        return new Call(tool, path, List.of());
    }

    /** A call that runs a command. */
    public static Call ofCommand(String tool, List<String> argv) {
        return new Call(tool, null, argv);
    }

    /** A call about the repository as a whole. */
    public static Call ofTool(String tool) {
        return new Call(tool, null, List.of());
    }
}
