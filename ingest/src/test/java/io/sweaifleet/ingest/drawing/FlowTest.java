package io.sweaifleet.ingest.drawing;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.ingest.drawing.Flow.Edge;
import io.sweaifleet.ingest.drawing.Flow.Node;
import io.sweaifleet.ingest.drawing.Flow.Shape;
import io.sweaifleet.ingest.drawing.Flow.State;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class FlowTest {

    private static final String HOSTILE = "\"]</text><script>alert(1)</script>\\ & ünï`; end\n%%{init}";

    private static Node node(String id, Shape shape, State state, String... lines) {
        return new Node(id, List.of(lines), shape, state);
    }

    private static Flow diamond() {
        return new Flow(
                "diamond",
                List.of(
                        node("end", Shape.TASK, State.WAITING),
                        node("a", Shape.APPROVAL, State.HELD, "ask"),
                        node("b", Shape.MANY, State.FAILED, "one", "two"),
                        node("graph", Shape.SIGNAL, State.SKIPPED),
                        node("sub", Shape.WORKFLOW, State.RUNNING)),
                List.of(
                        new Edge("end", "a"),
                        new Edge("end", "b"),
                        new Edge("a", "graph"),
                        new Edge("b", "graph"),
                        new Edge("graph", "sub"),
                        new Edge("end", "sub"),
                        new Edge("gone", "sub")));
    }

    private static Document parsed(String svg) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void shouldPlaceEachNodeBelowWhatItWaitsFor() {
        assertThat(diamond().layers())
                .containsEntry("end", 0)
                .containsEntry("a", 1)
                .containsEntry("b", 1)
                .containsEntry("graph", 2)
                .containsEntry("sub", 3);
    }

    @Test
    void shouldDrawAPictureWithoutOverlaps() throws Exception {
        // When
        Document svg = parsed(FlowFormat.SVG.draw(diamond()));

        // Then
        List<double[]> boxes = new ArrayList<>();
        NodeList rects = svg.getElementsByTagName("rect");
        for (int i = 0; i < rects.getLength(); i++) {
            Element rect = (Element) rects.item(i);
            boolean node = rect.getAttribute("class").equals("shape")
                    && rect.getPreviousSibling().getNodeName().equals("title");
            if (node) {
                boxes.add(new double[] {
                    Double.parseDouble(rect.getAttribute("x")), Double.parseDouble(rect.getAttribute("y")),
                    Double.parseDouble(rect.getAttribute("width")), Double.parseDouble(rect.getAttribute("height"))
                });
            }
        }
        assertThat(boxes).hasSize(4);
        IntStream.range(0, boxes.size()).forEach(i -> IntStream.range(0, i).forEach(j -> {
            double[] a = boxes.get(i);
            double[] b = boxes.get(j);
            boolean apart = a[0] + a[2] <= b[0] || b[0] + b[2] <= a[0] || a[1] + a[3] <= b[1] || b[1] + b[3] <= a[1];
            assertThat(apart).as("boxes %s and %s", i, j).isTrue();
        }));
        assertThat(svg.getElementsByTagName("polygon").getLength()).isEqualTo(1);
        assertThat(FlowFormat.SVG.draw(diamond()).split("class=\"edge\"", -1)).hasSize(7);
    }

    @Test
    void shouldNameNodesByNumbersSinceWordsMayMeanSomething() {
        assertThat(FlowFormat.MERMAID.draw(diamond()))
                .contains("  s0[\"<b>end</b>\"]:::waiting\n")
                .contains("  s1{{\"<b>a</b><br/>ask\"}}:::held\n")
                .contains("  s2[/\"<b>b</b><br/>one<br/>two\"/]:::failed\n")
                .contains("  s3>\"<b>graph</b>\"]:::skipped\n")
                .contains("  s4[[\"<b>sub</b>\"]]:::running\n")
                .contains("  s0 --> s1\n")
                .contains("classDef failed fill:#fbdcd8,");
        assertThat(FlowFormat.DOT.draw(diamond()))
                .contains("s1 [label=\"a\\nask\", shape=hexagon,")
                .contains("s0 -> s4;");
    }

    @ParameterizedTest
    @EnumSource(FlowFormat.class)
    void shouldKeepTextOfOthersFromBeingMoreThanText(FlowFormat format) throws Exception {
        // Given
        Flow flow = new Flow(HOSTILE, List.of(node(HOSTILE, Shape.TASK, State.WAITING, HOSTILE)), List.of());

        // When
        String drawn = format.draw(flow);

        // Then
        switch (format) {
            case SVG -> {
                assertThat(drawn).doesNotContain("<script");
                assertThat(parsed(drawn).getElementsByTagName("script").getLength())
                        .isZero();
            }
            case MERMAID -> {
                assertThat(drawn.lines().filter(line -> line.contains("s0"))).hasSize(1);
                assertThat(drawn.substring(drawn.indexOf("flowchart")))
                        .doesNotContain("<script")
                        .doesNotContain("%%{");
            }
            case DOT -> {
                String label = drawn.substring(drawn.indexOf("label=", drawn.indexOf("s0")) + 6);
                assertThat(label).startsWith("\"\\\"]</text>");
                assertThat(drawn.lines().filter(line -> line.startsWith("  s0")))
                        .hasSize(1);
            }
        }
    }

    @Test
    void shouldDrawNothingOfNothing() throws Exception {
        assertThat(parsed(FlowFormat.SVG.draw(new Flow("empty", List.of(), List.of())))
                        .getElementsByTagName("svg")
                        .getLength())
                .isEqualTo(1);
    }
}
