package io.sweaifleet.agent.rewrite;

import io.sweaifleet.agent.rewrite.RewriteReply.Skipped;
import io.sweaifleet.agent.rewrite.RewriteRequest.Group;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.openrewrite.ExecutionContext;
import org.openrewrite.ParseExceptionResult;
import org.openrewrite.Parser;
import org.openrewrite.SourceFile;
import org.openrewrite.java.JavaParser;
import org.openrewrite.java.search.FindMissingTypes;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.json.JsonParser;
import org.openrewrite.properties.PropertiesParser;
import org.openrewrite.tree.ParseError;
import org.openrewrite.xml.XmlParser;
import org.openrewrite.yaml.YamlParser;

/** Reads files into OpenRewrite's trees, and sets those apart that a recipe must not be let loose on. */
final class SourceReader {

    private final Path root;
    private final boolean requireTypes;
    private final List<SourceFile> sources = new ArrayList<>();
    private final List<Skipped> skipped = new ArrayList<>();

    SourceReader(Path root, boolean requireTypes) {
        this.root = root;
        this.requireTypes = requireTypes;
    }

    List<SourceFile> sources() {
        return sources;
    }

    List<Skipped> skipped() {
        return skipped;
    }

    void read(Group group, ExecutionContext context) {
        Set<String> wanted = new HashSet<>(group.files());
        Map<String, List<Path>> byParser = new LinkedHashMap<>();
        for (String file : group.files()) {
            byParser.computeIfAbsent(parserName(file), name -> new ArrayList<>())
                    .add(root.resolve(file));
        }
        for (String file : group.supporting()) {
            if (!wanted.contains(file)
                    && byParser.containsKey("java")
                    && parserName(file).equals("java")) {
                byParser.get("java").add(root.resolve(file));
            }
        }
        byParser.forEach((name, files) -> {
            List<SourceFile> parsed;
            try (var stream = parser(name, group.classpath()).parse(files, root, context)) {
                parsed = stream.collect(Collectors.toList());
            }
            parsed.stream().filter(source -> wanted.contains(path(source))).forEach(this::sort);
        });
    }

    private void sort(SourceFile source) {
        if (source instanceof ParseError error) {
            String reason = error.getMarkers()
                    .findFirst(ParseExceptionResult.class)
                    .map(ParseExceptionResult::getMessage)
                    .orElse("it could not be parsed");
            skipped.add(new Skipped(path(source), "NOT_PARSED", firstLine(reason)));
            return;
        }
        if (requireTypes && source instanceof JavaSourceFile java) {
            var missing = FindMissingTypes.findMissingTypes(java, false);
            if (!missing.isEmpty()) {
                skipped.add(new Skipped(
                        path(source),
                        "TYPES_MISSING",
                        "the type of " + name(missing.get(0).getPrintedTree())
                                + (missing.size() == 1
                                        ? " is not known"
                                        : " and " + (missing.size() - 1) + " more are not known")));
                return;
            }
        }
        sources.add(source);
    }

    static String path(SourceFile source) {
        return source.getSourcePath().toString().replace('\\', '/');
    }

    private static String parserName(String file) {
        String name = file.substring(file.lastIndexOf('.') + 1);
        return switch (name) {
            case "java", "json", "properties" -> name;
            case "yml", "yaml" -> "yaml";
            default -> "xml";
        };
    }

    private static Parser parser(String name, List<String> classpath) {
        return switch (name) {
            case "java" ->
                JavaParser.fromJavaVersion()
                        .classpath(classpath.stream()
                                .map(Path::of)
                                .filter(Files::exists)
                                .toList())
                        .logCompilationWarningsAndErrors(false)
                        .build();
            case "json" -> new JsonParser();
            case "properties" -> new PropertiesParser();
            case "yaml" -> new YamlParser();
            default -> new XmlParser();
        };
    }

    /** What stands behind the marker that the search puts before it. */
    private static String name(String printed) {
        return firstLine(printed.replaceAll("/\\*~~.*?~~>\\*/", ""));
    }

    private static String firstLine(String text) {
        String line = text.strip().lines().findFirst().orElse("");
        return line.length() <= 200 ? line : line.substring(0, 199) + "…";
    }
}
