package io.sweaifleet.agent.brain.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.playbook.Toolbox.CommandRequest;
import io.sweaifleet.agent.playbook.Toolbox.CommandResult;
import io.sweaifleet.agent.tool.spec.ModelTools;
import io.sweaifleet.agent.tool.spec.ToolCallResult;
import io.sweaifleet.agent.tool.spec.ToolSpec;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The least that a model needs: read, search, edit, run, submit. */
final class BasicModelTools implements ModelTools {

    private static final int MAX_LINES = 100;
    private static final int MAX_HITS = 50;
    private static final int MAX_SEARCHED = 1 << 20;
    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    private final Toolbox toolbox;

    BasicModelTools(Toolbox toolbox) {
        this.toolbox = toolbox;
    }

    @Override
    public List<ToolSpec> specs() {
        return List.of(
                spec("read", "Shows up to 100 lines of a file, with line numbers.", true, "path", "line?"),
                spec("search", "Finds a text in the files, or lists the files.", true, "pattern?", "files?"),
                spec(
                        "edit",
                        "Replaces one passage of a file (old must occur exactly once; an empty old makes a new file).",
                        false,
                        "path",
                        "old",
                        "new"),
                spec("run", "Runs a program, without a shell.", false, "argv[]"),
                spec("submit", "Ends the task. Call it when it is done and tested.", false, "summary"));
    }

    private static ToolSpec spec(String name, String description, boolean readOnly, String... arguments) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        for (String argument : arguments) {
            String plain = argument.replaceAll("[?\\[\\]]", "");
            ObjectNode property = properties.putObject(plain);
            if (argument.endsWith("[]")) {
                property.put("type", "array").putObject("items").put("type", "string");
            } else {
                property.put("type", plain.equals("line") ? "integer" : "string");
            }
            if (!argument.endsWith("?")) {
                schema.withArray("required").add(plain);
            }
        }
        return new ToolSpec(name, description, schema, new ToolSpec.Hints(readOnly, false, readOnly));
    }

    @Override
    public ToolCallResult call(String name, JsonNode arguments) throws InterruptedException {
        try {
            return switch (name) {
                case "read" -> read(arguments);
                case "search" -> search(arguments);
                case "edit" -> edit(arguments);
                case "run" -> run(arguments);
                case "submit" ->
                    new ToolCallResult(true, arguments.path("summary").asText(), true);
                default -> refused("there is no tool " + name + "; there are read, search, edit, run, submit");
            };
        } catch (ToolDenied e) {
            return refused("denied by rule " + e.rule() + ": " + e.getMessage());
        } catch (UncheckedIOException e) {
            return refused(name + " failed: " + e.getMessage());
        }
    }

    private static ToolCallResult refused(String why) {
        return new ToolCallResult(false, why, false);
    }

    private ToolCallResult read(JsonNode arguments) throws ToolDenied {
        String path = arguments.path("path").asText();
        if (path.isEmpty()) {
            return refused("read needs the argument path");
        }
        List<String> lines = toolbox.read(path).lines().toList();
        int from = Math.max(1, arguments.path("line").asInt(1));
        StringBuilder text = new StringBuilder();
        for (int i = from; i <= Math.min(lines.size(), from + MAX_LINES - 1); i++) {
            text.append(i).append('\t').append(lines.get(i - 1)).append('\n');
        }
        return new ToolCallResult(true, text + "(" + lines.size() + " lines in all)", false);
    }

    private ToolCallResult search(JsonNode arguments) throws ToolDenied, InterruptedException {
        String glob = arguments.path("files").asText("");
        String pattern = arguments.path("pattern").asText("");
        List<String> files = glob.isEmpty() ? toolbox.files() : toolbox.files(glob);
        if (pattern.isEmpty() || files.isEmpty()) {
            return new ToolCallResult(
                    true, String.join("\n", files.stream().limit(200).toList()), false);
        }
        List<String> hits = new ArrayList<>();
        toolbox.readAll(files, MAX_SEARCHED, (path, content) -> {
            List<String> lines = new String(content, java.nio.charset.StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            for (int i = 0; i < lines.size() && hits.size() < MAX_HITS; i++) {
                if (lines.get(i).contains(pattern)) {
                    hits.add(path + ":" + (i + 1) + ": " + Conversation.line(lines.get(i), 200));
                }
            }
        });
        return new ToolCallResult(true, hits.isEmpty() ? "no hit" : String.join("\n", hits), false);
    }

    private ToolCallResult edit(JsonNode arguments) throws ToolDenied {
        String path = arguments.path("path").asText();
        if (path.isEmpty() || !arguments.has("old") || !arguments.has("new")) {
            return refused("edit needs the arguments path, old and new");
        }
        String old = arguments.path("old").asText();
        String fresh = arguments.path("new").asText();
        if (old.isEmpty()) {
            toolbox.write(path, fresh);
            return new ToolCallResult(true, "written " + path, false);
        }
        String text = toolbox.read(path);
        int at = text.indexOf(old);
        if (at < 0 || text.indexOf(old, at + 1) >= 0) {
            return refused(
                    at < 0
                            ? "old does not occur in " + path + "; read the file and copy the passage exactly"
                            : "old occurs more than once in " + path + "; add lines around it");
        }
        toolbox.write(path, text.substring(0, at) + fresh + text.substring(at + old.length()));
        return new ToolCallResult(true, "changed " + path, false);
    }

    private ToolCallResult run(JsonNode arguments) throws ToolDenied, InterruptedException {
        List<String> argv = new ArrayList<>();
        arguments.path("argv").forEach(word -> argv.add(word.asText()));
        if (argv.isEmpty()) {
            return refused("run needs the argument argv, a list such as [\"python3\", \"-m\", \"unittest\"]");
        }
        CommandResult result =
                toolbox.run(new CommandRequest(argv, "", java.util.Map.of(), TIMEOUT, TestCheck.caches(argv), true));
        String end = result.timedOut() ? "ended after its time" : "exit code " + result.exitCode();
        return new ToolCallResult(result.ok(), end + "\n" + result.output(), false);
    }

    @Override
    public String repositoryMap(int tokens) throws InterruptedException {
        try {
            return String.join("\n", toolbox.files().stream().limit(tokens / 8L).toList());
        } catch (ToolDenied e) {
            return "";
        }
    }

    @Override
    public void close() {}
}
