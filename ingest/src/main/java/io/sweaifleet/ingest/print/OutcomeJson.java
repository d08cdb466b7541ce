package io.sweaifleet.ingest.print;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.schemas.json.RecordJson;
import io.sweaifleet.schemas.task.TaskOutcome;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Outcomes as JSON: the record with what a reader would otherwise compute. */
public final class OutcomeJson {

    private static final ObjectMapper LINE = new ObjectMapper();
    private static final ObjectMapper PRETTY = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private OutcomeJson() {}

    /** The outcome with {@code attemptCount} and {@code timings} in ms: queued, running and in all. */
    public static ObjectNode of(TaskOutcome outcome) {
        ObjectNode json = RecordJson.toJson(outcome);
        json.put("attemptCount", outcome.getAttempts().size());
        ObjectNode timings = json.putObject("timings");
        put(timings, "queuedMs", outcome.getAcceptedAt(), outcome.getStartedAt());
        put(timings, "runningMs", outcome.getStartedAt(), outcome.getFinishedAt());
        put(timings, "totalMs", outcome.getSubmittedAt(), outcome.getFinishedAt());
        return json;
    }

    private static void put(ObjectNode timings, String name, @Nullable Instant from, @Nullable Instant to) {
        if (from == null || to == null) {
            timings.putNull(name);
        } else {
            timings.put(name, Math.max(0, Duration.between(from, to).toMillis()));
        }
    }

    /** On one line. */
    public static String line(JsonNode json) {
        return write(LINE, json);
    }

    /** Indented. */
    public static String pretty(JsonNode json) {
        return write(PRETTY, json);
    }

    private static String write(ObjectMapper mapper, JsonNode json) {
        try {
            return mapper.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            // A tree of plain values always can be written.
            throw new IllegalStateException(e);
        }
    }
}
