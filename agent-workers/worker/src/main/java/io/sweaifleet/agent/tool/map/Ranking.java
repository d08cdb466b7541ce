package io.sweaifleet.agent.tool.map;

import io.sweaifleet.agent.tool.syntax.Tags;
import io.sweaifleet.agent.tool.syntax.Tags.Definition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Orders the definitions of a repository by how much depends on them. Files are the nodes of a graph; one that uses a name has
 * an edge to each that defines it. PageRank over that graph, personalised by the words of the task, gives each file's weight,
 * which flows on to the definitions that the edges are about. Pure and deterministic.
 */
final class Ranking {

    private static final double DAMPING = 0.85;
    private static final int ROUNDS = 30;

    /** What a name, or a file, gains by standing in the task. */
    private static final double MENTIONED = 10;

    /** Names that this many files define, such as {@code get}, tell nothing of any of them. */
    private static final int COMMON = 8;

    private Ranking() {}

    /**
     * A definition and its weight.
     *
     * @param path the file
     * @param definition the definition in it
     * @param weight relative to others of the same ranking
     */
    record Ranked(String path, Definition definition, double weight) {}

    /** An edge of the graph, for one name. */
    private record Edge(int to, String name, double weight) {}

    /**
     * Ranks all definitions, the weightiest first.
     *
     * @param files tags by path
     * @param words words of the task, in lower case
     */
    static List<Ranked> of(Map<String, Tags> files, Set<String> words) {
        List<String> paths = files.keySet().stream().sorted().toList();
        Map<String, List<Integer>> definers = new HashMap<>();
        for (int i = 0; i < paths.size(); i++) {
            int file = i;
            tags(files, paths, i).definitions().stream()
                    .map(Definition::name)
                    .distinct()
                    .forEach(name -> definers.computeIfAbsent(name, any -> new ArrayList<>())
                            .add(file));
        }
        List<List<Edge>> edges = edges(files, paths, definers, words);
        double[] rank = pageRank(edges, preference(files, paths, words));
        Map<Integer, Map<String, Double>> byName = new HashMap<>();
        for (int from = 0; from < edges.size(); from++) {
            double out = edges.get(from).stream().mapToDouble(Edge::weight).sum();
            for (Edge edge : edges.get(from)) {
                byName.computeIfAbsent(edge.to(), any -> new HashMap<>())
                        .merge(edge.name(), rank[from] * edge.weight() / out, Double::sum);
            }
        }
        List<Ranked> ranked = new ArrayList<>();
        for (int i = 0; i < paths.size(); i++) {
            List<Definition> definitions = tags(files, paths, i).definitions();
            Map<String, Double> weights = byName.getOrDefault(i, Map.of());
            for (Definition definition : definitions) {
                // What nobody uses still tells what a file is about, the first things most.
                double own = rank[i] * 0.01 / definitions.size();
                // All ranks are 1 together, so what the task names outweighs everything else.
                double mentioned =
                        !mentions(definition.name(), words) ? 0 : isTelling(definition.name()) ? 1 : rank[i] * 0.5;
                ranked.add(new Ranked(
                        paths.get(i), definition, weights.getOrDefault(definition.name(), 0.0) + own + mentioned));
            }
        }
        ranked.sort(Comparator.comparingDouble(Ranked::weight)
                .reversed()
                .thenComparing(Ranked::path)
                .thenComparing(one -> one.definition().line()));
        return ranked;
    }

    private static Tags tags(Map<String, Tags> files, List<String> paths, int index) {
        return files.getOrDefault(paths.get(index), Tags.NONE);
    }

    private static List<List<Edge>> edges(
            Map<String, Tags> files, List<String> paths, Map<String, List<Integer>> definers, Set<String> words) {
        List<List<Edge>> edges = new ArrayList<>();
        for (int from = 0; from < paths.size(); from++) {
            List<Edge> out = new ArrayList<>();
            for (Map.Entry<String, Integer> used :
                    tags(files, paths, from).references().entrySet()) {
                List<Integer> targets = definers.getOrDefault(used.getKey(), List.of());
                if (targets.isEmpty() || targets.size() > COMMON) {
                    continue;
                }
                double weight =
                        Math.sqrt(used.getValue()) * (mentions(used.getKey(), words) ? MENTIONED : 1) / targets.size();
                for (int to : targets) {
                    // Use within the file that defines it says little of its weight for others.
                    out.add(new Edge(to, used.getKey(), to == from ? weight * 0.1 : weight));
                }
            }
            // Sums of floating point depend on their order.
            out.sort(Comparator.comparing(Edge::name).thenComparingInt(Edge::to));
            edges.add(out);
        }
        return edges;
    }

    /** Where the random reader of PageRank begins anew: at files that the task speaks of, by their names or what they define. */
    private static double[] preference(Map<String, Tags> files, List<String> paths, Set<String> words) {
        double[] preference = new double[paths.size()];
        for (int i = 0; i < preference.length; i++) {
            String path = paths.get(i);
            String stem = path.substring(path.lastIndexOf('/') + 1);
            int dot = stem.indexOf('.');
            boolean named = mentions(dot > 0 ? stem.substring(0, dot) : stem, words)
                    || words.contains(path.toLowerCase(Locale.ROOT));
            boolean defines = tags(files, paths, i).definitions().stream()
                    .anyMatch(definition -> mentions(definition.name(), words));
            preference[i] = 1 + (named ? MENTIONED : 0) + (defines ? MENTIONED : 0);
        }
        double sum = Arrays.stream(preference).sum();
        for (int i = 0; i < preference.length; i++) {
            preference[i] /= sum;
        }
        return preference;
    }

    private static double[] pageRank(List<List<Edge>> edges, double[] preference) {
        double[] rank = preference.clone();
        double[] out = new double[rank.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = edges.get(i).stream().mapToDouble(Edge::weight).sum();
        }
        for (int round = 0; round < ROUNDS; round++) {
            double[] next = new double[rank.length];
            double lost = 0;
            for (int from = 0; from < rank.length; from++) {
                if (out[from] == 0) {
                    lost += rank[from];
                    continue;
                }
                for (Edge edge : edges.get(from)) {
                    next[edge.to()] += DAMPING * rank[from] * edge.weight() / out[from];
                }
            }
            for (int i = 0; i < next.length; i++) {
                next[i] += (1 - DAMPING + DAMPING * lost) * preference[i];
            }
            rank = next;
        }
        return rank;
    }

    /** Whether a name is hardly a word of plain language that stands in the task by chance, as {@code run} may. */
    private static boolean isTelling(String name) {
        return name.length() >= 8
                || name.indexOf('_', 1) > 0
                || !name.substring(1).equals(name.substring(1).toLowerCase(Locale.ROOT));
    }

    /** Whether a name, or for a longer one each of its words, stands in the task. */
    static boolean mentions(String name, Set<String> words) {
        if (words.isEmpty()) {
            return false;
        }
        if (words.contains(name.toLowerCase(Locale.ROOT))) {
            return name.length() > 2;
        }
        String[] parts = name.split("[_\\-]+|(?<=[a-z0-9])(?=[A-Z])");
        int known = 0;
        for (String part : parts) {
            if (part.length() > 2 && words.contains(part.toLowerCase(Locale.ROOT))) {
                known++;
            }
        }
        return parts.length > 1 && known == parts.length;
    }
}
