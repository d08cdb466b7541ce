package io.sweaifleet.ingest.drawing;

import io.sweaifleet.ingest.drawing.Flow.Node;
import io.sweaifleet.ingest.drawing.Flow.State;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Flows as text that other programs draw. */
final class FlowText {

    private static final int LINE_LIMIT = 60;

    private FlowText() {}

    private static Map<String, String> names(Flow flow) {
        // Ids of steps may be words that mean something to these programs, such as "end".
        Map<String, String> names = new HashMap<>();
        flow.nodes().forEach(node -> names.put(node.id(), "s" + names.size()));
        return names;
    }

    static String mermaid(Flow flow) {
        Map<String, String> names = names(flow);
        StringBuilder out = new StringBuilder();
        out.append("---\ntitle: ").append(quoted(flow.title())).append("\n---\nflowchart TD\n");
        for (Node node : flow.nodes()) {
            String text = '"' + mermaidText(node) + '"';
            out.append("  ")
                    .append(names.get(node.id()))
                    .append(
                            switch (node.shape()) {
                                case TASK -> "[" + text + "]";
                                case APPROVAL -> "{{" + text + "}}";
                                case SIGNAL -> ">" + text + "]";
                                case WORKFLOW -> "[[" + text + "]]";
                                case MANY -> "[/" + text + "/]";
                            })
                    .append(":::")
                    .append(word(node.state()))
                    .append('\n');
        }
        flow.edges().forEach(edge -> out.append("  ")
                .append(names.get(edge.from()))
                .append(" --> ")
                .append(names.get(edge.to()))
                .append('\n'));
        for (State state : State.values()) {
            out.append("  classDef ")
                    .append(word(state))
                    .append(' ')
                    .append(colours(state, ",", ":"))
                    .append('\n');
        }
        return out.toString();
    }

    private static String mermaidText(Node node) {
        String below = node.lines().stream()
                .map(line -> "<br/>" + entities(Markup.middleShortened(line, LINE_LIMIT)))
                .collect(Collectors.joining());
        return "<b>" + entities(node.id()) + "</b>" + below;
    }

    /** Mermaid reads a label as HTML, and writes entities with a hash. */
    private static String entities(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints().forEach(c -> {
            boolean plain = Character.isLetterOrDigit(c) || " .,:-_/()=!?+*'".indexOf(c) >= 0;
            if (plain) {
                out.appendCodePoint(c);
            } else {
                out.append('#').append(c).append(';');
            }
        });
        return out.toString();
    }

    static String dot(Flow flow) {
        Map<String, String> names = names(flow);
        StringBuilder out = new StringBuilder();
        out.append("digraph workflow {\n  label=").append(quoted(flow.title())).append(";\n  labelloc=t;\n");
        out.append("  node [fontname=\"Helvetica\", fontsize=11, style=filled];\n");
        for (Node node : flow.nodes()) {
            String text = node.lines().stream()
                    .map(line -> "\n" + Markup.middleShortened(line, LINE_LIMIT))
                    .collect(Collectors.joining("", node.id(), ""));
            String shape =
                    switch (node.shape()) {
                        case TASK -> "box";
                        case APPROVAL -> "hexagon";
                        case SIGNAL -> "cds";
                        case WORKFLOW -> "box3d";
                        case MANY -> "parallelogram";
                    };
            out.append("  ")
                    .append(names.get(node.id()))
                    .append(" [label=")
                    .append(quoted(text))
                    .append(", shape=")
                    .append(shape)
                    .append(", ")
                    .append(dotColours(node.state()))
                    .append("];\n");
        }
        flow.edges().forEach(edge -> out.append("  ")
                .append(names.get(edge.from()))
                .append(" -> ")
                .append(names.get(edge.to()))
                .append(";\n"));
        return out.append("}\n").toString();
    }

    private static String dotColours(State state) {
        String[] colours = Palette.of(state);
        return "fillcolor=\"" + colours[0] + "\", color=\"" + colours[1] + "\", fontcolor=\"" + colours[2] + '"';
    }

    private static String colours(State state, String separator, String equals) {
        String[] colours = Palette.of(state);
        return "fill" + equals + colours[0] + separator + "stroke" + equals + colours[1] + separator + "color" + equals
                + colours[2];
    }

    private static String word(State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
