package io.sweaifleet.agent.playbook.qa;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a {@code test} script of a package.json runs.
 *
 * @param runner the test runner of its last command
 * @param script name of the script to start: that of the runner when {@code test} only names it
 * @param appendable whether arguments after the script's own reach the runner
 */
record NodeScript(Runner runner, String script, boolean appendable) {

    /** Runners whose reports can be had. */
    enum Runner {
        JEST,
        VITEST,
        MOCHA,
        NODE_TEST,
        AVA,
        /** Any other: TAP when it prints that, else its exit code. */
        OTHER
    }

    /** What npm writes into a new package.json. */
    private static final Pattern NO_TEST = Pattern.compile("no test specified");

    private static final Pattern INDIRECT =
            Pattern.compile("^(?:npm|yarn|pnpm)(?: run| run-script)? (?:-s )?([\\w:.-]+)$");
    private static final List<Map.Entry<Runner, Pattern>> RUNNERS = List.of(
            Map.entry(Runner.NODE_TEST, Pattern.compile("(?:^|\\s)node\\s(?:.*\\s)?--test(?:\\s|$)")),
            Map.entry(Runner.JEST, Pattern.compile("(?:^|[\\s/])(?:jest(?:\\.js)?|react-scripts test)(?:\\s|$)")),
            Map.entry(Runner.VITEST, Pattern.compile("(?:^|[\\s/])vitest(?:\\s|$)")),
            Map.entry(Runner.MOCHA, Pattern.compile("(?:^|[\\s/])_?mocha(?:\\s|$)")),
            Map.entry(Runner.AVA, Pattern.compile("(?:^|[\\s/])ava(?:\\s|$)")));

    /** Whether there is a test script that tests anything. */
    static boolean isTest(String script) {
        return !script.isBlank() && !NO_TEST.matcher(script).find();
    }

    /** Understands the {@code test} script among these. */
    static NodeScript of(Map<String, String> scripts) {
        String name = "test";
        for (int depth = 0; depth < 4; depth++) {
            String command = scripts.getOrDefault(name, "").strip();
            Matcher indirect = INDIRECT.matcher(command);
            if (indirect.matches()
                    && scripts.containsKey(indirect.group(1))
                    && !indirect.group(1).equals(name)) {
                name = indirect.group(1);
                continue;
            }
            String[] parts = command.split("&&|\\|\\||;");
            for (int i = parts.length - 1; i >= 0; i--) {
                for (Map.Entry<Runner, Pattern> runner : RUNNERS) {
                    if (runner.getValue().matcher(parts[i].strip()).find()) {
                        boolean last = i == parts.length - 1 && !parts[i].contains("|") && !parts[i].contains(">");
                        return new NodeScript(runner.getKey(), name, last);
                    }
                }
            }
            return new NodeScript(Runner.OTHER, name, false);
        }
        return new NodeScript(Runner.OTHER, "test", false);
    }
}
