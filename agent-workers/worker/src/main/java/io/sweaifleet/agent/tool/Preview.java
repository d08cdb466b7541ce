package io.sweaifleet.agent.tool;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/** What a call would do, for the person who is asked: one hunk from the first to the last line that changes. */
final class Preview {

    private static final int CONTEXT = 3;
    private static final int MAX_LINES = 200;
    private static final long MAX_BYTES = 1L << 20;

    private Preview() {}

    /** What a file would become. */
    static String ofEdit(Path file, String text) {
        List<String> before;
        try {
            boolean there = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
            if (there && Files.size(file) > MAX_BYTES) {
                return "a file of " + Files.size(file) + " bytes becomes one of "
                        + text.getBytes(StandardCharsets.UTF_8).length;
            }
            before = there
                    ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                            .lines()
                            .toList()
                    : List.of();
        } catch (IOException e) {
            return "what it is now cannot be read: " + e;
        }
        List<String> after = text.lines().toList();
        int first = 0;
        int shorter = Math.min(before.size(), after.size());
        while (first < shorter && before.get(first).equals(after.get(first))) {
            first++;
        }
        int same = 0;
        while (same < shorter - first
                && before.get(before.size() - 1 - same).equals(after.get(after.size() - 1 - same))) {
            same++;
        }
        StringBuilder diff = new StringBuilder("@@ line " + (first + 1) + " @@\n");
        lines(diff, " ", before.subList(Math.max(0, first - CONTEXT), first));
        lines(diff, "-", before.subList(first, before.size() - same));
        lines(diff, "+", after.subList(first, after.size() - same));
        lines(diff, " ", before.subList(before.size() - same, Math.min(before.size(), before.size() - same + CONTEXT)));
        return diff.toString();
    }

    private static void lines(StringBuilder diff, String mark, List<String> lines) {
        lines.stream()
                .limit(MAX_LINES)
                .forEach(line -> diff.append(mark).append(line).append('\n'));
        if (lines.size() > MAX_LINES) {
            diff.append(mark).append("\u2026 ").append(lines.size() - MAX_LINES).append(" further lines\n");
        }
    }
}
