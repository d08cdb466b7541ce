package io.sweaifleet.ingest.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.client.TopicReader;
import io.sweaifleet.ingest.follow.Scan;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.ingest.print.OutcomeTable;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleet results}. */
@Command(
        name = "results",
        mixinStandardHelpOptions = true,
        description = "Show outcomes: each task with its status, attempts and timings.")
final class ResultsCommand implements Callable<Integer> {

    private static final int DEFAULT_LIMIT = 50;
    private static final Duration POLL = Duration.ofMillis(500);

    private final CliContext context;

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "ID",
            description = "Only of this task or workflow (default: all).")
    private @Nullable String id;

    @Option(names = "--follow", description = "Go on with new outcomes until interrupted.")
    private boolean follow;

    @Option(names = "--json", description = "Print one JSON array; with --follow one JSON object a line.")
    private boolean json;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Only outcomes since a time, or for so long, such as 2h (default: all there are).")
    private @Nullable String since;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Only the last N (default: " + DEFAULT_LIMIT + " in the table, all in JSON; 0: all).")
    private @Nullable Integer limit;

    ResultsCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        try (Fleet fleet = context.open(node);
                TopicReader reader = fleet.reader()) {
            List<TopicPartition> partitions = Topics.partitions(reader, FleetTopic.RESULTS);
            Map<TopicPartition, Long> from = since == null
                    ? reader.beginnings(partitions)
                    : reader.offsetsAt(
                            partitions, Times.past(since, context.clock().instant()));
            Map<TopicPartition, Long> ends = reader.ends(partitions);
            List<TaskOutcome> outcomes = new ArrayList<>();
            Scan.read(reader, from, record -> {
                TaskOutcome outcome = decode(fleet, record);
                if (outcome != null) {
                    outcomes.add(outcome);
                }
            });
            List<TaskOutcome> shown = limited(outcomes);
            if (!follow) {
                print(shown, outcomes.size());
                return ExitCode.OK;
            }
            shown.forEach(this::printLine);
            reader.start(ends);
            while (true) {
                for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL)) {
                    TaskOutcome outcome = decode(fleet, record);
                    if (outcome != null) {
                        printLine(outcome);
                    }
                }
                if (context.terminal().out().checkError()) {
                    // The reader of the pipe has gone.
                    return ExitCode.OK;
                }
            }
        }
    }

    private @Nullable TaskOutcome decode(Fleet fleet, ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return null;
        }
        TaskOutcome outcome = fleet.decode(TaskOutcome.class, record);
        boolean wanted = id == null
                || outcome.getTaskId().equals(id)
                || outcome.getWorkflowId().equals(id);
        return wanted ? outcome : null;
    }

    private List<TaskOutcome> limited(List<TaskOutcome> outcomes) {
        List<TaskOutcome> sorted = outcomes.stream()
                .sorted(Comparator.comparing(TaskOutcome::getFinishedAt).thenComparing(TaskOutcome::getTaskId))
                .toList();
        int most = limit == null ? (json || follow ? 0 : DEFAULT_LIMIT) : limit;
        return most <= 0 || sorted.size() <= most ? sorted : sorted.subList(sorted.size() - most, sorted.size());
    }

    private void print(List<TaskOutcome> shown, int all) {
        Terminal terminal = context.terminal();
        if (json) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            shown.forEach(outcome -> array.add(OutcomeJson.of(outcome)));
            terminal.out().println(OutcomeJson.pretty(array));
        } else if (shown.isEmpty()) {
            terminal.err().println(id == null ? "no outcomes yet" : "no outcome of " + id + " yet");
        } else {
            OutcomeTable.of(shown, "")
                    .lines(terminal.outStyle(), terminal.outIsTerminal() ? terminal.width() : 0)
                    .forEach(terminal.out()::println);
            if (shown.size() < all) {
                terminal.err().println("the last " + shown.size() + " of " + all + "; --limit 0 shows all");
            }
        }
    }

    private void printLine(TaskOutcome outcome) {
        Terminal terminal = context.terminal();
        if (json) {
            terminal.out().println(OutcomeJson.line(OutcomeJson.of(outcome)));
            return;
        }
        Instant finished = outcome.getFinishedAt();
        List<String> lines = OutcomeTable.of(List.of(outcome), "").lines(terminal.outStyle(), 0);
        terminal.out().println(io.sweaifleet.schemas.json.IsoTimes.format(finished) + "  " + lines.get(1));
    }
}
