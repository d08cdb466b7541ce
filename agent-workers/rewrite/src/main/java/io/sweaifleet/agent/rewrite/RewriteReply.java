package io.sweaifleet.agent.rewrite;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of a request. Nothing in the repository was touched: the caller applies the changes.
 *
 * @param error code of why nothing was done, or null: UNKNOWN_RECIPE, INVALID_OPTIONS, RECIPE_FAILED
 * @param message what the error is about; empty without one
 * @param nearest names of recipes like an unknown one, the likest first
 * @param parsed number of files the recipe looked at
 * @param changes changed files
 * @param skipped files that were left alone, and why
 */
public record RewriteReply(
        @Nullable String error,
        String message,
        List<String> nearest,
        int parsed,
        List<Change> changes,
        List<Skipped> skipped) {

    /**
     * A changed file.
     *
     * @param path relative to the root
     * @param content absolute path of a file with the new text, or null when the file is deleted
     */
    public record Change(String path, @Nullable String content) {}

    /**
     * A file that was left alone.
     *
     * @param path relative to the root
     * @param code TYPES_MISSING or NOT_PARSED
     * @param reason what exactly
     */
    public record Skipped(String path, String code, String reason) {}

    static RewriteReply failed(String error, String message, List<String> nearest) {
        return new RewriteReply(error, message, nearest, 0, List.of(), List.of());
    }
}
