package io.sweaifleet.agent.playbook.devops;

import io.sweaifleet.agent.playbook.support.Texts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** The rules for the repository as a whole: what is missing, and what should not be there. */
final class RepositoryChecks {

    private static final Pattern README = Pattern.compile("(?i)(docs/|\\.github/)?readme(\\.[a-z]+)?");
    private static final Pattern LICENSE = Pattern.compile("(?i)(licen[sc]e|copying|unlicense)([.-].*)?|licenses/.+");
    private static final Pattern CI = Pattern.compile(
            "\\.github/workflows/[^/]+\\.ya?ml|\\.gitlab-ci\\.ya?ml|Jenkinsfile.*|\\.circleci/.+|\\.travis\\.yml|azure-pipelines.*\\.ya?ml"
                    + "|\\.azure-pipelines/.+|bitbucket-pipelines\\.yml|\\.drone\\.yml|\\.woodpecker(\\.ya?ml|/.+)|\\.?appveyor\\.yml"
                    + "|\\.buildkite/.+|\\.cirrus\\.yml|\\.gitea/workflows/.+|\\.forgejo/workflows/.+|\\.teamcity/.+|\\.semaphore/.+|\\.builds/.+"
                    + "|\\.build\\.yml|\\.ci/.+|cloudbuild\\.ya?ml|buildspec\\.ya?ml");
    private static final Pattern UPDATES = Pattern.compile(
            "\\.github/dependabot\\.ya?ml|(\\.github/|\\.gitlab/)?(renovate\\.json5?|\\.renovaterc(\\.json5?)?)|\\.pyup\\.yml|\\.scala-steward\\.conf");
    private static final Pattern SECRET_FILE = Pattern.compile(
            "(.*/)?(\\.env|\\.env\\.(local|production|prod|staging)|id_(rsa|dsa|ecdsa|ed25519)|\\.netrc|\\.pgpass|\\.htpasswd)");
    private static final Map<String, Pattern> BUILD_OUTPUT = Map.of(
            "node_modules", Pattern.compile("(.*/)?node_modules/.+"),
            "Python caches", Pattern.compile("(.*/)?(__pycache__/.+|[^/]+\\.py[co])"),
            "Java classes", Pattern.compile("(.*/)?(target|build|out|bin)/.*\\.class"),
            "desktop files", Pattern.compile("(.*/)?(\\.DS_Store|Thumbs\\.db|desktop\\.ini)"),
            "virtual environments", Pattern.compile("(.*/)?\\.?venv/(bin|lib|Scripts|Lib)/.+"));

    private RepositoryChecks() {}

    static void check(Project project, Issues issues) {
        missing(project, README, Rule.README_MISSING, "The root has no README", issues);
        missing(project, LICENSE, Rule.LICENSE_MISSING, "The root has no LICENSE", issues);
        missing(project, Pattern.compile("\\.gitignore"), Rule.GITIGNORE_MISSING, "The root has no .gitignore", issues);
        missing(
                project,
                Pattern.compile("\\.editorconfig"),
                Rule.EDITORCONFIG_MISSING,
                "The root has no .editorconfig",
                issues);
        missing(project, CI, Rule.CI_MISSING, "No configuration of a known CI system was found", issues);
        if (!project.topmost(
                        "pom.xml",
                        "build.gradle",
                        "build.gradle.kts",
                        "package.json",
                        "pyproject.toml",
                        "setup.py",
                        "requirements.txt",
                        "go.mod")
                .isEmpty()) {
            missing(
                    project,
                    UPDATES,
                    Rule.DEPENDENCY_UPDATES_MISSING,
                    "Neither Dependabot nor Renovate is configured",
                    issues);
        }
        for (String path : project.own()) {
            if (SECRET_FILE.matcher(path).matches()) {
                issues.add(Rule.SECRET_FILE_COMMITTED, path, null, Texts.name(path) + " is tracked");
            }
        }
        buildOutput(project, issues);
    }

    /** Whether the repository has a CI configuration of any known kind. */
    static boolean hasCi(Project project) {
        return project.paths().stream().anyMatch(path -> CI.matcher(path).matches());
    }

    private static void missing(Project project, Pattern wanted, Rule rule, String detail, Issues issues) {
        if (project.paths().stream().noneMatch(path -> wanted.matcher(path).matches())) {
            issues.add(rule, null, null, detail);
        }
    }

    private static void buildOutput(Project project, Issues issues) {
        Map<String, List<String>> found = new LinkedHashMap<>();
        BUILD_OUTPUT.keySet().stream()
                .sorted()
                .forEach(kind -> found.put(
                        kind,
                        project.paths().stream()
                                .filter(path -> BUILD_OUTPUT
                                        .getOrDefault(kind, README)
                                        .matcher(path)
                                        .matches())
                                .toList()));
        found.forEach((kind, paths) -> {
            if (!paths.isEmpty()) {
                issues.add(
                        Rule.BUILD_OUTPUT_COMMITTED,
                        paths.get(0),
                        null,
                        String.format(Locale.ROOT, "%d files of %s are tracked, this one first", paths.size(), kind));
            }
        });
    }
}
