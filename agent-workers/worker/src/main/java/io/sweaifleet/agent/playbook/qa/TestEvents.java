package io.sweaifleet.agent.playbook.qa;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.agent.playbook.qa.TestResult.Status;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The events that this playbook's own Python plugins write, one JSON object a line.
 *
 * @param ended tests that ended
 * @param broken files that could not be collected
 * @param running ids of tests that were started and did not end
 */
record TestEvents(List<Event> ended, List<Event> broken, List<String> running) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** One event; {@code path} is as Python has it, {@code line} from 1 or null. */
    record Event(
            String id,
            Status status,
            double seconds,
            String message,
            @Nullable String path,
            @Nullable Integer line) {}

    /** Reads events; a last line that was cut off is ignored. */
    static TestEvents parse(String lines) {
        List<Event> ended = new ArrayList<>();
        List<Event> broken = new ArrayList<>();
        Set<String> running = new LinkedHashSet<>();
        for (String line : lines.split("\n")) {
            JsonNode event;
            try {
                event = JSON.readTree(line);
            } catch (JsonProcessingException cutOff) {
                continue;
            }
            String id = event.path("id").asText("");
            switch (event.path("event").asText("")) {
                case "start" -> running.add(id);
                case "end" -> {
                    running.remove(id);
                    ended.add(event(id, event));
                }
                case "collect-error" -> broken.add(event(id, event));
                default -> {}
            }
        }
        return new TestEvents(ended, broken, List.copyOf(running));
    }

    private static Event event(String id, JsonNode event) {
        Status status =
                switch (event.path("outcome").asText("failed")) {
                    case "passed" -> Status.PASSED;
                    case "skipped" -> Status.SKIPPED;
                    default -> Status.FAILED;
                };
        return new Event(
                id,
                status,
                event.path("seconds").asDouble(0),
                event.path("message").asText(""),
                event.path("path").isTextual() ? event.path("path").asText() : null,
                event.path("line").isInt() ? event.path("line").asInt() : null);
    }
}
