package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.run.GitRepository;
import io.sweaifleet.ingest.run.RepositoryException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What agents work on.
 *
 * @param repository as it is submitted: an absolute path, or a URL
 * @param local the repository, when it is on this machine
 */
record TargetRepository(String repository, Optional<GitRepository> local) {

    /**
     * The repository of a command.
     *
     * @param given path or URL, or null for the one that the current folder is in
     * @param ref what agents work on, or null for its HEAD; only for the note that changes are not looked at
     */
    static TargetRepository of(Terminal terminal, @Nullable String given, @Nullable String ref)
            throws InterruptedException {
        if (given != null && GitRepository.isUrl(given) && !given.startsWith("file://")) {
            return new TargetRepository(given, Optional.empty());
        }
        Path folder =
                given == null ? terminal.directory() : terminal.directory().resolve(given.replaceFirst("^file://", ""));
        try {
            GitRepository found = GitRepository.at(folder.normalize());
            if (found.isDirty()) {
                terminal.err()
                        .println("note: " + found.changedFiles()
                                + " changed or new files are not looked at: agents work on "
                                + (ref == null ? "the commit " + found.commit().substring(0, 10) : ref));
            }
            return new TargetRepository(found.path().toString(), Optional.of(found));
        } catch (RepositoryException e) {
            throw new CliException(ExitCode.ENVIRONMENT, String.valueOf(e.getMessage()), e.remedy(), e);
        }
    }

    /** The commit, not HEAD: what the tasks see must not depend on when each of them starts. */
    @Nullable
    String base(@Nullable String ref) {
        return ref != null ? ref : local.map(GitRepository::commit).orElse(null);
    }

    /** Such as {@code /home/me/project at 0123456789 (main)}. */
    String words() {
        return repository
                + local.map(found -> " at " + found.commit().substring(0, 10)
                                + (found.branch().isEmpty() ? "" : " (" + found.branch() + ")"))
                        .orElse("");
    }
}
