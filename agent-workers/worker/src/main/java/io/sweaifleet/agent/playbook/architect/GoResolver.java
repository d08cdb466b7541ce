package io.sweaifleet.agent.playbook.architect;

import io.sweaifleet.agent.playbook.support.Texts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the files that Go imports name. An import path belongs to the module of the repository with the longest matching path; a
 * package has many files, of which those count that declare a name the importing file uses (the first one when none does).
 */
final class GoResolver {

    private static final int EXTERNAL_PARTS = 3;

    private final Map<String, List<SourceFile>> byDirectory = new HashMap<>();
    private final Map<String, String> modules;

    /**
     * @param files every Go file
     * @param modules for each directory with a go.mod the module path it declares
     */
    GoResolver(List<SourceFile> files, Map<String, String> modules) {
        this.modules = modules;
        for (SourceFile file : files) {
            if (!file.test()) {
                byDirectory
                        .computeIfAbsent(Texts.directory(file.path()), directory -> new ArrayList<>())
                        .add(file);
            }
        }
    }

    /** The module path that a go.mod declares, or empty. */
    static Optional<String> modulePath(String goMod) {
        for (String line : goMod.split("\\R")) {
            String text = line.replaceFirst("//.*", "").strip();
            if (text.startsWith("module ") || text.startsWith("module\t")) {
                String path = text.substring(7).strip();
                boolean quoted = path.length() > 1 && (path.startsWith("\"") || path.startsWith("`"));
                return Optional.of(quoted ? path.substring(1, path.length() - 1) : path);
            }
        }
        return Optional.empty();
    }

    /** The import path of the package in a directory, when the directory belongs to a module. */
    Optional<String> importPath(String directory) {
        for (String at = directory; ; at = Texts.directory(at)) {
            String module = modules.get(at);
            if (module != null) {
                String rest = directory.substring(at.length());
                return Optional.of(module + (rest.isEmpty() || rest.startsWith("/") ? rest : "/" + rest));
            }
            if (at.isEmpty()) {
                return Optional.empty();
            }
        }
    }

    void resolve(SourceFile file, Imports sink) {
        GoSource source = (GoSource) file.parsed();
        for (GoSource.Import declared : source.imports()) {
            Optional<String> directory = directoryOf(declared.path());
            if (directory.isEmpty()) {
                sink.outside(external(declared.path()));
            } else if (byDirectory.containsKey(directory.get())) {
                inside(source, declared, byDirectory.get(directory.get()), sink);
            } else {
                sink.missing(declared.path(), declared.line());
            }
        }
    }

    private static void inside(GoSource source, GoSource.Import declared, List<SourceFile> targets, Imports sink) {
        String name = declared.alias();
        if (name.isEmpty()) {
            name = ((GoSource) targets.get(0).parsed()).packageName();
        }
        Set<String> used = source.uses().getOrDefault(name, Set.of());
        boolean found = false;
        for (SourceFile target : targets) {
            if (((GoSource) target.parsed()).exported().stream().anyMatch(used::contains)) {
                sink.inside(target.path(), false, declared.line());
                found = true;
            }
        }
        if (!found) {
            sink.inside(targets.get(0).path(), false, declared.line());
        }
    }

    private Optional<String> directoryOf(String importPath) {
        return modules.entrySet().stream()
                .filter(module ->
                        importPath.equals(module.getValue()) || importPath.startsWith(module.getValue() + "/"))
                .max(Comparator.<Map.Entry<String, String>>comparingInt(
                                module -> module.getValue().length())
                        .thenComparing(Map.Entry::getKey, Comparator.reverseOrder()))
                .map(module -> {
                    String rest = importPath.substring(module.getValue().length());
                    String inside = rest.startsWith("/") ? rest.substring(1) : rest;
                    return inside.isEmpty() ? module.getKey() : Texts.join(module.getKey(), inside);
                });
    }

    /** A short name for a library: host, owner and name, or {@code std} for the standard library, whose paths have no dot in front. */
    private static String external(String path) {
        String[] parts = path.split("/");
        if (!parts[0].contains(".")) {
            return "std";
        }
        return String.join("/", List.of(parts).subList(0, Math.min(parts.length, EXTERNAL_PARTS)));
    }
}
