package io.sweaifleet.agent.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A real git repository in a temporary folder, made with the host's git and without the user's configuration. */
public final class TestRepository {

    private final Path root;

    private TestRepository(Path root) {
        this.root = root;
    }

    /** An empty repository (no commits) in this folder, which is created. */
    public static TestRepository init(Path root) {
        try {
            Files.createDirectories(root);
            TestRepository repository = new TestRepository(root.toRealPath());
            repository.git("init", "--quiet", "--initial-branch=main");
            return repository;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path root() {
        return root;
    }

    /** Writes a file, creating its folders. */
    public TestRepository file(String path, String text) {
        try {
            Path file = root.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Commits everything; returns the commit's hash. */
    public String commit(String message) {
        git("add", "--all");
        git("commit", "--quiet", "--allow-empty", "-m", message);
        return git("rev-parse", "HEAD").strip();
    }

    /** Runs git here; an assertion error when it fails. Returns what it printed. */
    public String git(String... arguments) {
        try {
            List<String> argv = new ArrayList<>(List.of("git", "-c", "commit.gpgSign=false"));
            argv.addAll(List.of(arguments));
            ProcessBuilder builder =
                    new ProcessBuilder(argv).directory(root.toFile()).redirectErrorStream(true);
            builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
            builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
            for (String who : List.of("AUTHOR", "COMMITTER")) {
                builder.environment().put("GIT_" + who + "_NAME", "Test");
                builder.environment().put("GIT_" + who + "_EMAIL", "test@example.org");
            }
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError("git " + String.join(" ", arguments) + " failed: " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
