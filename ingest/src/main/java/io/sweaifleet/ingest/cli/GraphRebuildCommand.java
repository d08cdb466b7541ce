package io.sweaifleet.ingest.cli;

import io.sweaifleet.graph.GraphRebuilding;
import io.sweaifleet.ingest.client.ArchivedTopicReader;
import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.client.TopicReader;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.rebuild.GraphRebuild;
import io.sweaifleet.ingest.rebuild.GraphWriter;
import io.sweaifleet.ingest.replay.MissingRecordsException;
import io.sweaifleet.schemas.config.FleetSettings;
import java.nio.file.Path;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.neo4j.driver.Driver;
import org.neo4j.driver.exceptions.Neo4jException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fleet graph rebuild}. */
@Command(
        name = "rebuild",
        mixinStandardHelpOptions = true,
        description = {
            "Make the graph anew from its topics, with the sink's own statements. What the topics hold no longer is read from",
            "the archive, if there is one. Goes on where it was cut short. The sink may go on meanwhile."
        },
        footer = {"", "  fleet graph rebuild --empty --archive /var/lib/fleet-archive"})
final class GraphRebuildCommand implements Callable<Integer> {

    private final CliContext context;

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Option(
            names = "--archive",
            paramLabel = "DIR",
            description = "Directory of the archive (default: fleet.archive.dir).")
    private @Nullable Path archive;

    @Option(names = "--empty", description = "Delete everything that is in the graph first, and begin anew.")
    private boolean empty;

    GraphRebuildCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        GraphWriter writers = ServiceLoader.load(GraphWriter.class)
                .findFirst()
                .orElseThrow(() -> CliException.environment(
                        "this program has no sink to write with", "use ./fleet of a whole distribution"));
        Terminal terminal = context.terminal();
        try (Fleet fleet = context.open(node);
                Driver driver = GraphCommand.driver(fleet.settings());
                TopicReader reader = new ArchivedTopicReader(fleet.reader(), Archives.of(fleet, archive));
                GraphWriter.Session writer = writers.open(fleet.settings(), terminal.err()::println)) {
            GraphRebuilding graph = new GraphRebuilding(driver, "");
            Map<String, Long> next = prepare(graph, terminal);
            long written = new GraphRebuild(reader, writer, graph, new Lines(terminal)).run(next);
            terminal.out().println("the graph is rebuilt from " + written + " records");
            return ExitCode.OK;
        } catch (MissingRecordsException e) {
            throw new CliException(
                    ExitCode.FAILED,
                    String.valueOf(e.getMessage()),
                    "name the archive with --archive DIR; archive before topics are deleted (docs/history.md)",
                    e);
        } catch (GraphWriter.UnwrittenException e) {
            throw new CliException(
                    ExitCode.ENVIRONMENT,
                    String.valueOf(e.getMessage()),
                    "see `fleet doctor`; then repeat the command: it goes on where it was",
                    e);
        } catch (Neo4jException e) {
            throw new CliException(
                    ExitCode.ENVIRONMENT,
                    "Neo4j does not do its part: " + e.getMessage(),
                    "see `fleet doctor` and " + FleetSettings.NEO4J_URI.name()
                            + "; then repeat the command: it goes on where it was",
                    e);
        }
    }

    /** Where to begin: all that is to be deleted is. */
    private Map<String, Long> prepare(GraphRebuilding graph, Terminal terminal) {
        Map<String, Long> underWay = graph.progress().orElse(null);
        if (!empty && underWay == null && !graph.isEmpty()) {
            throw CliException.usage(
                    "there is something in the graph already", "delete it with --empty, or leave the graph as it is");
        }
        if (!empty && underWay != null && !underWay.isEmpty()) {
            terminal.out().println("goes on with a rebuilding that was cut short");
            return underWay;
        }
        if (!graph.isEmpty()) {
            terminal.out().println("emptying the graph");
            // Noted first: a graph that was half emptied must not be taken for one that is whole.
            graph.note(Map.of());
            graph.empty();
        }
        return Map.of();
    }

    private record Lines(Terminal terminal) implements GraphRebuild.Told {

        @Override
        public void begun(String topic, long records) {
            terminal.out().println(topic + ": at most " + records + " records");
        }

        @Override
        public void written(String topic, long records) {
            terminal.out().println(topic + ": " + records + " written");
        }
    }
}
