package io.sweaifleet.agent.playbook.developer;

import static io.sweaifleet.agent.playbook.support.Words.counted;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.PlaybookFailure;
import io.sweaifleet.agent.playbook.PlaybookResult;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.playbook.Toolbox.CommandResult;
import io.sweaifleet.agent.playbook.build.MavenLayout;
import io.sweaifleet.agent.playbook.build.RepositoryPaths;
import io.sweaifleet.agent.playbook.developer.RewriteProgram.Change;
import io.sweaifleet.agent.playbook.developer.RewriteProgram.Group;
import io.sweaifleet.agent.playbook.developer.RewriteProgram.Reply;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.config.Settings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code developer.remove-unused-imports}: removes imports that nothing uses from Java files (OpenRewrite, with types)
 * and Python files (the syntax tree of the machine's own Python), on a branch with a commit that builds.
 */
public final class RemoveUnusedImports extends DeveloperPlaybook {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String RECIPE = "org.openrewrite.java.RemoveUnusedImports";
    private static final long MAX_SOURCE_BYTES = 2 << 20;

    private final RewriteProgram rewrite;

    public RemoveUnusedImports() {
        this(Settings.load(null, Map.of()).get(RewriteSettings.CLASS_PATH));
    }

    RemoveUnusedImports(String rewriteClassPath) {
        this.rewrite = new RewriteProgram(rewriteClassPath);
    }

    @Override
    public String kind() {
        return "developer.remove-unused-imports";
    }

    @Override
    PlaybookResult run(PlaybookContext context, Workbench bench)
            throws PlaybookFailure, ToolDenied, InterruptedException {
        Toolbox tools = context.tools();
        context.step("looking for unused imports");
        List<String> java = own(tools.files(RepositoryPaths.anywhere("*.java")));
        List<String> python = own(tools.files(RepositoryPaths.anywhere("*.py")));
        if (java.isEmpty() && python.isEmpty()) {
            throw PlaybookFailure.skipped(
                    "NOTHING_TO_DO", "there are neither Java nor Python files in the repository", "");
        }
        ChangeReport report = new ChangeReport(context, kind());
        GuardedChange change = new GuardedChange(bench);
        Map<String, String> texts = new TreeMap<>();
        java(bench, change, report, java, texts);
        python(bench, change, report, python, texts);
        if (texts.isEmpty()) {
            return report.finish(
                    "nothing to change: no unused imports in " + counted(java.size(), "Java file") + " and "
                            + counted(python.size(), "Python file"),
                    change,
                    "");
        }
        for (Map.Entry<String, String> file : texts.entrySet()) {
            tools.write(file.getKey(), file.getValue());
        }
        context.step("building and committing " + counted(texts.size(), "file"));
        String commit = change.commit(
                texts.keySet(),
                "Remove unused imports\n\nIn " + counted(texts.size(), "file") + ", by playbook " + kind() + ".");
        return report.finish("removed unused imports from " + counted(texts.size(), "file"), change, commit);
    }

    private static List<String> own(List<String> files) {
        return files.stream().filter(path -> !RepositoryPaths.isForeign(path)).toList();
    }

    private void java(
            Workbench bench, GuardedChange change, ChangeReport report, List<String> files, Map<String, String> texts)
            throws PlaybookFailure, ToolDenied, InterruptedException {
        Map<String, String> candidates = new TreeMap<>();
        bench.tools().readAll(files, MAX_SOURCE_BYTES, (path, content) -> {
            String text = new String(content, StandardCharsets.UTF_8);
            if (!UnusedImportScan.candidates(text).isEmpty()) {
                candidates.put(path, text);
            }
        });
        if (candidates.isEmpty()) {
            return;
        }
        String missing = rewrite.missing(bench);
        if (missing != null) {
            bench.context()
                    .skip(
                            "unused imports in " + counted(candidates.size(), "Java file"),
                            "TOOL_MISSING",
                            missing,
                            "set " + RewriteSettings.CLASS_PATH.name()
                                    + " to the jars of the distribution's lib/rewrite");
            return;
        }
        MavenLayout layout = BuildChecks.layout(bench.tools());
        BuildChecks.Plan plan = BuildChecks.plan(bench.tools(), layout, candidates.keySet());
        List<Group> groups = typed(bench, change, layout, plan.checks(), candidates.keySet());
        bench.context().step("removing unused imports from " + counted(candidates.size(), "Java file"));
        Reply reply = rewrite.apply(bench, RECIPE, Map.of(), List.of(), groups);
        if (!reply.error().isEmpty()) {
            throw PlaybookFailure.failed(FailureClass.AGENT, reply.error(), reply.message(), "");
        }
        reply.skipped()
                .forEach(skipped -> report.leftAlone(
                        skipped.path(),
                        skipped.code(),
                        skipped.reason(),
                        "make the build's dependencies available: run it once in the repository on this machine"));
        int found = 0;
        for (Change one : reply.changes()) {
            String before = candidates.get(one.path());
            if (before == null || one.text() == null || !UnusedImportScan.onlyRemovesImports(before, one.text())) {
                report.leftAlone(
                        one.path(),
                        "UNSUPPORTED",
                        "the recipe would do more than remove imports, such as expanding a wildcard",
                        "apply " + RECIPE + " with developer.apply-recipe");
            } else {
                found++;
                texts.put(one.path(), one.text());
                report.changed(
                        one.path(), "removed imports of " + String.join(", ", UnusedImportScan.candidates(before)));
            }
        }
        if (found > 0) {
            change.unchecked(plan.unchecked());
        }
    }

    private void python(
            Workbench bench, GuardedChange change, ChangeReport report, List<String> files, Map<String, String> texts)
            throws ToolDenied, InterruptedException {
        if (files.isEmpty()) {
            return;
        }
        if (!bench.tools().hasProgram("python3")) {
            bench.context()
                    .skip(
                            "unused imports in " + counted(files.size(), "Python file"),
                            "TOOL_MISSING",
                            "there is no python3 on the path to read them with",
                            "install Python 3, for example 'apt-get install python3'");
            return;
        }
        byte[] request = JSON.createObjectNode()
                .put("root", bench.tools().root().toString())
                .<ObjectNode>set("files", JSON.valueToTree(files))
                .toString()
                .getBytes(StandardCharsets.UTF_8);
        Path replyFile = bench.scratch("unused-imports-reply.json");
        CommandResult result = bench.inspect(
                List.of(
                        "python3",
                        "-I",
                        bench.resource("unused_imports.py").toString(),
                        bench.scratch("unused-imports.json", request).toString(),
                        replyFile.toString()),
                List.of());
        String reply = Workbench.readScratch(replyFile);
        if (!result.ok() || reply.isEmpty()) {
            bench.context()
                    .skip(
                            "unused imports in " + counted(files.size(), "Python file"),
                            "ENVIRONMENT",
                            "python3 could not read them: " + Workbench.lastLines(result.output(), 4),
                            "install Python 3.8 or newer");
            return;
        }
        JsonNode found;
        try {
            found = JSON.readTree(reply);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the Python script's reply is not JSON: " + Workbench.bounded(reply), e);
        }
        for (JsonNode skipped : found.path("skipped")) {
            report.leftAlone(
                    skipped.path("path").asText(),
                    "UNSUPPORTED",
                    skipped.path("reason").asText(),
                    "");
        }
        List<String> changed = new ArrayList<>();
        for (JsonNode one : found.path("changes")) {
            String path = one.path("path").asText();
            List<String> names = new ArrayList<>();
            one.path("removed").forEach(name -> names.add(name.asText()));
            texts.put(path, one.path("text").asText());
            report.changed(path, "removed imports of " + String.join(", ", names));
            changed.add(path);
        }
        if (!changed.isEmpty()) {
            for (BuildCheck check : BuildChecks.plan(bench.tools(), new MavenLayout(Map.of()), changed)
                    .checks()) {
                change.before(check);
            }
        }
    }
}
