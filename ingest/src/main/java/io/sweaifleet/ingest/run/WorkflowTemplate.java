package io.sweaifleet.ingest.run;

import io.sweaifleet.ingest.submit.Document;
import io.sweaifleet.ingest.submit.RunIds;
import io.sweaifleet.ingest.submit.Submission;
import io.sweaifleet.schemas.json.FieldProblem;
import io.sweaifleet.schemas.json.InvalidDocumentException;
import io.sweaifleet.schemas.json.RecordJsonReader;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/**
 * A workflow that can be run again and again: the ids of its tasks are names within it, and every run makes ids of its own
 * from them. Written like any submitted workflow.
 *
 * @param title what it is called
 * @param text the document
 */
public record WorkflowTemplate(String title, String text) {

    private static final String CHECK_UP = "/workflows/check-up.yaml";
    private static final int TASK_NAME_LIMIT = 36;

    /** The one that ships with the fleet: five agents look a repository over. */
    public static WorkflowTemplate checkUp() {
        try (InputStream in = WorkflowTemplate.class.getResourceAsStream(CHECK_UP)) {
            if (in == null) {
                throw new IllegalStateException(CHECK_UP + " is missing from the jar");
            }
            return new WorkflowTemplate("checkup", new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What a run is about.
     *
     * @param pool pool that does the work, for workflows that name none
     * @param repository repository for tasks that name none
     * @param baseRef commit, branch or tag to start from, or null for HEAD
     * @param deadline when everything must have ended, or null
     * @param now when the run was asked for
     */
    public record Run(
            String pool,
            String repository,
            @Nullable String baseRef,
            @Nullable Instant deadline,
            Instant now) {}

    /**
     * The workflow with ids of its own. Dependencies, labels and everything else are kept.
     *
     * @throws InvalidDocumentException when the document is not a workflow, or two tasks have the same name
     */
    public Submission.Workflow instantiate(Run run, RunIds ids) throws InvalidDocumentException {
        Document document = Document.parse(text);
        if (!document.node().has("tasks")) {
            throw new InvalidDocumentException(List.of(new FieldProblem(
                    "tasks",
                    "",
                    "missing: this is not a workflow",
                    "list its tasks, or use `fleet submit` for one task")));
        }
        WorkflowSubmitted workflow;
        try {
            workflow = RecordJsonReader.read(document.node(), WorkflowSubmitted.class);
        } catch (InvalidDocumentException e) {
            throw document.withLines(e);
        }
        String id = ids.next(
                workflow.getTitle().isEmpty() ? title : workflow.getTitle().replace("-", ""));
        List<FieldProblem> problems = new ArrayList<>();
        Set<String> names = names(workflow.getTasks(), problems);
        for (int i = 0; i < workflow.getTasks().size(); i++) {
            rename(workflow.getTasks().get(i), i, id, names, problems);
        }
        if (!problems.isEmpty()) {
            throw document.withLines(new InvalidDocumentException(problems));
        }
        put(workflow, "id", id);
        putIfNull(workflow, "pool", run.pool());
        putIfNull(workflow, "repository", run.repository());
        putIfNull(workflow, "baseRef", run.baseRef());
        putIfNull(workflow, "deadline", run.deadline());
        put(workflow, "submittedAt", run.now());
        if (workflow.getTitle().isEmpty()) {
            put(workflow, "title", title);
        }
        return new Submission.Workflow(workflow);
    }

    private static Set<String> names(List<TaskSubmitted> tasks, List<FieldProblem> problems) {
        Set<String> names = new HashSet<>();
        if (tasks.isEmpty()) {
            problems.add(new FieldProblem("tasks", "[]", "a workflow needs at least one task", "add a task"));
        }
        for (int i = 0; i < tasks.size(); i++) {
            String name = tasks.get(i).getId();
            if (name == null) {
                continue;
            }
            String field = "tasks[" + i + "].id";
            if (!Keys.isId(name) || name.length() > TASK_NAME_LIMIT) {
                problems.add(new FieldProblem(
                        field,
                        '"' + name + '"',
                        "not a name of a task",
                        "use lower-case letters, digits and dashes, at most " + TASK_NAME_LIMIT));
            }
            if (!names.add(name)) {
                problems.add(new FieldProblem(
                        field, '"' + name + '"', "another task has this name", "give each task a name of its own"));
            }
        }
        return names;
    }

    private static void rename(
            TaskSubmitted task, int position, String workflowId, Set<String> names, List<FieldProblem> problems) {
        put(task, "id", workflowId + "-" + (task.getId() == null ? position + 1 : task.getId()));
        List<String> dependencies = new ArrayList<>();
        for (String dependency : task.getDependsOn()) {
            if (!names.contains(dependency)) {
                problems.add(new FieldProblem(
                        "tasks[" + position + "].dependsOn",
                        '"' + dependency + '"',
                        "the workflow has no task of this name",
                        "use the id of another of its tasks"));
            }
            dependencies.add(workflowId + "-" + dependency);
        }
        put(task, "dependsOn", dependencies);
    }

    /** Records are generated without setters; by position is how Avro itself fills them. */
    private static void put(SpecificRecordBase record, String field, @Nullable Object value) {
        record.put(record.getSchema().getField(field).pos(), value);
    }

    private static void putIfNull(SpecificRecordBase record, String field, @Nullable Object value) {
        int position = record.getSchema().getField(field).pos();
        if (record.get(position) == null) {
            record.put(position, value);
        }
    }
}
