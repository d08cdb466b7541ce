package io.sweaifleet.topology.intake;

import io.sweaifleet.topology.stream.Received;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** Ids that are a function of where a record was read, so that reading it again gives the same ones. */
final class OriginIds {

    /** 80 bits: two of a billion ids meet with a probability of about one in a million. */
    private static final int BYTES = 10;

    private OriginIds() {}

    /**
     * An id that matches the contract's pattern.
     *
     * @param kind a letter that tells what the id is of
     */
    static String of(char kind, Received record) {
        String place = record.topicId() + ":" + record.topic() + ":" + record.partition() + ":" + record.offset();
        byte[] hash = Arrays.copyOf(sha256(place.getBytes(StandardCharsets.UTF_8)), BYTES);
        return kind + "-" + new BigInteger(1, hash).toString(36);
    }

    /** Lower-case hexadecimal SHA-256. */
    static String digest(byte[] bytes) {
        return HexFormat.of().formatHex(sha256(bytes));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
