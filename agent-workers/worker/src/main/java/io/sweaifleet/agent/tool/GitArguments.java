package io.sweaifleet.agent.tool;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which git commands the git tool runs at all, whatever a role's rules allow: those that work on the clone alone. None of
 * them contacts a remote, writes outside the clone, changes git's configuration, leaves the attempt's branch or runs a
 * program that its arguments name.
 */
final class GitArguments {

    /** Rule name of a refusal. */
    static final String RULE = "tool:git-arguments";

    private static final Set<String> COMMANDS = Set.of(
            "add",
            "apply",
            "blame",
            "cat-file",
            "check-attr",
            "check-ignore",
            "clean",
            "commit",
            "count-objects",
            "describe",
            "diff",
            "diff-files",
            "diff-index",
            "diff-tree",
            "for-each-ref",
            "grep",
            "hash-object",
            "log",
            "ls-files",
            "ls-tree",
            "merge-base",
            "mv",
            "name-rev",
            "reset",
            "restore",
            "rev-list",
            "rev-parse",
            "rm",
            "shortlog",
            "show",
            "status",
            "version");

    /** Options that run programs, or read or write outside the clone. */
    private static final Set<String> FORBIDDEN = Set.of(
            "--exec",
            "--exec-path",
            "--ext-diff",
            "--filters",
            "--git-common-dir",
            "--git-dir",
            "--gpg-sign",
            "--namespace",
            "--no-index",
            "--open-files-in-pager",
            "--output",
            "--output-directory",
            "--receive-pack",
            "--recurse-submodules",
            "--super-prefix",
            "--textconv",
            "--unsafe-paths",
            "--upload-pack",
            "--work-tree");

    /** Options that git knows by their full name although a forbidden one begins so. */
    private static final Set<String> HARMLESS = Set.of("--text");

    private static final Pattern PARENT_SEGMENT = Pattern.compile("(?:^|[/=:])\\.\\.(?:/|$)");

    private GitArguments() {}

    /**
     * Why these arguments are refused, if they are.
     *
     * @param readable folders that absolute paths may lie in
     */
    static Optional<String> problem(List<String> arguments, List<Path> readable) {
        if (arguments.isEmpty()) {
            return Optional.of("no git command was given");
        }
        String command = arguments.get(0);
        if (!COMMANDS.contains(command)) {
            return Optional.of("git " + command
                    + " is not offered: the git tool works on the clone alone, without options before the command");
        }
        boolean pathsOnly = false;
        for (String argument : arguments.subList(1, arguments.size())) {
            if (argument.equals("--")) {
                pathsOnly = true;
                continue;
            }
            if (!pathsOnly && isForbiddenOption(command, argument)) {
                return Optional.of("the option " + argument
                        + " is not offered: it runs programs, or reads or writes outside the clone");
            }
            if (leadsOut(argument, readable)) {
                return Optional.of("the argument " + argument + " leads out of the workspace");
            }
        }
        return Optional.empty();
    }

    private static boolean isForbiddenOption(String command, String argument) {
        // git takes any unambiguous beginning of a long option, so beginnings are refused as well.
        if (argument.startsWith("--") && argument.length() > 2) {
            String name = argument.contains("=") ? argument.substring(0, argument.indexOf('=')) : argument;
            return name.length() > 4
                    && !HARMLESS.contains(name)
                    && FORBIDDEN.stream().anyMatch(forbidden -> forbidden.startsWith(name));
        }
        boolean signs = command.equals("commit") && argument.startsWith("-S");
        return argument.startsWith("-O") || signs;
    }

    private static boolean leadsOut(String argument, List<Path> readable) {
        if (PARENT_SEGMENT.matcher(argument).find()) {
            return true;
        }
        String path = argument;
        if (argument.startsWith("-")) {
            int equals = argument.indexOf('=');
            int slash = argument.indexOf('/');
            if (slash < 0) {
                return false;
            }
            // --file=/path, or -F/path
            path = equals >= 0 && equals < slash ? argument.substring(equals + 1) : argument.substring(slash);
        }
        if (!path.startsWith("/")) {
            return false;
        }
        Path normal = Path.of(path).normalize();
        return readable.stream().noneMatch(normal::startsWith);
    }
}
