package io.sweaifleet.schemas.policy;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a command may come down to, so that a rule which forbids a program cannot be passed by writing it
 * another way: by its path ({@code /bin/rm}), behind programs that run others ({@code env A=1 rm}, {@code timeout 5 rm},
 * {@code find -exec rm}, {@code xargs rm}), and in a shell's script ({@code sh -c 'cd x && rm y'}, {@code $(rm y)}).
 *
 * <p>Errs on the side of too many: behind a program that runs others each following word may be the program. What cannot
 * be read, such as a script whose program is computed or {@code eval}, makes the command {@link #opaque}. What a program
 * does by itself (a build, an interpreter's code, a script file) is not read: that is the sandbox's part.
 *
 * @param commands what the command may come down to: as given first
 * @param opaque why it may come down to something else besides, or null when this is all
 */
record Readings(List<List<String>> commands, @Nullable String opaque) {

    /** Stands for a word that a shell computes: any number of any words. */
    static final String ANYTHING = "\0";

    private static final Set<String> SHELLS =
            Set.of("sh", "bash", "rbash", "dash", "ash", "zsh", "ksh", "mksh", "fish", "csh", "tcsh", "su");

    /** Programs, and words of the shell, that run what their arguments name. */
    private static final Set<String> RUNNERS = Set.of(
            "env",
            "nice",
            "ionice",
            "chrt",
            "taskset",
            "nohup",
            "setsid",
            "timeout",
            "time",
            "stdbuf",
            "unbuffer",
            "script",
            "sudo",
            "doas",
            "su",
            "runuser",
            "setpriv",
            "chroot",
            "unshare",
            "nsenter",
            "bwrap",
            "flock",
            "xargs",
            "parallel",
            "find",
            "fd",
            "watch",
            "entr",
            "busybox",
            "toybox",
            "strace",
            "ltrace",
            "gdb",
            "valgrind",
            "perf",
            "rlwrap",
            "command",
            "builtin",
            "exec",
            "ssh",
            "systemd-run",
            "start-stop-daemon",
            "prlimit",
            "ld.so",
            "faketime",
            "catchsegv",
            "caffeinate",
            "daemonize",
            "dbus-run-session",
            "xvfb-run",
            "fakeroot",
            "proot",
            "firejail");

    /** Those of them that take a script as a word. */
    private static final Set<String> SCRIPTED = Set.of("watch", "ssh", "parallel", "script", "flock");

    /** Words of a shell that run what only it knows. */
    private static final Set<String> COMPUTED = Set.of("eval", "source", ".", "trap", "alias", "bind", "enable");

    private static final int DEEPEST = 4;
    private static final int MOST = 500;

    /** The readings of a command, its program first. */
    static Readings of(List<String> argv) {
        Reader reader = new Reader();
        reader.command(argv, 0);
        return new Readings(List.copyOf(reader.found), reader.opaque);
    }

    /** The readings of git's arguments: as given, and without options before the subcommand. */
    static Readings ofGit(List<String> arguments) {
        Set<List<String>> found = new LinkedHashSet<>();
        TreeSet<Integer> starts = new TreeSet<>(Set.of(0));
        while (!starts.isEmpty()) {
            int start = starts.pollFirst();
            if (start < arguments.size()) {
                found.add(arguments.subList(start, arguments.size()));
                if (arguments.get(start).startsWith("-")) {
                    // The option may take the next word as its value.
                    starts.addAll(Set.of(start + 1, start + 2));
                }
            }
        }
        return new Readings(List.copyOf(found), null);
    }

    private static final class Reader {

        private final Set<List<String>> found = new LinkedHashSet<>();
        private @Nullable String opaque;

        private void command(List<String> argv, int depth) {
            if (argv.isEmpty() || opaque != null || !found.add(List.copyOf(argv))) {
                return;
            }
            if (depth > DEEPEST || found.size() > MOST) {
                opaque = "commands within commands too deep or too many to read";
                return;
            }
            String program = argv.get(0);
            String name = name(program);
            if (!name.equals(program)) {
                List<String> byName = new ArrayList<>(argv);
                byName.set(0, name);
                found.add(List.copyOf(byName));
            }
            if (RUNNERS.contains(name) || name.startsWith("ld-linux")) {
                runner(name, argv, depth);
            }
            if (SHELLS.contains(name)) {
                shell(name, argv, depth);
            }
            if (name.equals("pwsh") || name.equals("powershell") || name.equals("cmd")) {
                opaque = "a script of " + name;
            }
        }

        private static String name(String program) {
            String base = program.substring(program.lastIndexOf('/') + 1);
            base = base.substring(base.lastIndexOf('\\') + 1);
            return base.toLowerCase(Locale.ROOT).endsWith(".exe") ? base.substring(0, base.length() - 4) : base;
        }

        /** Options and their values differ from program to program, so each word may be the program that is run. */
        private void runner(String name, List<String> argv, int depth) {
            for (int i = 1; i < argv.size(); i++) {
                String word = argv.get(i);
                boolean split = name.equals("env") && (word.startsWith("-S") || word.startsWith("--split-string"));
                if (split) {
                    script(
                            word.replaceFirst("^(-S|--split-string=?)", "") + " "
                                    + String.join(" ", argv.subList(i + 1, argv.size())),
                            depth + 1);
                }
                if (SCRIPTED.contains(name) && !word.startsWith("-")) {
                    script(word, depth + 1);
                }
                if (!word.startsWith("-") && !word.matches("[A-Za-z_][A-Za-z0-9_]*=.*") && !word.isEmpty()) {
                    command(argv.subList(i, argv.size()), depth + 1);
                }
            }
        }

        private void shell(String name, List<String> argv, int depth) {
            boolean scripts = false;
            for (int i = 1; i < argv.size(); i++) {
                String word = argv.get(i);
                if (scripts && !word.startsWith("-") && !word.startsWith("+")) {
                    script(word, depth + 1);
                }
                scripts |= word.matches("-[A-Za-z]*c[A-Za-z]*") || word.startsWith("--command");
                if (word.startsWith("--command=")) {
                    script(word.substring("--command=".length()), depth + 1);
                }
            }
            if (depth > 0 && (argv.size() == 1 || argv.contains("-s") || argv.contains("/dev/stdin"))) {
                opaque = name + " runs what it reads";
            }
        }

        private void script(String text, int depth) {
            if (depth > DEEPEST) {
                opaque = "scripts within scripts too deep to read";
                return;
            }
            ShellScript script = ShellScript.read(text);
            if (script.problem() != null) {
                opaque = script.problem();
                return;
            }
            script.nested().forEach(nested -> script(nested, depth + 1));
            for (List<ShellScript.Word> words : script.commands()) {
                ShellScript.Word program = words.get(0);
                if (program.computed()) {
                    opaque = "a script whose program is computed: " + program.text();
                    return;
                }
                if (COMPUTED.contains(program.text())) {
                    opaque = "a script that uses " + program.text();
                    return;
                }
                boolean computedRun =
                        RUNNERS.contains(name(program.text())) && words.stream().anyMatch(ShellScript.Word::computed);
                if (computedRun) {
                    opaque = "a script in which " + program.text() + " runs something computed";
                    return;
                }
                if (SHELLS.contains(name(program.text())) && words.stream().anyMatch(ShellScript.Word::computed)) {
                    opaque = "a script in which " + program.text() + " gets something computed";
                    return;
                }
                command(
                        words.stream()
                                .map(word -> word.computed() ? ANYTHING : word.text())
                                .toList(),
                        depth);
            }
        }
    }
}
