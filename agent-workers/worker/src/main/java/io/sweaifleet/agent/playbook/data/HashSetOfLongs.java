package io.sweaifleet.agent.playbook.data;

/**
 * Counts distinct values by their 64-bit hashes in bounded memory: exactly up to a limit, and as "at least" beyond it. Two different
 * values among a million share a hash with a probability below 10⁻⁷.
 */
final class HashSetOfLongs {

    private static final int FIRST_SLOTS = 64;

    private long[] slots = new long[FIRST_SLOTS];
    private boolean zero;
    private int size;

    /** A well mixed hash of a text (FNV-1a over its characters, finished as in MurmurHash3). */
    static long hash(CharSequence text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return mix(hash ^ text.length());
    }

    /** Combines the hashes of the parts of a row, in order. */
    static long combine(long row, long part) {
        return mix(row * 31 + part);
    }

    private static long mix(long hash) {
        long mixed = hash;
        mixed = (mixed ^ (mixed >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }

    int size() {
        return size;
    }

    boolean contains(long hash) {
        if (hash == 0) {
            return zero;
        }
        int slot = slot(slots, hash);
        return slots[slot] == hash;
    }

    /** True when it was not there. */
    boolean add(long hash) {
        if (hash == 0) {
            boolean added = !zero;
            zero = true;
            size += added ? 1 : 0;
            return added;
        }
        int slot = slot(slots, hash);
        if (slots[slot] == hash) {
            return false;
        }
        slots[slot] = hash;
        size++;
        if (size * 2 > slots.length) {
            grow();
        }
        return true;
    }

    private void grow() {
        long[] larger = new long[slots.length * 2];
        for (long hash : slots) {
            if (hash != 0) {
                larger[slot(larger, hash)] = hash;
            }
        }
        slots = larger;
    }

    /** The slot of a hash, or the free one where it belongs. */
    private static int slot(long[] in, long hash) {
        int mask = in.length - 1;
        int slot = (int) (hash ^ (hash >>> 32)) & mask;
        while (in[slot] != 0 && in[slot] != hash) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }
}
