package io.sweaifleet.ingest.drawing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Places a graph in layers, so that few edges cross. An edge that skips layers gets a place in each of them, where it passes
 * between the nodes.
 */
public final class Layers {

    private static final int ORDERING_SWEEPS = 12;
    private static final double BEND_WIDTH = 14;

    private final double gap;
    private final double margin;
    private final List<List<Slot>> layers = new ArrayList<>();
    private final Map<Integer, Slot> slots = new HashMap<>();

    /** A place in a layer: of a node, or where a long edge passes. */
    private static final class Slot {
        final double width;
        double x;
        double order;
        final List<Slot> above = new ArrayList<>();
        final List<Slot> below = new ArrayList<>();

        Slot(double width) {
            this.width = width;
        }

        double centre() {
            return x + width / 2;
        }
    }

    /**
     * @param gap least room between the nodes of a layer
     * @param margin room on both sides of the drawing
     */
    public Layers(double gap, double margin) {
        this.gap = gap;
        this.margin = margin;
    }

    /** Adds a node to a layer, counted from 0, behind those that are there. */
    public void add(int node, int layer, double width) {
        Slot slot = new Slot(width);
        slots.put(node, slot);
        layer(layer).add(slot);
    }

    private List<Slot> layer(int number) {
        while (layers.size() <= number) {
            layers.add(new ArrayList<>());
        }
        return layers.get(number);
    }

    /** An edge that was added. */
    public final class Route {

        private final int firstLayer;
        private final List<Slot> slots;

        private Route(int firstLayer, List<Slot> slots) {
            this.firstLayer = firstLayer;
            this.slots = slots;
        }

        /** Layer of its upper node. */
        public int firstLayer() {
            return firstLayer;
        }

        /** Its x in each layer, from that of its upper node to that of its lower one. */
        public double[] centres() {
            return slots.stream().mapToDouble(Slot::centre).toArray();
        }
    }

    /**
     * Adds an edge between two nodes that were added.
     *
     * @param upperLayer layer of the upper node
     * @param lowerLayer layer of the lower one, below the upper's
     */
    public Route connect(int upper, int upperLayer, int lower, int lowerLayer) {
        List<Slot> path = new ArrayList<>();
        path.add(slotOf(upper));
        for (int layer = upperLayer + 1; layer < lowerLayer; layer++) {
            Slot bend = new Slot(BEND_WIDTH);
            layer(layer).add(bend);
            path.add(bend);
        }
        path.add(slotOf(lower));
        for (int i = 1; i < path.size(); i++) {
            path.get(i - 1).below.add(path.get(i));
            path.get(i).above.add(path.get(i - 1));
        }
        return new Route(upperLayer, path);
    }

    private Slot slotOf(int node) {
        Slot slot = slots.get(node);
        if (slot == null) {
            throw new IllegalStateException("node " + node + " has an edge but no place");
        }
        return slot;
    }

    /** Left end of a node, once everything is placed. */
    public double x(int node) {
        return slotOf(node).x;
    }

    /** Number of layers. */
    public int depth() {
        return layers.size();
    }

    /** Places everything; the width that it takes, margins included. */
    public double place() {
        order();
        double widest = layers.stream().mapToDouble(this::widthOf).max().orElse(0);
        for (List<Slot> layer : layers) {
            double x = margin + (widest - widthOf(layer)) / 2;
            for (Slot slot : layer) {
                slot.x = x;
                x += slot.width + gap;
            }
        }
        for (int sweep = 0; sweep < ORDERING_SWEEPS; sweep++) {
            for (List<Slot> layer : layers) {
                pull(layer, widest);
            }
        }
        return widest + 2 * margin;
    }

    /** Few crossings: every slot moves to the mean place of its neighbours, downwards and upwards in turn. */
    private void order() {
        layers.forEach(Layers::spread);
        for (int sweep = 0; sweep < ORDERING_SWEEPS; sweep++) {
            boolean down = sweep % 2 == 0;
            for (int i = 0; i < layers.size(); i++) {
                List<Slot> layer = layers.get(down ? i : layers.size() - 1 - i);
                Map<Slot, Double> wanted = new HashMap<>();
                for (Slot slot : layer) {
                    List<Slot> neighbours = down ? slot.above : slot.below;
                    wanted.put(
                            slot,
                            neighbours.stream()
                                    .mapToDouble(n -> n.order)
                                    .average()
                                    .orElse(slot.order));
                }
                layer.sort(Comparator.comparing(slot -> wanted.getOrDefault(slot, slot.order)));
                spread(layer);
            }
        }
    }

    private static void spread(List<Slot> layer) {
        for (int i = 0; i < layer.size(); i++) {
            // Places as shares of the layer, so that layers of different length compare.
            layer.get(i).order = (i + 0.5) / layer.size();
        }
    }

    /** Moves the slots of a layer towards their neighbours as far as there is room. */
    private void pull(List<Slot> layer, double widest) {
        for (int i = 0; i < layer.size(); i++) {
            Slot slot = layer.get(i);
            List<Slot> neighbours = new ArrayList<>(slot.above);
            neighbours.addAll(slot.below);
            double wanted =
                    neighbours.stream().mapToDouble(Slot::centre).average().orElse(slot.centre()) - slot.width / 2;
            double min = i == 0 ? margin : layer.get(i - 1).x + layer.get(i - 1).width + gap;
            double max = i == layer.size() - 1 ? margin + widest - slot.width : layer.get(i + 1).x - gap - slot.width;
            if (min <= max) {
                slot.x = Math.max(min, Math.min(max, (slot.x + wanted) / 2));
            }
        }
    }

    private double widthOf(List<Slot> layer) {
        return layer.stream().mapToDouble(slot -> slot.width + gap).sum() - (layer.isEmpty() ? 0 : gap);
    }

    /**
     * A path through points, bent smoothly downwards or upwards.
     *
     * @param points x and y of each, at least two
     * @return what an SVG path takes as {@code d}
     */
    public static String curve(List<double[]> points) {
        StringBuilder d = new StringBuilder("M")
                .append(Markup.number(points.get(0)[0]))
                .append(' ')
                .append(Markup.number(points.get(0)[1]));
        for (int i = 1; i < points.size(); i++) {
            double[] a = points.get(i - 1);
            double[] b = points.get(i);
            double middle = (a[1] + b[1]) / 2;
            d.append(
                            a[0] == b[0]
                                    ? " L"
                                    : " C" + Markup.number(a[0]) + " " + Markup.number(middle) + " "
                                            + Markup.number(b[0]) + " " + Markup.number(middle) + " ")
                    .append(Markup.number(b[0]))
                    .append(' ')
                    .append(Markup.number(b[1]));
        }
        return d.toString();
    }
}
