package io.sweaifleet.ingest.work;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.ingest.submit.Submission;
import io.sweaifleet.schemas.common.Budget;
import io.sweaifleet.schemas.task.TaskSubmitted;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A task in plain words.
 *
 * @param instructions what is to be done
 * @param role role of the agent
 * @param pool pool that does the work
 * @param repository absolute path or URL
 * @param baseRef commit, branch or tag to start from, or null for HEAD
 * @param model which model does it
 * @param test argv of the test command; empty when the agent finds it out
 * @param budget what it may use, or null
 * @param deadline when it must have ended, or null
 */
public record WorkRequest(
        String instructions,
        String role,
        String pool,
        String repository,
        @Nullable String baseRef,
        ModelChoice model,
        List<String> test,
        @Nullable Budget budget,
        @Nullable Instant deadline) {

    /** The kind of task that an agent with a chat model does. */
    public static final String KIND = "agent.do";

    private static final int TITLE_LIMIT = 100;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    public WorkRequest {
        test = List.copyOf(test);
    }

    /** The same in another pool. */
    public WorkRequest inPool(String other) {
        return new WorkRequest(instructions, role, other, repository, baseRef, model, test, budget, deadline);
    }

    /** The same by another model. */
    public WorkRequest by(ModelChoice other) {
        return new WorkRequest(instructions, role, pool, repository, baseRef, other, test, budget, deadline);
    }

    /** What is submitted, under an id. */
    public Submission.LoneTask submission(String id, Instant now) {
        Map<String, String> inputs = new TreeMap<>(model.inputs());
        if (!test.isEmpty()) {
            inputs.put("test", words(test));
        }
        return new Submission.LoneTask(TaskSubmitted.newBuilder()
                .setId(id)
                .setPool(pool)
                .setKind(KIND)
                .setRole(role)
                .setTitle(title(instructions))
                .setInstructions(instructions)
                .setRepository(repository)
                .setBaseRef(baseRef)
                .setInputs(inputs)
                .setBudget(budget)
                .setDeadline(deadline)
                .setSubmittedAt(now)
                .build());
    }

    /** The first line, shortened to what a table shows. */
    static String title(String instructions) {
        String line = instructions.strip().lines().findFirst().orElse("").strip();
        return line.length() <= TITLE_LIMIT ? line : line.substring(0, TITLE_LIMIT - 1) + "…";
    }

    /** Words as a JSON array, so that none is split at its blanks. */
    private static String words(List<String> argv) {
        try {
            return MAPPER.writeValueAsString(argv);
        } catch (JsonProcessingException e) {
            // A list of text always can be written.
            throw new IllegalStateException(e);
        }
    }
}
