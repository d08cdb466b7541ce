package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.schemas.archive.Archiver;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.registry.SchemaRegistryClient;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fleet archive}. */
@Command(
        name = "archive",
        mixinStandardHelpOptions = true,
        description = {
            "Copy the committed records of topics into Avro files, before they are deleted: the journal, core's inputs and the",
            "outcomes, unless topics are named. Goes on where the archive ends; may be cut short and repeated."
        },
        footer = {"", "  fleet archive --to /var/lib/fleet-archive", "  fleet archive --topic fleet.tasks"})
final class ArchiveCommand implements Callable<Integer> {

    private final CliContext context;

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Option(
            names = "--topic",
            paramLabel = "TOPIC",
            description = "Only this topic of the fleet; `fleet.` may be left out; may be repeated.")
    private List<String> topics = List.of();

    @Option(names = "--to", paramLabel = "DIR", description = "The archive's directory (default: fleet.archive.dir).")
    private @Nullable Path to;

    ArchiveCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        List<FleetTopic> wanted = topics.isEmpty()
                ? Archiver.TOPICS
                : topics.stream().map(Topics::byName).distinct().toList();
        try (Fleet fleet = context.open(node)) {
            Path directory = directory(to, fleet.settings())
                    .orElseThrow(() -> CliException.usage(
                            "there is no directory to archive to",
                            "name one with --to DIR, or set " + FleetSettings.ARCHIVE_DIR.name()));
            Archiver archiver = new Archiver(
                    fleet.clientConfig(),
                    SchemaRegistryClient.of(FleetSettings.registryClient(fleet.settings())),
                    directory);
            print(archiver.run(wanted), directory);
        }
        return ExitCode.OK;
    }

    /** The directory that was given, or else that of the settings. */
    static Optional<Path> directory(@Nullable Path given, Settings settings) {
        if (given != null) {
            return Optional.of(given.toAbsolutePath().normalize());
        }
        return settings.get(FleetSettings.ARCHIVE_DIR);
    }

    private void print(List<Archiver.Copied> copied, Path directory) {
        long records = 0;
        int files = 0;
        for (Archiver.Copied topic : copied) {
            records += topic.records();
            files += topic.files();
            if (topic.records() > 0) {
                context.terminal()
                        .out()
                        .println(topic.topic().topicName() + "  " + topic.records() + " records in " + topic.files()
                                + (topic.files() == 1 ? " file, " : " files, ") + topic.bytes() + " bytes");
            }
        }
        context.terminal()
                .out()
                .println("archived " + records + (records == 1 ? " record" : " records") + " of " + copied.size()
                        + (copied.size() == 1 ? " topic" : " topics") + " in " + files
                        + (files == 1 ? " new file" : " new files") + " below " + directory);
    }
}
