package io.sweaifleet.ingest.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.ingest.audit.AuditHtml;
import io.sweaifleet.ingest.audit.AuditStory;
import io.sweaifleet.ingest.audit.AuditText;
import io.sweaifleet.ingest.audit.KnownWriters;
import io.sweaifleet.ingest.client.ArchivedTopicReader;
import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.client.TopicReader;
import io.sweaifleet.ingest.follow.Scan;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.print.TextTable;
import io.sweaifleet.ingest.replay.MissingRecordsException;
import io.sweaifleet.ingest.replay.Position;
import io.sweaifleet.ingest.replay.Replay;
import io.sweaifleet.schemas.audit.AuditKeys;
import io.sweaifleet.schemas.audit.ChainProblem;
import io.sweaifleet.schemas.audit.ChainSummary;
import io.sweaifleet.schemas.audit.ChainVerifier;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.error.RegistryUnavailableException;
import io.sweaifleet.schemas.json.RecordJson;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fleet audit}. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        description = "Read what agents did, and verify that the record of it is whole.",
        footer = {
            "",
            "  fleet audit show --task checkup-20260131-120000-k3f9-tests",
            "  fleet audit show --task checkup-20260131-120000-k3f9-tests --html audit.html",
            "  fleet audit verify",
            "  fleet audit verify --key ~/.fleet/node/worker/audit-ed25519.pub --strict"
        })
final class AuditCommand implements Runnable {

    private static final int LISTED = 20;

    private final CliContext context;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    AuditCommand(CliContext context) {
        this.context = context;
    }

    /** Without a subcommand: the help. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = {
                "Verify every chain of fleet.audit, from the archive and the topic: names each record that was removed,",
                "reordered, changed or put in, and what was cut off at the end, up to the last signed checkpoint.",
                "The key of a worker is pinned when it is seen first; from then on no other counts. Or give the keys.",
                "Ends with 1 when something is wrong."
            })
    int verify(
            @Mixin NodeOptions node,
            @Option(
                            names = "--key",
                            paramLabel = "FILE",
                            description =
                                    "Public key (PEM) whose signatures count; may be repeated. Without it: those pinned.")
                    @Nullable
                    List<Path> keys,
            @Option(
                            names = "--archive",
                            paramLabel = "DIR",
                            description = "Directory of the archive (default: fleet.archive.dir).")
                    @Nullable
                    Path archive,
            @Option(
                            names = "--strict",
                            description = "Also end with 1 when no checkpoint covers the end of a chain yet.")
                    boolean strict,
            @Option(names = "--json", description = "Print one JSON object.") boolean json) {
        List<ChainProblem> problems = new ArrayList<>();
        try (Fleet fleet = context.open(node);
                TopicReader reader = new ArchivedTopicReader(fleet.reader(), Archives.of(fleet, archive))) {
            KnownWriters known = known(fleet, keys);
            ChainVerifier verifier = new ChainVerifier(known, problems::add);
            known.heads().forEach(verifier::expect);
            List<ChainSummary> chains = read(fleet, reader, verifier, problems);
            if (problems.isEmpty()) {
                // What was found wrong must be found wrong the next time, too.
                known.save(chains);
            }
            long uncovered = chains.stream().mapToLong(ChainSummary::uncovered).sum();
            if (json) {
                context.terminal().out().println(OutcomeJson.pretty(json(chains, problems)));
            } else {
                print(chains, problems, known);
            }
            return problems.isEmpty() && !(strict && uncovered > 0) ? ExitCode.OK : ExitCode.FAILED;
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.ENVIRONMENT,
                    "what is known of the writers cannot be read or kept: " + e.getMessage(),
                    "mend or remove the file, or give the keys with --key",
                    e);
        }
    }

    private KnownWriters known(Fleet fleet, @Nullable List<Path> keys) throws IOException {
        if (keys == null) {
            Path file = fleet.settings()
                    .get(FleetSettings.DATA_DIR)
                    .resolve("audit")
                    .resolve("known-writers-" + fleet.topicId(FleetTopic.AUDIT) + ".json");
            return KnownWriters.in(file, context.clock().instant());
        }
        List<String> given = new ArrayList<>();
        for (Path file : keys) {
            try {
                given.add(AuditKeys.text(AuditKeys.publicKey(
                        Files.readString(context.terminal().directory().resolve(file)))));
            } catch (IOException | IllegalArgumentException e) {
                throw new CliException(
                        ExitCode.USAGE,
                        "--key " + file + " cannot be used: " + e.getMessage(),
                        "give the worker's audit-ed25519.pub; it lies in the folder worker of its data directory",
                        e);
            }
        }
        return KnownWriters.only(given, context.clock().instant());
    }

    private List<ChainSummary> read(
            Fleet fleet, TopicReader reader, ChainVerifier verifier, List<ChainProblem> problems) {
        List<TopicPartition> partitions = Topics.partitions(reader, FleetTopic.AUDIT);
        Map<TopicPartition, Long> next = new HashMap<>(reader.beginnings(partitions));
        Consumer<ConsumerRecord<byte[], byte[]>> check = record -> {
            next.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
            AuditEvent event = decode(fleet, record);
            if (event == null) {
                problems.add(new ChainProblem(
                        ChainProblem.Type.INSERTED,
                        "?",
                        record.partition(),
                        0,
                        0,
                        "?",
                        record.offset(),
                        "it is no audit event"));
            } else {
                verifier.check(event, record.partition(), record.offset());
            }
        };
        all(reader, partitions, check);
        if (verifier.expectsMore()) {
            // A checkpoint may tell of what another partition got just after its end was asked for.
            verifier.ignoreFurtherHeads();
            Scan.read(reader, Map.copyOf(next), check);
        }
        return verifier.finish();
    }

    private static void all(
            TopicReader reader, List<TopicPartition> partitions, Consumer<ConsumerRecord<byte[], byte[]>> each) {
        try {
            new Replay(reader, partitions).run(new Position.Earliest(), null, each);
        } catch (MissingRecordsException e) {
            throw new CliException(
                    ExitCode.FAILED,
                    String.valueOf(e.getMessage()),
                    "give the archive that has them with --archive",
                    e);
        }
    }

    private static @Nullable AuditEvent decode(Fleet fleet, ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return null;
        }
        try {
            return fleet.decode(AuditEvent.class, record);
        } catch (RegistryUnavailableException e) {
            throw e;
        } catch (SerializationException e) {
            return null; // The caller says so: anyone who may write to the topic can write anything.
        }
    }

    private void print(List<ChainSummary> chains, List<ChainProblem> problems, KnownWriters known) {
        Terminal terminal = context.terminal();
        Map<String, List<ChainSummary>> writers = new TreeMap<>();
        chains.forEach(chain -> writers.computeIfAbsent(chain.writer(), none -> new ArrayList<>())
                .add(chain));
        if (writers.isEmpty()) {
            terminal.out().println("fleet.audit holds no events");
        } else {
            TextTable table = new TextTable("WRITER", "CHAINS", "EVENTS", "SIGNED", "NOT COVERED", "ENDED")
                    .alignRight(1, 2, 3, 4);
            writers.forEach((writer, its) -> table.add(
                    writer,
                    String.valueOf(its.size()),
                    String.valueOf(its.stream().mapToLong(ChainSummary::records).sum()),
                    String.valueOf(its.stream().mapToLong(ChainSummary::signed).sum()),
                    String.valueOf(
                            its.stream().mapToLong(ChainSummary::uncovered).sum()),
                    its.stream().allMatch(ChainSummary::closed) ? "yes" : "no"));
            table.lines(terminal.outStyle(), terminal.outIsTerminal() ? terminal.width() : 0)
                    .forEach(terminal.out()::println);
        }
        known.lines().forEach(line -> terminal.out().println("key " + line));
        List<ChainSummary> open =
                chains.stream().filter(chain -> chain.uncovered() > 0).toList();
        open.stream().limit(LISTED).forEach(chain -> terminal.out()
                .println("not covered yet: " + chain.writer() + " partition " + chain.partition() + " sequence "
                        + (chain.signed() + 1) + " to " + chain.last()
                        + ": no checkpoint follows, so if more was cut off there nothing would tell"));
        if (open.size() > LISTED) {
            terminal.out().println("not covered yet: the ends of " + (open.size() - LISTED) + " further chains");
        }
        problems.forEach(problem -> terminal.out().println(terminal.outStyle().red(problem.toString())));
        terminal.out()
                .println(
                        problems.isEmpty()
                                ? terminal.outStyle().green("verified")
                                        + ": nothing was removed, reordered, changed or put in"
                                : problems.size() + (problems.size() == 1 ? " problem" : " problems"));
    }

    private static ObjectNode json(List<ChainSummary> chains, List<ChainProblem> problems) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("verified", problems.isEmpty());
        ArrayNode list = document.putArray("chains");
        chains.forEach(chain -> list.addObject()
                .put("writer", chain.writer())
                .put("partition", chain.partition())
                .put("events", chain.records())
                .put("first", chain.first())
                .put("last", chain.last())
                .put("signed", chain.signed())
                .put("uncovered", chain.uncovered())
                .put("ended", chain.closed()));
        ArrayNode wrong = document.putArray("problems");
        problems.forEach(problem -> wrong.addObject()
                .put("type", problem.type().name())
                .put("writer", problem.writer())
                .put("partition", problem.partition())
                .put("first", problem.first())
                .put("last", problem.last())
                .put("event", problem.eventId())
                .put("offset", problem.offset())
                .put("detail", problem.detail()));
        return document;
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Tell what agents did for a task: decisions, tool calls, verdicts, and what came of them.")
    int show(
            @Mixin NodeOptions node,
            @Option(names = "--task", paramLabel = "ID", description = "Id of the task.") @Nullable String task,
            @Option(names = "--workflow", paramLabel = "ID", description = "Id of a run: all of its tasks.") @Nullable
                    String workflow,
            @Option(names = "--pool", paramLabel = "POOL", description = "The pool (default: fleet.pool).") @Nullable
                    String pool,
            @Option(names = "--attempt", paramLabel = "N", description = "Only this attempt.") @Nullable
                    Integer attempt,
            @Option(names = "--html", paramLabel = "FILE", description = "Write one self-contained page instead.")
                    @Nullable
                    Path html,
            @Option(names = "--json", description = "Print one JSON array of the events.") boolean json,
            @Option(
                            names = "--archive",
                            paramLabel = "DIR",
                            description = "Directory of the archive (default: fleet.archive.dir).")
                    @Nullable
                    Path archive) {
        if ((task == null) == (workflow == null)) {
            throw CliException.usage(
                    task == null ? "nothing is named" : "both a task and a workflow are named",
                    "give one of --task ID and --workflow ID");
        }
        String id = task == null ? String.valueOf(workflow) : task;
        ControlRequest.checkId(id);
        List<AuditEvent> events = new ArrayList<>();
        String in;
        try (Fleet fleet = context.open(node);
                TopicReader reader = new ArchivedTopicReader(fleet.reader(), Archives.of(fleet, archive))) {
            in = pool == null ? fleet.settings().get(FleetSettings.POOL) : pool;
            all(reader, Topics.partitions(reader, FleetTopic.AUDIT), record -> {
                AuditEvent event = decode(fleet, record);
                if (event != null
                        && event.getPool().equals(in)
                        && id.equals(task == null ? event.getWorkflowId() : event.getTaskId())
                        && (attempt == null || event.getAttempt() == attempt)) {
                    events.add(event);
                }
            });
        }
        AuditStory story = AuditStory.of((task == null ? "workflow " : "task ") + id, events);
        if (story.attempts().isEmpty()) {
            throw CliException.failed(
                    "no agent did anything for " + story.subject() + " in pool " + in
                            + (attempt == null ? "" : " in attempt " + attempt),
                    "check the id with `fleet list`; what was purged from the topic is read with --archive DIR");
        }
        Terminal terminal = context.terminal();
        if (html != null) {
            write(terminal.directory().resolve(html), AuditHtml.render(story));
            terminal.err().println("written to " + html);
        } else if (json) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            story.attempts().forEach(one -> one.events().forEach(event -> array.add(RecordJson.toJson(event))));
            terminal.out().println(OutcomeJson.pretty(array));
        } else {
            AuditText.lines(story, terminal.outStyle()).forEach(terminal.out()::println);
        }
        return ExitCode.OK;
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, "cannot write " + file, "give a file in a directory that exists", e);
        }
    }
}
