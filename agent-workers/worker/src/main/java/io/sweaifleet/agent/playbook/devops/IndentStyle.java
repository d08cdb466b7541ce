package io.sweaifleet.agent.playbook.devops;

import java.util.Collection;
import java.util.Optional;

/**
 * How files are indented, and how their lines end.
 *
 * @param tabs whether by tabs
 * @param width spaces for one step, 2, 4 or 8; of no meaning with tabs
 * @param crlf whether most lines end in CR LF
 */
record IndentStyle(boolean tabs, int width, boolean crlf) {

    /** Fewer indented lines than this show no style. */
    private static final int LEAST_LINES = 5;

    /** The style that most lines of the texts have; empty when too few are indented. */
    static Optional<IndentStyle> of(Collection<String> texts) {
        int tabbed = 0;
        int spaced = 0;
        int crlf = 0;
        int lf = 0;
        int[] steps = new int[9];
        for (String text : texts) {
            int before = 0;
            for (String line : text.split("\n", -1)) {
                if (line.endsWith("\r")) {
                    crlf++;
                } else {
                    lf++;
                }
                if (line.isBlank()) {
                    continue;
                }
                if (line.charAt(0) == '\t') {
                    tabbed++;
                    continue;
                }
                int width = 0;
                while (line.charAt(width) == ' ') {
                    width++;
                }
                // One more space is the second line of a block comment, not a step.
                boolean comment = line.startsWith("*", width);
                if (width > 0 && !comment) {
                    spaced++;
                    int step = width - before;
                    if (step == 2 || step == 4 || step == 8) {
                        steps[step]++;
                    }
                }
                before = comment ? before : width;
            }
        }
        if (tabbed + spaced < LEAST_LINES) {
            return Optional.empty();
        }
        int width = steps[2] > steps[4] ? 2 : steps[8] > steps[4] ? 8 : 4;
        return Optional.of(new IndentStyle(tabbed > spaced, width, crlf > lf));
    }
}
