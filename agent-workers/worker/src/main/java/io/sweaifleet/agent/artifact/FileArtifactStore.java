package io.sweaifleet.agent.artifact;

import io.sweaifleet.schemas.common.ArtifactRef;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;

/**
 * Artifacts as files {@code <root>/sha256/ab/cdef…}. A file appears under its name only when its bytes are on disk
 * (written aside, forced, renamed), so a crash leaves no half artifact, and a name that exists needs no second write.
 */
public final class FileArtifactStore implements ArtifactStore {

    private static final String SCHEME_FOLDER = "sha256";

    private final Path root;
    private final Path incoming;

    private FileArtifactStore(Path root) {
        this.root = root;
        this.incoming = root.resolve("incoming");
    }

    /**
     * Opens the store, creating its folders.
     *
     * @throws IOException when the folder cannot be created or written
     */
    public static FileArtifactStore open(Path root) throws IOException {
        FileArtifactStore store = new FileArtifactStore(root.toAbsolutePath().normalize());
        Files.createDirectories(store.incoming);
        Files.createDirectories(store.root.resolve(SCHEME_FOLDER));
        return store;
    }

    @Override
    public ArtifactRef put(String name, String kind, String mediaType, byte[] content) throws IOException {
        return put(name, kind, mediaType, new ByteArrayInputStream(content));
    }

    @Override
    public ArtifactRef put(String name, String kind, String mediaType, Path file) throws IOException {
        try (InputStream content = Files.newInputStream(file)) {
            return put(name, kind, mediaType, content);
        }
    }

    private ArtifactRef put(String name, String kind, String mediaType, InputStream content) throws IOException {
        Path aside = incoming.resolve(UUID.randomUUID().toString());
        try {
            MessageDigest digest = sha256();
            long size;
            try (FileChannel channel =
                            FileChannel.open(aside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                    OutputStream out = new DigestOutputStream(Channels.newOutputStream(channel), digest)) {
                size = content.transferTo(out);
                out.flush();
                channel.force(true);
            }
            String sha256 = HexFormat.of().formatHex(digest.digest());
            Path target = pathOf(sha256);
            if (!Files.isRegularFile(target) || Files.size(target) != size) {
                Files.createDirectories(parentOf(target));
                move(aside, target);
                forceDirectory(parentOf(target));
            }
            return ArtifactRef.newBuilder()
                    .setName(name)
                    .setKind(kind)
                    .setSha256(sha256)
                    .setSizeBytes(size)
                    .setMediaType(mediaType)
                    .setUri(target.toUri().toString())
                    .build();
        } finally {
            Files.deleteIfExists(aside);
        }
    }

    @Override
    public byte[] read(ArtifactRef ref) throws IOException {
        if (!ref.getSha256().matches("[0-9a-f]{64}")) {
            throw new IOException("artifact " + ref.getName() + " has no SHA-256 but '" + ref.getSha256() + "'");
        }
        Path file = pathOf(ref.getSha256());
        byte[] content;
        try {
            content = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IOException(
                    "artifact " + ref.getName() + " (" + ref.getSha256() + ") is not in the store " + root
                            + "; it was removed, or was made by a worker with another artifacts directory",
                    e);
        }
        String actual = HexFormat.of().formatHex(sha256().digest(content));
        if (!actual.equals(ref.getSha256())) {
            throw new IOException("artifact " + ref.getName() + " in " + file + " was changed: its SHA-256 is " + actual
                    + ", expected " + ref.getSha256() + "; delete the file and run the task again");
        }
        return content;
    }

    private Path pathOf(String sha256) {
        return root.resolve(SCHEME_FOLDER).resolve(sha256.substring(0, 2)).resolve(sha256.substring(2));
    }

    private Path parentOf(Path target) {
        Path parent = target.getParent();
        return parent == null ? root : parent;
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Makes the rename itself durable. */
    private static void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
