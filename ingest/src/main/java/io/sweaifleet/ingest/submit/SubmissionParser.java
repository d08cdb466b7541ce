package io.sweaifleet.ingest.submit;

import io.sweaifleet.schemas.json.FieldProblem;
import io.sweaifleet.schemas.json.InvalidDocumentException;
import io.sweaifleet.schemas.json.RecordJsonReader;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads a task or a workflow, checks it against its schema and completes it: a missing id is made, a missing pool is the
 * configured one, a relative repository is resolved. The same document with an id always gives the same record, so that
 * submitting it again is a repetition and not a contradiction. What only the fleet can tell (an unknown role, a cycle, an
 * id that was used before) is left to it.
 */
public final class SubmissionParser {

    /** Longest document, in characters; the fleet refuses larger records. */
    public static final int SIZE_LIMIT = 1_000_000;

    private final String defaultPool;
    private final Path directory;
    private final RunIds ids;

    /**
     * @param defaultPool pool of submissions that name none
     * @param directory what relative repositories are relative to
     * @param ids makes missing ids
     */
    public SubmissionParser(String defaultPool, Path directory, RunIds ids) {
        this.defaultPool = defaultPool;
        this.directory = directory;
        this.ids = ids;
    }

    /**
     * Parses a document. One with {@code tasks} or a {@code definition} is a workflow, every other a task.
     *
     * @throws InvalidDocumentException listing every problem, each with its line
     */
    public Submission parse(String text) throws InvalidDocumentException {
        if (text.length() > SIZE_LIMIT) {
            throw new InvalidDocumentException(List.of(new FieldProblem(
                    "",
                    text.length() + " characters",
                    "larger than " + SIZE_LIMIT + " characters",
                    "put large content into the repository or a file and refer to it")));
        }
        Document document = Document.parse(text);
        try {
            return document.node().has("tasks") || document.node().has("definition")
                    ? complete(RecordJsonReader.read(document.node(), WorkflowSubmitted.class))
                    : complete(RecordJsonReader.read(document.node(), TaskSubmitted.class));
        } catch (InvalidDocumentException e) {
            throw document.withLines(e);
        }
    }

    private Submission complete(TaskSubmitted task) throws InvalidDocumentException {
        List<FieldProblem> problems = new ArrayList<>();
        check(task, "", problems);
        refuse(problems);
        if (task.getId() == null) {
            put(task, "id", ids.next(task.getKind()));
        }
        if (task.getPool() == null) {
            put(task, "pool", defaultPool);
        }
        put(task, "repository", absolute(task.getRepository()));
        return new Submission.LoneTask(task);
    }

    private Submission complete(WorkflowSubmitted workflow) throws InvalidDocumentException {
        List<FieldProblem> problems = new ArrayList<>();
        checkId("id", workflow.getId(), problems);
        checkId("pool", workflow.getPool(), problems);
        checkPriority("priority", workflow.getPriority(), problems);
        if (workflow.getTasks().isEmpty() && workflow.getDefinition() == null) {
            problems.add(new FieldProblem("tasks", "[]", "a workflow needs at least one task", "add a task"));
        }
        for (int i = 0; i < workflow.getTasks().size(); i++) {
            check(workflow.getTasks().get(i), "tasks[" + i + "].", problems);
        }
        refuse(problems);
        if (workflow.getId() == null) {
            String title = workflow.getTitle();
            String definition = workflow.getDefinition();
            put(workflow, "id", ids.next(definition != null ? definition : title.isEmpty() ? "workflow" : title));
        }
        if (workflow.getPool() == null) {
            put(workflow, "pool", defaultPool);
        }
        put(workflow, "repository", absolute(workflow.getRepository()));
        for (int i = 0; i < workflow.getTasks().size(); i++) {
            TaskSubmitted task = workflow.getTasks().get(i);
            if (task.getId() == null) {
                put(task, "id", shortened(workflow.getId(), 90) + "-" + (i + 1));
            }
            put(task, "repository", absolute(task.getRepository()));
        }
        return new Submission.Workflow(workflow);
    }

    private static void check(TaskSubmitted task, String path, List<FieldProblem> problems) {
        checkId(path + "id", task.getId(), problems);
        checkId(path + "pool", task.getPool(), problems);
        checkId(path + "role", task.getRole(), problems);
        checkPriority(path + "priority", task.getPriority(), problems);
        if (task.getKind().isBlank()) {
            problems.add(new FieldProblem(path + "kind", "\"\"", "empty", "name a kind of work such as qa.run-tests"));
        }
    }

    private static void checkId(String field, @Nullable String id, List<FieldProblem> problems) {
        if (id != null && !Keys.ID_PATTERN.matcher(id).matches()) {
            problems.add(new FieldProblem(
                    field,
                    '"' + id + '"',
                    "not an id",
                    "use lower-case letters, digits and dashes, at most 100, not beginning with a dash"));
        }
    }

    private static void checkPriority(String field, @Nullable Integer priority, List<FieldProblem> problems) {
        if (priority != null && (priority < 0 || priority > 9)) {
            problems.add(new FieldProblem(field, priority.toString(), "out of range", "use 0 to 9, 9 is most urgent"));
        }
    }

    private static void refuse(List<FieldProblem> problems) throws InvalidDocumentException {
        if (!problems.isEmpty()) {
            throw new InvalidDocumentException(problems);
        }
    }

    private @Nullable String absolute(@Nullable String repository) {
        return absolute(directory, repository);
    }

    /**
     * A repository as the fleet takes it: a URL, an absolute path and git's host:path form stay as they are.
     *
     * @param directory what a relative path is relative to
     */
    public static @Nullable String absolute(Path directory, @Nullable String repository) {
        if (repository == null || repository.isEmpty() || repository.contains(":") || repository.startsWith("/")) {
            return repository;
        }
        return directory.resolve(repository).normalize().toString();
    }

    private static String shortened(String text, int limit) {
        return text.substring(0, Math.min(limit, text.length())).toLowerCase(Locale.ROOT);
    }

    /** Records are generated without setters; by position is how Avro itself fills them. */
    private static void put(org.apache.avro.specific.SpecificRecordBase record, String field, @Nullable Object value) {
        record.put(record.getSchema().getField(field).pos(), value);
    }
}
