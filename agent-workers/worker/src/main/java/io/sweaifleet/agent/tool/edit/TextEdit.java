package io.sweaifleet.agent.tool.edit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Replaces one passage of a text by another, where a model wrote the passage from memory. It is looked for as it is; then line
 * by line with runs of spaces and tabs alike and trailing ones ignored; then with another indentation too, which the
 * replacement is given as well. The first way that finds anything decides, and must find it once. Pure.
 */
public final class TextEdit {

    private TextEdit() {}

    /** How the passage was found. */
    public enum Match {
        EXACT,
        WHITESPACE,
        INDENTATION
    }

    /** What came of it. */
    public sealed interface Result {}

    /**
     * The text with the passage replaced.
     *
     * @param line first line of the passage, from 1
     */
    public record Replaced(String text, Match match, int line) implements Result {}

    /**
     * The passage is there more than once.
     *
     * @param lines first lines of each, from 1
     */
    public record Ambiguous(Match match, List<Integer> lines) implements Result {}

    /** The passage is not there; what is most like it, if anything is. */
    public record Missing(Optional<NearMatch> near) implements Result {}

    /**
     * Replaces the passage.
     *
     * @param passage what is to be replaced; not empty
     */
    public static Result apply(String text, String passage, String replacement) {
        List<String> lines = Lines.split(text);
        String end = Lines.dominantEnd(lines);
        boolean windows = end.equals("\r\n");
        // Models write \n; in a file that ends its lines otherwise that is meant by it.
        String fitting = windows && !replacement.contains("\r") ? replacement.replace("\n", end) : replacement;
        Result exact = exact(text, passage, fitting);
        if (exact == null && windows && !passage.contains("\r")) {
            exact = exact(text, passage.replace("\n", end), fitting);
        }
        if (exact != null) {
            return exact;
        }
        Block wanted = Block.of(passage);
        if (wanted.lines().isEmpty()) {
            return new Missing(Optional.empty());
        }
        for (Match match : List.of(Match.WHITESPACE, Match.INDENTATION)) {
            List<Integer> found =
                    find(lines, wanted.lines(), match == Match.WHITESPACE ? TextEdit::sameIndent : TextEdit::sameWords);
            if (match == Match.INDENTATION) {
                found.removeIf(at -> shift(lines, at, wanted.lines()) == null);
            }
            if (found.size() > 1) {
                return new Ambiguous(match, found.stream().map(at -> at + 1).toList());
            }
            if (found.size() == 1) {
                return replaced(lines, found.get(0), wanted, replacement, match, end);
            }
        }
        return new Missing(NearMatch.find(lines, wanted.lines()));
    }

    private static @Nullable Result exact(String text, String passage, String replacement) {
        List<Integer> found = new ArrayList<>();
        for (int at = text.indexOf(passage); at >= 0; at = text.indexOf(passage, at + 1)) {
            found.add(at);
        }
        if (found.isEmpty()) {
            return null;
        }
        if (found.size() > 1) {
            return new Ambiguous(
                    Match.EXACT,
                    found.stream().map(at -> Lines.number(text, at)).toList());
        }
        int at = found.get(0);
        return new Replaced(
                text.substring(0, at) + replacement + text.substring(at + passage.length()),
                Match.EXACT,
                Lines.number(text, at));
    }

    /**
     * Lines of a passage, without blank ones around them.
     *
     * @param before number of blank lines left out at the beginning
     * @param after the same at the end
     */
    private record Block(List<String> lines, int before, int after) {

        static Block of(String passage) {
            List<String> lines =
                    Lines.split(passage).stream().map(Lines::content).toList();
            int from = 0;
            int to = lines.size();
            while (from < to && lines.get(from).isBlank()) {
                from++;
            }
            while (to > from && lines.get(to - 1).isBlank()) {
                to--;
            }
            return new Block(lines.subList(from, to), from, lines.size() - to);
        }
    }

    private static List<Integer> find(List<String> lines, List<String> wanted, BiPredicate<String, String> same) {
        List<Integer> found = new ArrayList<>();
        for (int at = 0; at + wanted.size() <= lines.size(); at++) {
            int i = 0;
            while (i < wanted.size() && same.test(Lines.content(lines.get(at + i)), wanted.get(i))) {
                i++;
            }
            if (i == wanted.size()) {
                found.add(at);
            }
        }
        return found;
    }

    private static boolean sameIndent(String line, String wanted) {
        return sameWords(line, wanted)
                && (wanted.isBlank() || Lines.indent(line).equals(Lines.indent(wanted)));
    }

    static boolean sameWords(String line, String wanted) {
        return words(line).equals(words(wanted));
    }

    /** A line with one space for each run of spaces and tabs, and none around it. */
    static String words(String line) {
        StringBuilder words = new StringBuilder(line.length());
        boolean space = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == ' ' || c == '\t') {
                space = words.length() > 0;
            } else {
                if (space) {
                    words.append(' ');
                    space = false;
                }
                words.append(c);
            }
        }
        return words.toString();
    }

    private static Replaced replaced(
            List<String> lines, int at, Block wanted, String replacement, Match match, String end) {
        int to = at + wanted.lines().size();
        Map<String, String> shift = match == Match.WHITESPACE ? Map.of() : shift(lines, at, wanted.lines());
        List<String> fresh = new ArrayList<>(
                Lines.split(replacement).stream().map(Lines::content).toList());
        // Blank lines that the passage had around it stay in the file, so they go from the replacement too.
        for (int i = 0; i < wanted.before() && !fresh.isEmpty() && fresh.get(0).isBlank(); i++) {
            fresh.remove(0);
        }
        for (int i = 0;
                i < wanted.after()
                        && !fresh.isEmpty()
                        && fresh.get(fresh.size() - 1).isBlank();
                i++) {
            fresh.remove(fresh.size() - 1);
        }
        StringBuilder text = new StringBuilder();
        lines.subList(0, at).forEach(text::append);
        String last = Lines.end(lines.get(to - 1));
        for (int i = 0; i < fresh.size(); i++) {
            text.append(shifted(fresh.get(i), shift == null ? Map.of() : shift))
                    .append(i < fresh.size() - 1 ? end : last);
        }
        lines.subList(to, lines.size()).forEach(text::append);
        return new Replaced(text.toString(), match, at + 1);
    }

    /** The file's indentation for each one that the passage has; null when one of the passage stands for two of the file's. */
    private static @Nullable Map<String, String> shift(List<String> lines, int at, List<String> wanted) {
        Map<String, String> shift = new HashMap<>();
        for (int i = 0; i < wanted.size(); i++) {
            if (wanted.get(i).isBlank()) {
                continue;
            }
            String indent = Lines.indent(Lines.content(lines.get(at + i)));
            String known = shift.putIfAbsent(Lines.indent(wanted.get(i)), indent);
            if (known != null && !known.equals(indent)) {
                return null;
            }
        }
        return shift;
    }

    /** A line of the replacement with the file's indentation in place of the passage's. */
    private static String shifted(String line, Map<String, String> shift) {
        if (shift.isEmpty() || line.isBlank()) {
            return line;
        }
        String indent = Lines.indent(line);
        String rest = line.substring(indent.length());
        String known = shift.get(indent);
        if (known != null) {
            return known + rest;
        }
        String base = null;
        for (String from : shift.keySet()) {
            if (indent.startsWith(from) && (base == null || from.length() > base.length())) {
                base = from;
            }
        }
        if (base != null) {
            return shift.getOrDefault(base, "") + converted(indent.substring(base.length()), shift) + rest;
        }
        // Less than the passage had anywhere: as much less in the file.
        String least = shift.keySet().stream()
                .min(Comparator.comparingInt(String::length))
                .orElse("");
        String there = shift.getOrDefault(least, "");
        int less = least.length() - indent.length();
        return (there.length() >= less ? there.substring(0, there.length() - less) : "") + rest;
    }

    /** What is indented further than any line of the passage, with tabs where the file has them. */
    private static String converted(String more, Map<String, String> shift) {
        boolean tabs = shift.values().stream().anyMatch(indent -> indent.startsWith("\t"));
        boolean spacesGiven = shift.keySet().stream().noneMatch(indent -> indent.startsWith("\t"));
        if (!tabs || !spacesGiven || more.contains("\t")) {
            return more;
        }
        int unit = more.length() % 4 == 0 ? 4 : more.length() % 2 == 0 ? 2 : more.length();
        for (Map.Entry<String, String> entry : shift.entrySet()) {
            int depth = entry.getValue().length();
            if (depth > 0
                    && entry.getKey().length() % depth == 0
                    && !entry.getKey().isEmpty()) {
                unit = entry.getKey().length() / depth;
            }
        }
        return "\t".repeat(Math.max(1, more.length() / unit));
    }
}
