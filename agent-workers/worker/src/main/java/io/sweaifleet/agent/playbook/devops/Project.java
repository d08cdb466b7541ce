package io.sweaifleet.agent.playbook.devops;

import io.sweaifleet.agent.playbook.support.Texts;
import io.sweaifleet.agent.playbook.support.WorkFiles;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The files of a repository, and the text of those that the rules are about.
 *
 * @param paths every regular file, sorted
 * @param own those that are no copies of other projects and no test data
 * @param texts text of build, CI and container files among them, by path
 */
record Project(List<String> paths, Set<String> own, Map<String, String> texts) {

    static final Pattern DOCKERFILE = Pattern.compile(
            "(.*/)?((Dockerfile|Containerfile)(\\.(?!dockerignore$|md$|txt$)[^/]*)?|[^/]+\\.[dD]ockerfile)");
    static final Pattern COMPOSE = Pattern.compile("(.*/)?(docker-)?compose([.-][^/]*)?\\.ya?ml");
    static final Pattern WORKFLOW = Pattern.compile("\\.github/workflows/[^/]+\\.ya?ml");
    static final Pattern REQUIREMENTS =
            Pattern.compile("(.*/)?(requirements([-_.][^/]*)?\\.txt|requirements/[^/]+\\.txt)");
    static final Pattern MAKEFILE = Pattern.compile("(.*/)?(GNUmakefile|[Mm]akefile)");
    static final Pattern GRADLE = Pattern.compile("(.*/)?([^/]+\\.gradle(\\.kts)?|gradle/libs\\.versions\\.toml)");
    private static final Pattern BY_NAME = Pattern.compile(
            "(.*/)?(pom\\.xml|package\\.json|pyproject\\.toml|setup\\.(py|cfg)|tox\\.ini|pytest\\.ini|go\\.mod|\\.gitlab-ci\\.yml"
                    + "|gradle-wrapper\\.properties|\\.nvmrc|\\.node-version|\\.python-version|\\.java-version)");
    private static final Pattern TEST_DATA =
            Pattern.compile("(.*/)?(testdata|test-data|fixtures|__fixtures__|src/test/resources|test/resources)/.*");

    static Project of(List<String> paths, Map<String, String> texts) {
        return new Project(paths, Set.copyOf(own(paths)), new TreeMap<>(texts));
    }

    private static Set<String> own(Collection<String> paths) {
        Set<String> own = new HashSet<>();
        for (String path : paths) {
            if (!WorkFiles.isForeign(path) && !TEST_DATA.matcher(path).matches()) {
                own.add(path);
            }
        }
        return own;
    }

    /** The paths whose text the rules need, sorted. */
    static List<String> relevant(Collection<String> paths) {
        return own(paths).stream()
                .filter(path -> BY_NAME.matcher(path).matches()
                        || DOCKERFILE.matcher(path).matches()
                        || COMPOSE.matcher(path).matches()
                        || WORKFLOW.matcher(path).matches()
                        || REQUIREMENTS.matcher(path).matches()
                        || MAKEFILE.matcher(path).matches()
                        || GRADLE.matcher(path).matches())
                .sorted()
                .toList();
    }

    boolean has(String path) {
        return own.contains(path);
    }

    String text(String path) {
        return texts.getOrDefault(path, "");
    }

    /** Relevant files whose whole path matches, sorted. */
    List<String> matching(Pattern pattern) {
        return texts.keySet().stream()
                .filter(path -> pattern.matcher(path).matches())
                .toList();
    }

    /** Relevant files of a name, sorted. */
    List<String> named(String name) {
        return texts.keySet().stream()
                .filter(path -> Texts.name(path).equals(name))
                .toList();
    }

    /** Directories with a file of one of the names, without those below another such directory; sorted. */
    List<String> topmost(String... names) {
        Set<String> wanted = Set.of(names);
        Set<String> directories = new TreeSet<>();
        for (String path : own) {
            if (wanted.contains(Texts.name(path))) {
                directories.add(Texts.directory(path));
            }
        }
        return directories.stream()
                .filter(directory -> directories.stream().noneMatch(other -> isBelow(directory, other)))
                .toList();
    }

    /** Whether any own file lies in the directory or below it. */
    boolean hasBelow(String directory, Pattern name) {
        return own.stream()
                .anyMatch(path -> (directory.isEmpty() || path.startsWith(directory + "/"))
                        && name.matcher(Texts.name(path)).matches());
    }

    private static boolean isBelow(String directory, String other) {
        return !directory.equals(other) && (other.isEmpty() || directory.startsWith(other + "/"));
    }
}
