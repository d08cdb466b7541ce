package io.sweaifleet.ingest.report;

import io.sweaifleet.schemas.common.ArtifactRef;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Reads artifacts that lie in files of this machine, and trusts only those whose digest is right. */
public final class Artifacts {

    /** Larger ones are not read into a report. */
    private static final long SIZE_LIMIT = 64L << 20;

    private Artifacts() {}

    /**
     * The bytes of an artifact.
     *
     * @throws IOException when it is elsewhere, missing, too large or not what its digest says
     */
    public static byte[] read(ArtifactRef artifact) throws IOException {
        URI uri;
        try {
            uri = URI.create(artifact.getUri());
        } catch (IllegalArgumentException e) {
            throw new IOException("'" + artifact.getUri() + "' is not a URI", e);
        }
        if (!"file".equals(uri.getScheme())) {
            throw new IOException(artifact.getUri() + " is not on this machine");
        }
        Path path = Path.of(uri.getPath());
        if (!Files.isReadable(path)) {
            throw new IOException(path + " cannot be read");
        }
        if (Files.size(path) > SIZE_LIMIT) {
            throw new IOException(path + " is larger than " + SIZE_LIMIT + " bytes");
        }
        byte[] bytes = Files.readAllBytes(path);
        if (!sha256(bytes).equals(artifact.getSha256())) {
            throw new IOException(path + " is not what its SHA-256 says");
        }
        return bytes;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            // Every Java has it.
            throw new IllegalStateException(e);
        }
    }
}
