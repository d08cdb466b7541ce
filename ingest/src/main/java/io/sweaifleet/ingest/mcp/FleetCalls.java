package io.sweaifleet.ingest.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.client.TopicReader;
import io.sweaifleet.ingest.definition.Definitions;
import io.sweaifleet.ingest.follow.Scan;
import io.sweaifleet.ingest.follow.StatusLookup;
import io.sweaifleet.ingest.follow.TaskView;
import io.sweaifleet.ingest.follow.WorkflowView;
import io.sweaifleet.ingest.print.Asks;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.ingest.print.OutcomeTable;
import io.sweaifleet.ingest.print.Reasons;
import io.sweaifleet.ingest.query.QueriesAwayException;
import io.sweaifleet.ingest.query.QueryClient;
import io.sweaifleet.ingest.query.QueryRefusedException;
import io.sweaifleet.ingest.report.Artifacts;
import io.sweaifleet.ingest.submit.RunIds;
import io.sweaifleet.ingest.submit.Submission;
import io.sweaifleet.ingest.submit.SubmissionParser;
import io.sweaifleet.ingest.work.Budgets;
import io.sweaifleet.ingest.work.InvalidWorkException;
import io.sweaifleet.ingest.work.ModelChoice;
import io.sweaifleet.ingest.work.Models;
import io.sweaifleet.ingest.work.WorkRequest;
import io.sweaifleet.ingest.work.WorkResult;
import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.json.InvalidDocumentException;
import io.sweaifleet.schemas.json.IsoTimes;
import io.sweaifleet.schemas.json.RecordJson;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.query.StatusAnswer;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.AgentStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What can be asked of a fleet, one call of a client each: JSON in, JSON out.
 *
 * @param fleet the fleet, for this call alone
 * @param directory what relative repositories are relative to
 * @param clock the time
 * @param ids makes ids
 */
record FleetCalls(Fleet fleet, Path directory, Clock clock, RunIds ids) {

    private static final Duration LOOK_BACK = Duration.ofDays(7);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

    /** A task or workflow as {@code fleet submit} takes it. */
    JsonNode submit(Arguments arguments) {
        JsonNode document = arguments.node().path("task");
        if (!document.isObject()) {
            throw new McpProblem(
                    "argument 'task' is not an object",
                    "give a task, such as {\"kind\": \"qa.run-tests\", \"role\": \"qa\"}");
        }
        try {
            return send(new SubmissionParser(pool(), directory, ids).parse(OutcomeJson.line(document)));
        } catch (InvalidDocumentException e) {
            throw new McpProblem(
                    "that is not a task or workflow",
                    e.problems().stream().map(Object::toString).collect(Collectors.joining("\n")));
        }
    }

    /** A task in plain words. */
    JsonNode doWork(Arguments arguments) {
        String role = arguments.optional("role").orElse("developer");
        RoleDefinition definition = Definitions.roles(fleet).all().get(role);
        if (definition == null) {
            throw new McpProblem("there is no role '" + role + "'", "list_agents shows the roles that have agents");
        }
        String repository = SubmissionParser.absolute(
                directory, arguments.optional("repository").orElse(directory.toString()));
        try {
            ModelChoice asked = new ModelChoice(
                    arguments.optional("model").orElse(null),
                    arguments.optional("model_url").orElse(null),
                    arguments.optional("model_name").orElse(null),
                    arguments.optional("recording").orElse(null));
            Optional<String> budget = arguments.optional("budget");
            WorkRequest request = new WorkRequest(
                    arguments.text("instructions"),
                    role,
                    pool(),
                    Objects.requireNonNull(repository),
                    arguments.optional("ref").orElse(null),
                    asked.resolve(Models.of(fleet.settings()), role, Models.listedBy(definition)),
                    arguments.words("test"),
                    budget.isPresent() ? Budgets.parse(budget.get()) : null,
                    null);
            return send(request.submission(ids.next("do"), clock.instant()));
        } catch (InvalidWorkException e) {
            throw new McpProblem(String.valueOf(e.getMessage()), e.remedy());
        }
    }

    private JsonNode send(Submission submission) {
        String key = Keys.of(submission.pool(), submission.workflowId());
        if (submission instanceof Submission.Workflow workflow) {
            fleet.send(FleetTopic.WORKFLOWS, key, workflow.workflow());
        } else {
            fleet.send(FleetTopic.TASKS, key, ((Submission.LoneTask) submission).task());
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("id", submission.workflowId());
        answer.put("pool", submission.pool());
        submission.taskIds().forEach(answer.putArray("taskIds")::add);
        return answer;
    }

    /** Where a task or workflow stands. */
    JsonNode status(Arguments arguments) {
        return json(find(arguments.id()).orElseThrow(() -> unknown(arguments.id())));
    }

    /** As status, once it has ended or the time is over. */
    JsonNode await(Arguments arguments, int mostSeconds, int otherwise) throws InterruptedException {
        String id = arguments.id();
        Instant deadline = clock.instant().plusSeconds(arguments.number("timeout_seconds", 1, mostSeconds, otherwise));
        while (true) {
            Optional<StatusLookup.Found> found = find(id);
            boolean ended = found.isPresent()
                    && (found.get().outcome() != null
                            || found.get().taskId() == null
                                    && found.get().workflow().isEnded());
            if (ended || !clock.instant().isBefore(deadline)) {
                ObjectNode answer = json(found.orElseThrow(() -> unknown(id)));
                answer.put("ended", ended);
                return answer;
            }
            Thread.sleep(LOOK_AGAIN.toMillis());
        }
    }

    /** Outcomes of a task or of the tasks of a workflow. */
    JsonNode results(Arguments arguments) {
        String id = arguments.id();
        StatusLookup.Found found = find(id).orElseThrow(() -> unknown(id));
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        if (found.outcome() != null) {
            all.add(result(found.outcome()));
        } else {
            OutcomeTable.sorted(lookup().outcomes(found.workflow()).values())
                    .forEach(outcome -> all.add(result(outcome)));
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.set("outcomes", all);
        if (all.isEmpty()) {
            answer.put("note", "it has no outcome yet; wait for it with the tool wait");
        }
        return answer;
    }

    private static ObjectNode result(TaskOutcome outcome) {
        ObjectNode json = OutcomeJson.of(outcome);
        WorkResult result = new WorkResult(outcome);
        json.put("brain", result.brain());
        json.put("merge", result.branch().map(branch -> "git merge " + branch).orElse(null));
        return json;
    }

    /** Asks to cancel. */
    JsonNode cancel(Arguments arguments) {
        String id = arguments.id();
        StatusLookup.Found found = find(id).orElseThrow(() -> unknown(id));
        ObjectNode answer = json(found);
        if (found.outcome() != null
                || found.taskId() == null && found.workflow().isEnded()) {
            answer.put("note", "it has ended already");
            return answer;
        }
        TaskControl request = TaskControl.newBuilder()
                .setWorkflowId(found.workflow().workflowId())
                .setTaskId(found.taskId())
                .setId(ids.next("cancel"))
                .setPool(pool())
                .setAction(ControlAction.CANCEL)
                .setReason(arguments.optional("reason").orElse("asked by an MCP client"))
                .setRequestedBy("mcp")
                .setRequestedAt(clock.instant())
                .build();
        fleet.send(FleetTopic.TASK_CONTROL, Keys.of(pool(), id), request);
        answer.put("note", "asked to cancel it; see it end with the tool wait");
        return answer;
    }

    /** Workers with their agents. */
    JsonNode agents() {
        Map<String, AgentStatus> workers = new TreeMap<>();
        try (TopicReader reader = fleet.reader()) {
            Scan.read(reader, reader.beginnings(reader.partitions(FleetTopic.AGENTS.topicName())), record -> {
                String key = Fleet.keyOf(record);
                if (key != null && record.value() == null) {
                    workers.remove(key);
                } else if (key != null) {
                    workers.put(key, fleet.decode(AgentStatus.class, record));
                }
            });
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode array = answer.putArray("workers");
        workers.values().forEach(worker -> array.add(RecordJson.toJson(worker)));
        Models.of(fleet.settings()).names().forEach(answer.putArray("models")::add);
        return answer;
    }

    /** The diff of a task. */
    String patch(String id) {
        return outcome(id).patch();
    }

    /** The transcript of a task's agent, or what its outcome says. */
    String report(String id) {
        WorkResult result = outcome(id);
        if (result.outcome().getResult() != null) {
            for (ArtifactRef artifact : result.outcome().getResult().getArtifacts()) {
                if (artifact.getKind().equals("report")
                        && artifact.getMediaType().startsWith("text/")) {
                    try {
                        return new String(Artifacts.read(artifact), StandardCharsets.UTF_8);
                    } catch (IOException e) {
                        throw new McpProblem("the report of " + id + " cannot be read: " + e.getMessage(), "");
                    }
                }
            }
        }
        return "# " + result.outcome().getTitle() + "\n\n"
                + result.outcome().getStatus().name().toLowerCase(Locale.ROOT) + "; tests before: "
                + result.testsBefore() + ", after: " + result.testsAfter() + "\n\n" + result.brain() + "\n\n"
                + String.join(
                        "\n", OutcomeTable.failures(List.of(result.outcome()), io.sweaifleet.ingest.print.Style.PLAIN))
                + "\n";
    }

    private WorkResult outcome(String id) {
        StatusLookup.Found found = find(id).orElseThrow(() -> unknown(id));
        if (found.outcome() == null) {
            throw new McpProblem("task " + id + " has no outcome yet", "wait for it with the tool wait");
        }
        return new WorkResult(found.outcome());
    }

    private String pool() {
        return fleet.settings().get(FleetSettings.POOL);
    }

    private StatusLookup lookup() {
        return new StatusLookup(fleet, clock.instant().minus(LOOK_BACK));
    }

    private McpProblem unknown(String id) {
        return new McpProblem(
                "no task or workflow " + id + " in pool " + pool() + " within " + LOOK_BACK.toDays() + " days",
                "use the id that submitting gave; one that was refused is in `fleet dead-letters list`");
    }

    private Optional<StatusLookup.Found> find(String id) {
        return standing(id).map(lookup()::find).or(() -> lookup().find(pool(), id));
    }

    /** The state knows why something waits; without it the events have to do. */
    private Optional<StatusAnswer> standing(String id) {
        try {
            return new QueryClient(fleet.settings()).status(pool(), id);
        } catch (QueriesAwayException | QueryRefusedException e) {
            return Optional.empty();
        }
    }

    private static ObjectNode json(StatusLookup.Found found) {
        WorkflowView workflow = found.workflow();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("pool", workflow.pool());
        json.put("workflowId", workflow.workflowId());
        json.put("taskId", found.taskId());
        json.put("status", status(found));
        ArrayNode tasks = json.putArray("tasks");
        for (TaskView task : workflow.tasks().values()) {
            if (found.taskId() == null || found.taskId().equals(task.taskId())) {
                tasks.add(json(task));
            }
        }
        return json;
    }

    private static String status(StatusLookup.Found found) {
        if (found.outcome() != null) {
            return found.outcome().getStatus().name();
        }
        TaskView task = found.taskId() == null ? null : found.workflow().tasks().get(found.taskId());
        if (task != null) {
            return task.status() == null ? task.phase().name() : task.status().name();
        }
        return found.workflow().status() == null
                ? "RUNNING"
                : found.workflow().status().name();
    }

    private static ObjectNode json(TaskView task) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", task.taskId());
        json.put("role", task.role());
        json.put("kind", task.kind());
        json.put("phase", task.phase().name());
        json.put("status", task.status() == null ? null : task.status().name());
        json.put("attempt", task.attempt());
        json.put("agent", task.agentId());
        json.put("step", task.step());
        json.put("since", IsoTimes.format(task.since()));
        json.put("message", task.message());
        json.put("waitsFor", task.waiting().isEmpty() ? "" : Reasons.words(task.waiting()));
        json.put("asks", Asks.words(task));
        json.put("failure", task.failure() == null ? null : OutcomeTable.words(task.failure()));
        return json;
    }
}
