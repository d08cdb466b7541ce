package io.sweaifleet.agent.playbook.qa;

import io.sweaifleet.agent.playbook.build.RepositoryPaths;
import io.sweaifleet.agent.playbook.qa.NodeScript.Runner;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which tests of a suite to run: those of a file or folder, those of a name, or those of a name in a file.
 *
 * @param path file or folder relative to the suite's directory; empty for a name alone
 * @param name name of a test, or of a class or group; empty for a path alone
 */
record TestSelector(String path, String name) {

    /** Words for pytest. */
    static List<String> pytest(List<TestSelector> selection) {
        List<String> words = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (TestSelector one : selection) {
            if (one.path().isEmpty()) {
                names.add(one.name());
            } else {
                words.add(one.name().isEmpty() ? one.path() : one.path() + "::" + one.name());
            }
        }
        if (!names.isEmpty()) {
            words.add("-k");
            words.add(String.join(" or ", names));
        }
        return words;
    }

    /**
     * Dotted names for unittest.
     *
     * @param flatTests whether the folder tests is no package, so that its modules are top-level
     */
    static List<String> unittest(List<TestSelector> selection, boolean flatTests) {
        return selection.stream()
                .map(one -> {
                    String module = one.path().replaceFirst("\\.py$", "").replace('/', '.');
                    String top =
                            flatTests && module.startsWith("tests.") ? module.substring("tests.".length()) : module;
                    String name = one.name().replace("::", ".");
                    return top.isEmpty() ? name : name.isEmpty() ? top : top + "." + name;
                })
                .toList();
    }

    /** Words for go test: an expression for names, and packages. */
    static List<String> go(List<TestSelector> selection) {
        Set<String> names = new LinkedHashSet<>();
        Set<String> packages = new LinkedHashSet<>();
        for (TestSelector one : selection) {
            if (!one.name().isEmpty()) {
                names.add(one.name());
            }
            if (!one.path().isEmpty()) {
                String folder = one.path().endsWith(".go") ? RepositoryPaths.directory(one.path()) : one.path();
                packages.add(folder.isEmpty() ? "." : "./" + folder);
            }
        }
        List<String> words = new ArrayList<>();
        if (!names.isEmpty()) {
            words.add("-run");
            // A slash parts a test from its subtests, and each part is an expression of its own.
            words.add(names.stream()
                    .map(name -> "^" + name.replace("/", "$/^") + "$")
                    .collect(Collectors.joining("|")));
        }
        boolean everywhere = selection.stream().anyMatch(one -> one.path().isEmpty());
        if (packages.isEmpty() || everywhere) {
            words.add("./...");
        } else {
            words.addAll(packages);
        }
        return words;
    }

    /** Words for Maven's Surefire. */
    static List<String> maven(List<TestSelector> selection) {
        return selection.isEmpty()
                ? List.of()
                : List.of(
                        "-Dtest=" + selection.stream().map(one -> one.jvm("#")).collect(Collectors.joining(",")),
                        "-Dsurefire.failIfNoSpecifiedTests=false",
                        "-DfailIfNoTests=false");
    }

    /** Words for Gradle. */
    static List<String> gradle(List<TestSelector> selection) {
        List<String> words = new ArrayList<>();
        for (TestSelector one : selection) {
            words.add("--tests");
            words.add("*" + one.jvm("."));
        }
        return words;
    }

    /** A class, and after the separator its method. */
    private String jvm(String separator) {
        String type = RepositoryPaths.name(path).replaceFirst("\\.\\w+$", "");
        String given = name.replace("::", "#");
        if (type.isEmpty()) {
            return given.replace("#", separator);
        }
        return given.isEmpty() ? type : type + separator + given;
    }

    /** Words for a runner of JavaScript. */
    static List<String> node(List<TestSelector> selection, Runner runner) {
        List<String> words = new ArrayList<>();
        selection.stream()
                .map(TestSelector::path)
                .filter(path -> !path.isEmpty())
                .distinct()
                .forEach(words::add);
        String names = names(selection);
        if (!names.isEmpty()) {
            switch (runner) {
                case JEST, VITEST -> words.addAll(List.of("-t", names));
                case MOCHA -> words.addAll(List.of("--grep", names));
                default -> {}
            }
        }
        return words;
    }

    /** Expression for the names alone; empty when there are none. */
    static String names(List<TestSelector> selection) {
        return selection.stream()
                .map(TestSelector::name)
                .filter(name -> !name.isEmpty())
                .map(TestSelector::escaped)
                .collect(Collectors.joining("|"));
    }

    static String escaped(String name) {
        return name.replaceAll("[\\\\^$.*+?()\\[\\]{}|/]", "\\\\$0");
    }
}
