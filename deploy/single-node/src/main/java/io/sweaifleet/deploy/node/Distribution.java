package io.sweaifleet.deploy.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The built fleet on disk: a folder of jars for each kind of process.
 *
 * @param root the folder, free of links, so that a later build does not change it under a running node
 */
record Distribution(Path root) {
    /** System property that names the folder; the {@code fleet} script sets it. */
    static final String HOME_PROPERTY = "fleet.home";

    /** What Ray's serializer and Avro's reflection reach into. */
    private static final List<String> OPENED = List.of(
            "java.base/java.lang",
            "java.base/java.lang.invoke",
            "java.base/java.util",
            "java.base/java.util.concurrent",
            "java.base/java.math",
            "java.base/java.text",
            "java.base/java.net",
            "java.base/java.nio",
            "java.base/java.time",
            "java.base/java.io");

    /** The distribution that this program was started from. */
    static Distribution locate() throws PartException {
        String home = System.getProperty(HOME_PROPERTY);
        if (home == null) {
            throw new PartException(
                    "the system property " + HOME_PROPERTY + " is not set", "start the fleet by the script ./fleet");
        }
        try {
            return new Distribution(Path.of(home).toRealPath());
        } catch (IOException missing) {
            throw new PartException(
                    "the built fleet is missing at " + home,
                    "start the fleet by the script ./fleet, which builds it",
                    missing);
        }
    }

    Path file(String name) {
        return root.resolve(name);
    }

    /** All jars of {@code lib/NAME}. */
    String classPath(String name) throws PartException {
        return real("lib/" + name) + "/*";
    }

    /**
     * The option that loads archived classes of a folder of jars, where the build made an archive of them; a JVM that
     * cannot use it, for instance because it is another version, goes on without.
     */
    List<String> archivedClasses(String folder) throws PartException {
        Path archive = Path.of(real(folder) + ".jsa");
        return Files.isReadable(archive)
                ? List.of("-XX:SharedArchiveFile=" + archive, "-Xshare:auto", "-Xlog:disable", "-Xlog:all=error:stderr")
                : List.of();
    }

    /** The registry's executable jar. */
    Path registryJar() throws PartException {
        try (var files = Files.list(real("registry"))) {
            return files.filter(file -> file.getFileName().toString().endsWith("-runner.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no …-runner.jar"));
        } catch (IOException missing) {
            throw new PartException(
                    "the registry is missing in " + root + ": " + missing.getMessage(),
                    "build the fleet again",
                    missing);
        }
    }

    /** A folder without links in its path: an archive of classes holds for one path only. */
    private Path real(String folder) throws PartException {
        try {
            return root.resolve(folder).toRealPath();
        } catch (IOException missing) {
            throw new PartException(folder + " is missing in " + root, "build the fleet again", missing);
        }
    }

    /** The Java that runs this program. */
    static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /** Options that every JVM of the node has. */
    List<String> commonJvmOptions() {
        return List.of(
                "-javaagent:" + file("part-agent.jar"),
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:-UsePerfData",
                "-Xss512k",
                "-Djava.awt.headless=true",
                "-Djava.net.preferIPv4Stack=true",
                "-Dlog4j2.configurationFile=" + file("log4j2.properties"));
    }

    /** The {@code --add-opens} options of processes that hold Ray. */
    static List<String> opens() {
        List<String> options = new ArrayList<>();
        OPENED.forEach(opened -> options.add("--add-opens=" + opened + "=ALL-UNNAMED"));
        return options;
    }

    /**
     * What makes a command deaf to Ctrl-C, which the terminal sends to everything that was started from it: the launcher
     * alone ends the parts, in order. A session of its own where the system can give one; otherwise the signal is ignored.
     */
    static List<String> detached(List<String> command) {
        List<String> all = new ArrayList<>();
        Optional<Path> setsid = onPath("setsid");
        if (setsid.isPresent()) {
            all.add(setsid.get().toString());
        } else {
            all.addAll(List.of("/bin/sh", "-c", "trap '' INT; exec \"$@\"", "fleet-part"));
        }
        all.addAll(command);
        return all;
    }

    /** An executable on the PATH. */
    static Optional<Path> onPath(String name) {
        String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
        for (String folder : path.split(":")) {
            Path file = Path.of(folder.isEmpty() ? "." : folder, name);
            if (Files.isExecutable(file) && Files.isRegularFile(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }
}
