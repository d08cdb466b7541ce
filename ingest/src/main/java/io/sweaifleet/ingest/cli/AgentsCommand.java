package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.client.TopicReader;
import io.sweaifleet.ingest.follow.Scan;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.print.TextTable;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.AgentStatus;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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
        TextTable table = new TextTable("WORKER", "POOL", "STATE", "SINCE", "HOST", "AGENTS");
        workers.values()
                .forEach(worker -> table.add(
                        worker.getWorkerId(),
                        worker.getPool(),
                        worker.getState().name().toLowerCase(Locale.ROOT),
                        worker.getSince().toString(),
                        worker.getHost(),
                        worker.getRoles().stream()
                                .map(role -> role.getRole() + "×" + role.getAgents())
                                .collect(Collectors.joining(" "))));
        table.lines(terminal.outStyle(), terminal.outIsTerminal() ? terminal.width() : 0)
                .forEach(terminal.out()::println);
        return ExitCode.OK;
    }
}
