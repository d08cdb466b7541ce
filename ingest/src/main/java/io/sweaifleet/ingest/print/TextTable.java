package io.sweaifleet.ingest.print;

import java.util.ArrayList;
import java.util.List;

/** Columns of text, as wide as their content, the last one cut at the terminal's edge. */
public final class TextTable {

    private static final String GAP = "  ";
    private static final int LAST_COLUMN_MIN = 20;

    private final List<String> header;
    private final List<Row> rows = new ArrayList<>();
    private final List<Integer> rightAligned = new ArrayList<>();

    private record Row(List<String> cells, Emphasis emphasis) {}

    /** How a row is told apart besides its words. */
    public enum Emphasis {
        NONE,
        GOOD,
        BAD,
        ATTENTION
    }

    /** @param header names of the columns */
    public TextTable(String... header) {
        this.header = List.of(header);
    }

    /** Columns of numbers. */
    public TextTable alignRight(Integer... columns) {
        rightAligned.addAll(List.of(columns));
        return this;
    }

    /** One more row; line breaks become spaces. */
    public TextTable add(Emphasis emphasis, List<String> cells) {
        if (cells.size() != header.size()) {
            throw new IllegalArgumentException("expected " + header.size() + " cells, got " + cells);
        }
        rows.add(new Row(cells.stream().map(TextTable::oneLine).toList(), emphasis));
        return this;
    }

    /** One more row. */
    public TextTable add(String... cells) {
        return add(Emphasis.NONE, List.of(cells));
    }

    /** True when no row was added. */
    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /**
     * The lines, without line ends.
     *
     * @param style how the header and the first column are told apart
     * @param width columns of the terminal; 0 or less cuts nothing
     */
    public List<String> lines(Style style, int width) {
        int[] widths = widths();
        List<String> lines = new ArrayList<>();
        lines.add(style.bold(line(header, widths, width)));
        for (Row row : rows) {
            String line = line(row.cells(), widths, width);
            int first = Math.min(widths[0], line.length());
            lines.add(emphasised(style, row.emphasis(), line.substring(0, first)) + line.substring(first));
        }
        return lines;
    }

    private static String emphasised(Style style, Emphasis emphasis, String text) {
        return switch (emphasis) {
            case NONE -> text;
            case GOOD -> style.green(text);
            case BAD -> style.red(text);
            case ATTENTION -> style.yellow(text);
        };
    }

    private int[] widths() {
        int[] widths = new int[header.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = header.get(i).length();
            for (Row row : rows) {
                widths[i] = Math.max(widths[i], row.cells().get(i).length());
            }
        }
        return widths;
    }

    private String line(List<String> cells, int[] widths, int width) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            boolean last = i == cells.size() - 1;
            String cell = cells.get(i);
            int padding = widths[i] - cell.length();
            if (rightAligned.contains(i)) {
                line.append(" ".repeat(padding)).append(cell);
            } else if (last) {
                line.append(width <= 0 ? cell : cut(cell, width - line.length()));
            } else {
                line.append(cell).append(" ".repeat(padding));
            }
            if (!last) {
                line.append(GAP);
            }
        }
        return line.toString().stripTrailing();
    }

    private static String cut(String text, int room) {
        int limit = Math.max(LAST_COLUMN_MIN, room);
        return text.length() <= limit ? text : text.substring(0, limit - 1) + "…";
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s*\\R\\s*", " ").strip();
    }
}
