package io.sweaifleet.agent.playbook.data;

import io.sweaifleet.agent.playbook.support.Pace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Profiles a file of separated values in one pass. */
final class CsvProfiler {

    private static final int SAMPLE_CHARACTERS = 64 * 1024;
    private static final int ROWS_BETWEEN_CHECKS = 4_096;

    private CsvProfiler() {}

    static FileProfile profile(String path, byte[] content, TextEncoding encoding, Pace pace) {
        try {
            return read(path, content, encoding, pace);
        } catch (IOException e) {
            throw new UncheckedIOException("Bytes in memory could not be read", e);
        }
    }

    private static FileProfile read(String path, byte[] content, TextEncoding encoding, Pace pace) throws IOException {
        char[] buffer = new char[SAMPLE_CHARACTERS];
        int length = Math.max(0, encoding.reader(content).read(buffer));
        String sample = new String(buffer, 0, length);
        CsvDialect dialect =
                CsvDialect.of(sample, path.toLowerCase(Locale.ROOT).endsWith(".tsv") || path.endsWith(".tab"));
        boolean header = dialect.hasHeader(sample);
        List<FileProfile.Problem> problems = new ArrayList<>();

        CsvReader reader = new CsvReader(encoding.reader(content), dialect);
        List<String> first = reader.read();
        List<String> names = names(first == null ? List.of() : first, header, problems);
        Table table = new Table("", names.size());
        List<Column> columns = new ArrayList<>();
        for (String name : names) {
            Column column = table.column(name);
            if (column != null) {
                columns.add(column);
            }
        }
        boolean decimalComma = dialect.delimiter() != ',';
        long ragged = 0;
        long firstRagged = 0;
        String partial = "";
        List<String> fields = header ? reader.read() : first;
        while (fields != null) {
            if (fields.size() != names.size()) {
                ragged++;
                firstRagged = firstRagged == 0 ? reader.recordLine() : firstRagged;
            }
            row(table, columns, fields, reader.recordLine(), decimalComma);
            if (table.row() % ROWS_BETWEEN_CHECKS == 0 && !pace.mayGoOn()) {
                partial = "the deadline came near after " + table.row() + " rows";
                break;
            }
            fields = reader.read();
        }
        if (ragged > 0) {
            problems.add(new FileProfile.Problem(
                    DataRule.RAGGED_ROWS,
                    firstRagged,
                    ragged + " of " + table.row() + " rows have another number of fields than " + names.size()));
        }
        if (reader.openQuoteLine() > 0) {
            problems.add(new FileProfile.Problem(
                    DataRule.UNBALANCED_QUOTE, reader.openQuoteLine(), "A quoted field opens here and never ends"));
            partial = "a quote that opens in line " + reader.openQuoteLine() + " never closes";
        }
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("encoding", encoding.charset().name());
        properties.put("delimiter", dialect.delimiterWord());
        properties.put("quote", dialect.quote() == '"' ? "double" : "single");
        properties.put("header", String.valueOf(header));
        return new FileProfile(
                path,
                "csv",
                content.length,
                properties,
                List.of(table.profile()),
                List.of(),
                List.copyOf(problems),
                partial);
    }

    private static void row(Table table, List<Column> columns, List<String> fields, long line, boolean decimalComma) {
        long hash = fields.size();
        for (int i = 0; i < fields.size(); i++) {
            String raw = fields.get(i);
            hash = HashSetOfLongs.combine(hash, HashSetOfLongs.hash(raw));
            if (i >= columns.size()) {
                continue;
            }
            if (!Value.isNull(raw)) {
                columns.get(i).add(table.row(), line, raw, Value.of(raw, decimalComma));
            } else if (!raw.isBlank()) {
                columns.get(i).nullMarker();
            }
        }
        table.endRow(hash);
    }

    /** The header's names, made unique; numbers where there is none. */
    private static List<String> names(List<String> first, boolean header, List<FileProfile.Problem> problems) {
        List<String> names = new ArrayList<>();
        Set<String> used = new HashSet<>();
        for (int i = 0; i < first.size(); i++) {
            String written = header ? first.get(i).strip() : "";
            String name = written.isEmpty() ? "column " + (i + 1) : written;
            if (used.contains(name)) {
                problems.add(new FileProfile.Problem(
                        DataRule.DUPLICATE_COLUMN, 1, "Column " + name + " stands there twice"));
                name = name + " (" + (i + 1) + ")";
            }
            used.add(name);
            names.add(name);
        }
        return names;
    }
}
