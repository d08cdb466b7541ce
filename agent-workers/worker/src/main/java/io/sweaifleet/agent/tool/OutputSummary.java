package io.sweaifleet.agent.tool;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The output of a command, short enough to look at.
 *
 * @param text the whole output when it is short, else its first and last part
 * @param sha256 digest of the whole output, lower-case hexadecimal
 * @param bytes size of the whole output
 */
record OutputSummary(String text, String sha256, long bytes) {

    /** Length of the first and of the last part, in bytes. */
    static final int PART = 5 * 1024;

    static OutputSummary of(Path log) throws IOException {
        Digest digest = new Digest();
        long size = 0;
        try (InputStream in = Files.newInputStream(log)) {
            byte[] buffer = new byte[64 * 1024];
            int read = in.read(buffer);
            while (read >= 0) {
                digest.update(buffer, read);
                size += read;
                read = in.read(buffer);
            }
        }
        return new OutputSummary(shortened(log, size), digest.hex(), size);
    }

    private static String shortened(Path log, long size) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            if (size <= 2 * PART) {
                return part(file, 0, (int) size);
            }
            return part(file, 0, PART) + "\n… " + (size - 2L * PART) + " bytes left out …\n"
                    + part(file, size - PART, PART);
        }
    }

    private static String part(RandomAccessFile file, long from, int length) throws IOException {
        byte[] bytes = new byte[length];
        file.seek(from);
        file.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** A SHA-256 under way. */
    static final class Digest {

        private final MessageDigest digest;

        Digest() {
            try {
                digest = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }

        void update(byte[] bytes) {
            digest.update(bytes);
        }

        void update(byte[] bytes, int length) {
            digest.update(bytes, 0, length);
        }

        String hex() {
            return HexFormat.of().formatHex(digest.digest());
        }
    }
}
