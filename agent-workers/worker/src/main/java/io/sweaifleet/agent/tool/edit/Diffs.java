package io.sweaifleet.agent.tool.edit;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import com.github.difflib.patch.Patch;
import java.util.List;

/** Unified diffs for a model, or a person, to read. */
public final class Diffs {

    private static final int CONTEXT = 3;

    /** Longest diff, in characters. */
    static final int MAX = 6_000;

    private Diffs() {}

    /** The diff of a file's change, cut to a length that a model can take. Ends of lines are shown only where they differ. */
    public static String of(String path, String before, String after) {
        List<String> from = shown(before);
        List<String> to = shown(after);
        Patch<String> patch = DiffUtils.diff(from, to);
        String text =
                String.join("\n", UnifiedDiffUtils.generateUnifiedDiff("a/" + path, "b/" + path, from, patch, CONTEXT));
        return cut(text);
    }

    /** The diff from what was expected to what is there, without names. */
    static String between(List<String> expected, List<String> found) {
        Patch<String> patch = DiffUtils.diff(expected, found);
        List<String> diff = UnifiedDiffUtils.generateUnifiedDiff("old", "file", expected, patch, expected.size());
        return cut(String.join("\n", diff.size() > 3 ? diff.subList(3, diff.size()) : diff));
    }

    private static String cut(String text) {
        return text.length() <= MAX
                ? text
                : text.substring(0, MAX) + "\n… " + (text.length() - MAX) + " more characters of the diff …";
    }

    private static List<String> shown(String text) {
        List<String> lines = Lines.split(text);
        boolean mixed = lines.stream()
                        .map(Lines::end)
                        .filter(end -> !end.isEmpty())
                        .distinct()
                        .count()
                > 1;
        return lines.stream()
                .map(line -> {
                    String content = Lines.content(line);
                    return line.endsWith("\r\n") && mixed ? content + "\\r" : content;
                })
                .toList();
    }
}
