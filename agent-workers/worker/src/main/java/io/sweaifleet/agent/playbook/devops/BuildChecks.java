package io.sweaifleet.agent.playbook.devops;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sweaifleet.agent.playbook.support.Texts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The rules for npm, Python, Go, Gradle and make. */
final class BuildChecks {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final List<String> NPM_LOCKS =
            List.of("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb");
    private static final Pattern GRADLE_DYNAMIC = Pattern.compile(
            "[\"'][\\w.\\-]+:[\\w.\\-]+:(\\d[\\w.\\-]*\\.\\+|\\+|latest\\.[a-z]+)[\"']|version\\s*[:=(]?\\s*[\"'](\\d[\\w.\\-]*\\.\\+|\\+|latest\\.[a-z]+)[\"']");
    private static final Pattern GRADLE_HTTP = Pattern.compile("[\"']http://(?!localhost|127\\.|\\[::1])[^\"']*[\"']");
    private static final Pattern GRADLE_URL = Pattern.compile("\\b(url|setUrl|maven)\\b");
    private static final Pattern REQUIREMENT = Pattern.compile("([A-Za-z0-9][A-Za-z0-9._-]*)(\\[[^]]*])?\\s*(.*)");
    private static final Pattern EXACT = Pattern.compile("===?\\s*[^\\s,;*]+(\\s*[,;].*)?");
    private static final Pattern MAKE_TARGET = Pattern.compile("^([A-Za-z0-9_.][A-Za-z0-9_./ -]*?)\\s*::?(?!=)(.*)$");
    private static final Set<String> NEVER_FILES = Set.of(
            "all",
            "test",
            "tests",
            "check",
            "clean",
            "distclean",
            "install",
            "uninstall",
            "build",
            "run",
            "lint",
            "fmt",
            "format",
            "help",
            "docs",
            "dist",
            "release",
            "deploy",
            "ci",
            "verify",
            "start",
            "stop",
            "dev",
            "coverage",
            "bench",
            "docker",
            "up",
            "down",
            "vet",
            "generate",
            "package",
            "publish",
            "watch",
            "serve");
    private static final int NAMED = 10;

    private final Project project;
    private final Issues issues;

    private BuildChecks(Project project, Issues issues) {
        this.project = project;
        this.issues = issues;
    }

    static void check(Project project, Issues issues) {
        BuildChecks checks = new BuildChecks(project, issues);
        checks.npm();
        checks.python();
        checks.go();
        checks.gradle();
        project.matching(Project.MAKEFILE).forEach(checks::make);
    }

    private void npm() {
        Map<String, JsonNode> packages = new TreeMap<>();
        for (String path : project.named("package.json")) {
            try {
                JsonNode json = JSON.readTree(project.text(path));
                if (json.isObject()) {
                    packages.put(path, json);
                } else {
                    issues.add(Rule.JSON_INVALID, path, 1, "The file holds no object");
                }
            } catch (JsonProcessingException e) {
                int line = e.getLocation() == null
                        ? 1
                        : Math.max(1, e.getLocation().getLineNr());
                issues.add(
                        Rule.JSON_INVALID,
                        path,
                        line,
                        "The file cannot be read: " + String.valueOf(e.getOriginalMessage()));
            }
        }
        Set<String> names = new HashSet<>();
        packages.values().forEach(json -> names.add(json.path("name").asText("")));
        List<String> topmost = project.topmost("package.json");
        packages.forEach((path, json) -> {
            boolean top = topmost.contains(Texts.directory(path));
            npmPackage(path, json, names, top);
        });
    }

    private void npmPackage(String path, JsonNode json, Set<String> local, boolean top) {
        String text = project.text(path);
        boolean depends = false;
        for (String section : List.of("dependencies", "devDependencies", "optionalDependencies")) {
            for (Map.Entry<String, JsonNode> dependency : json.path(section).properties()) {
                depends = true;
                npmDependency(
                        path, text, dependency.getKey(), dependency.getValue().asText(""), local);
            }
        }
        String directory = Texts.directory(path);
        List<String> locks = NPM_LOCKS.stream()
                .filter(lock -> project.has(Texts.join(directory, lock)))
                .toList();
        if (depends && locks.isEmpty() && !lockedAbove(directory)) {
            issues.add(Rule.NPM_LOCKFILE_MISSING, path, null, "No lock file stands beside it or above it");
        }
        if (locks.stream().map(BuildChecks::manager).distinct().count() > 1) {
            issues.add(Rule.NPM_MANY_LOCKFILES, path, null, "Beside it stand " + String.join(", ", locks));
        }
        if (top && !json.path("engines").has("node")) {
            issues.add(Rule.NPM_ENGINES_MISSING, path, null, "engines.node is not set");
        }
    }

    private void npmDependency(String path, String text, String name, String version, Set<String> local) {
        String range = version.strip();
        // Inside a workspace, any version of a package of this repository means the one that is here.
        boolean any = range.isEmpty() || range.equals("*") || range.equals("x") || range.equals("latest");
        if (any && !local.contains(name)) {
            issues.add(
                    Rule.NPM_VERSION_ANY,
                    path,
                    lineOf(text, "\"" + name + "\""),
                    "Dependency " + name + " has version \"" + range + "\"");
        }
        boolean git = range.startsWith("git") || range.endsWith(".git") || range.matches("[\\w.-]+/[\\w.-]+");
        if (git && !range.contains("#")) {
            issues.add(
                    Rule.NPM_GIT_UNPINNED,
                    path,
                    lineOf(text, "\"" + name + "\""),
                    "Dependency " + name + " comes from a moving branch");
        }
    }

    private static String manager(String lock) {
        return switch (lock) {
            case "yarn.lock" -> "yarn";
            case "pnpm-lock.yaml" -> "pnpm";
            case "bun.lock", "bun.lockb" -> "bun";
            default -> "npm";
        };
    }

    private boolean lockedAbove(String directory) {
        String at = directory;
        while (!at.isEmpty()) {
            at = Texts.directory(at);
            String above = at;
            if (NPM_LOCKS.stream().anyMatch(lock -> project.has(Texts.join(above, lock)))) {
                return true;
            }
        }
        return false;
    }

    private void python() {
        for (String path : project.matching(Project.REQUIREMENTS)) {
            requirements(path);
        }
        for (String path : project.named("pyproject.toml")) {
            Map<String, String> toml = tables(project.text(path));
            boolean project = toml.containsKey("project");
            if (project && !toml.containsKey("build-system")) {
                issues.add(
                        Rule.PYTHON_BUILD_BACKEND_MISSING,
                        path,
                        null,
                        "It has a project table and no build-system table");
            }
            if (project && !hasKey(toml.getOrDefault("project", ""), "requires-python")) {
                issues.add(Rule.PYTHON_REQUIRES_MISSING, path, null, "The project table has no requires-python");
            }
        }
        // Below a project's directory lie its examples and templates.
        List<String> topmost = project.topmost("pyproject.toml", "setup.py");
        for (String path : project.named("setup.py")) {
            if (topmost.contains(Texts.directory(path))
                    && !project.has(Texts.join(Texts.directory(path), "pyproject.toml"))) {
                issues.add(Rule.PYTHON_PYPROJECT_MISSING, path, null, "No pyproject.toml stands beside it");
            }
        }
    }

    private void requirements(String path) {
        List<String> loose = new ArrayList<>();
        int first = 0;
        String[] lines = project.text(path).replace("\\\n", " ").split("\\R", -1);
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i].replaceFirst("(^|\\s)#.*", "").strip();
            if (line.isEmpty() || line.startsWith("-") || line.contains("://") || line.startsWith(".")) {
                continue;
            }
            Matcher matcher = REQUIREMENT.matcher(line);
            if (matcher.matches()
                    && !EXACT.matcher(matcher.group(3)).matches()
                    && !matcher.group(3).startsWith("@")) {
                loose.add(matcher.group(1));
                first = first == 0 ? i + 1 : first;
            }
        }
        if (!loose.isEmpty()) {
            String more = loose.size() > NAMED ? " and " + (loose.size() - NAMED) + " more" : "";
            issues.add(
                    Rule.PYTHON_REQUIREMENTS_UNPINNED,
                    path,
                    first,
                    loose.size() + " without exact version: "
                            + loose.stream().limit(NAMED).collect(Collectors.joining(", ")) + more);
        }
    }

    /** The tables of a TOML file: the text of each by its name. Enough to see what is there; values are not interpreted. */
    static Map<String, String> tables(String toml) {
        Map<String, String> tables = new HashMap<>();
        String current = "";
        for (String line : toml.split("\\R")) {
            String text = line.strip();
            if (text.startsWith("[") && text.contains("]")) {
                current = text.replaceAll("^\\[+\\s*|\\s*].*$", "").replace("\"", "");
                tables.putIfAbsent(current, "");
            } else if (!text.isEmpty() && !text.startsWith("#")) {
                tables.merge(current, text + "\n", String::concat);
            }
        }
        return tables;
    }

    static boolean hasKey(String table, String key) {
        return table.lines().anyMatch(line -> line.matches("\"?" + Pattern.quote(key) + "\"?\\s*=.*"));
    }

    private void go() {
        for (String path : project.named("go.mod")) {
            String directory = Texts.directory(path);
            List<String> lines = project.text(path).lines().map(String::strip).toList();
            boolean requires =
                    lines.stream().anyMatch(line -> line.startsWith("require ") || line.startsWith("require("));
            if (requires && !project.has(Texts.join(directory, "go.sum"))) {
                issues.add(Rule.GO_SUM_MISSING, path, null, "No go.sum stands beside it");
            }
            if (lines.stream().noneMatch(line -> line.matches("go\\s+\\d.*"))) {
                issues.add(Rule.GO_VERSION_MISSING, path, null, "It has no go directive");
            }
            for (int i = 0; i < lines.size(); i++) {
                String[] sides = lines.get(i).split("=>", 2);
                String target =
                        sides.length == 2 ? sides[1].replaceFirst("//.*", "").strip() : "";
                boolean outside = target.startsWith("/") || (target.startsWith("..") && leaves(directory, target));
                if (outside) {
                    issues.add(Rule.GO_REPLACE_LOCAL, path, i + 1, "It replaces a module by " + target);
                }
            }
        }
    }

    private static boolean leaves(String directory, String relative) {
        int depth = directory.isEmpty() ? 0 : directory.split("/").length;
        for (String part : relative.split("/")) {
            depth += part.equals("..") ? -1 : part.equals(".") || part.isEmpty() ? 0 : 1;
            if (depth < 0) {
                return true;
            }
        }
        return false;
    }

    private void gradle() {
        for (String directory :
                project.topmost("settings.gradle", "settings.gradle.kts", "build.gradle", "build.gradle.kts")) {
            String properties = Texts.join(directory, "gradle/wrapper/gradle-wrapper.properties");
            if (!project.has(properties)) {
                issues.add(
                        Rule.GRADLE_WRAPPER_MISSING,
                        directory.isEmpty() ? null : directory,
                        null,
                        "No gradle/wrapper/gradle-wrapper.properties stands in "
                                + (directory.isEmpty() ? "the root" : directory));
            } else if (!project.text(properties).contains("distributionSha256Sum")) {
                issues.add(Rule.GRADLE_WRAPPER_CHECKSUM, properties, null, "distributionSha256Sum is not set");
            }
        }
        for (String path : project.matching(Project.GRADLE)) {
            String[] lines = withoutComments(project.text(path)).split("\\R", -1);
            for (int i = 0; i < lines.length; i++) {
                if (GRADLE_DYNAMIC.matcher(lines[i]).find()) {
                    issues.add(
                            Rule.GRADLE_DYNAMIC_VERSION, path, i + 1, "The version is not fixed: " + lines[i].strip());
                }
                if (GRADLE_HTTP.matcher(lines[i]).find()
                        && GRADLE_URL.matcher(lines[i]).find()) {
                    issues.add(Rule.GRADLE_HTTP_REPOSITORY, path, i + 1, "A repository is reached over HTTP");
                }
            }
        }
    }

    /** Line comments that begin a line, and block comments; a double slash elsewhere may be part of an address. */
    private static String withoutComments(String text) {
        Matcher matcher = Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL).matcher(text);
        String withoutBlocks = matcher.replaceAll(found ->
                "\n".repeat((int) found.group().chars().filter(c -> c == '\n').count()));
        return withoutBlocks.replaceAll("(?m)^\\s*(//|#).*$", "");
    }

    private void make(String path) {
        Set<String> phony = new HashSet<>();
        Map<String, Integer> targets = new TreeMap<>();
        String[] lines = project.text(path).replace("\\\n", " \u0000").split("\n", -1);
        int number = 1;
        for (String line : lines) {
            Matcher matcher = MAKE_TARGET.matcher(line.replace('\u0000', ' ').stripTrailing());
            if (matcher.matches()) {
                Set<String> names =
                        new TreeSet<>(List.of(matcher.group(1).strip().split("\\s+")));
                if (names.contains(".PHONY")) {
                    phony.addAll(List.of(matcher.group(2).strip().split("\\s+")));
                } else {
                    int at = number;
                    names.forEach(name -> targets.putIfAbsent(name, at));
                }
            }
            number += 1 + (int) line.chars().filter(c -> c == '\u0000').count();
        }
        List<String> missing = targets.keySet().stream()
                .filter(name -> NEVER_FILES.contains(name) && !phony.contains(name))
                .toList();
        if (!missing.isEmpty()) {
            int first = missing.stream().mapToInt(targets::get).min().orElse(1);
            issues.add(Rule.MAKE_PHONY_MISSING, path, first, "Not declared: " + String.join(", ", missing));
        }
    }

    private static int lineOf(String text, String part) {
        int at = Math.max(0, text.indexOf(part));
        return 1 + (int) text.substring(0, at).chars().filter(c -> c == '\n').count();
    }
}
