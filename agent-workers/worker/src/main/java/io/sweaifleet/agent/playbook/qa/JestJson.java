package io.sweaifleet.agent.playbook.qa;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.agent.playbook.qa.TestResult.Status;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the JSON of Jest's {@code --json}, which Vitest writes too, and of Mocha's {@code json} reporter. */
final class JestJson {

    private static final ObjectMapper JSON = new ObjectMapper();

    private JestJson() {}

    /** One test; {@code file} as the runner wrote it; {@code details} is the stack trace or all that is known. */
    record Case(
            String file,
            String fullName,
            Status status,
            double seconds,
            String details,
            @Nullable Integer line) {}

    /** Results of Jest or Vitest; a file that could not be loaded is one failed case without a name. */
    static List<Case> jest(String json) {
        List<Case> cases = new ArrayList<>();
        for (JsonNode file : read(json).path("testResults")) {
            String name = file.path("name").asText("");
            JsonNode assertions = file.path("assertionResults");
            for (JsonNode test : assertions) {
                StringBuilder details = new StringBuilder();
                test.path("failureMessages")
                        .forEach(message -> details.append(message.asText()).append('\n'));
                JsonNode line = test.path("location").path("line");
                cases.add(new Case(
                        name,
                        test.path("fullName")
                                .asText(test.path("title").asText(""))
                                .strip(),
                        status(test.path("status").asText("")),
                        test.path("duration").asDouble(0) / 1000,
                        details.toString().strip(),
                        line.isInt() ? line.asInt() : null));
            }
            if (assertions.isEmpty() && file.path("status").asText("").equals("failed")) {
                cases.add(new Case(
                        name, "", Status.FAILED, 0, file.path("message").asText(""), null));
            }
        }
        return cases;
    }

    /** Results of Mocha. */
    static List<Case> mocha(String json) {
        List<Case> cases = new ArrayList<>();
        JsonNode report = read(json);
        for (String kind : List.of("passes", "failures", "pending")) {
            for (JsonNode test : report.path(kind)) {
                JsonNode error = test.path("err");
                cases.add(new Case(
                        test.path("file").asText(""),
                        test.path("fullTitle").asText(""),
                        kind.equals("passes")
                                ? Status.PASSED
                                : kind.equals("failures") ? Status.FAILED : Status.SKIPPED,
                        test.path("duration").asDouble(0) / 1000,
                        (error.path("message").asText("") + "\n"
                                        + error.path("stack").asText(""))
                                .strip(),
                        null));
            }
        }
        return cases;
    }

    private static JsonNode read(String json) {
        try {
            JsonNode node = JSON.readTree(json);
            return node == null ? JSON.missingNode() : node;
        } catch (JsonProcessingException cutOff) {
            // The runner was killed while it wrote.
            return JSON.missingNode();
        }
    }

    private static Status status(String word) {
        return switch (word) {
            case "passed" -> Status.PASSED;
            case "failed" -> Status.FAILED;
            default -> Status.SKIPPED;
        };
    }
}
