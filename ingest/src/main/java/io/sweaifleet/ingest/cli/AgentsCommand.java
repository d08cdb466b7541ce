package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.client.TopicReader;
import io.sweaifleet.ingest.follow.Scan;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.print.TextTable;
import io.sweaifleet.schemas.common.ResourceAmounts;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.AgentStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code fleet agents}. */
@Command(
        name = "agents",
        mixinStandardHelpOptions = true,
        description = "List the workers that core knows, with their agents by role.")
final class AgentsCommand implements Callable<Integer> {

    private final CliContext context;

    @Mixin
    private NodeOptions node = new NodeOptions();

    AgentsCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Terminal terminal = context.terminal();
        Map<String, AgentStatus> workers = new TreeMap<>();
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
        }
        if (workers.isEmpty()) {
            terminal.err().println("no worker has said hello yet; see `fleet doctor`");
            return ExitCode.OK;
        }
        TextTable table =
                new TextTable("WORKER", "POOL", "STATE", "SINCE", "HOST", "AGENTS", "CAN", "LABELS", "RESOURCES");
        workers.values()
                .forEach(worker -> table.add(
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
        table.lines(terminal.outStyle(), terminal.outIsTerminal() ? terminal.width() : 0)
                .forEach(terminal.out()::println);
        return ExitCode.OK;
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
