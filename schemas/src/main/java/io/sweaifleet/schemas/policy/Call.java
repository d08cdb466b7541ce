package io.sweaifleet.schemas.policy;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A tool call to be judged.
 *
 * @param tool tool that is called
 * @param path repository-relative path it is about, normalised and with {@code /} as separator; null when it is about none
 * @param argv words of the command, the program first (for git: the subcommand first); empty when there is no command
 * @param host host that it would reach, lower case and without a dot at its end; null when it reaches none
 * @param repository identity of the repository it is made in, without credentials; null when it is made in none, or in
 *     that of the policy
 */
public record Call(
        String tool,
        @Nullable String path,
        List<String> argv,
        @Nullable String host,
        @Nullable String repository) {

    public Call {
        argv = List.copyOf(argv);
        host = host == null ? null : host.toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
    }

    /** A call that reaches no host. */
    public Call(String tool, @Nullable String path, List<String> argv) {
        this(tool, path, argv, null, null);
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

    /** A call that reaches a host. */
    public static Call onHost(String tool, String host) {
        return new Call(tool, null, List.of(), host, null);
    }

    /** The same call, made in a repository. */
    public Call in(String identity) {
        return new Call(tool, path, argv, host, identity);
    }
}
