package io.sweaifleet.deploy.eval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Plays a sensible agent with a script: reads what it will change, runs the tests, applies a patch that it was given, runs the
 * tests again and submits. What it answers depends on the number of its own turns in the conversation alone.
 */
final class ScriptedAgent {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Pattern CHANGED = Pattern.compile("(?m)^\\+\\+\\+ b/(.+)$");

    /**
     * A turn.
     *
     * @param text what it says
     * @param tool tool that it calls; empty for none
     * @param arguments arguments of the call
     */
    record Turn(String text, String tool, ObjectNode arguments) {}

    private final List<Turn> turns = new ArrayList<>();

    /** The script for a task. */
    ScriptedAgent(EvalTask task) throws IOException {
        String patch = Files.readString(task.recorded());
        Matcher changed = CHANGED.matcher(patch);
        while (changed.find()) {
            turns.add(turn(
                    "I look at " + changed.group(1) + " first.",
                    "read",
                    MAPPER.createObjectNode().put("path", changed.group(1))));
        }
        // By their command, not by the tool test: what that finds depends on what else the machine has.
        ObjectNode tests = MAPPER.createObjectNode();
        task.test().forEach(tests.putArray("argv")::add);
        turns.add(turn("I run the tests to see what fails.", "run", tests));
        turns.add(turn(
                "I see what is wrong; this patch mends it.",
                "apply_patch",
                MAPPER.createObjectNode().put("patch", patch)));
        turns.add(turn("I run the tests again.", "run", tests));
        turns.add(turn(
                "That is all I can do.",
                "submit",
                MAPPER.createObjectNode().put("summary", "Changed what the failing tests were about; see the diff.")));
    }

    private static Turn turn(String text, String tool, ObjectNode arguments) {
        return new Turn(text, tool, arguments);
    }

    /** The answer to a request of the chat-completions API. */
    Turn answer(JsonNode request) {
        if (request.path("tools").isEmpty()) {
            return turn("ok", "", MAPPER.createObjectNode());
        }
        int said = 0;
        for (JsonNode message : request.path("messages")) {
            said += message.path("role").asText().equals("assistant") ? 1 : 0;
        }
        return turns.get(Math.min(said, turns.size() - 1));
    }
}
