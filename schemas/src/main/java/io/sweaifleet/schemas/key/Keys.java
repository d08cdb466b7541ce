package io.sweaifleet.schemas.key;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.apache.kafka.common.utils.Utils;

/** Ids and record keys. Keys are UTF-8 strings; ids are unique within their pool, so outside core they are joined with it. */
public final class Keys {

    /** What pool, tenant, workflow, task, role and worker ids look like. */
    public static final Pattern ID_PATTERN = Pattern.compile("[a-z0-9][a-z0-9-]{0,99}");

    private static final char SEPARATOR = '/';

    private Keys() {}

    /** True when the text is a well-formed id. */
    public static boolean isId(String text) {
        return ID_PATTERN.matcher(text).matches();
    }

    /** Key of something in a pool: {@code pool/id}. */
    public static String of(String pool, String id) {
        return pool + SEPARATOR + id;
    }

    /**
     * The pool in a key made by {@link #of}.
     *
     * @throws IllegalArgumentException when the key has no separator
     */
    public static String pool(String key) {
        return key.substring(0, separator(key));
    }

    /**
     * The id in a key made by {@link #of}.
     *
     * @throws IllegalArgumentException when the key has no separator
     */
    public static String id(String key) {
        return key.substring(separator(key) + 1);
    }

    /**
     * The partition that Kafka's Java client gives a key: murmur2 of its UTF-8 bytes. Clients in other languages
     * may choose differently, so only what the fleet itself wrote can be relied upon to lie there.
     */
    public static int partition(String key, int partitions) {
        return Utils.toPositive(Utils.murmur2(key.getBytes(StandardCharsets.UTF_8))) % partitions;
    }

    /** Branch under which the finished work of a task is brought back: {@code fleet/pool/task}. */
    public static String branch(String pool, String taskId) {
        return "fleet/" + pool + SEPARATOR + taskId;
    }

    private static int separator(String key) {
        int at = key.indexOf(SEPARATOR);
        if (at < 0) {
            throw new IllegalArgumentException("Key '" + key + "' is not of the form pool/id");
        }
        return at;
    }
}
