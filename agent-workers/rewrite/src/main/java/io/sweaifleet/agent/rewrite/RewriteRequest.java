package io.sweaifleet.agent.rewrite;

import java.util.List;
import java.util.Map;

/**
 * What to apply, and to which files.
 *
 * @param root absolute path of the repository
 * @param recipe full name of a recipe
 * @param options values of the recipe's options, by name
 * @param declarations absolute paths of YAML files that declare further recipes
 * @param groups files that share a class path
 * @param outputDirectory absolute path of a directory for the new texts; created when absent
 * @param requireTypes whether a Java file with a type that cannot be told is left alone and reported
 */
public record RewriteRequest(
        String root,
        String recipe,
        Map<String, String> options,
        List<String> declarations,
        List<Group> groups,
        String outputDirectory,
        boolean requireTypes) {

    public RewriteRequest {
        options = options == null ? Map.of() : Map.copyOf(options);
        declarations = declarations == null ? List.of() : List.copyOf(declarations);
        groups = groups == null ? List.of() : List.copyOf(groups);
    }

    /**
     * Files that are parsed together.
     *
     * @param files files the recipe may change, relative to the root
     * @param supporting files that are only read for their types, relative to the root
     * @param classpath absolute paths of jars and directories of classes
     */
    public record Group(List<String> files, List<String> supporting, List<String> classpath) {
        public Group {
            files = files == null ? List.of() : List.copyOf(files);
            supporting = supporting == null ? List.of() : List.copyOf(supporting);
            classpath = classpath == null ? List.of() : List.copyOf(classpath);
        }
    }
}
