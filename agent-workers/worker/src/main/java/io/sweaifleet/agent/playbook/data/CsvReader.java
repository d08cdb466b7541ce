package io.sweaifleet.agent.playbook.data;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads records of separated values one by one. Written for profiling: unlike libraries that are made for reading what is right, it
 * never holds more than one bounded field, so that a quote that is never closed costs neither the memory nor the rows before it.
 */
final class CsvReader {

    /** Characters of a quoted field; a longer one is taken for a quote that was never closed. */
    static final int LONGEST_FIELD = 1 << 20;

    private static final int END = -1;

    private final Reader in;
    private final CsvDialect dialect;
    private int next;
    private long line = 1;
    private long recordLine = 1;
    private long openQuoteLine;

    CsvReader(Reader in, CsvDialect dialect) throws IOException {
        this.in = in;
        this.dialect = dialect;
        this.next = in.read();
    }

    /** Line on which the last record began, from 1. */
    long recordLine() {
        return recordLine;
    }

    /** Line on which a quote opened that never closed, or 0; then no further record comes. */
    long openQuoteLine() {
        return openQuoteLine;
    }

    /** The next record, or null at the end. Empty lines are passed over. */
    @Nullable
    List<String> read() throws IOException {
        while (next == '\n' || next == '\r') {
            advance();
        }
        if (next == END || openQuoteLine != 0) {
            return null;
        }
        recordLine = line;
        List<String> fields = new ArrayList<>();
        while (true) {
            fields.add(field());
            if (openQuoteLine != 0) {
                return null;
            }
            if (next != dialect.delimiter()) {
                break;
            }
            advance();
        }
        return fields;
    }

    private String field() throws IOException {
        StringBuilder text = new StringBuilder();
        if (next == dialect.quote()) {
            quoted(text);
        }
        // What follows a closing quote belongs to the field, as spreadsheets read it.
        while (next != END && next != dialect.delimiter() && next != '\n' && next != '\r') {
            if (text.length() < LONGEST_FIELD) {
                text.append((char) next);
            }
            advance();
        }
        return text.toString();
    }

    private void quoted(StringBuilder text) throws IOException {
        long opened = line;
        advance();
        while (next != END && text.length() < LONGEST_FIELD) {
            if (next == dialect.quote()) {
                advance();
                if (next != dialect.quote()) {
                    return;
                }
            }
            text.append((char) next);
            advance();
        }
        openQuoteLine = opened;
    }

    private void advance() throws IOException {
        int before = next;
        next = in.read();
        if (before == '\n' || (before == '\r' && next != '\n')) {
            line++;
        }
    }
}
