package io.sweaifleet.agent.playbook.devops;

import io.sweaifleet.agent.playbook.support.Texts;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Composes the files that a repository lacks, from what it has. */
final class MissingFiles {

    private static final List<String> LOCAL =
            List.of(".idea/", ".vscode/", "*.iml", "*.swp", ".DS_Store", "Thumbs.db", ".env", ".env.local", "*.log");
    private static final int LARGEST_PULL = 5;

    private MissingFiles() {}

    /** A .gitignore for the languages found. A pattern that would ignore a file that is tracked is left out. */
    static String gitignore(Project project) {
        Map<String, List<String>> sections = new LinkedHashMap<>();
        if (has(project, ".*\\.(java|kt|scala)")) {
            List<String> java = new ArrayList<>(List.of("*.class"));
            if (!project.topmost("pom.xml").isEmpty()) {
                java.addAll(List.of("target/", ".flattened-pom.xml"));
            }
            if (!project.topmost("build.gradle", "build.gradle.kts").isEmpty()) {
                java.addAll(List.of(".gradle/", "build/"));
            }
            sections.put("Java", java);
        }
        if (has(project, "package\\.json")) {
            sections.put(
                    "Node.js",
                    List.of("node_modules/", "dist/", "coverage/", ".npm/", "*.tsbuildinfo", ".eslintcache"));
        }
        if (has(project, ".*\\.py")) {
            sections.put(
                    "Python",
                    List.of(
                            "__pycache__/",
                            "*.py[cod]",
                            ".venv/",
                            "venv/",
                            "*.egg-info/",
                            "build/",
                            "dist/",
                            ".pytest_cache/",
                            ".mypy_cache/",
                            ".ruff_cache/",
                            ".coverage",
                            "htmlcov/",
                            ".tox/"));
        }
        if (has(project, "go\\.mod")) {
            sections.put("Go", List.of("/bin/", "*.test", "*.out"));
        }
        if (has(project, "Cargo\\.toml")) {
            sections.put("Rust", List.of("target/"));
        }
        if (has(project, ".*\\.(csproj|fsproj|sln)")) {
            sections.put(".NET", List.of("bin/", "obj/"));
        }
        if (has(project, ".*\\.(c|cc|cpp|cxx)")) {
            sections.put("C and C++", List.of("*.o", "*.a", "*.so", "build/"));
        }
        sections.put("Editors, systems and local settings", LOCAL);

        StringBuilder text = new StringBuilder();
        Set<String> written = new LinkedHashSet<>();
        sections.forEach((title, patterns) -> {
            List<String> safe = patterns.stream()
                    .filter(pattern -> !matchesTracked(pattern, project.paths()))
                    .filter(written::add)
                    .toList();
            if (!safe.isEmpty()) {
                text.append(text.length() == 0 ? "" : "\n")
                        .append("# ")
                        .append(title)
                        .append('\n');
                safe.forEach(pattern -> text.append(pattern).append('\n'));
            }
        });
        return text.toString();
    }

    private static boolean has(Project project, String name) {
        return project.hasBelow("", Pattern.compile(name));
    }

    /** Whether git would ignore one of the paths by the pattern; understands the forms used here. */
    static boolean matchesTracked(String pattern, List<String> paths) {
        boolean rooted = pattern.startsWith("/");
        boolean directory = pattern.endsWith("/");
        String name = pattern.substring(rooted ? 1 : 0, pattern.length() - (directory ? 1 : 0));
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + name);
        for (String path : paths) {
            String[] parts = path.split("/");
            int last = directory ? parts.length - 1 : parts.length;
            for (int i = 0; i < (rooted ? Math.min(1, last) : last); i++) {
                if (matcher.matches(Path.of(parts[i]))) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * An .editorconfig that asks for nothing that the files do not do already.
     *
     * @param styles the style found for each file extension
     */
    static String editorconfig(Map<String, IndentStyle> styles) {
        long crlf = styles.values().stream().filter(IndentStyle::crlf).count();
        StringBuilder text = new StringBuilder("root = true\n\n[*]\ncharset = utf-8\n");
        text.append("end_of_line = ")
                .append(crlf * 2 > styles.size() ? "crlf" : "lf")
                .append('\n');
        text.append("insert_final_newline = true\ntrim_trailing_whitespace = true\n");
        Map<String, Set<String>> byStyle = new TreeMap<>();
        styles.forEach((extension, style) -> byStyle.computeIfAbsent(
                        style.tabs()
                                ? "indent_style = tab\n"
                                : "indent_style = space\nindent_size = " + style.width() + "\n",
                        key -> new TreeSet<>())
                .add(extension));
        byStyle.forEach((style, extensions) -> {
            String names = extensions.size() == 1
                    ? "*." + extensions.iterator().next()
                    : "*.{" + String.join(",", extensions) + "}";
            text.append("\n[").append(names).append("]\n").append(style);
        });
        text.append("\n[*.md]\ntrim_trailing_whitespace = false\n");
        text.append("\n[{Makefile,GNUmakefile,*.mk}]\nindent_style = tab\n");
        text.append("\n[*.{bat,cmd}]\nend_of_line = crlf\n");
        return text.toString();
    }

    /**
     * A .dockerignore that leaves out what no image needs, but nothing that a COPY names.
     *
     * @param copied sources of COPY and ADD in the Dockerfiles of the context
     */
    static String dockerignore(List<String> copied) {
        Set<String> named = new TreeSet<>();
        for (String source : copied) {
            String path = source.startsWith("./") ? source.substring(2) : source;
            named.add(path.contains("/") ? path.substring(0, path.indexOf('/')) : path);
        }
        StringBuilder text = new StringBuilder();
        for (String pattern : List.of(
                ".git",
                ".github",
                ".gitlab",
                ".idea",
                ".vscode",
                ".env",
                ".env.*",
                "**/node_modules",
                "**/__pycache__",
                "**/.venv",
                "**/target",
                "**/.gradle",
                "**/*.log",
                "**/.DS_Store",
                "coverage")) {
            String name = pattern.substring(pattern.lastIndexOf('/') + 1);
            boolean needed = named.stream()
                    .anyMatch(part -> part.equals(name) || (name.startsWith("*.") && part.endsWith(name.substring(1))));
            if (!needed) {
                text.append(pattern).append('\n');
            }
        }
        return text.toString();
    }

    /** A GitHub Actions workflow that runs the jobs; it holds every rule for workflows itself. */
    static String workflow(List<CiJob> jobs) {
        StringBuilder text = new StringBuilder(
                """
                name: CI

                on:
                  push:
                    branches: [main, master]
                  pull_request:

                permissions:
                  contents: read

                concurrency:
                  group: ci-${{ github.ref }}
                  cancel-in-progress: true

                jobs:
                """);
        for (CiJob job : jobs) {
            text.append("  ").append(job.id()).append(":\n");
            text.append("    name: ").append(CiJob.quoted(job.title())).append('\n');
            text.append("    runs-on: ubuntu-latest\n    timeout-minutes: 30\n");
            if (!job.directory().isEmpty()) {
                text.append("    defaults:\n      run:\n        working-directory: ")
                        .append(CiJob.quoted(job.directory()))
                        .append('\n');
            }
            text.append("    steps:\n");
            action(text, CiJob.CHECKOUT);
            if (job.setup() != null) {
                action(text, job.setup());
            }
            job.commands().forEach(command -> text.append("      - run: ")
                    .append(CiJob.quoted(command))
                    .append('\n'));
        }
        return text.toString();
    }

    private static void action(StringBuilder text, CiJob.Setup setup) {
        text.append("      - uses: ")
                .append(setup.action())
                .append(" # ")
                .append(setup.version())
                .append('\n');
        text.append("        with:\n");
        setup.with().forEach(line -> text.append("          ").append(line).append('\n'));
    }

    /** The same jobs for GitLab CI. */
    static String gitlab(List<CiJob> jobs) {
        StringBuilder text = new StringBuilder("stages: [test]\n");
        for (CiJob job : jobs) {
            text.append('\n').append(job.id()).append(":\n");
            text.append("  stage: test\n  image: ")
                    .append(CiJob.quoted(job.image()))
                    .append('\n');
            text.append("  timeout: 30 minutes\n  script:\n");
            if (!job.directory().isEmpty()) {
                text.append("    - ")
                        .append(CiJob.quoted("cd '" + job.directory() + "'"))
                        .append('\n');
            }
            job.commands()
                    .forEach(command ->
                            text.append("    - ").append(CiJob.quoted(command)).append('\n'));
        }
        return text.toString();
    }

    /** Dependabot for each package manager where its files are. */
    static String dependabot(Project project, boolean actions) {
        Map<String, List<String>> ecosystems = new LinkedHashMap<>();
        ecosystems.put("maven", project.topmost("pom.xml"));
        ecosystems.put("gradle", project.topmost("build.gradle", "build.gradle.kts"));
        ecosystems.put("npm", project.topmost("package.json"));
        ecosystems.put("pip", project.topmost("pyproject.toml", "setup.py", "requirements.txt", "Pipfile"));
        ecosystems.put("gomod", project.topmost("go.mod"));
        ecosystems.put("cargo", project.topmost("Cargo.toml"));
        ecosystems.put("docker", dockerDirectories(project));
        if (actions) {
            ecosystems.put("github-actions", List.of(""));
        }
        StringBuilder text = new StringBuilder("version: 2\nupdates:\n");
        ecosystems.forEach((ecosystem, directories) -> {
            for (String directory : directories) {
                text.append("  - package-ecosystem: ").append(ecosystem).append('\n');
                text.append("    directory: ")
                        .append(CiJob.quoted("/" + directory))
                        .append('\n');
                text.append("    schedule:\n      interval: weekly\n");
                text.append("    open-pull-requests-limit: ")
                        .append(LARGEST_PULL)
                        .append('\n');
            }
        });
        return text.toString();
    }

    private static List<String> dockerDirectories(Project project) {
        return project.matching(Project.DOCKERFILE).stream()
                .map(Texts::directory)
                .distinct()
                .sorted()
                .toList();
    }
}
