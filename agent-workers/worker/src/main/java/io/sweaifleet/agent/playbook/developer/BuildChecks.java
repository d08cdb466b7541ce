package io.sweaifleet.agent.playbook.developer;

import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.playbook.Toolbox.Cache;
import io.sweaifleet.agent.playbook.build.MavenLayout;
import io.sweaifleet.agent.playbook.build.RepositoryPaths;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds what must be compiled so that a change to some files is known to build. */
final class BuildChecks {

    private static final Set<String> JVM = Set.of("java", "kt", "scala", "groovy");
    private static final Set<String> SCRIPT = Set.of("js", "mjs", "cjs");

    /** Sources of languages that are compiled and that no check here knows. */
    private static final Set<String> COMPILED_ELSEWHERE =
            Set.of("ts", "tsx", "rs", "c", "cc", "cpp", "cxx", "h", "hpp", "cs", "swift");

    /** Files at a time on a command line. */
    private static final int MAX_FILES = 200;

    private static final Pattern NEVER = Pattern.compile("(?!)");
    private static final Pattern NO_GO_MODULE = Pattern.compile(
            "module lookup disabled by GOPROXY=off|missing go\\.sum entry|no required module provides package|cannot find module providing package");
    private static final Pattern NO_GRADLE_MODULE =
            Pattern.compile("available for offline mode|UnknownHostException|Could not resolve");

    private BuildChecks() {}

    /**
     * The checks for these files.
     *
     * @param checks what to compile; empty when nothing of the change is compiled
     * @param unchecked languages of the change that nothing here can compile
     */
    record Plan(List<BuildCheck> checks, Set<String> unchecked) {}

    static MavenLayout layout(Toolbox tools) throws ToolDenied {
        Map<String, String> poms = new TreeMap<>();
        for (String path : tools.files(RepositoryPaths.anywhere("pom.xml"))) {
            if (!RepositoryPaths.isForeign(path)) {
                poms.put(path, tools.read(path));
            }
        }
        return new MavenLayout(poms);
    }

    static Plan plan(Toolbox tools, MavenLayout maven, Collection<String> changed) throws ToolDenied {
        Map<String, BuildCheck> checks = new LinkedHashMap<>();
        Set<String> unchecked = new TreeSet<>();
        List<String> python = new ArrayList<>();
        List<String> scripts = new ArrayList<>();
        for (String path : changed) {
            String extension =
                    RepositoryPaths.name(path).contains(".") ? path.substring(path.lastIndexOf('.') + 1) : "";
            String root = mavenRoot(maven, path);
            if (root != null && (JVM.contains(extension) || extension.equals("xml") || path.contains("/resources/"))) {
                checks.putIfAbsent("maven " + root, new MavenCheck(root));
            } else if (JVM.contains(extension)) {
                String gradle = above(
                        tools, path, "settings.gradle", "settings.gradle.kts", "build.gradle", "build.gradle.kts");
                if (gradle == null) {
                    unchecked.add("." + extension);
                } else {
                    checks.putIfAbsent("gradle " + gradle, gradle(gradle));
                }
            } else if (extension.equals("py")) {
                python.add(path);
            } else if (SCRIPT.contains(extension)) {
                scripts.add(path);
            } else if (extension.equals("go") || RepositoryPaths.name(path).equals("go.mod")) {
                String module = above(tools, path, "go.mod");
                if (module == null) {
                    unchecked.add(".go");
                } else {
                    checks.putIfAbsent("go " + module, go(module));
                }
            } else if (COMPILED_ELSEWHERE.contains(extension)) {
                unchecked.add("." + extension);
            }
        }
        for (int from = 0; from < python.size(); from += MAX_FILES) {
            List<String> argv = new ArrayList<>(List.of(
                    "python3",
                    "-I",
                    "-c",
                    "import ast, sys\nbad = 0\nfor f in sys.argv[1:]:\n  try:\n    ast.parse(open(f, 'rb').read(), f)\n"
                            + "  except FileNotFoundError:\n    pass\n  except SyntaxError as e:\n"
                            + "    bad = 1\n    print('%s:%s: %s' % (f, e.lineno or 1, e.msg))\nsys.exit(bad)"));
            argv.addAll(python.subList(from, Math.min(python.size(), from + MAX_FILES)));
            checks.put(
                    "python " + from,
                    new CommandCheck("python files", argv, "", Map.of(), List.of(), false, NEVER, ""));
        }
        for (String script : scripts) {
            if (tools.files(script).contains(script)) {
                checks.put(
                        script,
                        new CommandCheck(
                                "node " + script,
                                List.of("node", "--check", script),
                                "",
                                Map.of(),
                                List.of(),
                                false,
                                NEVER,
                                ""));
            }
        }
        return new Plan(List.copyOf(checks.values()), unchecked);
    }

    private static @Nullable String mavenRoot(MavenLayout maven, String path) {
        String module = maven.moduleOf(path);
        if (module == null) {
            return null;
        }
        for (String root : maven.roots()) {
            if (maven.reactor(root).contains(module)) {
                return root;
            }
        }
        return null;
    }

    /** The outermost directory above a file that has one of these files. */
    private static @Nullable String above(Toolbox tools, String path, String... names) throws ToolDenied {
        Set<String> directories = new TreeSet<>();
        for (String file : tools.files(RepositoryPaths.anywhere(names))) {
            directories.add(RepositoryPaths.directory(file));
        }
        return directories.stream()
                .filter(directory -> RepositoryPaths.isWithin(path, directory))
                .findFirst()
                .orElse(null);
    }

    private static BuildCheck gradle(String directory) {
        return new CommandCheck(
                "gradle " + RepositoryPaths.shown(directory),
                List.of("gradle", "--offline", "--no-daemon", "--console=plain", "-q", "testClasses"),
                directory,
                Map.of(),
                List.of(Cache.GRADLE),
                true,
                NO_GRADLE_MODULE,
                "run 'gradle testClasses' in the repository once on this machine");
    }

    private static BuildCheck go(String directory) {
        return new CommandCheck(
                "go " + RepositoryPaths.shown(directory),
                // Compiles packages and their tests, and runs no test.
                List.of("go", "test", "-run", "^$", "-vet=off", "./..."),
                directory,
                Map.of("GOPROXY", "off", "GOTOOLCHAIN", "local", "GOSUMDB", "off"),
                List.of(Cache.GO),
                true,
                NO_GO_MODULE,
                "run 'go mod download' in the repository once on this machine");
    }
}
