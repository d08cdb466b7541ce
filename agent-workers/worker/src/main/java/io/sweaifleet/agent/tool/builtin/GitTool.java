package io.sweaifleet.agent.tool.builtin;

import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.playbook.Toolbox.CommandResult;
import io.sweaifleet.agent.tool.spec.Arguments;
import io.sweaifleet.agent.tool.spec.ModelTool;
import io.sweaifleet.agent.tool.spec.Schema;
import io.sweaifleet.agent.tool.spec.ToolCallResult;
import io.sweaifleet.agent.tool.spec.ToolSpec;
import java.util.ArrayList;
import java.util.List;

/** {@code git}: looks at the clone's state and history, and changes neither: the fleet commits what an attempt leaves. */
final class GitTool implements ModelTool {

    private static final List<String> COMMANDS = List.of("status", "diff", "log", "show", "blame");
    private static final int LOG_ENTRIES = 20;
    private static final String EXAMPLE = "[\"log\", \"-3\", \"--\", \"src/a.py\"]";

    private static final ToolSpec SPEC = new ToolSpec(
            "git",
            "Looks at the repository: status, diff, log, show or blame. Changes are committed for you at the end.",
            Schema.object()
                    .required(
                            "argv",
                            "strings",
                            "words after git: one of " + String.join(", ", COMMANDS) + " and its arguments, such as "
                                    + EXAMPLE)
                    .build(),
            new ToolSpec.Hints(true, false, true));

    private final Toolbox tools;

    GitTool(Toolbox tools) {
        this.tools = tools;
    }

    @Override
    public ToolSpec spec() {
        return SPEC;
    }

    @Override
    public ToolCallResult call(Arguments arguments) throws Arguments.Mistake, ToolDenied, InterruptedException {
        List<String> words = new ArrayList<>(arguments.texts("argv", EXAMPLE));
        if (!words.isEmpty() && words.get(0).equals("git")) {
            words.remove(0);
        }
        if (words.isEmpty() || !COMMANDS.contains(words.get(0))) {
            return Results.refused(
                    "git " + (words.isEmpty() ? "(nothing)" : words.get(0)) + " is not offered; there are "
                            + String.join(", ", COMMANDS) + ". What you change is committed for you when you submit.");
        }
        String command = words.remove(0);
        List<String> all = new ArrayList<>(List.of(command));
        if (command.equals("log")
                && words.stream().noneMatch(word -> word.matches("-\\d+|-n.*|--max-count.*|.*\\.\\..*"))) {
            all.add("-n" + LOG_ENTRIES);
        }
        if (!command.equals("status") && !command.equals("blame")) {
            all.add("--no-ext-diff");
            all.add("--no-color");
        }
        all.addAll(words);
        CommandResult result = tools.git(all.toArray(String[]::new));
        String output = result.output().stripTrailing();
        if (result.ok()) {
            return Results.done(output.isEmpty() ? "nothing (git " + command + " printed nothing)" : output);
        }
        return Results.refused("git " + command + " ended with exit code " + result.exitCode() + "\n" + output);
    }
}
