package io.sweaifleet.ingest.drawing;

/** How a flow is drawn. */
public enum FlowFormat {
    /** Mermaid's text, which GitHub and many editors show as a picture. */
    MERMAID,
    /** Graphviz' text. */
    DOT,
    /** A picture; needs no other program. */
    SVG;

    /** The drawing. */
    public String draw(Flow flow) {
        return switch (this) {
            case MERMAID -> FlowText.mermaid(flow);
            case DOT -> FlowText.dot(flow);
            case SVG -> FlowSvg.draw(flow);
        };
    }
}
