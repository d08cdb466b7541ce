package io.sweaifleet.agent.worker.audit;

import io.sweaifleet.schemas.audit.AuditKeys;
import io.sweaifleet.schemas.common.BrainKind;
import io.sweaifleet.schemas.common.BrainStamp;
import io.sweaifleet.schemas.config.SettingException;
import io.sweaifleet.schemas.record.AuditCheckpoint;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.AuditEventType;
import io.sweaifleet.schemas.record.ChainHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signs the chains of a worker with an Ed25519 key that it keeps in its directory: {@code audit-ed25519.key} (only its
 * owner may read it) and {@code audit-ed25519.pub}. Beside them, in {@code audit-heads}, it keeps how far the chains went
 * when they were signed last, so that the next incarnation can vouch for the end of this one. Thread-safe.
 */
public final class AuditSigner {

    private static final Logger LOG = LoggerFactory.getLogger(AuditSigner.class);
    private static final BrainStamp NONE =
            BrainStamp.newBuilder().setKind(BrainKind.UNKNOWN).setName("audit").build();

    private final PrivateKey key;
    private final String publicKey;
    private final Path headsFile;
    private final List<ChainHead> before;
    private final InstantSource clock;
    private String kept = "";

    private AuditSigner(PrivateKey key, String publicKey, Path headsFile, List<ChainHead> before, InstantSource clock) {
        this.key = key;
        this.publicKey = publicKey;
        this.headsFile = headsFile;
        this.before = before;
        this.clock = clock;
    }

    /** Where a checkpoint stands. */
    record Place(String pool, String workerId, String writer, int partition, long sequence, String previousHash) {}

    /**
     * The signer of a worker; makes its key at the first start.
     *
     * @param directory the worker's directory, which exists
     * @throws SettingException when the key cannot be used
     */
    public static AuditSigner open(Path directory, InstantSource clock) throws IOException {
        Path keyFile = directory.resolve("audit-ed25519.key");
        Path publicFile = directory.resolve("audit-ed25519.pub");
        if (!Files.exists(keyFile) || !Files.exists(publicFile)) {
            KeyPair pair = AuditKeys.generate();
            replace(publicFile, AuditKeys.pem(pair.getPublic()), "rw-r--r--");
            replace(keyFile, AuditKeys.pem(pair.getPrivate()), "rw-------");
        }
        try {
            PrivateKey key = AuditKeys.privateKey(Files.readString(keyFile));
            String publicKey = AuditKeys.text(AuditKeys.publicKey(Files.readString(publicFile)));
            Path headsFile = directory.resolve("audit-heads");
            return new AuditSigner(key, publicKey, headsFile, read(headsFile), clock);
        } catch (IllegalArgumentException e) {
            throw new SettingException(
                    keyFile.toString(),
                    keyFile + " or " + publicFile + " cannot be used: " + e.getMessage()
                            + ". Bring them back, or remove both to have new ones made; `fleet audit verify` will then ask"
                            + " for the new key.");
        }
    }

    /** The key that verifies the signatures, as it stands in checkpoints. */
    public String publicKey() {
        return publicKey;
    }

    /**
     * A checkpoint that has yet to be hashed.
     *
     * @param others heads of the writer's other chains that are in the topic
     * @param first whether it is the first of its chain: it then tells of the incarnation before, too
     * @param closing whether nothing follows
     */
    AuditEvent checkpoint(Place place, List<ChainHead> others, boolean first, boolean closing) {
        List<ChainHead> heads = new ArrayList<>(others);
        if (first) {
            before.stream()
                    .filter(head -> !head.getWriter().equals(place.writer()))
                    .forEach(heads::add);
        }
        AuditEvent event = AuditEvent.newBuilder()
                .setId(place.writer() + "/" + place.partition() + "/" + place.sequence())
                .setPool(place.pool())
                .setTenant("")
                .setWorkflowId("")
                .setTaskId("")
                .setAttempt(0)
                .setLeaseId("")
                .setWorkerId(place.workerId())
                .setAgentId("")
                .setRole("")
                .setBrain(NONE)
                .setType(AuditEventType.CHECKPOINT)
                .setAt(clock.instant())
                .setWriter(place.writer())
                .setPartition(place.partition())
                .setSequence(place.sequence())
                .setPreviousHash(place.previousHash())
                .setHash("")
                .build();
        return AuditKeys.sign(event, new AuditCheckpoint(publicKey, heads, closing, ""), key);
    }

    /** Keeps how far the chains went, beside how far those of the incarnation before did. */
    synchronized void keep(List<ChainHead> heads) {
        Map<String, ChainHead> all = new LinkedHashMap<>();
        Stream.concat(before.stream(), heads.stream())
                .forEach(head -> all.put(head.getWriter() + " " + head.getPartition(), head));
        StringBuilder text = new StringBuilder();
        String newest = heads.isEmpty() ? "" : heads.get(0).getWriter();
        String previous = before.isEmpty() ? "" : before.get(before.size() - 1).getWriter();
        all.values().stream()
                .filter(head ->
                        head.getWriter().equals(newest) || head.getWriter().equals(previous))
                .forEach(head -> text.append(head.getWriter())
                        .append(' ')
                        .append(head.getPartition())
                        .append(' ')
                        .append(head.getSequence())
                        .append(' ')
                        .append(head.getHash())
                        .append('\n'));
        if (text.toString().equals(kept)) {
            return;
        }
        try {
            replace(headsFile, text.toString(), "rw-r--r--");
            kept = text.toString();
        } catch (IOException e) {
            LOG.warn("how far the audit went could not be kept in {}", headsFile, e);
        }
    }

    private static List<ChainHead> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        List<ChainHead> heads = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            String[] words = line.split(" ");
            try {
                heads.add(new ChainHead(words[0], Integer.parseInt(words[1]), Long.parseLong(words[2]), words[3]));
            } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
                LOG.warn("{} holds a line that says nothing: '{}'", file, line);
            }
        }
        return heads;
    }

    private static void replace(Path file, String text, String permissions) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
        Files.writeString(fresh, text);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
