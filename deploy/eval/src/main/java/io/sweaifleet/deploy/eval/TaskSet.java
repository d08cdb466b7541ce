package io.sweaifleet.deploy.eval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The tasks that ship with the fleet, and the recordings of them. */
public final class TaskSet {

    private static final YAMLMapper YAML = new YAMLMapper();

    private TaskSet() {}

    /**
     * Every task, by name.
     *
     * @param scratch an empty folder that their files are put into
     */
    public static List<EvalTask> unpack(Path scratch) throws IOException {
        unpack("tasks", scratch);
        List<EvalTask> tasks = new ArrayList<>();
        try (Stream<Path> folders = Files.list(scratch)) {
            for (Path folder : folders.sorted().toList()) {
                tasks.add(read(folder));
            }
        }
        return tasks;
    }

    /** The recordings, a folder for each task; empty when none ship. */
    public static Optional<Path> unpackRecordings(Path scratch) throws IOException {
        return unpack("recordings", scratch) ? Optional.of(scratch) : Optional.empty();
    }

    private static boolean unpack(String name, Path scratch) throws IOException {
        URL url = TaskSet.class.getResource(name);
        if (url == null) {
            return false;
        }
        try {
            URI uri = url.toURI();
            if (uri.getScheme().equals("jar")) {
                try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
                    Folders.copy(
                            jar.getPath(uri.toString().substring(uri.toString().indexOf('!') + 1)), scratch);
                }
            } else {
                Folders.copy(Path.of(uri), scratch);
            }
            return true;
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static EvalTask read(Path folder) {
        try {
            JsonNode node = YAML.readTree(Files.readString(folder.resolve("task.yaml")));
            return new EvalTask(
                    String.valueOf(folder.getFileName()),
                    node.path("language").asText(),
                    node.path("instructions").asText().strip(),
                    words(node.path("test")),
                    words(node.path("needs")),
                    folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the task in " + folder, e);
        }
    }

    private static List<String> words(JsonNode array) {
        List<String> words = new ArrayList<>();
        array.forEach(word -> words.add(word.asText()));
        return words;
    }
}
