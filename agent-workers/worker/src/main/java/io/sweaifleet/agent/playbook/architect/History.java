package io.sweaifleet.agent.playbook.architect;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the last commits changed, file by file, under the names that the files have now.
 *
 * @param commits number of commits read, merges left out
 * @param files changes of each file, sorted by path
 * @param changeSets for each commit that changed from 2 to {@value #LARGEST_CHANGE_SET} files, their sorted paths; larger commits
 *     (formatting, licence headers) say nothing about which files belong together
 */
record History(int commits, Map<String, Changes> files, List<List<String>> changeSets) {

    /** Above this number of files a commit is not counted for files that change together. */
    static final int LARGEST_CHANGE_SET = 30;

    /** Options of {@code git log} whose output {@link #parse} reads. */
    static final List<String> LOG_OPTIONS =
            List.of("-z", "--raw", "--numstat", "-M", "--no-merges", "--no-color", "--no-ext-diff", "--format=%x01%H");

    /** A path of more bytes than any file system allows is damage, not a path. */
    private static final int LONGEST_TOKEN = 65_536;

    /**
     * How one file changed.
     *
     * @param commits number of commits that changed it, the one that created it not counted
     * @param churn lines added and deleted in those commits
     */
    record Changes(int commits, long churn) {
        Changes plus(Changes other) {
            return new Changes(commits + other.commits, churn + other.churn);
        }
    }

    /**
     * Two files that often change in the same commit.
     *
     * @param a the file whose change more surely comes with one of the other
     * @param b the other
     * @param together number of commits that changed both
     * @param confidence share of a's commits that changed b too, 0 to 1
     */
    record Pair(String a, String b, int together, double confidence) {}

    /**
     * Reads the output of {@code git log} with {@link #LOG_OPTIONS}, newest commit first. What is not understood (a warning of git's
     * between the records) is passed over.
     *
     * @param log raw output
     * @param wanted which present paths count
     */
    static History parse(InputStream log, Predicate<String> wanted) throws IOException {
        return new Parser(new BufferedInputStream(log), wanted).parse();
    }

    /**
     * The pairs that change together, surest first: at least {@code leastTogether} commits with both and at least half of the
     * commits of one of them.
     */
    List<Pair> pairs(int leastTogether, int limit) {
        Map<String, Integer> commitsOf = new HashMap<>();
        changeSets.forEach(set -> set.forEach(path -> commitsOf.merge(path, 1, Integer::sum)));
        Map<String, Map<String, Integer>> together = new TreeMap<>();
        for (List<String> set : changeSets) {
            List<String> frequent = set.stream()
                    .filter(path -> commitsOf.getOrDefault(path, 0) >= leastTogether)
                    .toList();
            for (int i = 0; i < frequent.size(); i++) {
                for (int j = i + 1; j < frequent.size(); j++) {
                    together.computeIfAbsent(frequent.get(i), path -> new TreeMap<>())
                            .merge(frequent.get(j), 1, Integer::sum);
                }
            }
        }
        List<Pair> pairs = new ArrayList<>();
        together.forEach((a, others) -> others.forEach((b, count) -> {
            int ofA = commitsOf.getOrDefault(a, count);
            int ofB = commitsOf.getOrDefault(b, count);
            double confidence = (double) count / Math.min(ofA, ofB);
            if (count >= leastTogether && confidence >= 0.5) {
                pairs.add(ofA <= ofB ? new Pair(a, b, count, confidence) : new Pair(b, a, count, confidence));
            }
        }));
        pairs.sort(Comparator.<Pair>comparingDouble(pair -> -pair.together() * pair.confidence())
                .thenComparing(Pair::a)
                .thenComparing(Pair::b));
        return pairs.size() > limit ? List.copyOf(pairs.subList(0, limit)) : List.copyOf(pairs);
    }

    private static final class Parser {
        private final InputStream in;
        private final Predicate<String> wanted;
        /** Present name of a path that an older commit uses. */
        private final Map<String, String> renamed = new HashMap<>();

        private final Map<String, Changes> files = new TreeMap<>();
        private final List<List<String>> changeSets = new ArrayList<>();
        private int commits;
        private final Set<String> created = new TreeSet<>();
        private final Set<String> touched = new TreeSet<>();

        Parser(InputStream in, Predicate<String> wanted) {
            this.in = in;
            this.wanted = wanted;
        }

        History parse() throws IOException {
            Map<String, String> renames = new HashMap<>();
            for (String token = token(); token != null; token = token()) {
                if (token.startsWith("\u0001")) {
                    endCommit(renames);
                    commits++;
                    continue;
                }
                String line = token.startsWith("\n") ? token.substring(1) : token;
                if (line.startsWith(":")) {
                    raw(line, renames);
                } else {
                    numstat(line);
                }
            }
            endCommit(renames);
            return new History(commits, files, List.copyOf(changeSets));
        }

        /** Counts what the commit did; only then its renames hold, since its own lines use the newer names. */
        private void endCommit(Map<String, String> renames) {
            if (touched.size() >= 2 && touched.size() <= LARGEST_CHANGE_SET) {
                changeSets.add(List.copyOf(touched));
            }
            touched.clear();
            created.clear();
            Map<String, String> present = new HashMap<>();
            renames.forEach((older, newer) -> present.put(older, present(newer)));
            renamed.putAll(present);
            renames.clear();
        }

        /** {@code :mode mode hash hash STATUS}, then one path, or two for a rename or copy. */
        private void raw(String line, Map<String, String> renames) throws IOException {
            char status = line.charAt(line.lastIndexOf(' ') + 1);
            String path = token();
            if (path == null) {
                return;
            }
            if (status == 'R' || status == 'C') {
                String newer = token();
                if (newer != null && status == 'R') {
                    renames.put(path, newer);
                }
            } else if (status == 'A') {
                created.add(path);
            }
        }

        /** {@code added TAB deleted TAB path}; a rename has an empty path and then two more tokens. */
        private void numstat(String line) throws IOException {
            int first = line.indexOf('\t');
            int second = line.indexOf('\t', first + 1);
            if (first <= 0 || second < 0) {
                return;
            }
            String path = line.substring(second + 1);
            if (path.isEmpty()) {
                token();
                path = token();
            }
            if (path == null) {
                return;
            }
            String name = present(path);
            if (!wanted.test(name)) {
                return;
            }
            touched.add(name);
            if (!created.contains(path)) {
                long churn = number(line.substring(0, first)) + number(line.substring(first + 1, second));
                files.merge(name, new Changes(1, churn), Changes::plus);
            }
        }

        private String present(String path) {
            return renamed.getOrDefault(path, path);
        }

        /** A hyphen stands for a binary file. */
        private static long number(String text) {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                return 0;
            }
        }

        private @Nullable String token() throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            int b = in.read();
            if (b < 0) {
                return null;
            }
            while (b > 0) {
                if (bytes.size() < LONGEST_TOKEN) {
                    bytes.write(b);
                }
                b = in.read();
            }
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }
}
