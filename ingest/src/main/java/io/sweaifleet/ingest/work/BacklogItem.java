package io.sweaifleet.ingest.work;

import io.sweaifleet.ingest.submit.RunIds;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One task of a list.
 *
 * @param line line of the file from 1; 0 when it is not known
 * @param text what is to be done
 * @param occurrence how many items above it say the same
 * @param role role, when the list gives one
 * @param test argv of its test command; empty when the list gives none
 * @param budget budget in words, when the list gives one
 */
public record BacklogItem(
        int line,
        String text,
        int occurrence,
        @Nullable String role,
        List<String> test,
        @Nullable String budget) {

    private static final int SLUG_LIMIT = 40;
    private static final int DIGEST_LENGTH = 12;

    public BacklogItem {
        test = List.copyOf(test);
    }

    /**
     * The id of its task: the same each time the list is worked off, so that what was begun is gone on with. Not by the
     * line's number: a line added above must not make the rest be done again.
     *
     * @param repository repository as it is submitted
     * @param file absolute path of the list
     */
    public String id(String repository, String file) {
        String identity = String.join("\u0000", repository, file, text, Integer.toString(occurrence));
        return "do-" + RunIds.slug(text, SLUG_LIMIT) + "-" + digest(identity);
    }

    /** The beginning of a digest, in hexadecimal. */
    static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, DIGEST_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            // Every Java has it.
            throw new IllegalStateException(e);
        }
    }
}
