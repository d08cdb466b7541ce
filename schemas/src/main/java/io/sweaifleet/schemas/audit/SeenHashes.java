package io.sweaifleet.schemas.audit;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Beginnings of the hashes of a chain's events, by sequence: 64 bits each, enough to notice that an event is another. */
final class SeenHashes {

    private long[] sequences = new long[64];
    private long[] hashes = new long[64];
    private int size;
    /** Those that came out of order. */
    private final Map<Long, Long> late = new HashMap<>();

    void add(long sequence, String hash) {
        if (size > 0 && sequence <= sequences[size - 1]) {
            late.put(sequence, beginning(hash));
            return;
        }
        if (size == sequences.length) {
            sequences = Arrays.copyOf(sequences, size * 2);
            hashes = Arrays.copyOf(hashes, size * 2);
        }
        sequences[size] = sequence;
        hashes[size] = beginning(hash);
        size++;
    }

    /** Whether the event with the sequence is known to have this hash. */
    boolean is(long sequence, String hash) {
        int at = Arrays.binarySearch(sequences, 0, size, sequence);
        Long known = at >= 0 ? Long.valueOf(hashes[at]) : late.get(sequence);
        return known != null && known == beginning(hash);
    }

    /** Whether the event with the sequence is known to have another hash. */
    boolean isOther(long sequence, String hash) {
        boolean known = Arrays.binarySearch(sequences, 0, size, sequence) >= 0 || late.containsKey(sequence);
        return known && !is(sequence, hash);
    }

    /** Of what is no hash at all the number says no less that it is another one. */
    private static long beginning(String hash) {
        try {
            return Long.parseUnsignedLong(hash.substring(0, Math.min(16, hash.length())), 16);
        } catch (NumberFormatException e) {
            return hash.hashCode();
        }
    }
}
