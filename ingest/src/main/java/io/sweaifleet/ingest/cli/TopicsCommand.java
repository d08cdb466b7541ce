package io.sweaifleet.ingest.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.print.TextTable;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.topic.TopicAdmin;
import io.sweaifleet.schemas.topic.TopicException;
import io.sweaifleet.schemas.topic.TopicMismatchException;
import io.sweaifleet.schemas.topic.TopicSettings;
import io.sweaifleet.schemas.topic.TopicState;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code fleet topics}. */
@Command(
        name = "topics",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description =
                "The fleet's topics: create them on any cluster, see what they are like, give them more partitions.")
final class TopicsCommand implements Runnable {

    private final CliContext context;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    TopicsCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command: create, describe or enlarge");
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description =
                    "Create the topics that are missing. Refuses, changing nothing, when one that exists cannot be used.")
    int create(@Mixin NodeOptions node) {
        try (Fleet fleet = context.open(node);
                Admin admin = admin(fleet)) {
            List<FleetTopic> created = TopicAdmin.ensure(admin, TopicSettings.from(fleet.settings()));
            int partitions = created.isEmpty() ? 0 : TopicAdmin.partitions(admin);
            created.forEach(topic -> context.terminal()
                    .out()
                    .println("created " + topic.topicName() + " with "
                            + (topic.keyed() ? partitions : topic.partitions()) + " partitions"));
            if (created.isEmpty()) {
                context.terminal().out().println("all " + FleetTopic.values().length + " topics are there");
            }
            return ExitCode.OK;
        } catch (TopicMismatchException e) {
            throw new CliException(
                    ExitCode.ENVIRONMENT,
                    "a topic that exists cannot be used; nothing was created",
                    e.mismatches().stream().map(Object::toString).collect(Collectors.joining("\n")),
                    e);
        } catch (TopicException e) {
            throw new CliException(ExitCode.ENVIRONMENT, String.valueOf(e.getMessage()), "", e);
        }
    }

    @Command(name = "describe", mixinStandardHelpOptions = true, description = "Show each topic as the broker has it.")
    int describe(
            @Mixin NodeOptions node, @Option(names = "--json", description = "Print one JSON array.") boolean json) {
        Terminal terminal = context.terminal();
        try (Fleet fleet = context.open(node);
                Admin admin = admin(fleet)) {
            List<TopicState> states = TopicAdmin.describe(admin, TopicSettings.from(fleet.settings()));
            if (json) {
                terminal.out().println(OutcomeJson.pretty(toJson(states)));
            } else {
                TextTable table = new TextTable(
                                "TOPIC", "STATE", "PARTITIONS", "COPIES", "CLASS", "KEY", "WRITTEN BY", "READ BY")
                        .alignRight(2, 3);
                states.forEach(state -> table.add(
                        state.mismatches().isEmpty() && state.exists()
                                ? TextTable.Emphasis.GOOD
                                : TextTable.Emphasis.BAD,
                        List.of(
                                state.topic().topicName(),
                                word(state),
                                state.exists() ? String.valueOf(state.partitions()) : "",
                                state.exists() ? String.valueOf(state.replication()) : "",
                                state.topic().topicClass().name().toLowerCase(Locale.ROOT),
                                state.topic().keyFormat(),
                                state.topic().writers(),
                                state.topic().readers())));
                table.lines(terminal.outStyle(), terminal.outIsTerminal() ? terminal.width() : 0)
                        .forEach(terminal.out()::println);
                states.stream().flatMap(state -> state.mismatches().stream()).forEach(terminal.out()::println);
            }
            boolean usable = states.stream()
                    .allMatch(state -> state.exists() && state.mismatches().isEmpty());
            return usable ? ExitCode.OK : ExitCode.FAILED;
        } catch (TopicException e) {
            throw new CliException(ExitCode.ENVIRONMENT, String.valueOf(e.getMessage()), "", e);
        }
    }

    @Command(
            name = "enlarge",
            mixinStandardHelpOptions = true,
            description = {
                "Give the keyed topics more partitions and move all that core knows into them. The topology and the workers",
                "must be stopped; producers and consumers may go on. Repeat it if it was cut short. See docs/partitions.md."
            })
    int enlarge(
            @Mixin NodeOptions node,
            @Option(
                            names = "--partitions",
                            required = true,
                            paramLabel = "N",
                            description = "How many there are to be.")
                    int partitions) {
        if (partitions < 1 || partitions > TopicSettings.MOST_PARTITIONS) {
            throw CliException.usage(
                    "--partitions " + partitions + " is out of range", "give 1 to " + TopicSettings.MOST_PARTITIONS);
        }
        TopicEnlarger enlarger = ServiceLoader.load(TopicEnlarger.class)
                .findFirst()
                .orElseThrow(() -> CliException.environment(
                        "this program has no core to move", "use ./fleet of a whole distribution"));
        try (Fleet fleet = context.open(node)) {
            enlarger.enlarge(fleet, partitions, context.terminal().out()::println);
            return ExitCode.OK;
        } catch (TopicException e) {
            throw new CliException(ExitCode.ENVIRONMENT, String.valueOf(e.getMessage()), "", e);
        }
    }

    private static String word(TopicState state) {
        if (!state.exists()) {
            return "missing";
        }
        return state.mismatches().isEmpty() ? "ok" : "unusable";
    }

    private static ArrayNode toJson(List<TopicState> states) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (TopicState state : states) {
            ObjectNode node = array.addObject();
            node.put("topic", state.topic().topicName());
            node.put("state", word(state));
            node.put("partitions", state.partitions());
            node.put("replication", state.replication());
            node.put("class", state.topic().topicClass().name());
            node.put("key", state.topic().keyFormat());
            node.put("value", state.topic().valueType().getName());
            node.put("writers", state.topic().writers());
            node.put("readers", state.topic().readers());
            ObjectNode config = node.putObject("config");
            state.config().entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(entry -> config.put(entry.getKey(), entry.getValue()));
            ArrayNode mismatches = node.putArray("mismatches");
            state.mismatches().forEach(mismatch -> mismatches.add(mismatch.toString()));
        }
        return array;
    }

    private static Admin admin(Fleet fleet) {
        Map<String, Object> config = fleet.clientConfig();
        config.putIfAbsent("default.api.timeout.ms", "30000");
        return Admin.create(config);
    }
}
