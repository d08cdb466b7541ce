package io.sweaifleet.agent.tool.edit;

import io.sweaifleet.agent.tool.edit.FileChange.Hunk;
import io.sweaifleet.agent.tool.edit.FileChange.Line;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * Applies the hunks of one file. A hunk is looked for at its line and then ever further from it: first with all its lines as
 * they are, then with other line ends and trailing spaces, then without its outermost one or two lines of context, last with
 * other spaces within lines. A hunk without a line number must fit in one place only. Pure.
 */
public final class PatchApplier {

    private static final int MAX_FUZZ = 2;

    private final List<String> lines;
    private final String end;

    private PatchApplier(String text) {
        this.lines = Lines.split(text);
        this.end = Lines.dominantEnd(lines);
    }

    /**
     * The file after the patch.
     *
     * @param notes what did not fit as it was written, and where it was put
     */
    public record Applied(String text, List<String> notes) {}

    /** Applies hunks to a text; path is for messages. */
    public static Applied apply(String path, String text, List<Hunk> hunks) throws PatchFault {
        return new PatchApplier(text).all(path, hunks);
    }

    /**
     * Where a hunk fits.
     *
     * @param index of its first old line that is compared
     * @param fuzz lines of context that are not compared at each end
     * @param exact whether all that is compared is as it is written
     */
    private record Place(int index, int fuzz, boolean exact) {}

    private Applied all(String path, List<Hunk> hunks) throws PatchFault {
        StringBuilder out = new StringBuilder();
        List<String> notes = new ArrayList<>();
        int from = 0;
        int drift = 0;
        for (int i = 0; i < hunks.size(); i++) {
            Hunk hunk = hunks.get(i);
            List<Line> old =
                    hunk.lines().stream().filter(line -> line.sign() != '+').toList();
            String name = "hunk " + (i + 1) + " of " + path;
            int hint = hint(hunk, old.size(), from, drift);
            Place place = old.isEmpty() ? insertion(hunk, hint, from) : find(name, hunk, old, hint, from);
            int start = place.index();
            lines.subList(from, start).forEach(line -> append(out, line));
            from = write(out, hunk, place);
            boolean moved = hunk.oldStart() > 0 && start != hint;
            if (moved || place.fuzz() > 0 || !place.exact()) {
                notes.add(name + " was applied at line " + (start + 1)
                        + (moved ? ", " + Math.abs(start - hint) + " lines from where it was written for" : "")
                        + (place.fuzz() > 0 ? ", without its outermost " + place.fuzz() + " lines of context" : "")
                        + (place.exact() ? "" : ", its whitespace being other than the file's"));
            }
            drift = hunk.oldStart() > 0 ? start - (hunk.oldStart() - (old.isEmpty() ? 0 : 1)) : 0;
        }
        lines.subList(from, lines.size()).forEach(line -> append(out, line));
        return new Applied(out.toString(), notes);
    }

    /** Index at which a hunk is expected. A hunk that only adds names the line after which it does. */
    private int hint(Hunk hunk, int oldSize, int from, int drift) {
        if (hunk.oldStart() == 0) {
            return from;
        }
        int index = hunk.oldStart() - (oldSize == 0 ? 0 : 1) + drift;
        return Math.max(from, Math.min(index, lines.size()));
    }

    private Place insertion(Hunk hunk, int hint, int from) throws PatchFault {
        int after = afterHeadings(hunk, from);
        if (hunk.oldStart() == 0) {
            // Nothing says where: below its heading, else at the end, which is the beginning of a new file.
            return new Place(hunk.headings().isEmpty() ? lines.size() : after, 0, true);
        }
        return new Place(hint, 0, true);
    }

    private Place find(String name, Hunk hunk, List<Line> old, int hint, int from) throws PatchFault {
        int least = afterHeadings(hunk, from);
        List<BiPredicate<String, String>> ways = List.of(
                String::equals,
                (file, patch) -> file.stripTrailing().equals(patch.stripTrailing()),
                (file, patch) -> TextEdit.sameWords(Lines.content(file), Lines.content(patch)));
        for (int way = 0; way < ways.size(); way++) {
            for (int fuzz = 0; fuzz <= MAX_FUZZ; fuzz++) {
                List<Line> compared = trimmed(hunk, old, fuzz);
                // Trimming to nothing, or to lines that are anywhere, proves nothing.
                boolean tells = compared.stream().anyMatch(line -> !line.text().isBlank());
                if (fuzz > 0 && (compared.size() == trimmed(hunk, old, fuzz - 1).size() || !tells)) {
                    break;
                }
                int lead = leading(hunk, fuzz);
                List<Integer> found = matches(compared, ways.get(way), least + lead, hunk.atEnd());
                if (found.isEmpty()) {
                    continue;
                }
                if (found.size() > 1 && hunk.oldStart() == 0) {
                    throw new PatchFault(name + " fits in " + found.size() + " places (lines "
                            + String.join(
                                    ", ",
                                    found.stream()
                                            .limit(10)
                                            .map(index -> "" + (index + 1))
                                            .toList())
                            + "); give it more lines of context, or a line number: @@ -LINE,COUNT +LINE,COUNT @@");
                }
                int wanted = hint + lead;
                int index = found.stream()
                        .min(Comparator.comparingInt(candidate -> Math.abs(candidate - wanted)))
                        .orElseThrow();
                return new Place(index - lead, fuzz, way == 0);
            }
        }
        throw new PatchFault(name + " does not fit: " + expected(old, least));
    }

    /** Index after the lines that the hunk's headings name. */
    private int afterHeadings(Hunk hunk, int from) throws PatchFault {
        int after = from;
        for (String heading : hunk.headings()) {
            int found = -1;
            for (int i = after; i < lines.size() && found < 0; i++) {
                if (lines.get(i).strip().equals(heading)) {
                    found = i;
                }
            }
            if (found < 0) {
                throw new PatchFault("there is no line '" + heading + "' after line " + after
                        + "; write after @@ a line of the file as it is, or a line number");
            }
            after = found + 1;
        }
        return after;
    }

    private static List<Line> trimmed(Hunk hunk, List<Line> old, int fuzz) {
        int lead = leading(hunk, fuzz);
        int trail = trailing(hunk, fuzz);
        return lead + trail >= old.size() ? List.of() : old.subList(lead, old.size() - trail);
    }

    /** Context lines at the beginning that are not compared. */
    private static int leading(Hunk hunk, int fuzz) {
        int context = 0;
        while (context < fuzz && hunk.lines().get(context).sign() == ' ') {
            context++;
            if (context == hunk.lines().size()) {
                break;
            }
        }
        return context;
    }

    private static int trailing(Hunk hunk, int fuzz) {
        int last = hunk.lines().size() - 1;
        int context = 0;
        while (context < fuzz
                && context <= last
                && hunk.lines().get(last - context).sign() == ' ') {
            context++;
        }
        return context;
    }

    private List<Integer> matches(List<Line> wanted, BiPredicate<String, String> same, int least, boolean atEnd) {
        List<Integer> found = new ArrayList<>();
        if (wanted.isEmpty()) {
            return found;
        }
        for (int at = least; at + wanted.size() <= lines.size(); at++) {
            if (atEnd && at + wanted.size() != lines.size()) {
                continue;
            }
            int i = 0;
            while (i < wanted.size()
                    && same.test(lines.get(at + i), wanted.get(i).text())) {
                i++;
            }
            if (i == wanted.size()) {
                found.add(at);
            }
        }
        return found;
    }

    /** Writes a hunk at its place; returns the index of the first line after it. */
    private int write(StringBuilder out, Hunk hunk, Place place) {
        int index = place.index();
        List<Line> body = hunk.lines();
        boolean certain = place.exact() && body.stream().anyMatch(line -> line.sign() != '+');
        boolean windows = body.stream().anyMatch(line -> line.text().endsWith("\r\n"));
        // Where the old lines had to be the file's own, the new ones are meant as they are written.
        boolean convert = end.equals("\r\n") && !windows && !certain;
        for (Line line : body) {
            if (line.sign() == '+') {
                String text = line.text();
                append(out, convert && text.endsWith("\n") ? Lines.content(text) + end : text);
            } else {
                if (line.sign() == ' ' && index < lines.size()) {
                    append(out, lines.get(index));
                }
                index++;
            }
        }
        return Math.min(index, lines.size());
    }

    /** A line that had no end because it was the last one gets one when another follows. */
    private void append(StringBuilder out, String line) {
        if (out.length() > 0 && out.charAt(out.length() - 1) != '\n') {
            out.append(end);
        }
        out.append(line);
    }

    private String expected(List<Line> old, int least) {
        List<String> wanted =
                old.stream().map(line -> Lines.content(line.text())).toList();
        String most = NearMatch.find(lines, wanted)
                .map(near -> "; most like it are lines " + near.from() + "–" + near.to() + ":\n" + near.diff())
                .orElse("; nothing in the file is like it");
        return "after line " + least + " the file has no such lines" + most
                + "\nRead the file and make the patch anew, or use edit.";
    }
}
