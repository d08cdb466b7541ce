package io.sweaifleet.ingest.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the architect found: modules, who imports whom, cycles, hot files.
 *
 * @param modules modules of the repository
 * @param imports imports between them, summed up by pair
 * @param cycles groups of modules that import each other in a circle
 * @param hotFiles files that change often for their size, hottest first
 * @param coChange files that change together
 */
public record DependencyMap(
        List<Module> modules,
        List<Import> imports,
        List<List<String>> cycles,
        List<HotFile> hotFiles,
        List<CoChange> coChange) {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    public DependencyMap {
        modules = List.copyOf(modules);
        imports = List.copyOf(imports);
        cycles = cycles.stream().map(List::copyOf).toList();
        hotFiles = List.copyOf(hotFiles);
        coChange = List.copyOf(coChange);
    }

    /** A module: its id, language, folder, number of files and of lines. */
    public record Module(String id, String language, String path, int files, int lines) {}

    /** Module {@code from} imports module {@code to} in {@code count} places. */
    public record Import(String from, String to, int count) {}

    /** A file with the number of its commits, lines changed in them, its lines and a score, the higher the hotter. */
    public record HotFile(String path, int commits, int churn, int lines, double score) {}

    /** Two files that changed in the same commit so many times, and in what share of the rarer one's commits. */
    public record CoChange(String a, String b, int together, double confidence) {}

    /**
     * Reads the artifact {@code dependency-map.json}. Imports from or to a module that is not listed are left out.
     *
     * @throws IOException when it is not JSON
     */
    public static DependencyMap parse(byte[] json) throws IOException {
        JsonNode root = MAPPER.readTree(json);
        List<Module> modules = new ArrayList<>();
        Set<String> known = new HashSet<>();
        for (JsonNode node : root.path("modules")) {
            Module module = new Module(
                    node.path("id").asText(),
                    node.path("language").asText(),
                    node.path("path").asText(),
                    node.path("files").asInt(),
                    node.path("lines").asInt());
            if (known.add(module.id())) {
                modules.add(module);
            }
        }
        List<Import> imports = new ArrayList<>();
        for (JsonNode node : root.path("imports")) {
            Import edge = new Import(
                    node.path("from").asText(),
                    node.path("to").asText(),
                    node.path("count").asInt(1));
            if (known.contains(edge.from())
                    && known.contains(edge.to())
                    && !edge.from().equals(edge.to())) {
                imports.add(edge);
            }
        }
        List<List<String>> cycles = new ArrayList<>();
        for (JsonNode node : root.path("cycles")) {
            List<String> cycle = new ArrayList<>();
            node.forEach(member -> cycle.add(member.asText()));
            cycles.add(cycle);
        }
        List<HotFile> hotFiles = new ArrayList<>();
        for (JsonNode node : root.path("hotFiles")) {
            hotFiles.add(new HotFile(
                    node.path("path").asText(),
                    node.path("commits").asInt(),
                    node.path("churn").asInt(),
                    node.path("lines").asInt(),
                    node.path("score").asDouble()));
        }
        List<CoChange> coChange = new ArrayList<>();
        for (JsonNode node : root.path("coChange")) {
            coChange.add(new CoChange(
                    node.path("a").asText(),
                    node.path("b").asText(),
                    node.path("together").asInt(),
                    node.path("confidence").asDouble()));
        }
        return new DependencyMap(modules, imports, cycles, hotFiles, coChange);
    }

    /** True when there is nothing to draw. */
    public boolean isEmpty() {
        return modules.isEmpty();
    }
}
