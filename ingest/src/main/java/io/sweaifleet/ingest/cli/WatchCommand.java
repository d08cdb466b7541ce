package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.client.TopicReader;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.ingest.print.OutcomeTable;
import io.sweaifleet.ingest.print.Style;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.json.IsoTimes;
import io.sweaifleet.schemas.json.RecordJson;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleet watch}. */
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        description = {
            "Show events as they happen, one line each.",
            "With an id: what has happened to it so far and what follows, until it ends."
        })
final class WatchCommand implements Callable<Integer> {

    private static final Duration POLL = Duration.ofMillis(300);

    private final CliContext context;

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "ID",
            description = "A task or workflow (default: everything, from now on).")
    private @Nullable String id;

    @Option(names = "--pool", paramLabel = "POOL", description = "Its pool (default: fleet.pool).")
    private @Nullable String pool;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Begin with events since a time, or for so long (default: now; with an id: 7d).")
    private @Nullable String since;

    @Option(names = "--json", description = "Print one JSON object a line.")
    private boolean json;

    WatchCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        try (Fleet fleet = context.open(node);
                TopicReader reader = fleet.reader()) {
            String in = pool == null ? fleet.settings().get(FleetSettings.POOL) : pool;
            List<TopicPartition> partitions = Topics.partitions(reader, FleetTopic.TASK_EVENTS);
            Map<TopicPartition, Long> ends = reader.ends(partitions);
            reader.start(start(reader, partitions));
            boolean quiet = id != null;
            while (true) {
                for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL)) {
                    if (record.value() == null) {
                        continue;
                    }
                    TaskEvent event = fleet.decode(TaskEvent.class, record);
                    if (concerns(event, in)) {
                        print(event);
                        quiet = false;
                        if (isLast(event)) {
                            return ExitCode.OK;
                        }
                    }
                }
                if (quiet && reader.reached(ends)) {
                    context.terminal().err().println("nothing is known of " + id + " in pool " + in + " yet; waiting");
                    quiet = false;
                }
                if (context.terminal().out().checkError()) {
                    // The reader of the pipe has gone.
                    return ExitCode.OK;
                }
            }
        }
    }

    private Map<TopicPartition, Long> start(TopicReader reader, List<TopicPartition> partitions) {
        String from = since == null && id != null ? "7d" : since;
        return from == null
                ? reader.ends(partitions)
                : reader.offsetsAt(partitions, Times.past(from, context.clock().instant()));
    }

    private boolean concerns(TaskEvent event, String in) {
        return id == null
                || event.getPool().equals(in) && (event.getWorkflowId().equals(id) || id.equals(event.getTaskId()));
    }

    /** True for the event after which nothing more is to come of what is watched. */
    private boolean isLast(TaskEvent event) {
        if (id == null) {
            return false;
        }
        return id.equals(event.getTaskId()) && event.getType() == TaskEventType.TASK_ENDED
                || event.getWorkflowId().equals(id) && event.getType() == TaskEventType.WORKFLOW_ENDED;
    }

    private void print(TaskEvent event) {
        Terminal terminal = context.terminal();
        if (json) {
            terminal.out().println(OutcomeJson.line(RecordJson.toJson(event)));
            return;
        }
        Style style = terminal.outStyle();
        String subject = event.getTaskId() == null ? event.getWorkflowId() : event.getTaskId();
        terminal.out()
                .println(style.faint(IsoTimes.format(event.getDecidedAt())) + "  " + subject + "  "
                        + event.getType().name().toLowerCase(Locale.ROOT).replace('_', ' ') + details(event));
    }

    private static String details(TaskEvent event) {
        StringBuilder text = new StringBuilder();
        if (event.getStatus() != null) {
            text.append(": ").append(event.getStatus().name().toLowerCase(Locale.ROOT));
        }
        if (event.getWorkflowStatus() != null) {
            text.append(": ").append(event.getWorkflowStatus().name().toLowerCase(Locale.ROOT));
        }
        if (event.getAttempt() != null) {
            text.append(", attempt ").append(event.getAttempt());
        }
        if (event.getAgentId() != null && !event.getAgentId().isEmpty()) {
            text.append(" on ").append(event.getAgentId());
        } else if (event.getWorkerId() != null && !event.getWorkerId().isEmpty()) {
            text.append(" to ").append(event.getWorkerId());
        }
        if (!event.getStep().isEmpty()) {
            text.append(": ").append(event.getStep());
        }
        if (event.getFailure() != null) {
            text.append(": ").append(OutcomeTable.words(event.getFailure()));
        } else if (!event.getMessage().isEmpty()) {
            text.append(" — ").append(event.getMessage());
        }
        return text.toString();
    }
}
