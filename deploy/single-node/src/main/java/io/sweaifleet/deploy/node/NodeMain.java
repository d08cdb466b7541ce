package io.sweaifleet.deploy.node;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * The launcher of a node in the background: arguments are the data directory, the operator's settings file or {@code -},
 * and a file of overrides, which is removed once it is read since it may hold a password.
 */
final class NodeMain {
    private NodeMain() {}

    public static void main(String[] args) throws IOException {
        Path dataDir = Path.of(args[0]);
        Path failure = BackgroundNode.failureFile(dataDir);
        try {
            new Launcher(
                            dataDir,
                            args[1].equals("-") ? null : Path.of(args[1]),
                            takeOverrides(Path.of(args[2])),
                            System.out)
                    .run("Stop it with: fleet down --data-dir " + dataDir);
        } catch (PartException failed) {
            System.out.println("Failed: " + failed.getMessage() + "\n  Remedy: " + failed.remedy());
            Files.writeString(failure, failed.getMessage() + "\n" + failed.remedy(), StandardCharsets.UTF_8);
            System.exit(1);
        }
    }

    private static Map<String, String> takeOverrides(Path file) throws IOException {
        Properties stored = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            stored.load(reader);
        }
        Files.delete(file);
        Map<String, String> overrides = new TreeMap<>();
        stored.stringPropertyNames().forEach(name -> overrides.put(name, stored.getProperty(name)));
        return overrides;
    }
}
