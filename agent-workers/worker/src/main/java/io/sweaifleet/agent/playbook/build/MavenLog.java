package io.sweaifleet.agent.playbook.build;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the log of a Maven run says.
 *
 * @param success whether it ended with BUILD SUCCESS
 * @param modules state by module name as in the reactor summary: SUCCESS, FAILURE or SKIPPED; empty for a single module
 * @param failures what made the build fail, one for each project
 * @param compilerErrors errors that a compiler placed in a file
 * @param missing what could not be resolved without a network, bounded
 * @param unfinished test classes that were started and never reported
 */
public record MavenLog(
        boolean success,
        Map<String, String> modules,
        List<GoalFailure> failures,
        List<SourceProblem> compilerErrors,
        List<String> missing,
        List<String> unfinished) {

    private static final Pattern ANSI = Pattern.compile("\u001b\\[[0-9;]*m");
    private static final Pattern MODULE = Pattern.compile(
            "^\\[INFO] (\\S.*?) \\.{2,} *(SUCCESS|FAILURE|SKIPPED)\\b.*$|^\\[INFO] (\\S.*?) (SUCCESS|FAILURE|SKIPPED) \\[.*$");
    private static final Pattern GOAL =
            Pattern.compile("^\\[ERROR] Failed to execute goal(?: (\\S+))?(?: \\([^)]*\\))? on project (\\S+?): (.*)$");
    private static final Pattern COMPILER = Pattern.compile(
            "^\\[ERROR] (/.+?\\.(?:java|kt|scala|groovy)):(?:\\[(\\d+),\\d+]|(\\d+):\\d+|\\((\\d+),\\d+\\))\\s*(.*)$");
    private static final Pattern RUNNING = Pattern.compile("^(?:\\[INFO] )?Running ([\\w.$]+)$");
    private static final Pattern RAN = Pattern.compile("^(?:\\[\\w+]\\s+)?Tests run:.*(?:-|--) in ([\\w.$]+)\\s*$");
    private static final Pattern UNRESOLVED = Pattern.compile(
            "Could not resolve dependencies|in offline mode|has not been downloaded from it before|Non-resolvable (?:parent|import) POM"
                    + "|could not be resolved|Could not find artifact|Unable to resolve|Could not transfer artifact|Unknown host");
    /** What a goal says when the cause stands on the lines below. */
    private static final Pattern OPEN_MESSAGE = Pattern.compile(".*:\\s*$");

    private static final int CAUSE_LINES = 3;
    private static final Pattern ARTIFACT =
            Pattern.compile("(?:artifact|artifacts could not be resolved:|Plugin) ([\\w.-]+:[\\w.-]+(?::[\\w.-]+)+)");

    /**
     * One project that failed.
     *
     * @param project artifact id, or empty when no project could be read at all
     * @param goal plugin and goal, or empty when it failed before any
     * @param message the cause on one line
     * @param unresolved whether something could not be had without a network
     */
    public record GoalFailure(String project, String goal, String message, boolean unresolved) {
        /** Whether a compiler refused the sources. */
        public boolean compilation() {
            return message.startsWith("Compilation failure") || message.contains("Compilation failed");
        }
    }

    /** Reads a log. Lines in any other form are ignored. */
    public static MavenLog parse(String log) {
        boolean success = false;
        Map<String, String> modules = new LinkedHashMap<>();
        Map<String, GoalFailure> failures = new LinkedHashMap<>();
        Set<SourceProblem> compilerErrors = new LinkedHashSet<>();
        Set<String> missing = new LinkedHashSet<>();
        Set<String> running = new LinkedHashSet<>();
        List<String> plainErrors = new ArrayList<>();
        String[] lines = log.split("\n");
        for (int at = 0; at < lines.length; at++) {
            String line = plain(lines[at]);
            Matcher m;
            if (line.equals("[INFO] BUILD SUCCESS")) {
                success = true;
            } else if ((m = RUNNING.matcher(line)).matches()) {
                running.add(m.group(1));
            } else if ((m = RAN.matcher(line)).matches()) {
                running.remove(m.group(1));
            } else if ((m = MODULE.matcher(line)).matches()) {
                String name = m.group(1) != null ? m.group(1) : m.group(3);
                modules.put(name, m.group(1) != null ? m.group(2) : m.group(4));
            } else if ((m = GOAL.matcher(line)).matches()) {
                String goal = m.group(1) == null ? "" : m.group(1);
                String message = cause(m.group(3), lines, at + 1);
                failures.putIfAbsent(
                        m.group(2),
                        new GoalFailure(
                                m.group(2),
                                goal,
                                message,
                                UNRESOLVED.matcher(message).find()));
            } else if ((m = COMPILER.matcher(line)).matches()) {
                String number = m.group(2) != null ? m.group(2) : m.group(3) != null ? m.group(3) : m.group(4);
                compilerErrors.add(new SourceProblem(m.group(1), Integer.parseInt(number), m.group(5)));
            } else if (line.startsWith("[ERROR] ") || line.startsWith("[FATAL] ")) {
                plainErrors.add(line.substring(line.indexOf(' ') + 1).strip());
            }
            if (line.startsWith("[ERROR]") || line.startsWith("[FATAL]") || line.startsWith("[WARNING]")) {
                if (UNRESOLVED.matcher(line).find() && missing.size() < 20) {
                    Matcher artifact = ARTIFACT.matcher(line);
                    while (artifact.find()) {
                        missing.add(withoutJar(artifact.group(1)));
                    }
                }
            }
        }
        if (!success && failures.isEmpty()) {
            // The projects could not even be read: there is no goal line, only errors.
            plainErrors.stream()
                    .filter(error -> UNRESOLVED.matcher(error).find())
                    .findFirst()
                    .or(() -> plainErrors.stream().findFirst())
                    .ifPresent(error -> failures.put(
                            "",
                            new GoalFailure(
                                    "", "", error, UNRESOLVED.matcher(error).find())));
        }
        return new MavenLog(
                success,
                Collections.unmodifiableMap(modules),
                List.copyOf(failures.values()),
                List.copyOf(compilerErrors),
                List.copyOf(missing),
                List.copyOf(running));
    }

    private static String plain(String line) {
        return ANSI.matcher(line).replaceAll("").stripTrailing();
    }

    /** A message that ends with a colon, with what stands below it. */
    private static String cause(String message, String[] lines, int next) {
        if (!OPEN_MESSAGE.matcher(message).matches()) {
            return message;
        }
        // The exception names itself, and so does its cause.
        StringBuilder cause = new StringBuilder(message.strip().replaceFirst("^(.+?:)( \\1)+$", "$1"));
        for (int at = next; at < Math.min(lines.length, next + CAUSE_LINES); at++) {
            String line = plain(lines[at]);
            String text = line.startsWith("[ERROR] ")
                    ? line.substring("[ERROR] ".length()).strip()
                    : "";
            if (text.isEmpty() || text.startsWith("->")) {
                break;
            }
            cause.append(at == next ? " " : "; ").append(text);
        }
        return cause.toString();
    }

    /** Coordinates as Maven's messages about plugins have them: a jar is what everyone expects. */
    private static String withoutJar(String coordinates) {
        return coordinates.replaceFirst("^([^:]+:[^:]+):jar:", "$1:");
    }
}
