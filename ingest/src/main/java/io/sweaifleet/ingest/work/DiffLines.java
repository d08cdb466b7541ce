package io.sweaifleet.ingest.work;

import io.sweaifleet.ingest.print.Style;
import java.util.ArrayList;
import java.util.List;

/** A diff for a person: a bounded number of lines, in colour where the style has any. */
public final class DiffLines {

    private static final int WIDEST = 400;

    private DiffLines() {}

    /**
     * The lines to print.
     *
     * @param most lines of the diff at most
     * @param whole command that shows all of it, named when lines are left out
     */
    public static List<String> of(String patch, Style style, int most, String whole) {
        List<String> all = patch.lines().toList();
        List<String> shown = new ArrayList<>();
        all.stream().limit(most).forEach(line -> shown.add(coloured(printable(line), style)));
        if (all.size() > most) {
            shown.add(style.faint("… " + (all.size() - most) + " more lines: " + whole));
        }
        return shown;
    }

    private static String coloured(String line, Style style) {
        if (line.startsWith("diff ") || line.startsWith("+++ ") || line.startsWith("--- ")) {
            return style.bold(line);
        }
        if (line.startsWith("@@")) {
            return style.cyan(line);
        }
        return line.startsWith("+") ? style.green(line) : line.startsWith("-") ? style.red(line) : line;
    }

    /** A file under work may hold anything; a terminal must not obey it. */
    private static String printable(String line) {
        String plain = line.replaceAll("[\\p{Cntrl}&&[^\t]]", "·");
        return plain.length() <= WIDEST ? plain : plain.substring(0, WIDEST - 1) + "…";
    }
}
