package io.sweaifleet.agent.tool.edit;

import java.util.List;

/**
 * What a patch does to one file.
 *
 * @param kind what it does
 * @param path the file as it is named now; for a new file, its name
 * @param target its name afterwards, the same unless it is renamed or copied
 * @param hunks changes of its text, in order
 */
public record FileChange(Kind kind, String path, String target, List<Hunk> hunks) {

    /** What becomes of the file. */
    public enum Kind {
        ADD,
        MODIFY,
        DELETE,
        RENAME,
        COPY
    }

    public FileChange {
        hunks = List.copyOf(hunks);
    }

    /**
     * A run of lines that stay, go and come.
     *
     * @param oldStart line at which it expects to begin, from 1; 0 when the patch does not say (or the file is new)
     * @param headings lines that come somewhere before it, in order; only in patches without line numbers
     * @param lines its lines, in order
     * @param atEnd whether it must reach the end of the file
     */
    public record Hunk(int oldStart, List<String> headings, List<Line> lines, boolean atEnd) {

        public Hunk {
            headings = List.copyOf(headings);
            lines = List.copyOf(lines);
        }
    }

    /**
     * A line of a hunk.
     *
     * @param sign space (stays), minus (goes) or plus (comes)
     * @param text the line with its end, which is left out at the end of a file without one
     */
    public record Line(char sign, String text) {}
}
