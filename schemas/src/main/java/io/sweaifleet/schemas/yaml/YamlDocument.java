package io.sweaifleet.schemas.yaml;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.json.FieldProblem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One document of a YAML file, which knows the lines of its fields.
 *
 * @param source name of the file, for messages
 * @param node the document
 * @param lines line of every field, by paths such as {@code rules[2].effect}
 */
public record YamlDocument(String source, JsonNode node, Map<String, Integer> lines) {

    /** Largest file, in bytes. */
    public static final int MAX_BYTES = 1 << 20;

    private static final ObjectMapper YAML = new ObjectMapper(YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());

    public YamlDocument {
        lines = Map.copyOf(lines);
    }

    /**
     * The documents of a file, which {@code ---} separates, in its order.
     *
     * @param source name of the file
     * @param text content of the file
     * @param least what an empty file should hold, for the remedy
     * @throws InvalidYamlException when it is no YAML, empty or too large
     */
    public static List<YamlDocument> all(String source, String text, String least) throws InvalidYamlException {
        if (text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw invalid(source, 0, "the file is larger than " + MAX_BYTES + " bytes", "split it");
        }
        List<JsonNode> nodes = nodes(source, text);
        if (nodes.isEmpty()) {
            throw invalid(source, 1, "the file is empty", "write at least " + least);
        }
        List<Map<String, Integer>> lines = YamlLines.of(text);
        List<YamlDocument> documents = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            documents.add(new YamlDocument(source, nodes.get(i), i < lines.size() ? lines.get(i) : Map.of()));
        }
        return documents;
    }

    private static List<JsonNode> nodes(String source, String text) throws InvalidYamlException {
        List<JsonNode> nodes = new ArrayList<>();
        try (MappingIterator<JsonNode> each = YAML.readerFor(JsonNode.class).readValues(text)) {
            while (each.hasNextValue()) {
                JsonNode node = each.nextValue();
                if (node != null && !node.isMissingNode() && !node.isNull()) {
                    nodes.add(node);
                }
            }
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            String why = e.getOriginalMessage().lines().findFirst().orElse("it cannot be parsed");
            throw invalid(source, at == null ? 0 : at.getLineNr(), "not YAML: " + why, "correct the file at that line");
        } catch (IOException | RuntimeException e) {
            throw invalid(source, 0, "not YAML: " + e.getMessage(), "correct the file");
        }
        return nodes;
    }

    private static InvalidYamlException invalid(String source, int line, String message, String remedy) {
        return new InvalidYamlException(List.of(new YamlProblem(source, line, "", "", message, remedy)));
    }

    /** A problem of a field, with its line, or that of the closest thing around it. */
    public YamlProblem problem(String field, Object value, String message, String remedy) {
        return new YamlProblem(source, YamlLines.lineOf(lines, field), field, value.toString(), message, remedy);
    }

    /** A problem of a field that reading the record found. */
    public YamlProblem problem(FieldProblem found) {
        return problem(found.field(), found.value(), found.message(), found.remedy());
    }

    /** A problem of a field that the rules of the record found. */
    public YamlProblem problem(Failure found) {
        return problem(
                Objects.requireNonNullElse(found.getField(), ""),
                Objects.requireNonNullElse(found.getValue(), ""),
                found.getMessage(),
                found.getRemedy());
    }
}
