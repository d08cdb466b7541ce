package io.sweaifleet.agent.playbook.qa;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.playbook.build.MavenLayout;
import io.sweaifleet.agent.playbook.build.RepositoryPaths;
import io.sweaifleet.agent.playbook.qa.SuiteReport.Skip;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the test suites of a repository by the files of its build tools. Suites are ordered by how long they usually
 * take, the quickest first, so that the slowest meets the deadline and not those after it.
 */
final class SuiteFinder {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Set<String> PYTHON_PROJECT =
            Set.of("pyproject.toml", "setup.py", "setup.cfg", "pytest.ini", "tox.ini", "requirements.txt", "Pipfile");
    private static final Set<String> PYTEST_CONFIGURATION = Set.of("pytest.ini", "conftest.py");
    private static final Set<String> GRADLE = Set.of("build.gradle", "build.gradle.kts");
    private static final Set<String> GRADLE_SETTINGS = Set.of("settings.gradle", "settings.gradle.kts");
    private static final Set<String> MAKEFILES = Set.of("GNUmakefile", "makefile", "Makefile");

    /** Build files of tools that this playbook has no runner for. */
    private static final Map<String, String> OTHERS = Map.of(
            "Cargo.toml", "cargo",
            "build.sbt", "sbt",
            "mix.exs", "mix",
            "Gemfile", "bundler",
            "composer.json", "composer",
            "CMakeLists.txt", "ctest",
            "build.xml", "ant",
            "Package.swift", "swift",
            "pubspec.yaml", "dart");

    private static final Pattern FLEET_RUN = Pattern.compile("(?:^|[\\s/;&|])fleet(?:\\.sh)?\\s+(?:run|up)\\b");
    private static final Pattern GO_MODULE = Pattern.compile("(?m)^module\\s+\"?([^\\s\"]+)\"?");

    private final Toolbox tools;
    private final boolean integration;
    private final List<TestSuite> quick = new ArrayList<>();
    private final List<TestSuite> slow = new ArrayList<>();
    private final List<Skip> skips = new ArrayList<>();
    private final Set<String> covered = new HashSet<>();

    private SuiteFinder(Toolbox tools, boolean integration) {
        this.tools = tools;
        this.integration = integration;
    }

    /**
     * What was found.
     *
     * @param suites suites to run, in order
     * @param skips what looks like tests and cannot be run by this playbook
     */
    record Found(List<TestSuite> suites, List<Skip> skips) {}

    /** Looks through the files that git tracks. */
    static Found find(Toolbox tools, boolean integration) throws ToolDenied, InterruptedException {
        SuiteFinder finder = new SuiteFinder(tools, integration);
        List<String> names = new ArrayList<>(PYTHON_PROJECT);
        names.addAll(PYTEST_CONFIGURATION);
        names.addAll(GRADLE);
        names.addAll(GRADLE_SETTINGS);
        names.addAll(MAKEFILES);
        names.addAll(OTHERS.keySet());
        names.addAll(List.of("pom.xml", "package.json", "go.mod", "*.csproj"));
        names.addAll(List.of("package-lock.json", "yarn.lock", "pnpm-lock.yaml", "pnpm-workspace.yaml"));
        Map<String, Set<String>> directoriesByName = new HashMap<>();
        for (String path : tools.files(RepositoryPaths.anywhere(names.toArray(String[]::new)))) {
            if (!RepositoryPaths.isForeign(path)) {
                directoriesByName
                        .computeIfAbsent(RepositoryPaths.name(path), name -> new TreeSet<>())
                        .add(RepositoryPaths.directory(path));
            }
        }
        finder.python(directoriesByName);
        finder.go(directoriesByName.getOrDefault("go.mod", Set.of()));
        finder.node(directoriesByName);
        finder.maven(directoriesByName.getOrDefault("pom.xml", Set.of()));
        finder.gradle(directoriesByName);
        // Last, since a makefile usually calls one of the others.
        finder.make(directoriesByName);
        finder.others(directoriesByName);
        List<TestSuite> suites = new ArrayList<>(finder.quick);
        suites.addAll(finder.slow);
        return new Found(suites, List.copyOf(finder.skips));
    }

    private void python(Map<String, Set<String>> directoriesByName) throws ToolDenied, InterruptedException {
        Set<String> projects = new TreeSet<>();
        PYTHON_PROJECT.forEach(name -> projects.addAll(directoriesByName.getOrDefault(name, Set.of())));
        Map<String, List<String>> testsByProject = new TreeMap<>();
        for (String path : tools.files(RepositoryPaths.anywhere("test_*.py", "*_test.py"))) {
            if (!RepositoryPaths.isForeign(path)) {
                String project = RepositoryPaths.directory(path);
                while (!project.isEmpty() && !projects.contains(project)) {
                    project = RepositoryPaths.directory(project);
                }
                testsByProject
                        .computeIfAbsent(project, any -> new ArrayList<>())
                        .add(path);
            }
        }
        if (testsByProject.isEmpty()) {
            return;
        }
        Set<String> own = new TreeSet<>();
        for (String path : tools.files(RepositoryPaths.anywhere("*.py"))) {
            for (String part : path.split("/")) {
                own.add(part.endsWith(".py") ? part.substring(0, part.length() - 3) : part);
            }
        }
        for (Map.Entry<String, List<String>> project : testsByProject.entrySet()) {
            String directory = project.getKey();
            boolean[] pytest = {false};
            PYTEST_CONFIGURATION.forEach(name -> directoriesByName
                    .getOrDefault(name, Set.of())
                    .forEach(where -> pytest[0] |= RepositoryPaths.isWithin(where, directory)));
            tools.readAll(
                    project.getValue(),
                    1 << 20,
                    (path, content) -> pytest[0] |= new String(content, StandardCharsets.UTF_8)
                            .lines()
                            .anyMatch(line -> line.matches("\\s*(?:import|from) pytest\\b.*|def test_.*")));
            List<String> nested = testsByProject.keySet().stream()
                    .filter(other -> !other.equals(directory) && RepositoryPaths.isWithin(other, directory))
                    .toList();
            quick.add(new PythonSuite(directory, nested, pytest[0], own));
            covered.add(directory);
        }
    }

    private void go(Set<String> directories) throws ToolDenied {
        for (String directory : directories) {
            Matcher module = GO_MODULE.matcher(tools.read(RepositoryPaths.resolve(directory, "go.mod")));
            quick.add(new GoSuite(directory, module.find() ? module.group(1) : ""));
            covered.add(directory);
        }
    }

    private void node(Map<String, Set<String>> directoriesByName) throws ToolDenied {
        Map<String, JsonNode> packages = new TreeMap<>();
        for (String directory : directoriesByName.getOrDefault("package.json", Set.of())) {
            String path = RepositoryPaths.resolve(directory, "package.json");
            try {
                packages.put(directory, JSON.readTree(tools.read(path)));
            } catch (JsonProcessingException malformed) {
                skips.add(new Skip(
                        "npm " + RepositoryPaths.shown(directory),
                        SkipCode.UNSUPPORTED,
                        path + " is not valid JSON: " + Messages.bounded(malformed.getOriginalMessage()),
                        "correct the file"));
            }
        }
        Set<String> workspaceRoots = new TreeSet<>(directoriesByName.getOrDefault("pnpm-workspace.yaml", Set.of()));
        packages.forEach((directory, json) -> {
            if (json.has("workspaces")) {
                workspaceRoots.add(directory);
            }
        });
        for (Map.Entry<String, JsonNode> entry : packages.entrySet()) {
            String directory = entry.getKey();
            Map<String, String> scripts = scripts(entry.getValue());
            String script = scripts.getOrDefault("test", "");
            String root = enclosing(directory, workspaceRoots);
            if (!NodeScript.isTest(script) || (!root.equals(directory) && coversWorkspaces(packages.get(root)))) {
                continue;
            }
            String manager = manager(root, directoriesByName, packages.get(root));
            if (FLEET_RUN.matcher(script).find()) {
                skips.add(nested(manager + " " + RepositoryPaths.shown(directory), script));
                continue;
            }
            boolean dependencies = hasDependencies(entry.getValue()) || hasDependencies(packages.get(root));
            quick.add(new NodeSuite(directory, root, manager, scripts, dependencies));
            covered.add(directory);
        }
    }

    private static String enclosing(String directory, Set<String> workspaceRoots) {
        String at = directory;
        while (!workspaceRoots.contains(at)) {
            if (at.isEmpty()) {
                return directory;
            }
            at = RepositoryPaths.directory(at);
        }
        return at;
    }

    private static boolean coversWorkspaces(@Nullable JsonNode root) {
        String script = root == null ? "" : root.path("scripts").path("test").asText("");
        return Pattern.compile(
                        "--workspaces?\\b|\\s-ws\\b|\\blerna\\b|\\bturbo\\b|\\bnx\\b|\\s-r\\b|--recursive|workspaces foreach")
                .matcher(script)
                .find();
    }

    private static String manager(String root, Map<String, Set<String>> directoriesByName, @Nullable JsonNode json) {
        String declared = json == null ? "" : json.path("packageManager").asText("");
        if (declared.startsWith("pnpm@")
                || directoriesByName.getOrDefault("pnpm-lock.yaml", Set.of()).contains(root)) {
            return "pnpm";
        }
        if (declared.startsWith("yarn@")
                || directoriesByName.getOrDefault("yarn.lock", Set.of()).contains(root)) {
            return "yarn";
        }
        return "npm";
    }

    private static Map<String, String> scripts(JsonNode json) {
        Map<String, String> scripts = new LinkedHashMap<>();
        json.path("scripts")
                .properties()
                .forEach(entry -> scripts.put(entry.getKey(), entry.getValue().asText("")));
        return scripts;
    }

    private static boolean hasDependencies(@Nullable JsonNode json) {
        return json != null
                && (!json.path("dependencies").isEmpty()
                        || !json.path("devDependencies").isEmpty()
                        || !json.path("workspaces").isEmpty());
    }

    private void maven(Set<String> directories) throws ToolDenied {
        if (directories.isEmpty()) {
            return;
        }
        Map<String, String> poms = new TreeMap<>();
        for (String directory : directories) {
            String path = RepositoryPaths.resolve(directory, "pom.xml");
            poms.put(path, tools.read(path));
        }
        for (String root : new MavenLayout(poms).roots()) {
            slow.add(new MavenSuite(root, integration));
            covered.add(root);
        }
        directories.forEach(covered::add);
    }

    private void gradle(Map<String, Set<String>> directoriesByName) {
        Set<String> settings = new TreeSet<>();
        GRADLE_SETTINGS.forEach(name -> settings.addAll(directoriesByName.getOrDefault(name, Set.of())));
        Set<String> builds = new TreeSet<>(settings);
        GRADLE.forEach(name -> builds.addAll(directoriesByName.getOrDefault(name, Set.of())));
        Set<String> roots = new TreeSet<>();
        for (String directory : builds) {
            // A build belongs to the outermost settings above it; buildSrc is built by its owner.
            boolean inside = builds.stream()
                    .anyMatch(other -> !other.equals(directory) && RepositoryPaths.isWithin(directory, other));
            if (!inside) {
                roots.add(directory);
            }
        }
        for (String root : roots) {
            if (!covered.contains(root)) {
                slow.add(new GradleSuite(root));
                covered.add(root);
            }
        }
    }

    private void make(Map<String, Set<String>> directoriesByName) throws ToolDenied {
        Set<String> directories = new TreeSet<>();
        MAKEFILES.forEach(name -> directories.addAll(directoriesByName.getOrDefault(name, Set.of())));
        for (String directory : directories) {
            if (covered.contains(directory)) {
                continue;
            }
            for (String name : List.of("GNUmakefile", "makefile", "Makefile")) {
                if (directoriesByName.getOrDefault(name, Set.of()).contains(directory)) {
                    String path = RepositoryPaths.resolve(directory, name);
                    String text = tools.read(path);
                    String target = MakeSuite.target(text);
                    if (target != null) {
                        if (FLEET_RUN.matcher(recipe(text, target)).find()) {
                            skips.add(nested("make " + RepositoryPaths.shown(directory), "target " + target));
                        } else {
                            quick.add(new MakeSuite(path, target));
                        }
                        covered.add(directory);
                    }
                    break;
                }
            }
        }
    }

    /** The lines of a target's recipe. */
    private static String recipe(String makefile, String target) {
        StringBuilder recipe = new StringBuilder();
        boolean inside = false;
        for (String line : makefile.split("\n")) {
            if (!line.startsWith("\t")) {
                inside = line.matches("(?:[\\w.-]+ +)*" + target + "(?: +[\\w.-]+)*\\s*::?(?!=).*");
            } else if (inside) {
                recipe.append(line).append('\n');
            }
        }
        return recipe.toString();
    }

    private void others(Map<String, Set<String>> directoriesByName) {
        new TreeMap<>(OTHERS).forEach((file, tool) -> other(directoriesByName, file, tool));
        directoriesByName.keySet().stream()
                .filter(name -> name.endsWith(".csproj"))
                .sorted()
                .forEach(name -> other(directoriesByName, name, "dotnet"));
    }

    private void other(Map<String, Set<String>> directoriesByName, String file, String tool) {
        List<String> open = directoriesByName.getOrDefault(file, Set.of()).stream()
                .filter(directory -> !covered.contains(directory))
                .toList();
        if (!open.isEmpty()) {
            skips.add(new Skip(
                    tool + " " + RepositoryPaths.shown(open.get(0))
                            + (open.size() > 1 ? " and " + (open.size() - 1) + " more" : ""),
                    SkipCode.UNSUPPORTED,
                    "there is a " + file + ", and this playbook has no runner for " + tool,
                    "add a makefile with a target test that runs it"));
        }
    }

    private static Skip nested(String suite, String what) {
        return new Skip(
                suite,
                SkipCode.NESTED_RUN,
                "it would start a fleet run inside this one: " + Messages.bounded(what),
                "run it yourself, outside of a fleet run");
    }
}
