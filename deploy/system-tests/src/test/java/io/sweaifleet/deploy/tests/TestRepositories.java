package io.sweaifleet.deploy.tests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Small git repositories. */
final class TestRepositories {
    private TestRepositories() {}

    /** Two modules that import each other, in one commit. */
    static Path withOneCommit(Path repository) throws IOException, InterruptedException {
        Files.createDirectories(repository.resolve("left"));
        Files.createDirectories(repository.resolve("right"));
        Files.writeString(repository.resolve("left/a.py"), "import right.b\n");
        Files.writeString(repository.resolve("right/b.py"), "import left.a\n");
        git(repository, "init", "-q");
        git(repository, "add", "-A");
        git(repository, "-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "-q", "-m", "modules");
        return repository;
    }

    /** A test in Python that takes some time and succeeds, in one commit. */
    static Path withATestOf(Path repository, int seconds) throws IOException, InterruptedException {
        Files.createDirectories(repository);
        Files.writeString(
                repository.resolve("test_it.py"),
                """
                import time
                import unittest


                class ItTest(unittest.TestCase):
                    def test_it(self):
                        time.sleep(%d)
                """
                        .formatted(seconds));
        git(repository, "init", "-q");
        git(repository, "add", "-A");
        git(repository, "-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "-q", "-m", "a test");
        return repository;
    }

    static void git(Path repository, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command)
                .directory(repository.toFile())
                .inheritIO()
                .start();
        if (process.waitFor() != 0) {
            throw new AssertionError(command + " ended with " + process.exitValue());
        }
    }
}
