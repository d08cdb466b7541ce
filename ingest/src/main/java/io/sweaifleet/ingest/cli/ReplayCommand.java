package io.sweaifleet.ingest.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.ingest.client.ArchivedTopicReader;
import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.client.TopicReader;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.replay.MissingRecordsException;
import io.sweaifleet.ingest.replay.NewIds;
import io.sweaifleet.ingest.replay.Position;
import io.sweaifleet.ingest.replay.Replay;
import io.sweaifleet.schemas.error.RegistryUnavailableException;
import io.sweaifleet.schemas.json.IsoTimes;
import io.sweaifleet.schemas.json.RecordJson;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fleet replay}. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = {
            "Read a range of a topic again: committed records only, in the order of time.",
            "Ends at what the topic held when it was asked. Fails, naming the earliest time there is, rather than start late.",
            "What the topic holds no longer is read from the archive, if there is one.",
            "With --verify: feed core with what was recorded, and compare what it decides with what it decided.",
            "With --run: show what an agent's model said and did, and do it again with the recorded answers."
        },
        footer = {
            "",
            "  fleet replay --topic fleet.task-events --from 1h --json",
            "  fleet replay --topic fleet.tasks --from 2026-01-31 --to 2026-02-01 --into my.copy",
            "  fleet replay --verify",
            "  fleet replay --run fix-add --show",
            "  fleet replay --verify --archive /var/lib/fleet-archive --offline"
        })
final class ReplayCommand implements Callable<Integer> {

    private static final String ORIGIN_HEADER = "fleet-replayed-from";

    private final CliContext context;

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Option(names = "--topic", paramLabel = "TOPIC", description = "Topic of the fleet; `fleet.` may be left out.")
    private @Nullable String topic;

    @Option(
            names = "--from",
            paramLabel = "TIME|OFFSET",
            description = "First record: a time, how long ago (15m), an offset (in each partition), or earliest.")
    private @Nullable String from;

    @Option(
            names = "--to",
            paramLabel = "TIME|OFFSET",
            description = "First record that is left out (default: all there are now).")
    private @Nullable String to;

    @Option(names = "--partition", paramLabel = "N", description = "Only this partition; may be repeated.")
    private List<Integer> only = List.of();

    @Option(names = "--json", description = "Print one JSON object a line.")
    private boolean json;

    @Option(
            names = "--into",
            paramLabel = "TOPIC",
            description =
                    "Copy the records there, as they are, instead of printing them. A topic that is missing is created;"
                            + " one that the fleet reads is refused, unless with --new-ids.")
    private @Nullable String into;

    @Option(
            names = "--new-ids",
            description = "Let the fleet do the work again: submissions are copied with ids of their own.")
    private boolean newIds;

    @Option(
            names = "--archive",
            paramLabel = "DIR",
            description = "Directory of the archive (default: fleet.archive.dir).")
    private @Nullable Path archive;

    @Option(
            names = "--verify",
            description = "Take core's decisions again and compare them; prints the first that comes out otherwise.")
    private boolean verify;

    @Option(names = "--pool", paramLabel = "POOL", description = "With --verify: only this pool.")
    private @Nullable String pool;

    @Option(names = "--offline", description = "With --verify: read the archive alone, without any node.")
    private boolean offline;

    @Option(
            names = "--run",
            paramLabel = "ID",
            description = "Repeat a task of a chat model, by its id or its workflow's, without any model.")
    private @Nullable String run;

    @Option(names = "--show", description = "With --run: only show the recorded steps.")
    private boolean show;

    ReplayCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (run != null) {
            return run(run);
        }
        if (show) {
            throw CliException.usage("--show is for --run", "leave it out, or add --run ID");
        }
        if (verify) {
            return verify();
        }
        if (topic == null || from == null) {
            throw CliException.usage(
                    (topic == null ? "--topic" : "--from") + " is missing",
                    "name a topic and where to begin, such as --topic fleet.results --from 1h; or use --verify");
        }
        if (pool != null || offline) {
            throw CliException.usage(
                    (pool == null ? "--offline" : "--pool") + " is for --verify", "leave it out, or add --verify");
        }
        return replay(topic, from);
    }

    private int run(String id) {
        if (verify || topic != null || from != null || to != null || into != null || newIds) {
            throw CliException.usage("--run takes a whole run of an agent", "leave out all other options but --show");
        }
        try (Fleet fleet = context.open(node)) {
            return new AgentReplay(context, fleet).run(id, show);
        }
    }

    private int verify() {
        if (topic != null || from != null || to != null || into != null || newIds || json || !only.isEmpty()) {
            throw CliException.usage(
                    "--verify takes everything that was recorded, from the beginning on",
                    "leave out all other options but --pool, --archive and --offline");
        }
        HistoryVerifier verifier = ServiceLoader.load(HistoryVerifier.class)
                .findFirst()
                .orElseThrow(() -> CliException.environment(
                        "this program has no core to verify with", "use ./fleet of a whole distribution"));
        HistoryVerifier.Result result;
        if (offline) {
            if (archive == null) {
                throw CliException.usage("--offline reads an archive, and none is named", "name it with --archive DIR");
            }
            result = verifier.verify(Optional.empty(), Archives.open(archive), Optional.ofNullable(pool));
        } else {
            try (Fleet fleet = context.open(node)) {
                result = verifier.verify(Optional.of(fleet), Archives.of(fleet, archive), Optional.ofNullable(pool));
            }
        }
        Terminal terminal = context.terminal();
        result.differences().forEach(terminal.out()::println);
        terminal.out()
                .println((result.differences().isEmpty() ? "verified " : "differs after ") + result.events()
                        + " events, " + result.outcomes() + " outcomes of " + result.pools()
                        + (result.pools() == 1 ? " pool" : " pools"));
        return result.differences().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }

    private int replay(String topic, String from) {
        FleetTopic source = Topics.byName(topic);
        Position start = position("--from", from);
        Position end = to == null ? null : position("--to", to);
        if (end != null && start.isAfter(end)) {
            throw CliException.usage("--from " + from + " is after --to " + to, "exchange the two");
        }
        Optional<FleetTopic> target = into == null ? Optional.empty() : Topics.find(into);
        refuseTarget(source, target);
        try (Fleet fleet = context.open(node);
                TopicReader reader = new ArchivedTopicReader(fleet.reader(), Archives.of(fleet, archive))) {
            List<TopicPartition> partitions = partitions(reader, source);
            if (into != null && target.isEmpty()) {
                createIfMissing(fleet, reader, into, partitions.size());
            }
            long count = new Replay(reader, partitions).run(start, end, record -> {
                if (into == null) {
                    print(fleet, source, record);
                } else {
                    copy(fleet, target, record);
                }
            });
            context.terminal()
                    .err()
                    .println(count
                            + (count == 1 ? " record" : " records")
                            + (into == null ? "" : " copied into " + into));
            return ExitCode.OK;
        } catch (MissingRecordsException e) {
            throw new CliException(
                    ExitCode.FAILED, String.valueOf(e.getMessage()), "ask from there, or use --from earliest", e);
        }
    }

    private Position position(String option, String text) {
        return Position.parse(text, context.clock().instant())
                .orElseThrow(() -> CliException.usage(
                        option + " " + text + " is neither a time nor an offset",
                        "write 2026-01-31T12:00:00Z, how long ago such as 15m, an offset, or earliest"));
    }

    private void refuseTarget(FleetTopic source, Optional<FleetTopic> target) {
        if (into == null) {
            if (newIds) {
                throw CliException.usage("--new-ids is for --into", "name the topic to copy to with --into");
            }
            return;
        }
        if (target.isEmpty()) {
            if (newIds) {
                throw CliException.usage(
                        "--new-ids is for topics that the fleet reads, and " + into + " is none", "leave it out");
            }
            if (into.startsWith("fleet.") || into.startsWith("fleet-")) {
                throw CliException.usage(
                        "names that begin with fleet are the fleet's, and it has no topic " + into,
                        "name a topic of your own, such as my." + into.substring("fleet.".length()));
            }
            return;
        }
        FleetTopic wanted = target.get();
        boolean submissions = source == FleetTopic.TASKS || source == FleetTopic.WORKFLOWS;
        if (!submissions || source != wanted) {
            throw CliException.usage(
                    "the fleet reads " + wanted.topicName() + "; records of " + source.topicName()
                            + " are not copied into it",
                    "name a topic of your own; only submissions can be submitted again (fleet.tasks into fleet.tasks,"
                            + " fleet.workflows into fleet.workflows, with --new-ids)");
        }
        if (!newIds) {
            throw CliException.usage(
                    "the fleet reads " + wanted.topicName() + " and would ignore submissions with ids it has seen",
                    "to have the work done again add --new-ids; to look at the records name a topic of your own");
        }
    }

    /** Not every broker makes topics by itself, and the fleet brings no other tool that would. */
    private void createIfMissing(Fleet fleet, TopicReader reader, String name, int partitions) {
        if (!reader.partitions(name).isEmpty()) {
            return;
        }
        try (Admin admin = Admin.create(fleet.clientConfig())) {
            admin.createTopics(List.of(new NewTopic(name, Optional.of(partitions), Optional.empty())))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new CliException(
                    ExitCode.ENVIRONMENT,
                    "topic " + name + " cannot be created: " + e.getCause(),
                    "choose another name, or have the topic created by who may",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
        context.terminal().err().println("created topic " + name + " with " + partitions + " partitions");
    }

    private List<TopicPartition> partitions(TopicReader reader, FleetTopic source) {
        List<TopicPartition> all = Topics.partitions(reader, source);
        if (only.isEmpty()) {
            return all;
        }
        for (int number : only) {
            if (number < 0 || number >= all.size()) {
                throw CliException.usage(
                        source.topicName() + " has no partition " + number, "use 0 to " + (all.size() - 1));
            }
        }
        return only.stream().distinct().map(all::get).toList();
    }

    private void print(Fleet fleet, FleetTopic source, ConsumerRecord<byte[], byte[]> record) {
        Terminal terminal = context.terminal();
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("topic", record.topic());
        document.put("partition", record.partition());
        document.put("offset", record.offset());
        document.put("timestamp", IsoTimes.format(Instant.ofEpochMilli(record.timestamp())));
        document.put("key", Fleet.keyOf(record));
        if (record.value() == null) {
            document.putNull("value");
        } else {
            try {
                document.set("value", RecordJson.toJson(decode(fleet, source.valueType(), record)));
            } catch (RegistryUnavailableException e) {
                throw e;
            } catch (SerializationException e) {
                // A topic that anyone may write to holds what anyone wrote; a replay shows that, too.
                document.put("valueBase64", Base64.getEncoder().encodeToString(record.value()));
                document.put("problem", String.valueOf(e.getMessage()));
            }
        }
        if (json) {
            terminal.out().println(OutcomeJson.line(document));
        } else {
            terminal.out()
                    .println(document.get("timestamp").asText() + "  " + record.partition() + "/" + record.offset()
                            + "  "
                            + document.get("key").asText() + "  "
                            + OutcomeJson.line(
                                    document.has("value") ? document.get("value") : document.get("problem")));
        }
        if (terminal.out().checkError()) {
            throw new CliException(ExitCode.OK, "the reader of the pipe has gone", "");
        }
    }

    private static IndexedRecord decode(
            Fleet fleet, Class<? extends SpecificRecord> type, ConsumerRecord<byte[], byte[]> record) {
        return fleet.decode(type, record);
    }

    private void copy(Fleet fleet, Optional<FleetTopic> target, ConsumerRecord<byte[], byte[]> record) {
        byte[] value = record.value();
        byte[] key = record.key();
        if (target.isPresent()) {
            if (value == null) {
                return;
            }
            SpecificRecord again = target.get() == FleetTopic.TASKS
                    ? NewIds.of(fleet.decode(TaskSubmitted.class, record), context.ids())
                    : NewIds.of(fleet.decode(WorkflowSubmitted.class, record), context.ids());
            value = fleet.encode(target.get(), again);
        }
        Headers headers = new RecordHeaders(record.headers());
        headers.add(
                ORIGIN_HEADER,
                (record.topic() + "/" + record.partition() + "/" + record.offset()).getBytes(StandardCharsets.UTF_8));
        String name = target.map(FleetTopic::topicName).orElse(into);
        fleet.sendRaw(new ProducerRecord<>(name, null, record.timestamp(), key, value, headers));
    }
}
