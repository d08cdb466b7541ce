package io.sweaifleet.agent.playbook.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.sweaifleet.agent.playbook.support.Pace;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Profiles JSON as a stream. Records are the objects of the outermost arrays; what is nested in a record has a path for a column, such
 * as {@code address.city} or {@code tags[]}. A document without such an array has no records.
 */
final class JsonProfiler {

    private static final int MOST_TABLES = 20;
    private static final int RECORDS_BETWEEN_CHECKS = 1_024;
    private static final int LONGEST_PATH = 300;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
            .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private final Pace pace;
    private final Map<String, Table> tables = new LinkedHashMap<>();
    private final List<FileProfile.Problem> problems = new ArrayList<>();
    private String partial = "";
    private int sinceCheck;
    private long lineOffset;

    private JsonProfiler(Pace pace) {
        this.pace = pace;
    }

    static FileProfile document(String path, byte[] content, TextEncoding encoding, Pace pace) {
        JsonProfiler profiler = new JsonProfiler(pace);
        try (Reader reader = encoding.reader(content);
                JsonParser parser = FACTORY.createParser(reader)) {
            if (parser.nextToken() != null) {
                profiler.value(parser, "$");
            }
            if (profiler.partial.isEmpty() && parser.nextToken() != null) {
                // Several values one after the other: lines of JSON under the name of JSON.
                return lines(path, content, encoding, pace);
            }
        } catch (JsonProcessingException e) {
            profiler.broken(e);
        } catch (IOException e) {
            throw new UncheckedIOException("Bytes in memory could not be read", e);
        }
        return profiler.result(path, "json", content.length, encoding, 0);
    }

    /** One JSON value a line; a broken line costs only itself. */
    static FileProfile lines(String path, byte[] content, TextEncoding encoding, Pace pace) {
        JsonProfiler profiler = new JsonProfiler(pace);
        Table table = profiler.table("$");
        long broken = 0;
        long number = 0;
        try (BufferedReader reader = new BufferedReader(encoding.reader(content))) {
            for (String line = reader.readLine();
                    line != null && profiler.partial.isEmpty();
                    line = reader.readLine()) {
                number++;
                profiler.lineOffset = number - 1;
                if (!line.isBlank() && !profiler.line(line, table)) {
                    broken++;
                    if (broken == 1) {
                        profiler.problems.add(
                                new FileProfile.Problem(DataRule.INVALID_JSON, number, "This line is no JSON value"));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Bytes in memory could not be read", e);
        }
        return profiler.result(path, "ndjson", content.length, encoding, broken);
    }

    private boolean line(String line, Table table) throws IOException {
        // A broken record must not be half counted, so the line is read twice.
        try (JsonParser check = FACTORY.createParser(line)) {
            while (check.nextToken() != null) {
                // Reading to the end is the check.
            }
        } catch (JsonProcessingException e) {
            return false;
        }
        try (JsonParser parser = FACTORY.createParser(line)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.START_OBJECT) {
                    record(parser, table);
                } else {
                    parser.skipChildren();
                }
            }
        }
        return true;
    }

    private void broken(JsonProcessingException e) {
        long line = e.getLocation() == null ? 0 : Math.max(1, e.getLocation().getLineNr());
        problems.add(new FileProfile.Problem(
                DataRule.INVALID_JSON,
                line,
                "The JSON cannot be read from here on: "
                        + e.getOriginalMessage().lines().findFirst().orElse("")));
        partial = "the JSON is broken in line " + line;
    }

    private FileProfile result(String path, String format, long bytes, TextEncoding encoding, long broken) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("encoding", encoding.charset().name());
        if (broken > 0) {
            properties.put("brokenLines", String.valueOf(broken));
        }
        List<TableProfile> profiles = tables.values().stream()
                .map(Table::profile)
                .filter(table -> table.rows() > 0)
                .toList();
        return new FileProfile(path, format, bytes, properties, profiles, List.of(), List.copyOf(problems), partial);
    }

    private @Nullable Table known(String path) {
        return tables.containsKey(path) || tables.size() < MOST_TABLES ? table(path) : null;
    }

    private Table table(String path) {
        return tables.computeIfAbsent(path, name -> new Table(name, 0));
    }

    /** Looks for arrays of objects below the value that the parser stands on. Recursion is as deep as the parser allows nesting. */
    private void value(JsonParser parser, String path) throws IOException {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            while (partial.isEmpty() && parser.nextToken() == JsonToken.FIELD_NAME) {
                String child = join(path, parser.currentName());
                parser.nextToken();
                value(parser, child);
            }
        } else if (parser.currentToken() == JsonToken.START_ARRAY) {
            String records = path + "[]";
            while (partial.isEmpty() && parser.nextToken() != JsonToken.END_ARRAY && parser.currentToken() != null) {
                Table table = parser.currentToken() == JsonToken.START_OBJECT ? known(records) : null;
                if (table == null) {
                    parser.skipChildren();
                } else {
                    record(parser, table);
                }
            }
        }
    }

    private void record(JsonParser parser, Table table) throws IOException {
        long hash = fields(parser, table, "", 17);
        table.endRow(hash);
        sinceCheck++;
        if (sinceCheck >= RECORDS_BETWEEN_CHECKS) {
            sinceCheck = 0;
            if (!pace.mayGoOn()) {
                partial = "the deadline came near after " + table.row() + " records";
            }
        }
    }

    private long fields(JsonParser parser, Table table, String prefix, long before) throws IOException {
        long hash = before;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String path = prefix.isEmpty() ? parser.currentName() : join(prefix, parser.currentName());
            hash = HashSetOfLongs.combine(hash, HashSetOfLongs.hash(parser.currentName()));
            parser.nextToken();
            hash = field(parser, table, path, hash);
        }
        return hash;
    }

    private long field(JsonParser parser, Table table, String path, long before) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            return fields(parser, table, path, HashSetOfLongs.combine(before, 1));
        }
        if (token == JsonToken.START_ARRAY) {
            long hash = HashSetOfLongs.combine(before, 2);
            while (parser.nextToken() != JsonToken.END_ARRAY && parser.currentToken() != null) {
                hash = field(parser, table, path + "[]", hash);
            }
            return hash;
        }
        Column column = table.column(path);
        String text = token == JsonToken.VALUE_NULL ? "" : parser.getText();
        if (column != null && token != JsonToken.VALUE_NULL) {
            long line = lineOffset + parser.currentTokenLocation().getLineNr();
            if (token == JsonToken.VALUE_STRING && Value.isNull(text)) {
                if (!text.isBlank()) {
                    column.nullMarker();
                }
            } else {
                column.add(table.row(), line, text, typed(token, text));
            }
        }
        return HashSetOfLongs.combine(before, HashSetOfLongs.hash(text));
    }

    /** JSON says which values are numbers; a string of digits is text there, but a date is always a string. */
    private static Value typed(JsonToken token, String text) {
        return switch (token) {
            case VALUE_TRUE, VALUE_FALSE -> new Value(text, ValueType.BOOLEAN, Double.NaN, "", 0, false);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                Value.of(text, false).type().isNumber()
                        ? Value.of(text, false)
                        : Value.number(text, ValueType.DECIMAL, Double.NaN);
            default -> {
                Value value = Value.of(text, false);
                boolean date =
                        value.type() == ValueType.DATE || value.type() == ValueType.DATETIME || value.impossible();
                yield date ? value : Value.text(text.strip());
            }
        };
    }

    private static String join(String path, String name) {
        String joined = path + "." + name;
        return joined.length() > LONGEST_PATH ? joined.substring(0, LONGEST_PATH) : joined;
    }
}
