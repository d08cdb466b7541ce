package io.sweaifleet.ingest.drawing;

import static io.sweaifleet.ingest.drawing.Markup.escape;
import static io.sweaifleet.ingest.drawing.Markup.number;

import io.sweaifleet.ingest.drawing.Flow.Node;
import io.sweaifleet.ingest.drawing.Flow.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Draws a flow as an SVG file: what has to end first stands above what waits for it. */
final class FlowSvg {

    private static final int NAME_LIMIT = 36;
    private static final int LINE_LIMIT = 44;
    private static final double NAME_CHARACTER = 7.6;
    private static final double LINE_CHARACTER = 6.0;
    private static final double PADDING = 14;
    private static final double NAME_HEIGHT = 20;
    private static final double LINE_HEIGHT = 15;
    private static final double GAP_X = 28;
    private static final double GAP_Y = 46;
    private static final double MARGIN = 24;
    private static final double TITLE_HEIGHT = 34;

    private final Flow flow;
    private final Map<String, Integer> layerOf;
    private final Map<String, Integer> index = new HashMap<>();
    private final StringBuilder out = new StringBuilder();

    private FlowSvg(Flow flow) {
        this.flow = flow;
        this.layerOf = flow.layers();
    }

    static String draw(Flow flow) {
        FlowSvg drawing = new FlowSvg(flow);
        drawing.draw();
        return drawing.out.toString();
    }

    private void draw() {
        Layers layers = new Layers(GAP_X, MARGIN);
        Map<Integer, Double> heights = new HashMap<>();
        for (Node node : flow.nodes()) {
            index.put(node.id(), index.size());
            layers.add(indexOf(node.id()), layer(node.id()), width(node));
            heights.merge(layer(node.id()), height(node), Math::max);
        }
        Map<Flow.Edge, Layers.Route> routes = new LinkedHashMap<>();
        for (Flow.Edge edge : flow.edges()) {
            routes.put(
                    edge,
                    layers.connect(indexOf(edge.from()), layer(edge.from()), indexOf(edge.to()), layer(edge.to())));
        }
        double width = Math.max(layers.place(), 2 * MARGIN + flow.title().length() * NAME_CHARACTER);
        List<Double> tops = new ArrayList<>();
        double y = MARGIN + TITLE_HEIGHT;
        for (int i = 0; i < layers.depth(); i++) {
            tops.add(y);
            y += heights.getOrDefault(i, 0.0) + GAP_Y;
        }
        open(width, y - (layers.depth() == 0 ? 0 : GAP_Y) + MARGIN);
        routes.forEach((edge, route) -> drawEdge(edge, route, tops, heights));
        for (Node node : flow.nodes()) {
            double room = heights.getOrDefault(layer(node.id()), 0.0) - height(node);
            drawNode(node, layers.x(indexOf(node.id())), tops.get(layer(node.id())) + room / 2);
        }
        out.append("</svg>\n");
    }

    private int indexOf(String id) {
        return index.getOrDefault(id, 0);
    }

    private int layer(String id) {
        return layerOf.getOrDefault(id, 0);
    }

    private static double width(Node node) {
        double text = Math.min(NAME_LIMIT, node.id().length()) * NAME_CHARACTER;
        for (String line : node.lines()) {
            text = Math.max(text, Math.min(LINE_LIMIT, line.length()) * LINE_CHARACTER);
        }
        return Math.max(96, text + 2 * PADDING);
    }

    private static double height(Node node) {
        return NAME_HEIGHT + node.lines().size() * LINE_HEIGHT + PADDING;
    }

    private void open(double width, double height) {
        out.append("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"flow-title\" width=\"")
                .append(number(width))
                .append("\" height=\"")
                .append(number(height))
                .append("\" viewBox=\"0 0 ")
                .append(number(width))
                .append(' ')
                .append(number(height))
                .append("\">\n<title id=\"flow-title\">")
                .append(escape(flow.title()))
                .append("</title>\n<style>\n")
                .append("text{font:12px system-ui,-apple-system,\"Segoe UI\",Roboto,Helvetica,Arial,sans-serif}\n")
                .append(".title{font-size:15px;font-weight:600;fill:#1d2228}\n")
                .append(".name{font-size:13px;font-weight:600}.line{font-size:11px}\n")
                .append(".edge{fill:none;stroke:#8a949e;stroke-width:1.4}.head{fill:#8a949e}\n");
        for (State state : State.values()) {
            String[] colours = Palette.of(state);
            String name = "." + state.name().toLowerCase(Locale.ROOT);
            out.append(name)
                    .append(" .shape{fill:")
                    .append(colours[0])
                    .append(";stroke:")
                    .append(colours[1])
                    .append(";stroke-width:1.4}")
                    .append(name)
                    .append(" text{fill:")
                    .append(colours[2])
                    .append("}\n");
        }
        out.append(".skipped .shape{stroke-dasharray:4 3}\n</style>\n")
                .append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n")
                .append("<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"4\" refY=\"4\" markerWidth=\"7\"")
                .append(" markerHeight=\"7\" markerUnits=\"userSpaceOnUse\" orient=\"auto\">")
                .append("<path class=\"head\" d=\"M0 0.5 L8 4 L0 7.5 z\"/></marker></defs>\n")
                .append("<text class=\"title\" x=\"")
                .append(number(MARGIN))
                .append("\" y=\"")
                .append(number(MARGIN + 10))
                .append("\">")
                .append(escape(flow.title()))
                .append("</text>\n");
    }

    private void drawEdge(Flow.Edge edge, Layers.Route route, List<Double> tops, Map<Integer, Double> heights) {
        double[] centres = route.centres();
        List<double[]> points = new ArrayList<>();
        for (int i = 0; i < centres.length; i++) {
            int layer = route.firstLayer() + i;
            double room = heights.getOrDefault(layer, 0.0);
            if (i > 0) {
                double inset = i == centres.length - 1 ? inset(edge.to(), room) : 0;
                points.add(new double[] {centres[i], tops.get(layer) + inset});
            }
            if (i < centres.length - 1) {
                double inset = i == 0 ? inset(edge.from(), room) : 0;
                points.add(new double[] {centres[i], tops.get(layer) + room - inset});
            }
        }
        // Leave room for the arrow's head.
        points.get(points.size() - 1)[1] -= 5;
        out.append("<path class=\"edge\" marker-end=\"url(#arrow)\" d=\"")
                .append(Layers.curve(points))
                .append("\"><title>")
                .append(escape(edge.to() + " waits for " + edge.from()))
                .append("</title></path>\n");
    }

    /** A node that is lower than its layer stands in its middle. */
    private double inset(String id, double room) {
        return (room - height(flow.nodes().get(indexOf(id)))) / 2;
    }

    private void drawNode(Node node, double x, double y) {
        double width = width(node);
        double height = height(node);
        out.append("<g class=\"")
                .append(node.state().name().toLowerCase(Locale.ROOT))
                .append("\"><title>")
                .append(escape(node.id() + (node.lines().isEmpty() ? "" : ": " + String.join("; ", node.lines()))))
                .append("</title>");
        drawShape(node.shape(), x, y, width, height);
        drawText("name", Markup.middleShortened(node.id(), NAME_LIMIT), x + width / 2, y + NAME_HEIGHT);
        for (int i = 0; i < node.lines().size(); i++) {
            drawText(
                    "line",
                    Markup.middleShortened(node.lines().get(i), LINE_LIMIT),
                    x + width / 2,
                    y + NAME_HEIGHT + (i + 1) * LINE_HEIGHT);
        }
        out.append("</g>\n");
    }

    private void drawShape(Flow.Shape shape, double x, double y, double width, double height) {
        switch (shape) {
            case TASK -> drawBox(x, y, width, height, 8);
            case SIGNAL -> drawBox(x, y, width, height, height / 2);
            case WORKFLOW -> {
                drawBox(x, y, width, height, 2);
                drawBox(x + 5, y, width - 10, height, 0);
            }
            case MANY -> {
                drawBox(x + 5, y + 5, width, height, 8);
                drawBox(x, y, width, height, 8);
            }
            case APPROVAL -> {
                double cut = PADDING - 4;
                String points = point(x + cut, y)
                        + point(x + width - cut, y)
                        + point(x + width, y + height / 2)
                        + point(x + width - cut, y + height)
                        + point(x + cut, y + height)
                        + point(x, y + height / 2);
                out.append("<polygon class=\"shape\" points=\"")
                        .append(points.strip())
                        .append("\"/>");
            }
        }
    }

    private static String point(double x, double y) {
        return number(x) + "," + number(y) + " ";
    }

    private void drawBox(double x, double y, double width, double height, double round) {
        out.append("<rect class=\"shape\" x=\"")
                .append(number(x))
                .append("\" y=\"")
                .append(number(y))
                .append("\" width=\"")
                .append(number(width))
                .append("\" height=\"")
                .append(number(height))
                .append("\" rx=\"")
                .append(number(round))
                .append("\"/>");
    }

    private void drawText(String style, String text, double x, double y) {
        out.append("<text class=\"")
                .append(style)
                .append("\" text-anchor=\"middle\" x=\"")
                .append(number(x))
                .append("\" y=\"")
                .append(number(y))
                .append("\">")
                .append(escape(text))
                .append("</text>");
    }
}
