package io.sweaifleet.ingest.report;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The modules to draw as a graph of numbers, and what can be told of it: strongly connected groups (cycles) and layers.
 */
final class ModuleGraph {

    private final List<DependencyMap.Module> modules;
    private final List<Edge> edges;
    private final int[] component;
    private final int[] componentSize;

    /** An import between two modules, by position. */
    record Edge(int from, int to, int count) {}

    private ModuleGraph(List<DependencyMap.Module> modules, List<Edge> edges) {
        this.modules = modules;
        this.edges = edges;
        this.component = components();
        this.componentSize = new int[modules.size()];
        Arrays.stream(component).forEach(c -> componentSize[c]++);
    }

    /** The map's modules, sorted by id; of more than the limit those with the most imports. */
    static ModuleGraph of(DependencyMap map, int limit) {
        Map<String, Integer> degree = new HashMap<>();
        for (DependencyMap.Import edge : map.imports()) {
            degree.merge(edge.from(), 1, Integer::sum);
            degree.merge(edge.to(), 1, Integer::sum);
        }
        List<DependencyMap.Module> shown = map.modules().stream()
                .sorted(Comparator.comparing((DependencyMap.Module m) -> -degree.getOrDefault(m.id(), 0))
                        .thenComparing(DependencyMap.Module::id))
                .limit(limit)
                .sorted(Comparator.comparing(DependencyMap.Module::id))
                .toList();
        Map<String, Integer> index = IntStream.range(0, shown.size())
                .boxed()
                .collect(Collectors.toMap(i -> shown.get(i).id(), i -> i));
        List<Edge> edges = new ArrayList<>();
        for (DependencyMap.Import edge : map.imports()) {
            Integer from = index.get(edge.from());
            Integer to = index.get(edge.to());
            if (from != null && to != null) {
                edges.add(new Edge(from, to, edge.count()));
            }
        }
        return new ModuleGraph(shown, edges);
    }

    List<DependencyMap.Module> modules() {
        return modules;
    }

    List<Edge> edges() {
        return edges;
    }

    int size() {
        return modules.size();
    }

    /** True when both ends import each other, directly or through others. */
    boolean inCycle(Edge edge) {
        return component[edge.from()] == component[edge.to()];
    }

    /** True when the module imports itself through others. */
    boolean inCycle(int module) {
        return componentSize[component[module]] > 1;
    }

    /** True when it neither imports nor is imported. */
    boolean isolated(int module) {
        return edges.stream().noneMatch(edge -> edge.from() == module || edge.to() == module);
    }

    /**
     * Layer of each module: importers above what they import. Edges that would close a circle are turned around for this
     * purpose, so that a cycle is drawn over several layers, with the odd edge going up.
     */
    int[] layers() {
        List<Edge> forward = acyclic();
        int[] layer = new int[size()];
        // Longest path: at most size() rounds, since the graph is acyclic.
        for (boolean changed = true; changed; ) {
            changed = false;
            for (Edge edge : forward) {
                if (layer[edge.to()] < layer[edge.from()] + 1) {
                    layer[edge.to()] = layer[edge.from()] + 1;
                    changed = true;
                }
            }
        }
        return layer;
    }

    private List<Edge> acyclic() {
        Map<Integer, List<Integer>> out = adjacency();
        int[] state = new int[size()];
        Set<Long> back = new HashSet<>();
        int[] incoming = new int[size()];
        edges.forEach(edge -> incoming[edge.to()]++);
        // Modules that fewest others import first: these are the tops of the drawing.
        IntStream.range(0, size())
                .boxed()
                .sorted(Comparator.comparing(i -> incoming[i]))
                .forEach(root -> depthFirst(root, out, state, back));
        List<Edge> forward = new ArrayList<>();
        for (Edge edge : edges) {
            forward.add(back.contains(pair(edge)) ? new Edge(edge.to(), edge.from(), edge.count()) : edge);
        }
        return forward;
    }

    private void depthFirst(int root, Map<Integer, List<Integer>> out, int[] state, Set<Long> back) {
        if (state[root] != 0) {
            return;
        }
        Deque<int[]> stack = new ArrayDeque<>();
        stack.push(new int[] {root, 0});
        state[root] = 1;
        while (!stack.isEmpty()) {
            int[] top = stack.element();
            List<Integer> next = out.getOrDefault(top[0], List.of());
            if (top[1] == next.size()) {
                state[top[0]] = 2;
                stack.pop();
                continue;
            }
            int to = next.get(top[1]++);
            if (state[to] == 1) {
                back.add(pair(top[0], to));
            } else if (state[to] == 0) {
                state[to] = 1;
                stack.push(new int[] {to, 0});
            }
        }
    }

    private Map<Integer, List<Integer>> adjacency() {
        return edges.stream()
                .collect(Collectors.groupingBy(Edge::from, Collectors.mapping(Edge::to, Collectors.toList())));
    }

    private long pair(Edge edge) {
        return pair(edge.from(), edge.to());
    }

    private long pair(int from, int to) {
        return (long) from * modules.size() + to;
    }

    /** Number of the strongly connected component of each module (Kosaraju: depth first, then backwards in that order). */
    private int[] components() {
        int n = modules.size();
        Map<Integer, List<Integer>> out = adjacency();
        Map<Integer, List<Integer>> in = edges.stream()
                .collect(Collectors.groupingBy(Edge::to, Collectors.mapping(Edge::from, Collectors.toList())));
        List<Integer> finished = new ArrayList<>();
        boolean[] seen = new boolean[n];
        for (int i = 0; i < n; i++) {
            visit(i, out, seen, finished);
        }
        int[] result = new int[n];
        boolean[] assigned = new boolean[n];
        int number = 0;
        for (int i = n - 1; i >= 0; i--) {
            List<Integer> members = new ArrayList<>();
            visit(finished.get(i), in, assigned, members);
            if (!members.isEmpty()) {
                for (int member : members) {
                    result[member] = number;
                }
                number++;
            }
        }
        return result;
    }

    /** Depth first without recursion; appends each module after everything it reaches. */
    private static void visit(int root, Map<Integer, List<Integer>> next, boolean[] seen, List<Integer> finished) {
        if (seen[root]) {
            return;
        }
        Deque<int[]> stack = new ArrayDeque<>();
        stack.push(new int[] {root, 0});
        seen[root] = true;
        while (!stack.isEmpty()) {
            int[] top = stack.element();
            List<Integer> neighbours = next.getOrDefault(top[0], List.of());
            if (top[1] == neighbours.size()) {
                finished.add(top[0]);
                stack.pop();
                continue;
            }
            int to = neighbours.get(top[1]++);
            if (!seen[to]) {
                seen[to] = true;
                stack.push(new int[] {to, 0});
            }
        }
    }
}
