package io.sweaifleet.agent.playbook.support;

import java.util.List;

/**
 * Writes Markdown in which text from a repository (paths, messages, column names) can break neither the layout nor the page it is
 * shown on. Not thread-safe.
 */
public final class Markdown {

    private static final int LONGEST_CELL = 1_000;

    private final StringBuilder text = new StringBuilder();

    /** A heading; level 1 to 6. */
    public Markdown heading(int level, String title) {
        separate();
        text.append("#".repeat(Math.max(1, Math.min(6, level))))
                .append(' ')
                .append(escape(title))
                .append("\n\n");
        return this;
    }

    /** A paragraph of plain text. */
    public Markdown paragraph(String words) {
        separate();
        text.append(escape(words)).append("\n\n");
        return this;
    }

    /** One item of a bulleted list. */
    public Markdown bullet(String words) {
        text.append("- ").append(escape(words)).append('\n');
        return this;
    }

    /** A table; an empty one is left out. */
    public Markdown table(List<String> headers, List<List<String>> rows) {
        if (rows.isEmpty()) {
            return this;
        }
        separate();
        row(headers);
        text.append("|");
        headers.forEach(header -> text.append(" --- |"));
        text.append('\n');
        rows.forEach(this::row);
        text.append('\n');
        return this;
    }

    /** A fenced block, such as a diagram. The fence is longer than any in the content. */
    public Markdown block(String language, String content) {
        separate();
        int longest = 2;
        int run = 0;
        for (int i = 0; i < content.length(); i++) {
            run = content.charAt(i) == '`' ? run + 1 : 0;
            longest = Math.max(longest, run);
        }
        String fence = "`".repeat(longest + 1);
        text.append(fence).append(language).append('\n').append(content);
        if (!content.endsWith("\n")) {
            text.append('\n');
        }
        text.append(fence).append("\n\n");
        return this;
    }

    private void row(List<String> cells) {
        text.append('|');
        for (String cell : cells) {
            String shown = cell.length() > LONGEST_CELL ? cell.substring(0, LONGEST_CELL) + "…" : cell;
            text.append(' ').append(escape(shown)).append(" |");
        }
        text.append('\n');
    }

    private void separate() {
        int length = text.length();
        if (length > 1 && !(text.charAt(length - 1) == '\n' && text.charAt(length - 2) == '\n')) {
            text.append('\n');
        }
    }

    /** One line of text without any character that Markdown or HTML gives a meaning to. */
    static String escape(String words) {
        StringBuilder escaped = new StringBuilder(words.length() + 16);
        for (int i = 0; i < words.length(); i++) {
            char c = words.charAt(i);
            switch (c) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                case '|', '\\', '`', '*', '_', '[', ']', '#', '~' ->
                    escaped.append('\\').append(c);
                case '\n', '\r', '\t' -> escaped.append(' ');
                default -> escaped.append(Character.isISOControl(c) ? '\uFFFD' : c);
            }
        }
        return escaped.toString();
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
