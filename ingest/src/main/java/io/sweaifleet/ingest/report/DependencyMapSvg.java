package io.sweaifleet.ingest.report;

import static io.sweaifleet.ingest.drawing.Markup.escape;
import static io.sweaifleet.ingest.drawing.Markup.number;

import io.sweaifleet.ingest.drawing.Layers;
import io.sweaifleet.ingest.drawing.Markup;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Draws a dependency map as SVG. Few modules are drawn in layers, importers above what they import; many around a circle,
 * with the imports bundled by folder. Edges and modules of a cycle carry the class {@code cycle}. Colours come from the
 * page's style sheet.
 */
final class DependencyMapSvg {

    /** Most modules that are drawn; of more, those with the most imports. */
    static final int LIMIT = 200;

    private static final int LAYERED_LIMIT = 45;
    private static final int LAYER_WIDTH_LIMIT = 10;
    private static final int LABEL_LIMIT = 30;
    private static final double CHARACTER = 7.1;
    private static final double SMALL_CHARACTER = 6.1;
    private static final double BOX_HEIGHT = 42;
    private static final double GAP_X = 26;
    private static final double GAP_Y = 66;
    private static final double MARGIN = 24;
    private static final double CIRCLE_PITCH = 15;
    private static final int GROUP_COLOURS = 8;

    private final ModuleGraph graph;
    private final String prefix;
    private final StringBuilder out = new StringBuilder();

    private DependencyMapSvg(ModuleGraph graph) {
        this.graph = graph;
        this.prefix = commonPrefix(
                graph.modules().stream().map(DependencyMap.Module::id).toList());
    }

    /** The map as one {@code <svg>} element. */
    static String draw(DependencyMap map) {
        DependencyMapSvg drawing = new DependencyMapSvg(ModuleGraph.of(map, LIMIT));
        if (drawing.fitsLayers()) {
            drawing.drawLayers();
        } else {
            drawing.drawCircle();
        }
        return drawing.out.toString();
    }

    /** What all ids begin with and the labels leave out, up to and with a separator; may be empty. */
    static String commonPrefix(List<String> ids) {
        if (ids.size() < 2) {
            return "";
        }
        String prefix = ids.get(0);
        for (String id : ids) {
            int length = 0;
            while (length < Math.min(prefix.length(), id.length()) && prefix.charAt(length) == id.charAt(length)) {
                length++;
            }
            prefix = prefix.substring(0, length);
        }
        int end = Math.max(Math.max(prefix.lastIndexOf('.'), prefix.lastIndexOf('/')), prefix.lastIndexOf(':'));
        return prefix.substring(0, end + 1);
    }

    private String label(int module) {
        String id = graph.modules().get(module).id();
        return Markup.middleShortened(id.substring(prefix.length()), LABEL_LIMIT);
    }

    private boolean fitsLayers() {
        if (graph.size() > LAYERED_LIMIT) {
            return false;
        }
        int[] layers = graph.layers();
        Map<Integer, Integer> widths = new HashMap<>();
        IntStream.range(0, graph.size())
                .filter(i -> !graph.isolated(i))
                .forEach(i -> widths.merge(layers[i], 1, Integer::sum));
        return widths.values().stream().allMatch(width -> width <= LAYER_WIDTH_LIMIT);
    }

    // ---- layers ----------------------------------------------------------------------------------------------------

    private void drawLayers() {
        int[] layerOf = graph.layers();
        List<Integer> connected = IntStream.range(0, graph.size())
                .filter(i -> !graph.isolated(i))
                .boxed()
                .toList();
        Layers layers = new Layers(GAP_X, MARGIN);
        connected.forEach(module -> layers.add(module, layerOf[module], boxWidth(module)));
        Map<ModuleGraph.Edge, Layers.Route> routes = routes(layerOf, layers);
        double width = layers.place();
        int depth = layers.depth();
        double isolatedTop = MARGIN + depth * BOX_HEIGHT + Math.max(0, depth - 1) * GAP_Y + (depth == 0 ? 0 : 34);
        List<Integer> isolated =
                IntStream.range(0, graph.size()).filter(graph::isolated).boxed().toList();
        Grid grid = grid(isolated, Math.max(width, 640), isolatedTop);
        width = Math.max(width, grid.width());

        open(width, Math.max(grid.bottom(), isolatedTop) + MARGIN - (isolated.isEmpty() ? 34 : 0));
        routes.forEach((edge, route) -> drawLayeredEdge(edge, route, layerOf));
        for (int module : connected) {
            drawBox(module, layers.x(module), top(layerOf[module]), boxWidth(module));
        }
        if (!isolated.isEmpty()) {
            out.append("<text class=\"note\" x=\"")
                    .append(number(MARGIN))
                    .append("\" y=\"")
                    .append(number(isolatedTop - 8))
                    .append("\">no imports between these and others</text>\n");
        }
        grid.places().forEach((module, at) -> drawBox(module, at[0], at[1], boxWidth(module)));
        out.append("</svg>\n");
    }

    private double boxWidth(int module) {
        return Math.max(
                84, Math.max(label(module).length() * CHARACTER, size(module).length() * SMALL_CHARACTER) + 24);
    }

    private String size(int module) {
        DependencyMap.Module shown = graph.modules().get(module);
        return (shown.language().isEmpty() ? "" : shown.language() + " · ") + compact(shown.lines()) + " lines";
    }

    private static double top(int layer) {
        return MARGIN + layer * (BOX_HEIGHT + GAP_Y);
    }

    private Map<ModuleGraph.Edge, Layers.Route> routes(int[] layerOf, Layers layers) {
        Map<ModuleGraph.Edge, Layers.Route> routes = new LinkedHashMap<>();
        for (ModuleGraph.Edge edge : graph.edges()) {
            boolean down = layerOf[edge.from()] <= layerOf[edge.to()];
            int upper = down ? edge.from() : edge.to();
            int lower = down ? edge.to() : edge.from();
            routes.put(edge, layers.connect(upper, layerOf[upper], lower, layerOf[lower]));
        }
        return routes;
    }

    private record Grid(Map<Integer, double[]> places, double width, double bottom) {}

    private Grid grid(List<Integer> modules, double width, double top) {
        Map<Integer, double[]> places = new LinkedHashMap<>();
        double x = MARGIN;
        double y = top;
        for (int module : modules) {
            if (x > MARGIN && x + boxWidth(module) > width - MARGIN) {
                x = MARGIN;
                y += BOX_HEIGHT + 16;
            }
            places.put(module, new double[] {x, y});
            x += boxWidth(module) + 16;
        }
        return new Grid(places, modules.isEmpty() ? 0 : width, modules.isEmpty() ? top : y + BOX_HEIGHT);
    }

    private void drawLayeredEdge(ModuleGraph.Edge edge, Layers.Route route, int[] layerOf) {
        boolean down = layerOf[edge.from()] <= layerOf[edge.to()];
        double[] centres = route.centres();
        List<double[]> points = new ArrayList<>();
        for (int i = 0; i < centres.length; i++) {
            double y = top(route.firstLayer() + i);
            if (i > 0) {
                points.add(new double[] {centres[i], y});
            }
            if (i < centres.length - 1) {
                points.add(new double[] {centres[i], y + BOX_HEIGHT});
            }
        }
        if (!down) {
            java.util.Collections.reverse(points);
        }
        // Leave room for the arrow's head.
        points.get(points.size() - 1)[1] += down ? -5 : 5;
        drawEdge(edge, Layers.curve(points), "");
    }

    private void drawBox(int module, double x, double y, double width) {
        openNode(module, "");
        out.append("<rect x=\"")
                .append(number(x))
                .append("\" y=\"")
                .append(number(y))
                .append("\" width=\"")
                .append(number(width))
                .append("\" height=\"")
                .append(number(BOX_HEIGHT))
                .append("\" rx=\"8\"/><text class=\"name\" x=\"")
                .append(number(x + width / 2))
                .append("\" y=\"")
                .append(number(y + 18))
                .append("\" text-anchor=\"middle\">")
                .append(escape(label(module)))
                .append("</text><text class=\"size\" x=\"")
                .append(number(x + width / 2))
                .append("\" y=\"")
                .append(number(y + 33))
                .append("\" text-anchor=\"middle\">")
                .append(escape(size(module)))
                .append("</text></g>\n");
    }

    // ---- circle ----------------------------------------------------------------------------------------------------

    private void drawCircle() {
        int n = graph.size();
        List<String> groups = groups();
        List<Integer> ring = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparing((Integer i) -> groups.get(i))
                        .thenComparing(i -> graph.modules().get(i).id()))
                .toList();
        long breaks = IntStream.range(0, n)
                .filter(i -> !groups.get(ring.get(i)).equals(groups.get(ring.get((i + 1) % n))))
                .count();
        double units = n + breaks * 1.2;
        double radius = Math.max(190, units * CIRCLE_PITCH / (2 * Math.PI));
        double labels = ring.stream().mapToInt(i -> label(i).length()).max().orElse(0) * 6.4 + 22;
        double centre = radius + labels + 8;

        double[] angle = new double[n];
        Map<String, double[]> groupSpan = new LinkedHashMap<>();
        double unit = 0;
        for (int i = 0; i < n; i++) {
            int module = ring.get(i);
            angle[module] = 2 * Math.PI * unit / units - Math.PI / 2;
            double at = angle[module];
            groupSpan.merge(groups.get(module), new double[] {at, at}, (a, b) -> new double[] {a[0], b[1]});
            boolean lastOfGroup = !groups.get(module).equals(groups.get(ring.get((i + 1) % n)));
            unit += lastOfGroup ? 2.2 : 1;
        }
        List<String> groupNames = List.copyOf(groupSpan.keySet());

        open(2 * centre, 2 * centre);
        // Edges of cycles last, so that they lie on top.
        graph.edges().stream()
                .sorted(Comparator.comparing(graph::inCycle))
                .forEach(edge -> drawEdge(
                        edge,
                        bundled(edge, angle, groups, groupSpan, radius, centre),
                        " g" + groupNames.indexOf(groups.get(edge.from())) % GROUP_COLOURS));
        groupSpan.forEach((group, span) ->
                drawArc(groupNames.indexOf(group) % GROUP_COLOURS, span, radius + 4, centre, Math.PI / units));
        for (int module : ring) {
            drawSpoke(module, angle[module], radius, centre, groupNames.indexOf(groups.get(module)) % GROUP_COLOURS);
        }
        out.append("</svg>\n");
    }

    /** Group of each module: the first part of its id after what all have in common. */
    private List<String> groups() {
        return IntStream.range(0, graph.size())
                .mapToObj(i -> {
                    String rest = graph.modules().get(i).id().substring(prefix.length());
                    int end = 0;
                    while (end < rest.length() && "./:".indexOf(rest.charAt(end)) < 0) {
                        end++;
                    }
                    return rest.substring(0, end);
                })
                .toList();
    }

    /** A curve by way of the middles of both groups: imports between the same folders run side by side. */
    private static String bundled(
            ModuleGraph.Edge edge,
            double[] angle,
            List<String> groups,
            Map<String, double[]> groupSpan,
            double radius,
            double centre) {
        double[] from = polar(angle[edge.from()], radius, centre);
        double[] to = polar(angle[edge.to()], radius, centre);
        String a = groups.get(edge.from());
        String b = groups.get(edge.to());
        double[] first = polar(middle(groupSpan, a), radius * (a.equals(b) ? 0.72 : 0.5), centre);
        double[] second = polar(middle(groupSpan, b), radius * (a.equals(b) ? 0.72 : 0.5), centre);
        return "M" + point(from) + " C" + point(first) + " " + point(second) + " " + point(to);
    }

    private static double middle(Map<String, double[]> groupSpan, String group) {
        double[] span = groupSpan.getOrDefault(group, new double[] {0, 0});
        return (span[0] + span[1]) / 2;
    }

    private void drawArc(int colour, double[] span, double radius, double centre, double pad) {
        double[] from = polar(span[0] - pad * 0.7, radius, centre);
        double[] to = polar(span[1] + pad * 0.7, radius, centre);
        boolean large = span[1] - span[0] > Math.PI;
        out.append("<path class=\"arc g")
                .append(colour)
                .append("\" d=\"M")
                .append(point(from))
                .append(" A")
                .append(number(radius))
                .append(' ')
                .append(number(radius))
                .append(" 0 ")
                .append(large ? 1 : 0)
                .append(" 1 ")
                .append(point(to))
                .append("\"/>\n");
    }

    private void drawSpoke(int module, double angle, double radius, double centre, int colour) {
        double[] dot = polar(angle, radius, centre);
        double[] text = polar(angle, radius + 12, centre);
        boolean left = Math.cos(angle) < 0;
        double degrees = Math.toDegrees(angle) + (left ? 180 : 0);
        openNode(module, " spoke g" + colour);
        out.append("<circle cx=\"")
                .append(number(dot[0]))
                .append("\" cy=\"")
                .append(number(dot[1]))
                .append("\" r=\"3.2\"/><text class=\"name\" x=\"")
                .append(number(text[0]))
                .append("\" y=\"")
                .append(number(text[1]))
                .append("\" dy=\"0.34em\" text-anchor=\"")
                .append(left ? "end" : "start")
                .append("\" transform=\"rotate(")
                .append(number(degrees))
                .append(' ')
                .append(number(text[0]))
                .append(' ')
                .append(number(text[1]))
                .append(")\">")
                .append(escape(label(module)))
                .append("</text></g>\n");
    }

    private static double[] polar(double angle, double radius, double centre) {
        return new double[] {centre + radius * Math.cos(angle), centre + radius * Math.sin(angle)};
    }

    private static String point(double[] at) {
        return number(at[0]) + " " + number(at[1]);
    }

    // ---- both ------------------------------------------------------------------------------------------------------

    private void open(double width, double height) {
        long cyclic = graph.edges().stream().filter(graph::inCycle).count();
        out.append("<svg class=\"map\" role=\"img\" aria-labelledby=\"map-title map-desc\" viewBox=\"0 0 ")
                .append(number(width))
                .append(' ')
                .append(number(height))
                .append("\" style=\"max-width:")
                .append(number(Math.max(width, 320)))
                .append("px\" xmlns=\"http://www.w3.org/2000/svg\">\n")
                .append("<title id=\"map-title\">Dependency map</title>\n<desc id=\"map-desc\">")
                .append(graph.size())
                .append(" modules, ")
                .append(graph.edges().size())
                .append(" imports between them, ")
                .append(cyclic)
                .append(" of them in a cycle. The table below says the same in words.</desc>\n");
        for (String kind : List.of("plain", "cycle")) {
            out.append("<defs><marker id=\"arrow-")
                    .append(kind)
                    .append("\" viewBox=\"0 0 8 8\" refX=\"4\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\"")
                    .append(" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"head ")
                    .append(kind)
                    .append("\" d=\"M0 0.5 L8 4 L0 7.5 z\"/></marker></defs>\n");
        }
    }

    private void drawEdge(ModuleGraph.Edge edge, String path, String classes) {
        boolean cycle = graph.inCycle(edge);
        out.append("<path class=\"edge")
                .append(cycle ? " cycle" : "")
                .append(classes)
                .append("\" data-from=\"")
                .append(edge.from())
                .append("\" data-to=\"")
                .append(edge.to())
                .append("\" stroke-width=\"")
                .append(number(Math.min(5, 1.1 + Math.log(Math.max(1, edge.count())) * 0.55)))
                .append("\" marker-end=\"url(#arrow-")
                .append(cycle ? "cycle" : "plain")
                .append(")\" d=\"")
                .append(path)
                .append("\"><title>")
                .append(escape(graph.modules().get(edge.from()).id()))
                .append(" imports ")
                .append(escape(graph.modules().get(edge.to()).id()))
                .append(" (")
                .append(edge.count())
                .append(cycle ? "; part of a cycle)" : ")")
                .append("</title></path>\n");
    }

    private void openNode(int module, String classes) {
        DependencyMap.Module shown = graph.modules().get(module);
        out.append("<g class=\"node")
                .append(graph.inCycle(module) ? " cycle" : "")
                .append(classes)
                .append("\" data-node=\"")
                .append(module)
                .append("\"><title>")
                .append(escape(shown.id()))
                .append(" — ")
                .append(escape(shown.path()))
                .append(", ")
                .append(shown.files())
                .append(" files, ")
                .append(shown.lines())
                .append(" lines")
                .append(graph.inCycle(module) ? ", in a cycle" : "")
                .append("</title>");
    }

    static String compact(int count) {
        if (count < 1_000) {
            return String.valueOf(count);
        }
        return count < 10_000
                ? number(count / 1_000.0) + "k"
                : count < 1_000_000 ? count / 1_000 + "k" : number(count / 1_000_000.0) + "M";
    }
}
