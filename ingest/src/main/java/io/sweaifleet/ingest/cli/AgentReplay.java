package io.sweaifleet.ingest.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.client.TopicReader;
import io.sweaifleet.ingest.follow.Scan;
import io.sweaifleet.ingest.follow.WorkflowFollower;
import io.sweaifleet.ingest.print.Progress;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.replay.NewIds;
import io.sweaifleet.ingest.submit.Submission;
import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.common.Origin;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Repeats what an agent did, from what it left: shows each step as it was recorded, then has the fleet do the task again on the same
 * commit with the recorded model, which asks nobody, and says what came out otherwise.
 */
final class AgentReplay {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String RECORDING = "exchanges.jsonl";
    private static final int SHOWN_LINES = 8;
    private static final int SHOWN_WIDTH = 160;
    private static final List<String> COMPARED = List.of("steps", "stopped", "testsBefore", "testsAfter");

    private final CliContext context;
    private final Fleet fleet;

    AgentReplay(CliContext context, Fleet fleet) {
        this.context = context;
        this.fleet = fleet;
    }

    /**
     * Replays a run.
     *
     * @param id of the task, or of its workflow
     * @param showOnly whether it is not done again
     * @return the command's exit code
     */
    int run(String id, boolean showOnly) {
        TaskOutcome recorded = outcome(id);
        Path exchanges = exchanges(recorded);
        show(recorded, exchanges);
        if (showOnly) {
            return ExitCode.OK;
        }
        TaskSubmitted again = again(recorded, exchanges);
        Terminal terminal = context.terminal();
        terminal.err().println("doing it again as " + again.getId() + ", with the recorded model");
        Progress progress = Progress.on(
                terminal.err(),
                terminal.errIsTerminal(),
                terminal.errStyle(),
                terminal.width(),
                context.clock().instant());
        try (Following following = new Following(fleet, new Submission.LoneTask(again), context.clock())) {
            WorkflowFollower end = following.toTheEnd(progress, terminal.err());
            TaskOutcome repeated = Objects.requireNonNull(
                    end.outcomes().get(Objects.requireNonNull(again.getId(), "id")), "the outcome");
            return compare(recorded, repeated);
        }
    }

    private TaskOutcome outcome(String id) {
        try (TopicReader reader = fleet.reader()) {
            List<TaskOutcome> found = new ArrayList<>();
            Scan.read(reader, reader.beginnings(Topics.partitions(reader, FleetTopic.RESULTS)), record -> {
                if (record.value() != null) {
                    TaskOutcome outcome = fleet.decode(TaskOutcome.class, record);
                    if (outcome.getTaskId().equals(id)
                            || outcome.getWorkflowId().equals(id)) {
                        found.add(outcome);
                    }
                }
            });
            List<TaskOutcome> recorded =
                    found.stream().filter(outcome -> recording(outcome) != null).toList();
            if (recorded.size() == 1) {
                return recorded.get(0);
            }
            if (!recorded.isEmpty()) {
                throw CliException.usage(
                        id + " has " + recorded.size() + " tasks with a recording",
                        "name one of "
                                + String.join(
                                        ", ",
                                        recorded.stream()
                                                .map(TaskOutcome::getTaskId)
                                                .toList()));
            }
            throw CliException.failed(
                    found.isEmpty() ? "there is no outcome of " + id : id + " has no recording of a model",
                    found.isEmpty()
                            ? "see `fleet results`"
                            : "only tasks that a chat model did leave one; a playbook's are simply submitted again");
        }
    }

    private static @Nullable ArtifactRef recording(TaskOutcome outcome) {
        TaskResult result = outcome.getResult();
        return result == null
                ? null
                : result.getArtifacts().stream()
                        .filter(artifact -> artifact.getName().equals(RECORDING))
                        .findFirst()
                        .orElse(null);
    }

    private static Path exchanges(TaskOutcome outcome) {
        ArtifactRef ref = Objects.requireNonNull(recording(outcome), "recording");
        try {
            Path file = Path.of(URI.create(ref.getUri()));
            if (Files.isReadable(file)) {
                return file;
            }
        } catch (IllegalArgumentException | FileSystemNotFoundException e) {
            throw CliException.failed(
                    "the artifact " + ref.getUri() + " is no file of this machine",
                    "replay it where the artifacts are");
        }
        throw CliException.failed(
                "the artifact " + ref.getUri() + " cannot be read", "replay it where the artifacts are kept");
    }

    private void show(TaskOutcome outcome, Path exchanges) {
        List<JsonNode> all = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(exchanges)) {
                if (!line.isBlank()) {
                    all.add(JSON.readTree(line));
                }
            }
        } catch (JsonProcessingException e) {
            throw CliException.failed(exchanges + " is no recording: " + e.getOriginalMessage(), "");
        } catch (IOException e) {
            throw CliException.failed(exchanges + " cannot be read: " + e, "");
        }
        var out = context.terminal().out();
        out.println("task " + outcome.getTaskId() + " " + outcome.getStatus() + ", " + all.size() + " exchanges");
        for (int i = 0; i < all.size(); i++) {
            JsonNode exchange = all.get(i);
            out.println();
            out.println("step " + (i + 1) + "  " + exchange.path("model").asText() + "  "
                    + exchange.at("/usage/input").asLong() + " + "
                    + exchange.at("/usage/output").asLong() + " tokens  "
                    + exchange.path("durationMs").asLong() + " ms");
            print("  ", exchange.at("/answer/text").asText());
            exchange.at("/answer/calls")
                    .forEach(call -> print(
                            "  > ",
                            call.path("name").asText() + " "
                                    + call.path("arguments").asText()));
            if (i + 1 < all.size()) {
                observations(all.get(i + 1).at("/request/messages")).forEach(text -> print("  < ", text));
            }
        }
        out.println();
    }

    /** What came after the last answer in the next request. */
    private static List<String> observations(JsonNode messages) {
        List<String> texts = new ArrayList<>();
        for (int i = messages.size() - 1; i >= 0; i--) {
            if (messages.path(i).path("role").asText().equals("assistant")) {
                break;
            }
            texts.add(0, messages.path(i).path("text").asText());
        }
        return texts;
    }

    private void print(String margin, String text) {
        List<String> lines = text.strip().lines().toList();
        var out = context.terminal().out();
        lines.stream()
                .limit(SHOWN_LINES)
                .forEach(line -> out.println(
                        margin + (line.length() <= SHOWN_WIDTH ? line : line.substring(0, SHOWN_WIDTH - 1) + "…")));
        if (lines.size() > SHOWN_LINES) {
            out.println(margin + "… " + (lines.size() - SHOWN_LINES) + " more lines");
        }
    }

    /** The task as it was submitted, with an id of its own, on the commit it began with, answered by the recording. */
    private TaskSubmitted again(TaskOutcome outcome, Path exchanges) {
        TaskSubmitted submitted = submission(outcome);
        Map<String, String> inputs = new HashMap<>(submitted.getInputs());
        inputs.put("recording", exchanges.toString());
        TaskResult result = outcome.getResult();
        String base = result == null ? null : result.getBaseCommit();
        return TaskSubmitted.newBuilder(NewIds.of(submitted, context.ids()))
                .setPool(outcome.getPool())
                .setTenant(outcome.getTenant())
                .setWorkflowId(null)
                .setDependsOn(List.of())
                .setRepository(outcome.getRepository())
                .setBaseRef(base == null ? submitted.getBaseRef() : base)
                .setInputs(inputs)
                .setDeadline(null)
                .setNotBefore(null)
                .setSubmittedAt(context.clock().instant())
                .build();
    }

    private TaskSubmitted submission(TaskOutcome outcome) {
        Origin origin = outcome.getOrigin();
        if (origin != null) {
            TopicPartition partition = new TopicPartition(origin.getTopic(), origin.getPartition());
            List<TaskSubmitted> found = new ArrayList<>();
            try (TopicReader reader = fleet.reader()) {
                Scan.read(reader, Map.of(partition, origin.getOffset()), record -> {
                    if (record.offset() == origin.getOffset()) {
                        found.addAll(tasks(record, outcome.getTaskId()));
                    }
                });
            }
            if (!found.isEmpty()) {
                return found.get(0);
            }
        }
        throw CliException.failed(
                "the submission of " + outcome.getTaskId() + " is not there any more",
                "its steps are shown above; to do it again submit it with the input recording");
    }

    private List<TaskSubmitted> tasks(ConsumerRecord<byte[], byte[]> record, String id) {
        if (record.topic().equals(FleetTopic.TASKS.topicName())) {
            return List.of(fleet.decode(TaskSubmitted.class, record));
        }
        if (!record.topic().equals(FleetTopic.WORKFLOWS.topicName())) {
            return List.of();
        }
        return fleet.decode(WorkflowSubmitted.class, record).getTasks().stream()
                .filter(task -> id.equals(task.getId()))
                .toList();
    }

    private int compare(TaskOutcome recorded, TaskOutcome repeated) {
        List<String> differences = new ArrayList<>();
        differs(differences, "status", recorded.getStatus(), repeated.getStatus());
        TaskResult before = Objects.requireNonNull(recorded.getResult(), "result");
        TaskResult after = repeated.getResult();
        if (after != null) {
            differs(differences, "base commit", before.getBaseCommit(), after.getBaseCommit());
            for (String name : COMPARED) {
                differs(
                        differences,
                        name,
                        before.getOutputs().get(name),
                        after.getOutputs().get(name));
            }
            differs(differences, "patch", before.getPatch(), after.getPatch());
        }
        if (repeated.getFailure() != null) {
            differences.add(repeated.getFailure().getCode() + ": "
                    + repeated.getFailure().getMessage());
        }
        var out = context.terminal().out();
        if (differences.isEmpty() || (recorded.getFailure() != null && differences.size() == 1)) {
            out.println("the same again: every request was recorded, and the patch is the same");
            return ExitCode.OK;
        }
        out.println("it came out otherwise:");
        differences.forEach(difference -> print("  ", difference));
        return ExitCode.FAILED;
    }

    private static void differs(
            List<String> differences, String name, @Nullable Object recorded, @Nullable Object repeated) {
        if (!Objects.equals(recorded, repeated)) {
            differences.add(name + " was " + recorded + " and is " + repeated);
        }
    }
}
