package io.sweaifleet.agent.playbook.architect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sweaifleet.agent.playbook.support.Texts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the files that JavaScript and TypeScript imports name: relative paths with the extensions and index files that bundlers and
 * Node.js try, {@code paths} and {@code baseUrl} of the nearest tsconfig.json (following {@code extends} to files of the repository),
 * packages of the repository by their name in package.json, and {@code #} imports of the nearest package.json.
 */
final class ScriptResolver {

    private static final List<String> EXTENSIONS = List.of(
            "", ".ts", ".tsx", ".mts", ".cts", ".d.ts", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte", ".json");
    private static final List<String> ENTRY_FIELDS = List.of("source", "module", "main", "types");
    private static final int LONGEST_EXTENDS = 10;

    private static final JsonMapper LENIENT = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS, JsonReadFeature.ALLOW_TRAILING_COMMA)
            .build();

    /** The part of a tsconfig.json that matters here: patterns and their targets relative to the repository. */
    private record Mapping(@Nullable String baseUrl, Map<String, List<String>> paths) {}

    private record Manifest(String directory, JsonNode json) {}

    private final Set<String> all;
    private final Map<String, Mapping> mappings = new HashMap<>();
    private final Map<String, Manifest> packages = new TreeMap<>();
    private final Map<String, Manifest> manifests = new HashMap<>();

    /**
     * @param all every file of the repository: an import of a stylesheet or a JSON file is found, though not mapped
     * @param configurations text of every package.json, tsconfig*.json and jsconfig.json, by path
     */
    ScriptResolver(Collection<String> all, Map<String, String> configurations) {
        this.all = new HashSet<>(all);
        Map<String, JsonNode> parsed = new TreeMap<>();
        configurations.forEach((path, text) -> {
            JsonNode json = parse(text);
            if (json != null) {
                parsed.put(path, json);
            }
        });
        parsed.forEach((path, json) -> {
            String directory = Texts.directory(path);
            String name = Texts.name(path);
            if (name.equals("package.json")) {
                Manifest manifest = new Manifest(directory, json);
                manifests.put(directory, manifest);
                String packageName = json.path("name").asText("");
                if (!packageName.isEmpty()) {
                    packages.putIfAbsent(packageName, manifest);
                }
            } else if (name.equals("tsconfig.json")
                    || (name.equals("jsconfig.json") && !mappings.containsKey(directory))) {
                mappings.put(directory, mapping(path, parsed, 0));
            }
        });
    }

    void resolve(SourceFile file, Imports sink) {
        ScriptSource source = (ScriptSource) file.parsed();
        for (ScriptSource.Import declared : source.imports()) {
            resolve(file, declared, sink);
        }
    }

    private void resolve(SourceFile file, ScriptSource.Import declared, Imports sink) {
        String specifier = withoutQuery(declared.specifier());
        if (specifier.isEmpty() || specifier.contains("://") || specifier.startsWith("data:")) {
            return;
        }
        boolean relative = isRelative(specifier);
        Optional<String> target = relative
                ? file(normal(Texts.directory(file.path()), specifier))
                : mapped(file.path(), specifier)
                        .or(() -> workspace(specifier))
                        .or(() -> subpath(file.path(), specifier));
        if (target.isPresent()) {
            if (!target.get().equals(file.path()) && Language.of(target.get()).isPresent()) {
                sink.inside(target.get(), declared.typeOnly(), declared.line());
            }
        } else if (relative) {
            sink.missing(declared.specifier(), declared.line());
        } else {
            sink.outside(packageName(specifier));
        }
    }

    private static boolean isRelative(String specifier) {
        return specifier.equals(".")
                || specifier.equals("..")
                || specifier.startsWith("./")
                || specifier.startsWith("../");
    }

    /** Bundlers take {@code ./icon.svg?raw} and {@code loader!./file}. */
    private static String withoutQuery(String specifier) {
        String path = specifier.substring(specifier.lastIndexOf('!') + 1);
        int query = path.indexOf('?');
        return query < 0 ? path : path.substring(0, query);
    }

    /** By {@code paths} and {@code baseUrl} of the nearest configuration above the file. */
    private Optional<String> mapped(String from, String specifier) {
        for (String directory = Texts.directory(from); ; directory = Texts.directory(directory)) {
            Mapping mapping = mappings.get(directory);
            if (mapping != null) {
                return mapped(mapping, specifier);
            }
            if (directory.isEmpty()) {
                return Optional.empty();
            }
        }
    }

    private Optional<String> mapped(Mapping mapping, String specifier) {
        for (Map.Entry<String, List<String>> path : mapping.paths().entrySet()) {
            String matched = match(path.getKey(), specifier);
            if (matched == null) {
                continue;
            }
            for (String target : path.getValue()) {
                Optional<String> found = file(normal("", target.replace("*", matched)));
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return mapping.baseUrl() == null ? Optional.empty() : file(normal(mapping.baseUrl(), specifier));
    }

    /** What stands for the star of a pattern, or null when it does not match. */
    private static @Nullable String match(String pattern, String specifier) {
        int star = pattern.indexOf('*');
        if (star < 0) {
            return pattern.equals(specifier) ? "" : null;
        }
        String before = pattern.substring(0, star);
        String after = pattern.substring(star + 1);
        boolean fits = specifier.length() >= before.length() + after.length()
                && specifier.startsWith(before)
                && specifier.endsWith(after);
        return fits ? specifier.substring(before.length(), specifier.length() - after.length()) : null;
    }

    /** By the name of a package of this repository, as npm, pnpm and Yarn workspaces link them. */
    private Optional<String> workspace(String specifier) {
        String name = packageName(specifier);
        Manifest manifest = packages.get(name);
        if (manifest == null) {
            return Optional.empty();
        }
        if (specifier.length() > name.length()) {
            String rest = specifier.substring(name.length() + 1);
            return file(normal(manifest.directory(), rest)).or(() -> file(normal(manifest.directory(), "src/" + rest)));
        }
        for (String field : ENTRY_FIELDS) {
            String entry = manifest.json().path(field).asText("");
            Optional<String> found = entry.isEmpty() ? Optional.empty() : file(normal(manifest.directory(), entry));
            if (found.isPresent()) {
                return found;
            }
        }
        // The entry is often a build result that is not in the repository; its source is, by custom, here.
        return file(Texts.join(manifest.directory(), "src"))
                .or(() -> file(Texts.join(manifest.directory(), "index")))
                .or(() -> file(Texts.join(manifest.directory(), "lib")));
    }

    private Optional<String> subpath(String from, String specifier) {
        if (!specifier.startsWith("#")) {
            return Optional.empty();
        }
        for (String directory = Texts.directory(from); ; directory = Texts.directory(directory)) {
            Manifest manifest = manifests.get(directory);
            if (manifest != null && manifest.json().path("imports").isObject()) {
                for (Map.Entry<String, JsonNode> entry :
                        manifest.json().path("imports").properties()) {
                    String matched = match(entry.getKey(), specifier);
                    String target = matched == null ? null : firstText(entry.getValue());
                    if (matched != null && target != null) {
                        return file(normal(directory, target.replace("*", matched)));
                    }
                }
            }
            if (directory.isEmpty()) {
                return Optional.empty();
            }
        }
    }

    private static @Nullable String firstText(JsonNode node) {
        if (node.isTextual()) {
            return node.asText();
        }
        return node.isObject() && node.path("default").isTextual()
                ? node.path("default").asText()
                : null;
    }

    /** The file for a path without, or with another, extension, or of a directory's index. */
    private Optional<String> file(@Nullable String path) {
        if (path == null) {
            return Optional.empty();
        }
        for (String extension : EXTENSIONS) {
            if (all.contains(path + extension)) {
                return Optional.of(path + extension);
            }
        }
        // TypeScript sources import the JavaScript file that they are compiled to.
        for (String compiled : List.of(".js", ".jsx", ".mjs", ".cjs")) {
            if (path.endsWith(compiled)) {
                String stem = path.substring(0, path.length() - compiled.length());
                for (String extension : List.of(".ts", ".tsx", ".mts", ".cts", ".d.ts")) {
                    if (all.contains(stem + extension)) {
                        return Optional.of(stem + extension);
                    }
                }
            }
        }
        for (String extension : EXTENSIONS) {
            String index = Texts.join(path, "index" + extension);
            if (all.contains(index)) {
                return Optional.of(index);
            }
        }
        return Optional.empty();
    }

    private static Mapping mapping(String path, Map<String, JsonNode> parsed, int depth) {
        JsonNode json = parsed.get(path);
        if (json == null || depth > LONGEST_EXTENDS) {
            return new Mapping(null, Map.of());
        }
        String directory = Texts.directory(path);
        Mapping inherited = new Mapping(null, Map.of());
        JsonNode parents = json.path("extends");
        for (JsonNode parent : parents.isArray() ? parents : List.of(parents)) {
            String target = isRelative(parent.asText("")) ? normal(directory, parent.asText()) : null;
            if (target != null) {
                inherited = mapping(parsed.containsKey(target) ? target : target + ".json", parsed, depth + 1);
            }
        }
        JsonNode options = json.path("compilerOptions");
        String baseUrl = options.path("baseUrl").isTextual()
                ? normal(directory, options.path("baseUrl").asText())
                : inherited.baseUrl();
        if (!options.path("paths").isObject()) {
            return new Mapping(baseUrl, inherited.paths());
        }
        Map<String, List<String>> paths = new LinkedHashMap<>();
        String base = baseUrl == null ? directory : baseUrl;
        for (Map.Entry<String, JsonNode> entry : options.path("paths").properties()) {
            List<String> targets = new ArrayList<>();
            for (JsonNode target : entry.getValue()) {
                String resolved = normal(base, target.asText(""));
                if (resolved != null) {
                    targets.add(resolved);
                }
            }
            paths.put(entry.getKey(), targets);
        }
        return new Mapping(baseUrl, paths);
    }

    /** Joins and removes dots; null for a path that leads out of the repository. */
    static @Nullable String normal(String directory, String relative) {
        List<String> parts = new ArrayList<>();
        String joined = relative.startsWith("/") ? relative : directory + "/" + relative;
        for (String part : joined.split("/")) {
            if (part.equals("..")) {
                if (parts.isEmpty()) {
                    return null;
                }
                parts.remove(parts.size() - 1);
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return String.join("/", parts);
    }

    /** The package of a specifier: its first part, or its first two for a scoped one. */
    private static String packageName(String specifier) {
        int end = specifier.indexOf('/');
        if (specifier.startsWith("@") && end > 0) {
            end = specifier.indexOf('/', end + 1);
        }
        return end < 0 ? specifier : specifier.substring(0, end);
    }

    private static @Nullable JsonNode parse(String text) {
        try {
            return LENIENT.readTree(text);
        } catch (JsonProcessingException e) {
            // A configuration that nobody can read maps nothing; the tools that own it report it.
            return null;
        }
    }
}
