package io.sweaifleet.ingest.submit;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.sweaifleet.schemas.json.FieldProblem;
import io.sweaifleet.schemas.json.InvalidDocumentException;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A JSON or YAML document, parsed, with the line of every field.
 *
 * @param node what it says
 * @param lines line from 1 of each field, by path such as {@code tasks[0].role}
 */
public record Document(JsonNode node, Map<String, Integer> lines) {

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final ObjectMapper YAML = YAMLMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();

    public Document {
        lines = Map.copyOf(lines);
    }

    /**
     * Parses a document: JSON when it begins with a brace or bracket, YAML otherwise.
     *
     * @throws InvalidDocumentException naming line and column of what cannot be parsed
     */
    public static Document parse(String text) throws InvalidDocumentException {
        String trimmed = text.stripLeading();
        if (trimmed.isEmpty()) {
            throw invalid("the document is empty", "give a task or a workflow in JSON or YAML");
        }
        boolean json = trimmed.charAt(0) == '{' || trimmed.charAt(0) == '[';
        ObjectMapper mapper = json ? JSON : YAML;
        try {
            JsonNode node;
            try (JsonParser parser = mapper.createParser(text)) {
                node = mapper.readTree(parser);
                if (parser.nextToken() != null) {
                    throw invalid(
                            "a second document begins at line "
                                    + parser.currentTokenLocation().getLineNr(),
                            "submit one document at a time; several tasks go into the tasks of one workflow");
                }
            }
            return new Document(node, linesOf(mapper, text));
        } catch (JsonProcessingException e) {
            throw syntaxError(json ? "JSON" : "YAML", e);
        } catch (IOException e) {
            // Reading from a string: only the parser can fail, and its failures are handled above.
            throw new IllegalStateException(e);
        }
    }

    /** The line of a field, or of the closest thing that encloses it; 0 when unknown. */
    public int lineOf(String path) {
        String at = path;
        while (!at.isEmpty()) {
            Integer line = lines.get(at);
            if (line != null) {
                return line;
            }
            at = at.substring(0, Math.max(0, Math.max(at.lastIndexOf('.'), at.lastIndexOf('['))));
        }
        return 0;
    }

    /** The same problems, each with the line of its field. */
    public InvalidDocumentException withLines(InvalidDocumentException e) {
        return new InvalidDocumentException(e.problems().stream()
                .map(problem -> {
                    int line = lineOf(problem.field());
                    return line == 0
                            ? problem
                            : new FieldProblem(
                                    problem.field() + " (line " + line + ")",
                                    problem.value(),
                                    problem.message(),
                                    problem.remedy());
                })
                .toList());
    }

    private static Map<String, Integer> linesOf(ObjectMapper mapper, String text) throws IOException {
        Map<String, Integer> lines = new HashMap<>();
        try (JsonParser parser = mapper.createParser(text)) {
            parser.nextToken();
            walk(parser, "", lines);
        }
        return lines;
    }

    private static void walk(JsonParser parser, String path, Map<String, Integer> lines) throws IOException {
        if (!path.isEmpty()) {
            lines.putIfAbsent(path, parser.currentTokenLocation().getLineNr());
        }
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = path.isEmpty() ? parser.currentName() : path + "." + parser.currentName();
                lines.put(field, parser.currentTokenLocation().getLineNr());
                parser.nextToken();
                walk(parser, field, lines);
            }
        } else if (parser.currentToken() == JsonToken.START_ARRAY) {
            for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                walk(parser, path + "[" + i + "]", lines);
            }
        }
    }

    private static InvalidDocumentException syntaxError(String format, JsonProcessingException e) {
        String where = e.getLocation() == null
                ? ""
                : " at line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr();
        // The first line says it; what follows repeats the source.
        String what = e.getOriginalMessage().lines().findFirst().orElse("");
        return invalid("not " + format + where + ": " + what, "correct it there");
    }

    private static InvalidDocumentException invalid(String message, String remedy) {
        return new InvalidDocumentException(List.of(new FieldProblem("", "", message, remedy)));
    }
}
