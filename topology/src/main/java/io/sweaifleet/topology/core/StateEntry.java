package io.sweaifleet.topology.core;

import io.sweaifleet.topology.core.domain.Key;
import java.util.Arrays;
import java.util.Map;

/**
 * One entry of core's state as its changelog has it, for what moves state without deciding anything: whose it is, and what of
 * a partition it stands for.
 *
 * @param key bytes of the key
 */
public record StateEntry(byte[] key) {

    /** The pool that it belongs to; empty for what all pools of the partition share. */
    public String pool() {
        return Layout.poolIn(key);
    }

    /** True for the offsets that the partition has come to. */
    public boolean isOffsets() {
        return Arrays.equals(key, Layout.offsetsKey());
    }

    /** True for the name of a pool that has state in the partition. */
    public boolean isPoolName() {
        return isShared('p');
    }

    /** True for a mark of how far definitions were taken. */
    public boolean isMark() {
        return isShared('m');
    }

    /** True for the version of the partition's keys. */
    public boolean isVersion() {
        return Arrays.equals(key, Layout.versionKey());
    }

    private boolean isShared(char letter) {
        byte[] prefix = Layout.prefix(Key.SHARED, letter);
        return key.length >= prefix.length && Arrays.equals(Arrays.copyOf(key, prefix.length), prefix);
    }

    /** The name of the pool, for an entry that {@linkplain #isPoolName() is one}. */
    public String poolName() {
        return Layout.nameIn(key);
    }

    /** The offset in a mark's value. */
    public static long mark(byte[] value) {
        return Layout.value(new Key.OfMark(Key.SHARED, "", 0), value);
    }

    /** Key of the offsets that a partition has come to. */
    public static byte[] offsetsKey() {
        return Layout.offsetsKey();
    }

    /** Value of the offsets that a partition has come to. */
    public static byte[] offsets(Map<String, Long> nextByTopic) {
        return Layout.offsets(nextByTopic);
    }

    /** Records are equal by what they hold. */
    @Override
    public boolean equals(Object other) {
        return other instanceof StateEntry entry && Arrays.equals(key, entry.key);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(key);
    }

    @Override
    public String toString() {
        return "StateEntry of pool '" + pool() + "'";
    }
}
