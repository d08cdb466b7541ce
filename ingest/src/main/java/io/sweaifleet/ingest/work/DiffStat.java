package io.sweaifleet.ingest.work;

/**
 * The size of a unified diff.
 *
 * @param files files that differ
 * @param added lines added
 * @param removed lines removed
 */
public record DiffStat(int files, int added, int removed) {

    /** Counts a diff as git writes it. */
    public static DiffStat of(String patch) {
        int files = 0;
        int added = 0;
        int removed = 0;
        // Lines of the file that begin with two dashes look like a header: the hunk's own counts tell them apart.
        int oldLeft = 0;
        int newLeft = 0;
        for (String line : patch.split("\n", -1)) {
            if (oldLeft > 0 || newLeft > 0) {
                char sign = line.isEmpty() ? ' ' : line.charAt(0);
                if (sign == '+') {
                    added++;
                    newLeft--;
                } else if (sign == '-') {
                    removed++;
                    oldLeft--;
                } else if (sign != '\\') {
                    oldLeft--;
                    newLeft--;
                }
            } else if (line.startsWith("diff --git ")) {
                files++;
            } else if (line.startsWith("@@ -")) {
                String[] words = line.split(" ");
                oldLeft = count(words[1]);
                newLeft = words.length > 2 ? count(words[2]) : 0;
            }
        }
        return new DiffStat(files, added, removed);
    }

    /** Lines of one side of a hunk: {@code -3,7} is seven, {@code -3} one. */
    private static int count(String range) {
        int comma = range.indexOf(',');
        try {
            return comma < 0 ? 1 : Integer.parseInt(range.substring(comma + 1));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Such as {@code 2 files, +10 −3}. */
    @Override
    public String toString() {
        return files + (files == 1 ? " file" : " files") + ", +" + added + " −" + removed;
    }
}
