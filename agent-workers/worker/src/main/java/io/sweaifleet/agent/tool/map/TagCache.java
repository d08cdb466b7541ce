package io.sweaifleet.agent.tool.map;

import io.sweaifleet.agent.tool.syntax.Grammar;
import io.sweaifleet.agent.tool.syntax.Tags;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tags of files by their content, for all attempts of a worker: a second attempt on a commit parses nothing, one on a later
 * commit only what differs. What a role may not read is never asked for, so nothing leaks through it. Thread-safe.
 */
final class TagCache {

    /** Files that are kept; the one not used for longest goes first. */
    static final int MAX_FILES = 20_000;

    private final Map<String, Tags> tags = Collections.synchronizedMap(new LinkedHashMap<>(256, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Tags> eldest) {
            return size() > MAX_FILES;
        }
    });

    /**
     * The tags of a file.
     *
     * @param mayParse whether there is time to parse; else a file that is not known has none
     */
    Tags of(Grammar grammar, byte[] content, boolean mayParse) {
        String key = grammar + digest(content);
        Tags known = tags.get(key);
        if (known == null && !mayParse) {
            return Tags.NONE;
        }
        if (known == null) {
            known = Tags.of(grammar, new String(content, StandardCharsets.UTF_8));
            tags.put(key, known);
        }
        return known;
    }

    private static String digest(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
