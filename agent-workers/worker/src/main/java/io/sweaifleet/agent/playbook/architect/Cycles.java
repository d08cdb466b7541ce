package io.sweaifleet.agent.playbook.architect;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Finds the strongly connected components of a directed graph (Tarjan 1972, without recursion, so that a chain of any length fits
 * on the stack) and a shortest cycle in each.
 */
final class Cycles {

    /** Above this size only cycles through the first nodes are tried; any of them is an example. */
    private static final int TRIED_STARTS = 50;

    private final Map<String, Set<String>> edges = new TreeMap<>();

    /** Adds an edge; one from a node to itself is no cycle here and is ignored. */
    void edge(String from, String to) {
        if (!from.equals(to)) {
            edges.computeIfAbsent(from, node -> new TreeSet<>()).add(to);
            edges.computeIfAbsent(to, node -> new TreeSet<>());
        }
    }

    /** The components of two and more nodes, each sorted, the list sorted by size (largest first) and first node. */
    List<List<String>> components() {
        List<List<String>> found = new ArrayList<>();
        Map<String, Integer> index = new HashMap<>();
        Map<String, Integer> low = new HashMap<>();
        Deque<String> path = new ArrayDeque<>();
        Set<String> onPath = new HashSet<>();
        for (String start : edges.keySet()) {
            if (!index.containsKey(start)) {
                visit(start, index, low, path, onPath, found);
            }
        }
        found.sort((a, b) -> a.size() == b.size() ? a.get(0).compareTo(b.get(0)) : b.size() - a.size());
        return found;
    }

    private record Frame(String node, java.util.Iterator<String> successors) {}

    private void visit(
            String start,
            Map<String, Integer> index,
            Map<String, Integer> low,
            Deque<String> path,
            Set<String> onPath,
            List<List<String>> found) {
        Deque<Frame> stack = new ArrayDeque<>();
        stack.push(enter(start, index, low, path, onPath));
        while (!stack.isEmpty()) {
            Frame frame = stack.element();
            String node = frame.node();
            if (frame.successors().hasNext()) {
                String next = frame.successors().next();
                if (!index.containsKey(next)) {
                    stack.push(enter(next, index, low, path, onPath));
                } else if (onPath.contains(next)) {
                    low.merge(node, index.getOrDefault(next, 0), Math::min);
                }
                continue;
            }
            stack.pop();
            int lowest = low.getOrDefault(node, 0);
            if (!stack.isEmpty()) {
                low.merge(stack.element().node(), lowest, Math::min);
            }
            if (lowest == index.getOrDefault(node, 0)) {
                leave(node, path, onPath, found);
            }
        }
    }

    private Frame enter(
            String node, Map<String, Integer> index, Map<String, Integer> low, Deque<String> path, Set<String> onPath) {
        int number = index.size();
        index.put(node, number);
        low.put(node, number);
        path.push(node);
        onPath.add(node);
        return new Frame(node, edges.getOrDefault(node, Set.of()).iterator());
    }

    private static void leave(String root, Deque<String> path, Set<String> onPath, List<List<String>> found) {
        List<String> component = new ArrayList<>();
        String member;
        do {
            member = path.pop();
            onPath.remove(member);
            component.add(member);
        } while (!member.equals(root));
        if (component.size() > 1) {
            component.sort(null);
            found.add(List.copyOf(component));
        }
    }

    /**
     * A shortest cycle inside a component, as the nodes in order; the last one leads back to the first.
     *
     * @param component one of {@link #components()}
     */
    List<String> shortest(Collection<String> component) {
        Set<String> inside = new HashSet<>(component);
        List<String> best = List.of();
        int tried = 0;
        for (String start : component) {
            List<String> cycle = through(start, inside);
            if (!cycle.isEmpty() && (best.isEmpty() || cycle.size() < best.size())) {
                best = cycle;
            }
            tried++;
            if (best.size() == 2 || (tried >= TRIED_STARTS && !best.isEmpty())) {
                break;
            }
        }
        return best;
    }

    private List<String> through(String start, Set<String> inside) {
        Map<String, String> reachedFrom = new HashMap<>();
        Deque<String> queue = new ArrayDeque<>();
        queue.add(start);
        while (!queue.isEmpty()) {
            String node = queue.remove();
            for (String next : edges.getOrDefault(node, Set.of())) {
                if (next.equals(start)) {
                    return pathTo(node, start, reachedFrom);
                }
                if (inside.contains(next) && reachedFrom.putIfAbsent(next, node) == null) {
                    queue.add(next);
                }
            }
        }
        return List.of();
    }

    private static List<String> pathTo(String end, String start, Map<String, String> reachedFrom) {
        List<String> backwards = new ArrayList<>();
        String node = end;
        while (node != null && !node.equals(start)) {
            backwards.add(node);
            node = reachedFrom.get(node);
        }
        backwards.add(start);
        List<String> path = new ArrayList<>(backwards.size());
        for (int i = backwards.size() - 1; i >= 0; i--) {
            path.add(backwards.get(i));
        }
        return List.copyOf(path);
    }
}
