package io.sweaifleet.agent.playbook.devops;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.PlaybookFailure;
import io.sweaifleet.agent.playbook.PlaybookResult;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.playbook.devops.Issues.Issue;
import io.sweaifleet.agent.playbook.support.Denials;
import io.sweaifleet.agent.playbook.support.Inputs;
import io.sweaifleet.agent.playbook.support.Report;
import io.sweaifleet.agent.playbook.support.Texts;
import io.sweaifleet.agent.playbook.support.WorkFiles;
import io.sweaifleet.schemas.common.Severity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Checks build, CI and container files against {@link Rule named rules}, and writes the ones that are missing; it never changes a
 * file that exists. Inputs: {@code write} (true by default; false only reports) and {@code ignore} (rules to leave out, separated by
 * commas, with or without {@code devops.}).
 */
public final class CheckFiles implements Playbook {

    private static final long LARGEST_FILE = 1L << 20;
    private static final int SAMPLED_FILES = 20;
    private static final long LARGEST_SAMPLE = 200_000;
    private static final List<String> STYLED = List.of(
            "java", "kt", "py", "js", "jsx", "mjs", "ts", "tsx", "json", "yml", "yaml", "xml", "html", "css", "scss",
            "go", "rs", "c", "h", "cpp", "cs", "rb", "php", "sh", "sql", "toml", "vue", "svelte");

    @Override
    public String kind() {
        return "devops.check-files";
    }

    @Override
    public String version() {
        return "1";
    }

    @Override
    public PlaybookResult run(PlaybookContext context) throws PlaybookFailure, InterruptedException {
        Inputs inputs = new Inputs(context.assignment().getInputs());
        boolean write = inputs.bool("write", true);
        Set<Rule> ignored = ignored(inputs);
        try {
            return check(context, write, ignored);
        } catch (ToolDenied e) {
            throw Denials.failure(e);
        }
    }

    private static Set<Rule> ignored(Inputs inputs) throws PlaybookFailure {
        Map<String, Rule> byName = Arrays.stream(Rule.values())
                .collect(Collectors.toMap(rule -> rule.id().substring("devops.".length()), rule -> rule));
        Set<Rule> ignored = new LinkedHashSet<>();
        for (String name : inputs.list("ignore")) {
            Rule rule = byName.get(name.startsWith("devops.") ? name.substring("devops.".length()) : name);
            if (rule == null) {
                throw PlaybookFailure.badInput(
                        "ignore",
                        name,
                        "Input 'ignore' has '" + name + "', which is no rule",
                        "Give names of rules as the report and docs/playbooks.md list them.");
            }
            ignored.add(rule);
        }
        return ignored;
    }

    private PlaybookResult check(PlaybookContext context, boolean write, Set<Rule> ignored)
            throws ToolDenied, InterruptedException, PlaybookFailure {
        Report report = new Report(context, this, "Build, CI and container files");
        context.step("Reading build, CI and container files");
        Project project = read(context, report);
        if (project.paths().isEmpty()) {
            report.publish("The repository has no files");
            throw PlaybookFailure.skipped(
                    "NOTHING_TO_DO", "The repository has no files", "Run it on a repository with files.");
        }
        context.step("Checking rules");
        List<Issue> issues = issues(project).sorted().stream()
                .filter(issue -> !ignored.contains(issue.rule()))
                .toList();
        Map<String, Plan> planned = plan(context, project, issues, report);
        Map<String, String> written = new TreeMap<>();
        if (write) {
            context.step("Writing missing files");
            for (Map.Entry<String, Plan> file : planned.entrySet()) {
                context.cancellation().check();
                context.tools().write(file.getKey(), file.getValue().content());
                written.put(file.getKey(), file.getValue().content());
                context.decide(
                        "write " + file.getKey(),
                        file.getValue().rule().id() + ": "
                                + file.getValue().rule().why(),
                        List.of("only report it"));
            }
        }
        return report(context, report, issues, planned, written);
    }

    private static Project read(PlaybookContext context, Report report) throws ToolDenied, InterruptedException {
        List<String> paths = WorkFiles.regular(context.tools());
        Map<String, String> texts = new TreeMap<>();
        List<String> relevant = Project.relevant(paths);
        if (!relevant.isEmpty()) {
            context.tools().readAll(relevant, LARGEST_FILE, new Toolbox.FileConsumer() {
                @Override
                public void accept(String path, byte[] content) {
                    context.cancellation().check();
                    Texts.source(content)
                            .ifPresentOrElse(
                                    text -> texts.put(path, text),
                                    () -> report.skip(
                                            path, "UNSUPPORTED", "The file is binary in spite of its name", ""));
                }

                @Override
                public void tooLarge(String path, long sizeBytes) {
                    report.skip(
                            path, "UNSUPPORTED", "The file has " + sizeBytes + " bytes, more than " + LARGEST_FILE, "");
                }

                @Override
                public void denied(String path, String reason) {
                    report.skip(path, "POLICY_DENIED", reason, "Allow it in the rules of the role.");
                }
            });
        }
        return Project.of(paths, texts);
    }

    private static Issues issues(Project project) {
        Issues issues = new Issues();
        RepositoryChecks.check(project, issues);
        for (String path : project.matching(Project.DOCKERFILE)) {
            DockerfileChecks.check(path, project.text(path), issues);
            if (copiesEverything(project, path) && !hasDockerignore(project, path)) {
                issues.add(
                        Rule.DOCKERIGNORE_MISSING,
                        path,
                        null,
                        "It copies the whole context, and no .dockerignore stands in it");
            }
        }
        for (String path : project.matching(Project.COMPOSE)) {
            yaml(project, path, issues).forEach(document -> ComposeChecks.check(path, document, issues));
        }
        for (String path : project.matching(Project.WORKFLOW)) {
            yaml(project, path, issues).forEach(document -> PipelineChecks.workflow(path, document, issues));
        }
        for (String path : project.named(".gitlab-ci.yml")) {
            yaml(project, path, issues).forEach(document -> PipelineChecks.gitlab(path, document, issues));
        }
        MavenChecks.check(project, issues);
        BuildChecks.check(project, issues);
        return issues;
    }

    private static List<Yaml> yaml(Project project, String path, Issues issues) {
        Yaml.Parsed parsed = Yaml.parse(project.text(path));
        if (parsed instanceof Yaml.Invalid invalid) {
            issues.add(Rule.YAML_INVALID, path, invalid.line(), "The file cannot be read: " + invalid.message());
            return List.of();
        }
        return ((Yaml.Documents) parsed).documents();
    }

    private static boolean copiesEverything(Project project, String dockerfile) {
        return DockerfileChecks.copied(project.text(dockerfile)).stream()
                .anyMatch(source ->
                        source.equals(".") || source.equals("./") || source.equals("/") || source.equals("*"));
    }

    private static boolean hasDockerignore(Project project, String dockerfile) {
        return project.has(dockerfile + ".dockerignore")
                || project.has(".dockerignore")
                || project.has(Texts.join(Texts.directory(dockerfile), ".dockerignore"));
    }

    /** The directory that a Dockerfile's context most likely is: its own when something is built there, the root otherwise. */
    private static String context(Project project, String dockerfile) {
        String directory = Texts.directory(dockerfile);
        boolean builds = List.of(
                        "package.json",
                        "pom.xml",
                        "build.gradle",
                        "build.gradle.kts",
                        "pyproject.toml",
                        "requirements.txt",
                        "setup.py",
                        "go.mod",
                        "Cargo.toml")
                .stream()
                .anyMatch(file -> project.has(Texts.join(directory, file)));
        return builds ? directory : "";
    }

    /** A file to write, and the rule that it serves. */
    private record Plan(Rule rule, String content) {}

    private Map<String, Plan> plan(PlaybookContext context, Project project, List<Issue> issues, Report report)
            throws ToolDenied, InterruptedException {
        Set<Rule> failed = issues.stream().map(Issue::rule).collect(Collectors.toSet());
        boolean gitlab = context.repository().toLowerCase(Locale.ROOT).contains("gitlab");
        Map<String, Plan> plans = new TreeMap<>();
        if (failed.contains(Rule.GITIGNORE_MISSING)) {
            plans.put(".gitignore", new Plan(Rule.GITIGNORE_MISSING, MissingFiles.gitignore(project)));
        }
        if (failed.contains(Rule.EDITORCONFIG_MISSING)) {
            plans.put(
                    ".editorconfig",
                    new Plan(Rule.EDITORCONFIG_MISSING, MissingFiles.editorconfig(styles(context, project))));
        }
        if (failed.contains(Rule.CI_MISSING)) {
            List<CiJob> jobs = CiJob.of(project);
            if (jobs.isEmpty()) {
                report.skip(
                        "CI configuration",
                        "UNSUPPORTED",
                        "No build of Maven, Gradle, Node.js, Python, Go or make was found, so there is no test command to run",
                        "Write the workflow by hand.");
            } else if (gitlab) {
                plans.put(".gitlab-ci.yml", new Plan(Rule.CI_MISSING, MissingFiles.gitlab(jobs)));
            } else {
                plans.put(".github/workflows/ci.yml", new Plan(Rule.CI_MISSING, MissingFiles.workflow(jobs)));
            }
        }
        if (failed.contains(Rule.DEPENDENCY_UPDATES_MISSING) && gitlab) {
            report.skip(
                    "dependency updates",
                    "UNSUPPORTED",
                    "Dependabot's file works on GitHub only",
                    "Set Renovate up for GitLab.");
        } else if (failed.contains(Rule.DEPENDENCY_UPDATES_MISSING)) {
            boolean actions =
                    !project.matching(Project.WORKFLOW).isEmpty() || plans.containsKey(".github/workflows/ci.yml");
            plans.put(
                    ".github/dependabot.yml",
                    new Plan(Rule.DEPENDENCY_UPDATES_MISSING, MissingFiles.dependabot(project, actions)));
        }
        dockerignores(project, issues, plans);
        // A file may be there and yet not listed, because it is ignored or a symbolic link.
        plans.keySet().removeIf(path -> Files.exists(context.tools().root().resolve(path), LinkOption.NOFOLLOW_LINKS));
        return plans;
    }

    private static void dockerignores(Project project, List<Issue> issues, Map<String, Plan> plans) {
        Map<String, List<String>> copied = new TreeMap<>();
        for (Issue issue : issues) {
            if (issue.rule() == Rule.DOCKERIGNORE_MISSING && issue.path() != null) {
                copied.computeIfAbsent(context(project, issue.path()), directory -> new ArrayList<>());
            }
        }
        for (String path : project.matching(Project.DOCKERFILE)) {
            // A Dockerfile elsewhere may be built with this context too.
            copied.values().forEach(sources -> sources.addAll(DockerfileChecks.copied(project.text(path))));
        }
        copied.forEach((directory, sources) -> plans.put(
                Texts.join(directory, ".dockerignore"),
                new Plan(Rule.DOCKERIGNORE_MISSING, MissingFiles.dockerignore(sources))));
    }

    private static Map<String, IndentStyle> styles(PlaybookContext context, Project project)
            throws ToolDenied, InterruptedException {
        Map<String, List<String>> samples = new LinkedHashMap<>();
        for (String path : project.own().stream().sorted().toList()) {
            String extension = Texts.extension(path);
            if (STYLED.contains(extension) && !WorkFiles.isLock(path) && !path.contains(".min.")) {
                List<String> sample = samples.computeIfAbsent(extension, key -> new ArrayList<>());
                if (sample.size() < SAMPLED_FILES) {
                    sample.add(path);
                }
            }
        }
        Map<String, IndentStyle> styles = new TreeMap<>();
        for (Map.Entry<String, List<String>> sample : samples.entrySet()) {
            List<String> texts = new ArrayList<>();
            context.tools().readAll(sample.getValue(), LARGEST_SAMPLE, (path, content) -> Texts.source(content)
                    .ifPresent(texts::add));
            IndentStyle.of(texts).ifPresent(style -> styles.put(sample.getKey(), style));
        }
        return styles;
    }

    private PlaybookResult report(
            PlaybookContext context,
            Report report,
            List<Issue> issues,
            Map<String, Plan> planned,
            Map<String, String> written) {
        Map<Rule, String> writtenBy = new EnumMap<>(Rule.class);
        written.keySet().forEach(path -> {
            Plan plan = planned.get(path);
            if (plan != null) {
                writtenBy.putIfAbsent(plan.rule(), path);
            }
        });
        for (Issue issue : issues) {
            report.finding(
                    issue.rule().id(),
                    issue.rule().severity(),
                    issue.path(),
                    issue.line(),
                    issue.detail() + ". " + issue.rule().remedy() + "." + written(issue, writtenBy));
        }
        facts(context, issues);
        if (!written.isEmpty()) {
            context.artifact(
                    "changes.patch",
                    "patch",
                    "text/x-diff",
                    NewFilePatch.of(written).getBytes(StandardCharsets.UTF_8));
        }
        details(report, issues, planned, written);
        String wrote = written.isEmpty()
                ? (planned.isEmpty() ? "nothing to write" : planned.size() + " files could be written")
                : "wrote " + String.join(", ", written.keySet());
        String summary = issues.size() + " findings by "
                + issues.stream().map(Issue::rule).distinct().count() + " of " + Rule.values().length + " rules; "
                + wrote;
        report.publish(summary);
        Map<String, String> outputs = new LinkedHashMap<>();
        outputs.put("findings", String.valueOf(issues.size()));
        for (Severity severity : List.of(Severity.ERROR, Severity.WARNING, Severity.INFO)) {
            outputs.put(
                    severity.name().toLowerCase(Locale.ROOT),
                    String.valueOf(issues.stream()
                            .filter(issue -> issue.rule().severity() == severity)
                            .count()));
        }
        outputs.put("written", String.join("\n", written.keySet()));
        return new PlaybookResult(summary, outputs);
    }

    private static String written(Issue issue, Map<Rule, String> files) {
        String path = files.get(issue.rule());
        return path == null ? "" : " This change has it: " + path + ".";
    }

    /** One fact for each rule and file, however many lines of it fail. */
    private static void facts(PlaybookContext context, List<Issue> issues) {
        Map<List<String>, List<Issue>> failures = new LinkedHashMap<>();
        for (Issue issue : issues) {
            failures.computeIfAbsent(
                            List.of(issue.rule().id(), issue.path() == null ? "" : issue.path()),
                            key -> new ArrayList<>())
                    .add(issue);
        }
        failures.forEach((place, failed) -> {
            Issue first = failed.get(0);
            @Nullable String path = first.path();
            context.fact(
                    "Check",
                    first.rule().id(),
                    "FAILED_WITH",
                    path == null ? "Repository" : "File",
                    path == null ? "" : path,
                    null,
                    Map.of(
                            "severity", first.rule().severity().name(),
                            "times", String.valueOf(failed.size()),
                            "line", first.line() == null ? "" : String.valueOf(first.line()),
                            "message", first.detail()));
        });
    }

    private static void details(
            Report report, List<Issue> issues, Map<String, Plan> planned, Map<String, String> written) {
        Set<Rule> failed = issues.stream().map(Issue::rule).collect(Collectors.toSet());
        ArrayNode rules = report.details().putArray("rules");
        for (Rule rule : Rule.values()) {
            rules.addObject()
                    .put("id", rule.id())
                    .put("severity", rule.severity().name())
                    .put("what", rule.what())
                    .put("why", rule.why())
                    .put("remedy", rule.remedy())
                    .put("failed", failed.contains(rule));
        }
        ArrayNode files = report.details().putArray("files");
        planned.forEach((path, plan) -> files.addObject()
                .put("path", path)
                .put("rule", plan.rule().id())
                .put("written", written.containsKey(path))
                .put("content", plan.content()));
        if (!planned.isEmpty()) {
            report.sections().heading(2, written.isEmpty() ? "Files that could be written" : "Files written");
            planned.forEach((path, plan) -> report.sections().heading(3, path).block("", plan.content()));
        }
        if (!failed.isEmpty()) {
            report.sections().heading(2, "Why these rules");
            report.sections()
                    .table(
                            List.of("Rule", "What", "Why", "Remedy"),
                            failed.stream()
                                    .sorted()
                                    .map(rule -> List.of(rule.id(), rule.what(), rule.why(), rule.remedy()))
                                    .toList());
        }
    }
}
