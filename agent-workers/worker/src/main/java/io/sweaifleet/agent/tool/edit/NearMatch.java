package io.sweaifleet.agent.tool.edit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The passage of a file that is most like one that is not there.
 *
 * @param from first line, from 1
 * @param to last line
 * @param similarity 0 to 1
 * @param diff from the wanted passage to the one that is there
 */
public record NearMatch(int from, int to, double similarity, String diff) {

    /** What is less alike than this is no help. */
    private static final double LEAST = 0.5;

    /** Comparisons of lines, at most. */
    private static final long MAX_WORK = 300_000;

    static Optional<NearMatch> find(List<String> lines, List<String> wanted) {
        int height = Math.min(wanted.size(), lines.size());
        if (height == 0) {
            return Optional.empty();
        }
        List<int[]> have = new ArrayList<>(lines.size());
        lines.forEach(line -> have.add(pairs(TextEdit.words(Lines.content(line)))));
        List<int[]> want = new ArrayList<>(wanted.size());
        wanted.forEach(line -> want.add(pairs(TextEdit.words(line))));
        double best = 0;
        int bestAt = -1;
        for (int at : starts(lines, wanted, height)) {
            double sum = 0;
            for (int i = 0; i < height; i++) {
                // A line more or less in the middle moves the rest by one.
                double same = dice(have, want, at + i, i);
                if (same < 0.9 && at + i + 1 < lines.size()) {
                    same = Math.max(same, 0.95 * dice(have, want, at + i + 1, i));
                }
                if (same < 0.9 && at + i > 0) {
                    same = Math.max(same, 0.95 * dice(have, want, at + i - 1, i));
                }
                sum += same;
            }
            if (sum / wanted.size() > best) {
                best = sum / wanted.size();
                bestAt = at;
            }
        }
        if (best < LEAST) {
            return Optional.empty();
        }
        List<String> found = lines.subList(bestAt, bestAt + height).stream()
                .map(Lines::content)
                .toList();
        return Optional.of(new NearMatch(bestAt + 1, bestAt + height, best, Diffs.between(wanted, found)));
    }

    /** Where the passage may begin: anywhere, or, when that is too much to compare, beside a line that is there as it is. */
    private static List<Integer> starts(List<String> lines, List<String> wanted, int height) {
        TreeSet<Integer> starts = new TreeSet<>();
        int last = lines.size() - height;
        if ((long) lines.size() * height <= MAX_WORK) {
            for (int at = 0; at <= last; at++) {
                starts.add(at);
            }
            return List.copyOf(starts);
        }
        Map<String, Integer> indexes = new HashMap<>();
        for (int i = 0; i < wanted.size(); i++) {
            if (wanted.get(i).strip().length() > 3) {
                indexes.put(TextEdit.words(wanted.get(i)), i);
            }
        }
        for (int line = 0; line < lines.size() && (long) starts.size() * height < MAX_WORK; line++) {
            Integer index = indexes.get(TextEdit.words(Lines.content(lines.get(line))));
            if (index != null) {
                starts.add(Math.max(0, Math.min(last, line - index)));
            }
        }
        return List.copyOf(starts);
    }

    private static double dice(List<int[]> have, List<int[]> want, int line, int index) {
        return dice(have.get(line), want.get(index));
    }

    /** Sørensen–Dice coefficient of pairs of neighbouring characters. */
    private static double dice(int[] a, int[] b) {
        if (a.length + b.length == 0) {
            return 1;
        }
        int shared = 0;
        int i = 0;
        int j = 0;
        while (i < a.length && j < b.length) {
            if (a[i] == b[j]) {
                shared++;
                i++;
                j++;
            } else if (a[i] < b[j]) {
                i++;
            } else {
                j++;
            }
        }
        return 2.0 * shared / (a.length + b.length);
    }

    /** The pairs of a text's beginning, sorted; a single character is a pair with nothing. */
    private static int[] pairs(String text) {
        int length = Math.min(text.length(), 300);
        int[] pairs = new int[length == 1 ? 1 : Math.max(0, length - 1)];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = text.charAt(i) << 16 | (i + 1 < length ? text.charAt(i + 1) : 0);
        }
        Arrays.sort(pairs);
        return pairs;
    }
}
