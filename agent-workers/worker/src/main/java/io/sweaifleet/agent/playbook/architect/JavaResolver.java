package io.sweaifleet.agent.playbook.architect;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Finds the files that Java imports name, by the packages and top-level types that the repository declares. A type that several
 * build units declare is taken from the importing file's own unit first. Uses of types of the same package are no imports and are
 * not followed.
 */
final class JavaResolver {

    private static final int EXTERNAL_PARTS = 3;

    private final Map<String, Map<String, List<SourceFile>>> typesByPackage = new HashMap<>();
    private final UnaryOperator<String> unitOf;

    /**
     * @param files every Java file
     * @param unitOf the build unit (a directory) of a path
     */
    JavaResolver(List<SourceFile> files, UnaryOperator<String> unitOf) {
        this.unitOf = unitOf;
        for (SourceFile file : files) {
            JavaSource source = (JavaSource) file.parsed();
            Map<String, List<SourceFile>> types =
                    typesByPackage.computeIfAbsent(source.packageName(), name -> new HashMap<>());
            for (String type : source.types()) {
                types.computeIfAbsent(type, name -> new ArrayList<>()).add(file);
            }
        }
    }

    void resolve(SourceFile file, Imports sink) {
        JavaSource source = (JavaSource) file.parsed();
        for (JavaSource.Import declared : source.imports()) {
            if (declared.onDemand() && typesByPackage.containsKey(declared.name())) {
                onDemand(file, source, declared, sink);
            } else {
                named(file, declared, sink);
            }
        }
        source.qualified().forEach((name, line) -> find(file, source.packageName(), name)
                .ifPresent(target -> sink.inside(target.path(), false, line)));
    }

    /** {@code import a.b.*;} depends on those types of the package whose simple names the file uses. */
    private void onDemand(SourceFile file, JavaSource source, JavaSource.Import declared, Imports sink) {
        Map<String, List<SourceFile>> types = typesByPackage.getOrDefault(declared.name(), Map.of());
        for (String name : source.names()) {
            nearest(file, types.get(name)).ifPresent(target -> sink.inside(target.path(), false, declared.line()));
        }
    }

    private void named(SourceFile file, JavaSource.Import declared, Imports sink) {
        Optional<SourceFile> target = find(file, "", declared.name());
        if (target.isPresent()) {
            sink.inside(target.get().path(), false, declared.line());
        } else if (typesByPackage.containsKey(packagePart(declared.name()))) {
            sink.missing(declared.name(), declared.line());
        } else {
            sink.outside(external(declared.name()));
        }
    }

    /** The file of the longest leading part of a name that is a type: what follows are nested types and members. */
    private Optional<SourceFile> find(SourceFile from, String ownPackage, String name) {
        for (int end = name.length(); end > 0; end = name.lastIndexOf('.', end - 1)) {
            int dot = name.lastIndexOf('.', end - 1);
            if (dot < 0) {
                return Optional.empty();
            }
            String packageName = name.substring(0, dot);
            Map<String, List<SourceFile>> types = typesByPackage.get(packageName);
            if (types != null && !packageName.equals(ownPackage)) {
                Optional<SourceFile> found = nearest(from, types.get(name.substring(dot + 1, end)));
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<SourceFile> nearest(SourceFile from, @Nullable List<SourceFile> candidates) {
        if (candidates == null) {
            return Optional.empty();
        }
        String unit = unitOf.apply(from.path());
        return candidates.stream()
                .min(Comparator.<SourceFile, Boolean>comparing(
                                candidate -> !unitOf.apply(candidate.path()).equals(unit))
                        .thenComparing(candidate -> candidate.test() != from.test())
                        .thenComparing(SourceFile::path));
    }

    private static String packagePart(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(0, dot);
    }

    /** A short name for a library: its first lower-case parts, three at most, and one for the platform. */
    private static String external(String name) {
        String[] parts = name.split("\\.");
        if (parts[0].equals("java")) {
            return "java";
        }
        StringBuilder library = new StringBuilder(parts[0]);
        for (int i = 1; i < Math.min(parts.length, EXTERNAL_PARTS) && Character.isLowerCase(parts[i].charAt(0)); i++) {
            library.append('.').append(parts[i]);
        }
        return library.toString();
    }
}
