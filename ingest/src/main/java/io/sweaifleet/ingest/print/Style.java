package io.sweaifleet.ingest.print;

/** Colours and weights for a terminal, or none. Nothing is told by colour alone. */
public enum Style {
    /** ANSI escapes. */
    COLOUR,
    /** Text only. */
    PLAIN;

    /** For headings. */
    public String bold(String text) {
        return wrap("1", text);
    }

    /** For what matters less. */
    public String faint(String text) {
        return wrap("2", text);
    }

    /** For failures. */
    public String red(String text) {
        return wrap("31", text);
    }

    /** For success. */
    public String green(String text) {
        return wrap("32", text);
    }

    /** For what was skipped or needs attention. */
    public String yellow(String text) {
        return wrap("33", text);
    }

    /** For what is under way. */
    public String cyan(String text) {
        return wrap("36", text);
    }

    private String wrap(String code, String text) {
        return this == PLAIN || text.isEmpty() ? text : "\u001b[" + code + "m" + text + "\u001b[0m";
    }
}
