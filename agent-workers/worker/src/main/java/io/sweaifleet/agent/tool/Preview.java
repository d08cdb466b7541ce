package io.sweaifleet.agent.tool;

import io.sweaifleet.agent.tool.edit.Diffs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** What a call would do, for the person who is asked. */
final class Preview {

    private static final long MAX_BYTES = 1L << 20;

    private Preview() {}

    /**
     * What a file would become, as a diff.
     *
     * @param path what it is called there
     */
    static String ofEdit(String path, Path file, String text) {
        try {
            boolean there = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
            if (there && Files.size(file) > MAX_BYTES) {
                return "a file of " + Files.size(file) + " bytes becomes one of "
                        + text.getBytes(StandardCharsets.UTF_8).length;
            }
            String before = there ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "";
            return Diffs.of(path, before, text);
        } catch (IOException e) {
            return "what it is now cannot be read: " + e;
        }
    }
}
