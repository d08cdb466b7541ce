package io.sweaifleet.ingest.drawing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A workflow to draw: steps, and which of them wait for which.
 *
 * @param title what stands above
 * @param nodes steps, in the order of the definition
 * @param edges between them; those whose ends are no nodes are left out
 */
public record Flow(String title, List<Node> nodes, List<Edge> edges) {

    public Flow {
        nodes = List.copyOf(nodes);
        List<String> ids = nodes.stream().map(Node::id).toList();
        edges = edges.stream()
                .filter(edge -> ids.contains(edge.from()) && ids.contains(edge.to()))
                .toList();
    }

    /** What a step is. */
    public enum Shape {
        /** Work of an agent. */
        TASK,
        /** Somebody is asked. */
        APPROVAL,
        /** A signal is awaited. */
        SIGNAL,
        /** A workflow of its own. */
        WORKFLOW,
        /** Work for each item of a list, or again and again. */
        MANY
    }

    /** Where a step stands. Nothing is told by colour alone: a run's nodes say it in words too. */
    public enum State {
        /** A definition's step, or one that has not begun. */
        WAITING,
        /** Under way. */
        RUNNING,
        /** Waits for somebody outside: an answer, a signal, a moment. */
        HELD,
        /** Ended well. */
        SUCCEEDED,
        /** Ended badly. */
        FAILED,
        /** Left out, or stopped. */
        SKIPPED
    }

    /**
     * A step.
     *
     * @param id its name, unique in the flow
     * @param lines what stands below the name, shortened as drawings need
     */
    public record Node(String id, List<String> lines, Shape shape, State state) {

        public Node {
            lines = List.copyOf(lines);
        }
    }

    /**
     * A step waits for another.
     *
     * @param from what has to end first
     * @param to what waits
     */
    public record Edge(String from, String to) {}

    /** Layer of each node, from 0: one below the lowest of those that it waits for. */
    Map<String, Integer> layers() {
        Map<String, List<String>> needs = new HashMap<>();
        edges.forEach(edge ->
                needs.computeIfAbsent(edge.to(), none -> new ArrayList<>()).add(edge.from()));
        Map<String, Integer> layers = new HashMap<>();
        // As many rounds as the longest path has edges; a flow has no cycles, and one that has would end here all the
        // same.
        for (int round = 0; round <= nodes.size(); round++) {
            boolean changed = false;
            for (Node node : nodes) {
                int layer = needs.getOrDefault(node.id(), List.of()).stream()
                        .mapToInt(needed -> layers.getOrDefault(needed, 0) + 1)
                        .max()
                        .orElse(0);
                changed |= !Integer.valueOf(layer).equals(layers.put(node.id(), layer));
            }
            if (!changed) {
                break;
            }
        }
        return layers;
    }
}
