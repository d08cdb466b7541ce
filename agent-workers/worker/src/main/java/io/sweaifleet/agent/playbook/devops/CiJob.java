package io.sweaifleet.agent.playbook.devops;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sweaifleet.agent.playbook.support.Texts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One job of a CI configuration: how to build and test one part of the repository, as its own files say.
 *
 * @param id name that every CI system takes, such as {@code npm-frontend}
 * @param title for people
 * @param directory where its commands run, empty for the root
 * @param setup the GitHub action that installs its tools, with its settings; null when the runner has them
 * @param image container image with its tools
 * @param commands shell commands, in order
 */
record CiJob(
        String id, String title, String directory, @Nullable Setup setup, String image, List<String> commands) {

    /**
     * A GitHub action pinned by commit.
     *
     * @param action owner/name@commit
     * @param version its version, as comment
     * @param with settings in order, values as YAML
     */
    record Setup(String action, String version, List<String> with) {}

    static final Setup CHECKOUT = new Setup(
            "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683",
            "v4.2.2",
            List.of("persist-credentials: false"));
    private static final String JAVA = "actions/setup-java@c5195efecf7bdfc987ee8bae7a71cb8b11521c00";
    private static final String NODE = "actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020";
    private static final String PYTHON = "actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065";
    private static final String GO = "actions/setup-go@d35c59abb061a4a6fb18e82ac0862c26744d6ab5";

    private static final Pattern MAVEN_JAVA = Pattern.compile(
            "<(maven\\.compiler\\.(?:release|target|source)|java\\.version|jdk\\.version|release)>\\s*(?:1\\.)?(\\d+)\\s*<");
    private static final Pattern GRADLE_JAVA = Pattern.compile(
            "JavaLanguageVersion\\.of\\((\\d+)\\)|JavaVersion\\.VERSION_(?:1_)?(\\d+)|(?:source|target)Compatibility\\s*=?\\s*[\"']?(?:1\\.)?(\\d+)");
    private static final Pattern NUMBER = Pattern.compile("(\\d+)(?:\\.(\\d+))?");
    private static final Pattern PYTHON_TEST = Pattern.compile("test_.*\\.py|.*_test\\.py|conftest\\.py");
    private static final Pattern MAKE_TEST = Pattern.compile("(?m)^(test|check)\\s*:(?!=)");
    private static final Pattern EXAMPLE =
            Pattern.compile("(.*/)?(examples?|samples?|demos?|docs?|tests?|e2e|templates?|benchmarks?)(/.*)?");
    private static final int MOST_OF_A_KIND = 5;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** The jobs that the build files of a repository ask for; empty when none of a known kind was found. */
    static List<CiJob> of(Project project) {
        List<CiJob> jobs = new ArrayList<>();
        for (String directory : roots(project, "pom.xml")) {
            jobs.add(maven(project, directory));
        }
        for (String directory :
                roots(project, "settings.gradle", "settings.gradle.kts", "build.gradle", "build.gradle.kts")) {
            jobs.add(gradle(project, directory));
        }
        for (String directory : roots(project, "package.json")) {
            jobs.add(node(project, directory));
        }
        for (String directory : roots(project, "pyproject.toml", "setup.py", "requirements.txt", "Pipfile")) {
            jobs.add(python(project, directory));
        }
        for (String directory : roots(project, "go.mod")) {
            jobs.add(go(directory));
        }
        if (jobs.isEmpty()) {
            for (String path : List.of("GNUmakefile", "makefile", "Makefile")) {
                Matcher target = MAKE_TEST.matcher(project.text(path));
                if (target.find()) {
                    jobs.add(new CiJob("make", "make", "", null, "gcc:14", List.of("make " + target.group(1))));
                    break;
                }
            }
        }
        return List.copyOf(jobs);
    }

    private static List<String> roots(Project project, String... files) {
        return project.topmost(files).stream()
                .filter(directory ->
                        directory.isEmpty() || !EXAMPLE.matcher(directory).matches())
                .limit(MOST_OF_A_KIND)
                .toList();
    }

    private static CiJob maven(Project project, String directory) {
        Matcher matcher = MAVEN_JAVA.matcher(project.text(Texts.join(directory, "pom.xml")));
        String version = matcher.find() ? atLeastEight(matcher.group(2)) : "17";
        String command = project.has(Texts.join(directory, "mvnw")) ? "sh ./mvnw" : "mvn";
        return job(
                "maven",
                "Maven",
                directory,
                new Setup(
                        JAVA,
                        "v4.7.1",
                        List.of("distribution: temurin", "java-version: \"" + version + "\"", "cache: maven")),
                "maven:3.9-eclipse-temurin-" + version,
                List.of(command + " --batch-mode --no-transfer-progress verify"));
    }

    private static CiJob gradle(Project project, String directory) {
        String version = "17";
        for (String file : List.of("build.gradle", "build.gradle.kts")) {
            Matcher matcher = GRADLE_JAVA.matcher(project.text(Texts.join(directory, file)));
            if (matcher.find()) {
                for (int i = 1; i <= matcher.groupCount(); i++) {
                    version = matcher.group(i) == null ? version : atLeastEight(matcher.group(i));
                }
            }
        }
        boolean wrapper = project.has(Texts.join(directory, "gradlew"));
        return job(
                "gradle",
                "Gradle",
                directory,
                new Setup(
                        JAVA,
                        "v4.7.1",
                        List.of("distribution: temurin", "java-version: \"" + version + "\"", "cache: gradle")),
                wrapper ? "eclipse-temurin:" + version : "gradle:8-jdk" + version,
                List.of((wrapper ? "sh ./gradlew" : "gradle") + " --no-daemon check"));
    }

    private static String atLeastEight(String version) {
        return Integer.parseInt(version.substring(0, Math.min(3, version.length()))) < 8 ? "8" : version;
    }

    private static CiJob node(Project project, String directory) {
        JsonNode json = json(project.text(Texts.join(directory, "package.json")));
        List<String> with = new ArrayList<>();
        String version = "22";
        String declared = json.path("engines").path("node").asText("");
        Matcher number = NUMBER.matcher(declared);
        if (project.has(Texts.join(directory, ".nvmrc"))) {
            with.add("node-version-file: " + quoted(Texts.join(directory, ".nvmrc")));
        } else {
            boolean least = number.find() && !declared.strip().startsWith("<");
            // An engine range says what it still runs on; what is out of support is no place to test.
            version = least ? String.valueOf(Math.max(18, Integer.parseInt(shortened(number.group(1))))) : version;
            with.add("node-version: \"" + version + "\"");
        }
        List<String> commands = new ArrayList<>();
        String runner = install(project, directory, json, commands, with);
        String test = json.path("scripts").path("test").asText("");
        boolean tests = !test.isEmpty() && !test.contains("no test specified");
        if (!json.path("scripts").path("build").isMissingNode()) {
            commands.add(runner + " run build");
        }
        if (tests) {
            commands.add(runner + " run test");
        }
        return job("node", "Node.js", directory, new Setup(NODE, "v4.4.0", with), "node:" + version, commands);
    }

    private static String install(
            Project project, String directory, JsonNode json, List<String> commands, List<String> with) {
        if (project.has(Texts.join(directory, "pnpm-lock.yaml"))) {
            commands.add(json.has("packageManager") ? "corepack enable" : "npm install --global pnpm@9");
            commands.add("pnpm install --frozen-lockfile");
            return "pnpm";
        }
        if (project.has(Texts.join(directory, "yarn.lock"))) {
            boolean modern = project.has(Texts.join(directory, ".yarnrc.yml"));
            commands.add("corepack enable");
            commands.add(modern ? "yarn install --immutable" : "yarn install --frozen-lockfile");
            return "yarn";
        }
        if (project.has(Texts.join(directory, "bun.lock")) || project.has(Texts.join(directory, "bun.lockb"))) {
            commands.add("npm install --global bun@1");
            commands.add("bun install --frozen-lockfile");
            return "bun";
        }
        boolean locked = project.has(Texts.join(directory, "package-lock.json"))
                || project.has(Texts.join(directory, "npm-shrinkwrap.json"));
        if (project.has(Texts.join(directory, "package-lock.json"))) {
            with.add("cache: npm");
            with.add("cache-dependency-path: " + quoted(Texts.join(directory, "package-lock.json")));
        }
        commands.add(locked ? "npm ci" : "npm install");
        return "npm";
    }

    private static CiJob python(Project project, String directory) {
        Map<String, String> toml = BuildChecks.tables(project.text(Texts.join(directory, "pyproject.toml")));
        String version = "3.12";
        Matcher requires = Pattern.compile("(?m)^(requires-python|python)\\s*=\\s*[\"'][^\\d]*3\\.(\\d+)")
                .matcher(toml.getOrDefault("project", "") + toml.getOrDefault("tool.poetry.dependencies", ""));
        if (requires.find()) {
            version = "3." + Math.max(12, Integer.parseInt(shortened(requires.group(2))));
        }
        boolean pytest = project.hasBelow(directory, PYTHON_TEST) || toml.containsKey("tool.pytest.ini_options");
        List<String> commands = new ArrayList<>();
        String runner = "";
        if (project.has(Texts.join(directory, "uv.lock"))) {
            commands.add("python -m pip install uv");
            commands.add("uv sync");
            runner = "uv run ";
        } else if (project.has(Texts.join(directory, "poetry.lock")) || toml.containsKey("tool.poetry")) {
            commands.add("python -m pip install poetry");
            commands.add("poetry install");
            runner = "poetry run ";
        } else if (project.has(Texts.join(directory, "Pipfile"))) {
            commands.add("python -m pip install pipenv");
            commands.add("pipenv install --dev");
            runner = "pipenv run ";
        } else {
            pip(project, directory, toml, pytest, commands);
        }
        commands.add(runner + (pytest ? "python -m pytest" : "python -m compileall -q ."));
        return job(
                "python",
                "Python",
                directory,
                new Setup(PYTHON, "v5.6.0", List.of("python-version: \"" + version + "\"")),
                "python:" + version,
                commands);
    }

    private static void pip(
            Project project, String directory, Map<String, String> toml, boolean pytest, List<String> commands) {
        for (String file :
                List.of("requirements.txt", "requirements-dev.txt", "dev-requirements.txt", "requirements-test.txt")) {
            if (project.has(Texts.join(directory, file))) {
                commands.add("python -m pip install --requirement " + file);
            }
        }
        boolean installable = toml.containsKey("project") || project.has(Texts.join(directory, "setup.py"));
        if (installable) {
            String extras = toml.getOrDefault("project.optional-dependencies", "");
            String extra = List.of("test", "tests", "testing", "dev").stream()
                    .filter(name -> BuildChecks.hasKey(extras, name))
                    .findFirst()
                    .orElse("");
            commands.add("python -m pip install --editable " + (extra.isEmpty() ? "." : "'.[" + extra + "]'"));
        }
        String groups = toml.getOrDefault("dependency-groups", "");
        for (String group : List.of("test", "tests", "dev")) {
            if (BuildChecks.hasKey(groups, group)) {
                commands.add("python -m pip install --upgrade 'pip>=25.1' && python -m pip install --group " + group);
                break;
            }
        }
        if (pytest) {
            commands.add("python -m pip install pytest");
        }
    }

    private static CiJob go(String directory) {
        return job(
                "go",
                "Go",
                directory,
                new Setup(
                        GO,
                        "v5.5.0",
                        List.of(
                                "go-version-file: " + quoted(Texts.join(directory, "go.mod")),
                                "cache-dependency-path: " + quoted(Texts.join(directory, "go.sum")))),
                "golang:1.24",
                List.of("go build ./...", "go vet ./...", "go test ./..."));
    }

    private static CiJob job(
            String kind, String title, String directory, Setup setup, String image, List<String> commands) {
        String suffix =
                directory.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        return new CiJob(
                suffix.isEmpty() ? kind : kind + "-" + suffix,
                directory.isEmpty() ? title : title + " in " + directory,
                directory,
                setup,
                image,
                List.copyOf(commands));
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            // The rule for invalid files has said so.
            return JSON.createObjectNode();
        }
    }

    private static String shortened(String digits) {
        return digits.substring(0, Math.min(4, digits.length()));
    }

    /** A YAML string in double quotes. */
    static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
