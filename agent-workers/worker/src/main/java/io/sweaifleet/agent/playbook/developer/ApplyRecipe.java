package io.sweaifleet.agent.playbook.developer;

import static io.sweaifleet.agent.playbook.support.Words.counted;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.PlaybookFailure;
import io.sweaifleet.agent.playbook.PlaybookResult;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.playbook.build.MavenLayout;
import io.sweaifleet.agent.playbook.build.RepositoryPaths;
import io.sweaifleet.agent.playbook.developer.RewriteProgram.Change;
import io.sweaifleet.agent.playbook.developer.RewriteProgram.Group;
import io.sweaifleet.agent.playbook.developer.RewriteProgram.Reply;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.config.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * {@code developer.apply-recipe}: applies a named OpenRewrite recipe, on a branch with a commit that builds. Inputs:
 * {@code recipe} (full name), {@code options} (JSON object with the recipe's options), {@code paths} (globs joined by
 * commas; which files it may change).
 */
public final class ApplyRecipe extends DeveloperPlaybook {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final RewriteProgram rewrite;

    public ApplyRecipe() {
        this(Settings.load(null, Map.of()).get(RewriteSettings.CLASS_PATH));
    }

    ApplyRecipe(String rewriteClassPath) {
        this.rewrite = new RewriteProgram(rewriteClassPath);
    }

    @Override
    public String kind() {
        return "developer.apply-recipe";
    }

    @Override
    PlaybookResult run(PlaybookContext context, Workbench bench)
            throws PlaybookFailure, ToolDenied, InterruptedException {
        Map<String, String> inputs = context.assignment().getInputs();
        String recipe = inputs.getOrDefault("recipe", "").strip();
        if (!recipe.matches("[\\w$-]+(\\.[\\w$-]+)+")) {
            throw PlaybookFailure.badInput(
                    "inputs.recipe",
                    recipe,
                    recipe.isEmpty()
                            ? "input recipe is missing"
                            : "input recipe is no full name of a recipe: " + recipe,
                    "give a recipe such as org.openrewrite.java.RemoveUnusedImports");
        }
        Map<String, String> options = options(inputs.getOrDefault("options", ""));
        String missing = rewrite.missing(bench);
        if (missing != null) {
            throw PlaybookFailure.skipped(
                    "TOOL_MISSING",
                    missing,
                    "set " + RewriteSettings.CLASS_PATH.name() + " to the jars of the distribution's lib/rewrite");
        }
        Toolbox tools = context.tools();
        List<String> files = files(tools, recipe, inputs.getOrDefault("paths", ""));
        if (files.isEmpty()) {
            throw PlaybookFailure.skipped(
                    "NOTHING_TO_DO", "there are no files here that " + recipe + " could change", "");
        }
        ChangeReport report = new ChangeReport(context, kind());
        GuardedChange change = new GuardedChange(bench);
        List<String> java =
                files.stream().filter(path -> path.endsWith(".java")).toList();
        List<String> others =
                files.stream().filter(path -> !path.endsWith(".java")).toList();
        MavenLayout layout = BuildChecks.layout(tools);
        List<Group> groups = new ArrayList<>();
        if (!java.isEmpty()) {
            // The class path first: without types a recipe would silently pass files over.
            groups.addAll(typed(
                    bench, change, layout, BuildChecks.plan(tools, layout, java).checks(), java));
        }
        if (!others.isEmpty()) {
            groups.add(new Group(others, List.of(), List.of()));
        }
        context.step("applying " + recipe + " to " + counted(files.size(), "file"));
        Reply reply = rewrite.apply(bench, recipe, options, tools.files("rewrite.yml"), groups);
        refuse(recipe, inputs, reply);
        reply.skipped()
                .forEach(skipped -> report.leftAlone(
                        skipped.path(),
                        skipped.code(),
                        skipped.reason(),
                        "make the build's dependencies available: run it once in the repository on this machine"));
        if (reply.changes().isEmpty()) {
            return report.finish(
                    "nothing to change: " + recipe + " looked at " + counted(reply.parsed(), "file"), change, "");
        }
        TreeSet<String> changed = new TreeSet<>();
        reply.changes().forEach(one -> changed.add(one.path()));
        BuildChecks.Plan plan = BuildChecks.plan(tools, layout, changed);
        if (java.isEmpty()) {
            for (BuildCheck check : plan.checks()) {
                change.before(check);
            }
        }
        change.unchecked(plan.unchecked());
        for (Change one : reply.changes()) {
            if (one.text() == null) {
                tools.delete(one.path());
                report.changed(one.path(), "deleted or moved");
            } else {
                tools.write(one.path(), one.text());
                report.changed(one.path(), "changed by " + recipe);
            }
        }
        context.step("building and committing " + counted(changed.size(), "file"));
        String commit = change.commit(
                changed,
                "Apply " + recipe.substring(recipe.lastIndexOf('.') + 1) + "\n\nOpenRewrite recipe " + recipe
                        + (options.isEmpty() ? "" : " with " + options) + ", by playbook " + kind() + ".");
        return report.finish(recipe + " changed " + counted(changed.size(), "file"), change, commit);
    }

    private static Map<String, String> options(String text) throws PlaybookFailure {
        Map<String, String> options = new LinkedHashMap<>();
        if (text.isBlank()) {
            return options;
        }
        JsonNode json;
        try {
            json = JSON.readTree(text);
        } catch (JsonProcessingException malformed) {
            json = JSON.missingNode();
        }
        if (!json.isObject()) {
            throw PlaybookFailure.badInput(
                    "inputs.options",
                    text,
                    "input options is no JSON object",
                    "give the recipe's options by name, such as {\"oldPackageName\": \"a\", \"newPackageName\": \"b\"}");
        }
        json.properties()
                .forEach(
                        option -> options.put(option.getKey(), option.getValue().asText()));
        return options;
    }

    private static void refuse(String recipe, Map<String, String> inputs, Reply reply) throws PlaybookFailure {
        switch (reply.error()) {
            case "" -> {}
            case "UNKNOWN_RECIPE" ->
                throw PlaybookFailure.badInput(
                        "inputs.recipe",
                        recipe,
                        reply.message(),
                        reply.nearest().isEmpty()
                                ? "give the full name of a recipe in the jars of " + RewriteSettings.CLASS_PATH.name()
                                : "did you mean " + String.join(", ", reply.nearest()) + "?");
            case "INVALID_OPTIONS" ->
                throw PlaybookFailure.badInput(
                        "inputs.options",
                        inputs.getOrDefault("options", ""),
                        "the options of " + recipe + " do not fit: " + Workbench.bounded(reply.message()),
                        "give the recipe's options by name in a JSON object");
            default ->
                throw PlaybookFailure.failed(
                        FailureClass.PERMANENT, reply.error(), Workbench.bounded(reply.message()), "");
        }
    }

    /** Files of the kinds that a recipe of this package is for; of every kind it may be for when that is not known. */
    private static List<String> files(Toolbox tools, String recipe, String paths) throws ToolDenied, PlaybookFailure {
        List<String> names = new ArrayList<>();
        if (recipe.startsWith("org.openrewrite.yaml.")) {
            names.addAll(List.of("*.yml", "*.yaml"));
        } else if (recipe.startsWith("org.openrewrite.json.")) {
            names.add("*.json");
        } else if (recipe.startsWith("org.openrewrite.xml.")) {
            names.add("*.xml");
        } else if (recipe.startsWith("org.openrewrite.properties.")) {
            names.add("*.properties");
        } else if (recipe.startsWith("org.openrewrite.java.") || recipe.startsWith("org.openrewrite.staticanalysis.")) {
            names.add("*.java");
        } else {
            names.addAll(List.of("*.java", "*.xml", "*.yml", "*.yaml", "*.properties", "*.json"));
        }
        List<String> all = tools.files(RepositoryPaths.anywhere(names.toArray(String[]::new))).stream()
                .filter(path -> !RepositoryPaths.isForeign(path))
                .toList();
        if (paths.isBlank()) {
            return all;
        }
        List<String> chosen;
        try {
            chosen = tools.files(paths.strip().split("\\s*,\\s*"));
        } catch (IllegalArgumentException malformed) {
            throw PlaybookFailure.badInput(
                    "inputs.paths",
                    paths,
                    "input paths has a glob that is none: " + malformed.getMessage(),
                    "give globs such as src/**/*.java");
        }
        return all.stream().filter(chosen::contains).toList();
    }
}
