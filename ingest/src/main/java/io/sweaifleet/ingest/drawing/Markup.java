package io.sweaifleet.ingest.drawing;

import java.util.Locale;

/** Text as it may stand in HTML and SVG. */
public final class Markup {

    private Markup() {}

    /** The text with everything escaped that has a meaning in content and in quoted attributes. */
    public static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> {
                    // Control characters are not allowed even as references.
                    if (c >= 0x20 || c == '\n' || c == '\t') {
                        out.appendCodePoint(c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c);
                    }
                }
            }
        });
        return out.toString();
    }

    /** A coordinate with one decimal, whatever the locale. */
    public static String number(double value) {
        String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    /** At most so many characters, the middle left out: both ends of a path say most. */
    public static String middleShortened(String text, int limit) {
        if (text.length() <= limit) {
            return text;
        }
        int tail = (limit - 1) * 2 / 3;
        int head = limit - 1 - tail;
        return text.substring(0, head) + "…" + text.substring(text.length() - tail);
    }
}
