package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.schemas.archive.Archive;
import io.sweaifleet.schemas.archive.Archiver;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/** Archives that commands read. */
final class Archives {

    private Archives() {}

    /**
     * The archive in a given directory, or else in that of the settings; an empty one when neither names any.
     *
     * @throws CliException when the given directory is not there
     * @throws io.sweaifleet.schemas.archive.ArchiveException when it is of other topics than the fleet's
     */
    static Archive of(Fleet fleet, @Nullable Path given) {
        Path directory = ArchiveCommand.directory(given, fleet.settings()).orElse(null);
        if (directory == null) {
            return Archive.none();
        }
        // The setting may name what no run has made yet; an option names what is there.
        Archive opened = given == null ? Archive.open(directory) : open(given);
        if (!opened.partitions().isEmpty()) {
            try (Admin admin = Admin.create(fleet.clientConfig())) {
                opened.refuseOtherTopics(Archiver.topicIds(admin, opened.topics()));
            }
        }
        return opened;
    }

    /**
     * The archive in a directory.
     *
     * @throws CliException when the directory is not there
     */
    static Archive open(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw CliException.usage("there is no archive in " + directory, "name the directory of `fleet archive`");
        }
        return Archive.open(directory);
    }
}
