package io.sweaifleet.ingest.drawing;

import io.sweaifleet.ingest.drawing.Flow.State;

/** Colours of states, that tell apart by lightness too. */
final class Palette {

    private Palette() {}

    /** Fill, line and text of a state. */
    static String[] of(State state) {
        return switch (state) {
            case WAITING -> new String[] {"#f4f4f2", "#8a949e", "#1d2228"};
            case RUNNING -> new String[] {"#dbe9f6", "#2f5f8f", "#12324f"};
            case HELD -> new String[] {"#fbeecd", "#9a6700", "#4d3400"};
            case SUCCEEDED -> new String[] {"#dff1e5", "#2b7a4b", "#12401f"};
            case FAILED -> new String[] {"#fbdcd8", "#b3261e", "#5c120d"};
            case SKIPPED -> new String[] {"#ecebe7", "#a5a29a", "#6b6a66"};
        };
    }
}
