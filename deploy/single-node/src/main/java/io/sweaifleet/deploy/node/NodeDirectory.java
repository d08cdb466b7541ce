package io.sweaifleet.deploy.node;

import io.sweaifleet.deploy.kafka.LoopbackPorts;
import io.sweaifleet.schemas.approval.ApprovalKey;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The data directory of a node, claimed by this process.
 *
 * <table>
 * <caption>What is in it</caption>
 * <tr><td>{@code fleet.properties}</td><td>the settings in force with every address, for the parts and the commands</td></tr>
 * <tr><td>{@code node.lock}</td><td>locked by the launcher as long as it lives, however it dies</td></tr>
 * <tr><td>{@code node.state}</td><td>{@link NodeState}</td></tr>
 * <tr><td>{@code layout}</td><td>number of the layout of all this; a node of another one refuses the directory</td></tr>
 * <tr><td>{@code ports}</td><td>the ports that were chosen, to be taken again</td></tr>
 * <tr><td>{@code secrets/}</td><td>generated passwords</td></tr>
 * <tr><td>{@code logs/}</td><td>what the parts print</td></tr>
 * <tr><td>{@code kafka/}, {@code redis/}, …</td><td>one folder for each part</td></tr>
 * </table>
 *
 * It is readable by its owner alone.
 */
final class NodeDirectory implements AutoCloseable {
    private static final Set<PosixFilePermission> OWNER_ONLY = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);
    /** Changes when a node cannot go on with what an earlier one left. */
    private static final String LAYOUT = "1";

    private static final Duration LEFT_BEHIND = Duration.ofSeconds(15);
    /** What a launcher in the background writes before it claims. */
    private static final Set<String> OF_THE_BACKGROUND = Set.of("logs", "node.failure");

    private static final Duration POLL = Duration.ofMillis(100);

    private final Path root;
    private final FileChannel lockFile;

    private NodeDirectory(Path root, FileChannel lockFile) {
        this.root = root;
        this.lockFile = lockFile;
    }

    static Path configFile(Path dataDir) {
        return dataDir.resolve("fleet.properties");
    }

    static Path stateFile(Path dataDir) {
        return dataDir.resolve("node.state");
    }

    static Path logFile(Path dataDir, String name) {
        return dataDir.resolve("logs").resolve(name + ".log");
    }

    /** The node that runs on a directory now, whoever asks. */
    static Optional<NodeState> running(Path dataDir) {
        return NodeState.read(stateFile(dataDir))
                .filter(state -> state.launcher().alive().isPresent());
    }

    /**
     * Makes the directory if need be and takes it for this process.
     *
     * <p>Parts that a killed launcher left behind are ending by themselves at that time; this waits for them, so that
     * their ports and files are free.
     *
     * @throws PartException when another node has it, it holds something else, or it cannot be written
     */
    static NodeDirectory claim(Path dataDir) throws PartException, InterruptedException {
        try {
            refuseWhatIsNoNodes(dataDir);
            Files.createDirectories(dataDir.resolve("logs"));
            Files.createDirectories(dataDir.resolve("secrets"));
            ApprovalKey.ensure(dataDir.resolve("secrets").resolve("operator-approvals"));
            Files.setPosixFilePermissions(dataDir, OWNER_ONLY);
            Path root = dataDir.toRealPath();
            FileChannel channel =
                    FileChannel.open(root.resolve("node.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (tryLock(channel) == null) {
                channel.close();
                String process = running(root)
                        .map(state -> "as process " + state.launcher().pid())
                        .orElse("as another process");
                throw new PartException(
                        "a node runs on " + root + " already, " + process,
                        "use that one, end it by 'fleet down --data-dir " + root + "', or give another --data-dir");
            }
            NodeDirectory directory = new NodeDirectory(root, channel);
            directory.awaitLeftBehind();
            directory.takeLayout();
            return directory;
        } catch (IOException | UnsupportedOperationException failure) {
            throw new PartException(
                    "the data directory " + dataDir + " cannot be used: " + failure,
                    "give a --data-dir on a local disk that this user can write to",
                    failure);
        }
    }

    /** A directory with other things in it was most likely given by mistake, and would be closed to others. */
    private static void refuseWhatIsNoNodes(Path dataDir) throws IOException, PartException {
        if (!Files.isDirectory(dataDir) || Files.exists(dataDir.resolve("node.lock"))) {
            return;
        }
        try (Stream<Path> entries = Files.list(dataDir)) {
            Optional<Path> other = entries.filter(entry ->
                            !OF_THE_BACKGROUND.contains(entry.getFileName().toString()))
                    .findFirst();
            if (other.isPresent()) {
                throw new PartException(
                        dataDir + " is no data directory of a node: it holds "
                                + other.get().getFileName(),
                        "give --data-dir a directory of its own; it is made when it is missing");
            }
        }
    }

    private void takeLayout() throws PartException {
        Path file = root.resolve("layout");
        if (!Files.exists(file)) {
            writeText(file, LAYOUT);
            return;
        }
        String found = text(file);
        if (!found.equals(LAYOUT)) {
            closeQuietly();
            throw new PartException(
                    root + " was written by another version of the fleet: its layout is " + found + ", this one's "
                            + LAYOUT,
                    "use the version that wrote it, give another --data-dir, or remove the directory to begin anew");
        }
    }

    private void closeQuietly() {
        try {
            lockFile.close();
        } catch (IOException ends) {
            // The lock ends with this process in any case.
            System.err.println("fleet: " + root.resolve("node.lock") + ": " + ends.getMessage());
        }
    }

    Path root() {
        return root;
    }

    Path config() {
        return configFile(root);
    }

    /** A part's own folder; made when it is missing. */
    Path folder(String name) throws PartException {
        try {
            return Files.createDirectories(root.resolve(name));
        } catch (IOException failure) {
            throw notWritten(root.resolve(name), failure);
        }
    }

    Path log(String name) {
        return logFile(root, name);
    }

    /** Writes settings that the parts and commands read. */
    void writeConfig(Map<String, String> settings) throws PartException {
        write(config(), "The settings in force, written at each start of the node: a change here is lost.", settings);
    }

    void writeState(NodeState state) throws PartException {
        write(stateFile(root), "Written by the launcher.", state.toProperties());
    }

    /**
     * The port of a server: the configured one, else the one of the last start when it is free, else any.
     *
     * @param configured the operator's choice, or null
     * @throws PartException when the configured port is taken or is not a port
     */
    int port(String server, @Nullable String configured, LoopbackPorts free) throws PartException {
        if (configured != null) {
            int port = parsePort(server, configured);
            if (!LoopbackPorts.isFree(port)) {
                throw new PartException(
                        server + " is to listen on port " + port + ", which another program has taken",
                        "end that program (ss -ltnp shows it) or change " + NodeSettings.PORT_PREFIX + server);
            }
            free.reserve(port);
            return port;
        }
        Path file = root.resolve("ports");
        Map<String, String> kept = read(file);
        String last = kept.get(server);
        if (last != null && last.matches("\\d{1,5}") && LoopbackPorts.isFree(Integer.parseInt(last))) {
            free.reserve(Integer.parseInt(last));
            return Integer.parseInt(last);
        }
        int port = free.next();
        kept.put(server, Integer.toString(port));
        write(file, "Ports that were free at the first start; taken again while they are.", kept);
        return port;
    }

    /** A generated password, made once. */
    Path secret(String name) throws PartException {
        Path file = root.resolve("secrets").resolve(name);
        if (!Files.exists(file)) {
            byte[] random = new byte[24];
            new SecureRandom().nextBytes(random);
            writeText(file, HexFormat.of().formatHex(random));
        }
        return file;
    }

    /** Keeps a given password where a part can read it, away from command lines. */
    Path secret(String name, String value) throws PartException {
        Path file = root.resolve("secrets").resolve(name + "-given");
        writeText(file, value);
        return file;
    }

    /** The text of a small file of this directory. */
    static String text(Path file) throws PartException {
        try {
            return Files.readString(file, StandardCharsets.UTF_8).strip();
        } catch (IOException failure) {
            throw new PartException(file + " cannot be read: " + failure, "remove it; it is made again", failure);
        }
    }

    /** Gives the directory up. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(stateFile(root));
            lockFile.close();
        } catch (IOException left) {
            // The lock ends with this process in any case, and the state names a process that is gone.
            System.err.println("fleet: " + stateFile(root) + " was left behind: " + left.getMessage());
        }
    }

    private void awaitLeftBehind() throws InterruptedException {
        Optional<NodeState> former = NodeState.read(stateFile(root));
        if (former.isEmpty()) {
            return;
        }
        long deadline = System.nanoTime() + LEFT_BEHIND.toNanos();
        for (NodeState.Identity part : former.get().parts().values()) {
            while (part.alive().isPresent() && System.nanoTime() < deadline) {
                Thread.sleep(POLL.toMillis());
            }
            part.alive().ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException byThisProcess) {
            return null;
        }
    }

    private static int parsePort(String server, String text) throws PartException {
        if (text.matches("\\d{1,5}")) {
            int port = Integer.parseInt(text);
            if (port > 0 && port < 65_536) {
                return port;
            }
        }
        throw new PartException(
                NodeSettings.PORT_PREFIX + server + " is '" + text + "'", "give a port from 1 to 65535");
    }

    private static Map<String, String> read(Path file) throws PartException {
        Map<String, String> values = new TreeMap<>();
        if (!Files.exists(file)) {
            return values;
        }
        Properties stored = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            stored.load(reader);
        } catch (IOException | IllegalArgumentException failure) {
            throw new PartException(file + " cannot be read: " + failure, "remove it; it is made again", failure);
        }
        stored.stringPropertyNames().forEach(name -> values.put(name, stored.getProperty(name)));
        return values;
    }

    private static void write(Path file, String comment, Map<String, String> values) throws PartException {
        Properties properties = new Properties();
        properties.putAll(values);
        StringWriter text = new StringWriter();
        try {
            properties.store(text, comment);
        } catch (IOException inMemory) {
            throw notWritten(file, inMemory);
        }
        writeText(file, text.toString());
    }

    /** Replaces the file as a whole, so that a reader never sees half of it and a full disk leaves the former one. */
    private static void writeText(Path file, String text) throws PartException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try {
            Files.writeString(next, text, StandardCharsets.UTF_8);
            Files.setPosixFilePermissions(
                    next, EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            throw notWritten(file, failure);
        }
    }

    private static PartException notWritten(Path file, IOException failure) {
        return new PartException(
                file + " cannot be written: " + failure,
                "free some space on the disk, or give a --data-dir that this user can write to",
                failure);
    }
}
