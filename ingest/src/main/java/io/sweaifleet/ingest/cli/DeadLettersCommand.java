package io.sweaifleet.ingest.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.client.TopicReader;
import io.sweaifleet.ingest.follow.Scan;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.ingest.print.OutcomeTable;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.print.TextTable;
import io.sweaifleet.ingest.submit.Document;
import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.RecordHeader;
import io.sweaifleet.schemas.json.InvalidDocumentException;
import io.sweaifleet.schemas.json.IsoTimes;
import io.sweaifleet.schemas.json.RecordJson;
import io.sweaifleet.schemas.json.RecordJsonReader;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fleet dead-letters}. */
@Command(
        name = "dead-letters",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Records that could not be processed: see why, correct them, send them again.")
final class DeadLettersCommand implements Runnable {

    private static final String REDRIVEN_HEADER = "fleet-redriven-from";

    private final CliContext context;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    DeadLettersCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command: list, show or redrive");
    }

    /** The latest letter of each record; a record that was refused again after a crash is the same one. */
    private static Map<String, DeadLetter> letters(Fleet fleet) {
        Map<String, DeadLetter> letters = new LinkedHashMap<>();
        try (TopicReader reader = fleet.reader()) {
            List<TopicPartition> partitions = Topics.partitions(reader, FleetTopic.DEAD_LETTERS);
            Scan.read(reader, reader.beginnings(partitions), record -> {
                if (record.value() != null) {
                    DeadLetter letter = fleet.decode(DeadLetter.class, record);
                    letters.put(DeadLetterIds.of(letter), letter);
                }
            });
        }
        return letters;
    }

    private static DeadLetter find(Fleet fleet, String id) {
        return letters(fleet).values().stream()
                .filter(letter -> DeadLetterIds.names(id, letter))
                .findFirst()
                .orElseThrow(() -> CliException.failed(
                        "there is no dead letter " + id,
                        "`fleet dead-letters list` shows them; write topic/partition/offset"));
    }

    private static int size(@Nullable ByteBuffer bytes) {
        return bytes == null ? 0 : bytes.remaining();
    }

    private static byte @Nullable [] bytes(@Nullable ByteBuffer buffer) {
        if (buffer == null) {
            return null;
        }
        byte[] copy = new byte[buffer.remaining()];
        buffer.duplicate().get(copy);
        return copy;
    }

    /** The letter's value as the record it was meant to be, as far as it can be told. */
    private static Optional<ObjectNode> decoded(Fleet fleet, DeadLetter letter) {
        Optional<FleetTopic> topic = Topics.find(letter.getOrigin().getTopic());
        byte[] value = bytes(letter.getValue());
        if (topic.isEmpty() || value == null) {
            return Optional.empty();
        }
        try {
            SpecificRecord record = fleet.decode(
                    topic.get().valueType(),
                    new ConsumerRecord<>(
                            letter.getOrigin().getTopic(),
                            letter.getOrigin().getPartition(),
                            letter.getOrigin().getOffset(),
                            bytes(letter.getKey()),
                            value));
            return Optional.of(RecordJson.toJson(record));
        } catch (SerializationException undecodable) {
            // That may well be why it is a dead letter.
            return Optional.empty();
        }
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "List dead letters, latest last.")
    int list(
            @Mixin NodeOptions node,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "50",
                            description = "Only the last N (default: 50; 0: all).")
                    int limit,
            @Option(names = "--json", description = "Print one JSON array.") boolean json) {
        Terminal terminal = context.terminal();
        try (Fleet fleet = context.open(node)) {
            List<DeadLetter> all = letters(fleet).values().stream()
                    .sorted(Comparator.comparing(DeadLetter::getRefusedAt))
                    .toList();
            List<DeadLetter> shown =
                    limit <= 0 || all.size() <= limit ? all : all.subList(all.size() - limit, all.size());
            if (json) {
                ArrayNode array = JsonNodeFactory.instance.arrayNode();
                shown.forEach(letter -> array.add(RecordJson.toJson(letter).put("id", DeadLetterIds.of(letter))));
                terminal.out().println(OutcomeJson.pretty(array));
                return ExitCode.OK;
            }
            if (shown.isEmpty()) {
                terminal.err().println("no dead letters");
                return ExitCode.OK;
            }
            TextTable table = new TextTable("ID", "REFUSED", "CAUSE", "BYTES", "WHY").alignRight(3);
            shown.forEach(letter -> table.add(
                    DeadLetterIds.of(letter),
                    IsoTimes.format(letter.getRefusedAt()),
                    letter.getCause().name().toLowerCase(Locale.ROOT),
                    String.valueOf(size(letter.getValue())),
                    OutcomeTable.words(letter.getFailure())));
            table.lines(terminal.outStyle(), terminal.outIsTerminal() ? terminal.width() : 0)
                    .forEach(terminal.out()::println);
            return ExitCode.OK;
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Show one dead letter with everything known of it.")
    int show(
            @Mixin NodeOptions node,
            @Parameters(index = "0", paramLabel = "ID", description = "Its id, topic/partition/offset.") String id,
            @Option(names = "--json", description = "Print one JSON document.") boolean json) {
        PrintStream out = context.terminal().out();
        try (Fleet fleet = context.open(node)) {
            DeadLetter letter = find(fleet, id);
            Optional<ObjectNode> value = decoded(fleet, letter);
            if (json) {
                ObjectNode document = RecordJson.toJson(letter).put("id", DeadLetterIds.of(letter));
                document.set("decoded", value.isPresent() ? value.get() : JsonNodeFactory.instance.nullNode());
                out.println(OutcomeJson.pretty(document));
                return ExitCode.OK;
            }
            out.println(context.terminal().outStyle().bold("dead letter " + DeadLetterIds.of(letter)));
            line(out, "cause", letter.getCause().name().toLowerCase(Locale.ROOT));
            line(out, "why", letter.getFailure().getMessage());
            line(out, "code", letter.getFailure().getCode());
            line(out, "field", letter.getFailure().getField());
            line(out, "value", letter.getFailure().getValue());
            line(out, "remedy", letter.getFailure().getRemedy());
            line(out, "refused by", letter.getApplication() + " at " + IsoTimes.format(letter.getRefusedAt()));
            line(out, "appended", IsoTimes.format(letter.getOrigin().getTimestamp()));
            line(out, "pool", letter.getPool());
            line(out, "workflow", letter.getWorkflowId());
            line(out, "task", letter.getTaskId());
            byte[] key = bytes(letter.getKey());
            line(out, "key", key == null ? null : new String(key, StandardCharsets.UTF_8));
            for (RecordHeader header : letter.getHeaders()) {
                byte[] bytes = bytes(header.getValue());
                line(
                        out,
                        "header",
                        header.getName() + " = " + (bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8)));
            }
            line(out, "bytes", String.valueOf(size(letter.getValue())));
            line(out, "stack", letter.getStackTrace());
            value.ifPresent(record -> out.println(OutcomeJson.pretty(record)));
            return ExitCode.OK;
        }
    }

    private static void line(PrintStream out, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            out.printf(Locale.ROOT, "  %-10s %s%n", name, value.strip());
        }
    }

    @Command(
            name = "redrive",
            mixinStandardHelpOptions = true,
            description = {
                "Send dead letters to the topic they came from, with their key and headers:",
                "as they were (when what was missing is there now), or with a corrected value.",
                "What parts of the fleet wrote for core is not sent again: it was right at its moment only."
            })
    int redrive(
            @Mixin NodeOptions node,
            @Parameters(index = "0", arity = "1..*", paramLabel = "ID", description = "Ids, topic/partition/offset.")
                    List<String> ids,
            @Option(
                            names = "--value",
                            paramLabel = "FILE",
                            description = "The corrected value, in JSON or YAML; for one letter.")
                    @Nullable
                    Path corrected) {
        if (corrected != null && ids.size() > 1) {
            throw CliException.usage("--value is for one letter, not for " + ids.size(), "redrive them one by one");
        }
        try (Fleet fleet = context.open(node)) {
            // All of them first: half a list sent is hard to repeat.
            List<DeadLetter> letters =
                    ids.stream().map(id -> sendable(find(fleet, id))).toList();
            for (DeadLetter letter : letters) {
                Fleet.Appended at = send(fleet, letter, corrected);
                context.terminal()
                        .out()
                        .println(DeadLetterIds.of(letter) + " sent again as "
                                + at.partition().topic() + "/" + at.partition().partition() + "/" + at.offset());
            }
            return ExitCode.OK;
        }
    }

    /**
     * The letter, unless it must not be sent again.
     *
     * @throws CliException when it must not
     */
    private static DeadLetter sendable(DeadLetter letter) {
        FleetTopic topic = Topics.byName(letter.getOrigin().getTopic());
        if (topic.redrivable()) {
            return letter;
        }
        String work = letter.getTaskId() != null ? letter.getTaskId() : letter.getWorkflowId();
        throw CliException.failed(
                DeadLetterIds.of(letter) + " is not sent again: " + topic.writers() + " wrote it for core, on "
                        + topic.topicName() + ", and the fleet has gone on without it",
                "see what became of the work with `fleet status " + (work == null ? "ID" : work)
                        + "`; when it failed, submit it again under another id");
    }

    private Fleet.Appended send(Fleet fleet, DeadLetter letter, @Nullable Path corrected) {
        Headers headers = new RecordHeaders();
        letter.getHeaders().forEach(header -> headers.add(header.getName(), bytes(header.getValue())));
        headers.remove(REDRIVEN_HEADER);
        headers.add(REDRIVEN_HEADER, DeadLetterIds.of(letter).getBytes(StandardCharsets.UTF_8));
        String topic = letter.getOrigin().getTopic();
        byte[] value = corrected == null ? bytes(letter.getValue()) : encoded(fleet, topic, corrected);
        return fleet.sendRaw(new ProducerRecord<>(topic, null, null, bytes(letter.getKey()), value, headers));
    }

    private byte[] encoded(Fleet fleet, String topicName, Path file) {
        FleetTopic topic = Topics.byName(topicName);
        try {
            String text = Files.readString(context.terminal().directory().resolve(file));
            Document document = Document.parse(text);
            try {
                return fleet.encode(topic, RecordJsonReader.read(document.node(), topic.valueType()));
            } catch (InvalidDocumentException e) {
                throw document.withLines(e);
            }
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, "cannot read " + file, "give --value a file in JSON or YAML", e);
        } catch (InvalidDocumentException e) {
            throw CliException.usage(
                    file + " is not a value of " + topicName,
                    e.problems().stream().map(Object::toString).collect(Collectors.joining("\n")));
        }
    }
}
