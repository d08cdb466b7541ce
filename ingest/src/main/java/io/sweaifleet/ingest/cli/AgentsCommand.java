package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.client.TopicReader;
import io.sweaifleet.ingest.follow.Scan;
import io.sweaifleet.ingest.health.AgentBook;
import io.sweaifleet.ingest.health.AgentChange;
import io.sweaifleet.ingest.health.AgentHealth;
import io.sweaifleet.ingest.print.Durations;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.print.TextTable;
import io.sweaifleet.schemas.common.ResourceAmounts;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.AgentStatus;
import io.sweaifleet.schemas.worker.Heartbeat;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fleet agents}. */
@Command(
        name = "agents",
        mixinStandardHelpOptions = true,
        description = {
            "List the workers that core knows, with their agents by role.",
            "--each lists the agents: what each does, and how its attempts ended. --changes lists when agents were created,"
                    + " busy, ready, draining, offline and recovered.",
            "An agent is slow when the median of its attempts is more than three times that of its role, and fails when at"
                    + " least half of them failed for another reason than their task; both of at least five attempts."
        })
final class AgentsCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(AgentsCommand.class);

    private final CliContext context;

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Option(names = "--each", description = "List every agent that began an attempt.")
    private boolean each;

    @Option(names = "--changes", description = "List what became of agents, in the order of time.")
    private boolean changes;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            defaultValue = "1h",
            description = "What --each and --changes look at: from a time on, or a duration such as 12h (default: 1h).")
    private String since = "1h";

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    AgentsCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Terminal terminal = context.terminal();
        Map<String, AgentStatus> workers = new TreeMap<>();
        AgentBook book = new AgentBook();
        try (Fleet fleet = context.open(node);
                TopicReader reader = fleet.reader()) {
            Scan.read(reader, reader.beginnings(reader.partitions(FleetTopic.AGENTS.topicName())), record -> {
                String key = Fleet.keyOf(record);
                if (key != null && record.value() == null) {
                    workers.remove(key);
                } else if (key != null) {
                    workers.put(key, fleet.decode(AgentStatus.class, record));
                }
            });
            if (each || changes) {
                workers.values().forEach(book::add);
                Instant from = Times.past(since, context.clock().instant());
                scan(fleet, reader, FleetTopic.AGENT_HEARTBEATS, from, Heartbeat.class, book::add);
                scan(fleet, reader, FleetTopic.TASK_EVENTS, from, TaskEvent.class, book::add);
            }
        }
        if (json) {
            terminal.out().println(AgentsJson.of(workers.values(), each ? book.agents() : null, changes ? book : null));
            return ExitCode.OK;
        }
        if (workers.isEmpty()) {
            terminal.err().println("no worker has said hello yet; see `fleet doctor`");
            return ExitCode.OK;
        }
        if (each) {
            print(agents(book));
            book.idle().forEach(idle -> terminal.out().println("began nothing within " + since + ": " + idle));
        }
        if (changes) {
            print(changes(book));
        }
        if (!each && !changes) {
            print(workers(workers.values()));
        }
        return ExitCode.OK;
    }

    private static <T extends SpecificRecord> void scan(
            Fleet fleet, TopicReader reader, FleetTopic topic, Instant from, Class<T> type, Consumer<T> taker) {
        Scan.read(reader, reader.offsetsAt(reader.partitions(topic.topicName()), from), record -> {
            try {
                taker.accept(fleet.decode(type, record));
            } catch (SerializationException e) {
                // Not written by a part of the fleet: core sets it aside, with a dead letter.
                LOG.debug("{} is passed over: {}", record, e.getMessage());
            }
        });
    }

    private void print(TextTable table) {
        Terminal terminal = context.terminal();
        table.lines(terminal.outStyle(), terminal.outIsTerminal() ? terminal.width() : 0)
                .forEach(terminal.out()::println);
    }

    private TextTable agents(AgentBook book) {
        Instant now = context.clock().instant();
        TextTable table =
                new TextTable("AGENT", "ROLE", "STATE", "FOR", "TASK", "HEARD", "ATTEMPTS", "FAILED", "MEDIAN", "NOTE");
        for (AgentHealth agent : book.agents()) {
            table.add(
                    agent.agentId(),
                    agent.role() + (agent.roleVersion() == 0 ? "" : " v" + agent.roleVersion()),
                    agent.state().name().toLowerCase(Locale.ROOT),
                    Durations.words(agent.since(), now),
                    agent.task() == null ? "" : agent.task(),
                    agent.heartbeat() == null ? "" : Durations.words(agent.heartbeat(), now) + " ago",
                    String.valueOf(agent.attempts()),
                    agent.failed() + String.format(Locale.ROOT, " (%.0f %%)", 100 * agent.errorRate()),
                    agent.median() == null ? "" : Durations.words(agent.median()),
                    (agent.slow() ? "slow " : "") + (agent.isFailing() ? "fails" : ""));
        }
        return table;
    }

    private static TextTable changes(AgentBook book) {
        TextTable table = new TextTable("AT", "WORKER", "AGENT", "BECAME", "WHY");
        for (AgentChange change : book.changes()) {
            table.add(
                    change.at().toString(),
                    change.workerId(),
                    change.who(),
                    change.kind().name().toLowerCase(Locale.ROOT),
                    change.why());
        }
        return table;
    }

    private static TextTable workers(Collection<AgentStatus> workers) {
        TextTable table =
                new TextTable("WORKER", "POOL", "STATE", "SINCE", "HOST", "AGENTS", "CAN", "LABELS", "RESOURCES");
        workers.forEach(worker -> table.add(
                worker.getWorkerId(),
                worker.getPool(),
                worker.getState().name().toLowerCase(Locale.ROOT),
                worker.getSince().toString(),
                worker.getHost(),
                worker.getRoles().stream()
                        .map(role -> role.getRole() + "×" + role.getAgents())
                        .collect(Collectors.joining(" ")),
                String.join(" ", worker.getCapabilities()),
                new TreeMap<>(worker.getLabels())
                        .entrySet().stream()
                                .map(label -> label.getKey() + "=" + label.getValue())
                                .collect(Collectors.joining(" ")),
                words(worker.getResources())));
        return table;
    }

    /** What a worker gives to attempts; nothing of what it does not have. */
    private static String words(@Nullable ResourceAmounts resources) {
        if (resources == null) {
            return "";
        }
        List<String> words = new ArrayList<>();
        if (resources.getCpuMillis() > 0) {
            words.add(String.format(Locale.ROOT, "%.1f cores", resources.getCpuMillis() / 1_000.0));
        }
        if (resources.getMemoryBytes() > 0) {
            words.add(String.format(Locale.ROOT, "%.1f GiB", resources.getMemoryBytes() / (double) (1L << 30)));
        }
        if (resources.getGpus() > 0) {
            words.add(resources.getGpus() + " GPUs");
        }
        return String.join(" ", words);
    }
}
