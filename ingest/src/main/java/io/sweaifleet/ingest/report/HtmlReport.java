package io.sweaifleet.ingest.report;

import static io.sweaifleet.ingest.drawing.Markup.escape;
import static io.sweaifleet.ingest.drawing.Markup.number;

import io.sweaifleet.ingest.drawing.Markup;
import io.sweaifleet.ingest.print.Durations;
import io.sweaifleet.ingest.print.NotDone;
import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.Finding;
import io.sweaifleet.schemas.common.Severity;
import io.sweaifleet.schemas.json.IsoTimes;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.task.TaskStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A run as one HTML page that needs nothing else: style, script and drawings are in it. Works without the script, on paper,
 * in the dark, and for those who listen to it.
 */
public final class HtmlReport {

    private static final int FINDINGS_SHOWN = 500;
    private static final int FINDINGS_OPEN = 12;
    private static final int RULES_SHOWN = 20;
    private static final int FILES_SHOWN = 15;

    private final RunReport report;
    private final StringBuilder out = new StringBuilder(64 * 1024);

    private HtmlReport(RunReport report) {
        this.report = report;
    }

    /** The page. */
    public static String render(RunReport report) {
        HtmlReport page = new HtmlReport(report);
        page.page();
        return page.out.toString();
    }

    private void page() {
        String title = report.repositoryName() + ": " + report.title();
        out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n")
                .append("<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>")
                .append(escape(title))
                .append("</title>\n<style>\n")
                .append(resource("report.css"))
                .append("</style>\n</head>\n<body>\n<main>\n");
        head();
        tiles();
        skipped();
        tasks();
        changes();
        findings();
        dependencies();
        hotFiles();
        notes();
        out.append("<footer>")
                .append(escape(report.workflowId()))
                .append(
                        " · made by the fleet from <code>fleet.results</code>; repeat any of it with <code>fleet replay</code></footer>\n")
                .append("</main>\n<script>\n//<![CDATA[\n")
                .append(resource("report.js"))
                .append("//]]>\n</script>\n</body>\n</html>\n");
    }

    private void head() {
        out.append("<p class=\"eyebrow\">")
                .append(escape(report.title()))
                .append("</p>\n<h1>")
                .append(escape(report.repositoryName()))
                .append("</h1>\n<p class=\"facts\"><code>")
                .append(escape(report.repository()))
                .append("</code>");
        if (!report.commit().isEmpty()) {
            out.append(" at <code>")
                    .append(escape(MarkdownReport.shortCommit(report.commit())))
                    .append("</code>");
        }
        out.append(" · <time datetime=\"")
                .append(IsoTimes.format(report.startedAt()))
                .append("\">")
                .append(IsoTimes.format(report.startedAt()).replace('T', ' ').replaceAll("\\.\\d+Z", " UTC"))
                .append("</time></p>\n");
    }

    private void tiles() {
        long succeeded = count(TaskStatus.SUCCEEDED);
        long skipped = count(TaskStatus.SKIPPED);
        long failed = report.tasks().size() - succeeded - skipped;
        int errors = report.bySeverity().getOrDefault(Severity.ERROR, 0);
        out.append("<div class=\"tiles\">\n");
        tile(succeeded + " of " + report.tasks().size(), "tasks succeeded", failed == 0 ? "good" : "");
        if (failed > 0) {
            tile(String.valueOf(failed), "did not succeed", "bad");
        }
        if (skipped > 0) {
            tile(String.valueOf(skipped), "skipped", "warn");
        }
        tile(
                String.valueOf(report.findingsTotal()),
                report.findingsTotal() == 1 ? "finding" : "findings",
                errors > 0 ? "bad" : report.findingsTotal() > 0 ? "warn" : "good");
        if (report.map() != null) {
            int cycles = report.map().cycles().size();
            tile(String.valueOf(report.map().modules().size()), "modules", "");
            tile(String.valueOf(cycles), cycles == 1 ? "import cycle" : "import cycles", cycles == 0 ? "good" : "bad");
        }
        tile(Durations.words(report.startedAt(), report.finishedAt()), "in all", "");
        out.append("</div>\n");
    }

    private long count(TaskStatus status) {
        return report.tasks().stream()
                .filter(task -> task.getStatus() == status)
                .count();
    }

    private void tile(String figure, String words, String kind) {
        out.append("<div class=\"tile")
                .append(kind.isEmpty() ? "" : " " + kind)
                .append("\"><b>")
                .append(escape(figure))
                .append("</b><span>")
                .append(escape(words))
                .append("</span></div>\n");
    }

    // ---- what was not done -----------------------------------------------------------------------------------------

    private void skipped() {
        List<NotDone> notDone = NotDone.of(report.tasks());
        if (!notDone.isEmpty()) {
            out.append(
                    "<section class=\"attention\" aria-labelledby=\"not-done\">\n<h2 id=\"not-done\">Not done</h2>\n<ul>\n");
            notDone.forEach(one -> out.append("<li><span class=\"role\">")
                    .append(escape(one.role()))
                    .append("</span>: ")
                    .append(escape(one.what()))
                    .append(" — ")
                    .append(escape(one.reason()))
                    .append(" <span class=\"badge warn\">")
                    .append(escape(one.code()))
                    .append("</span>")
                    .append(one.remedy().isEmpty() ? "" : " <span class=\"remedy\">" + escape(one.remedy()) + "</span>")
                    .append("</li>\n"));
            out.append("</ul>\n</section>\n");
        }
    }

    // ---- tasks -----------------------------------------------------------------------------------------------------

    private void tasks() {
        out.append(
                        "<section aria-labelledby=\"tasks\">\n<h2 id=\"tasks\">Tasks</h2>\n<div class=\"scroll\">\n<table>\n")
                .append(
                        "<thead><tr><th scope=\"col\">Status</th><th scope=\"col\">Task</th><th scope=\"col\">Summary</th>")
                .append("<th scope=\"col\" class=\"num\">Findings</th><th scope=\"col\" class=\"num\">Attempts</th>")
                .append("<th scope=\"col\" class=\"num\">Time</th><th scope=\"col\">When</th></tr></thead>\n<tbody>\n");
        for (TaskOutcome task : report.tasks()) {
            String kind = badge(task.getStatus());
            out.append("<tr><td><span class=\"badge ")
                    .append(kind)
                    .append("\">")
                    .append(task.getStatus().name().toLowerCase(Locale.ROOT))
                    .append("</span></td><td><span class=\"role\">")
                    .append(escape(task.getRole()))
                    .append("</span><br/><span class=\"kind\">")
                    .append(escape(task.getKind()))
                    .append("</span></td><td class=\"what\">")
                    .append(summary(task))
                    .append("</td><td class=\"num\">")
                    .append(task.getResult() == null ? "" : task.getResult().getFindingsTotal())
                    .append("</td><td class=\"num\">")
                    .append(task.getAttempts().size())
                    .append("</td><td class=\"num\">")
                    .append(Durations.words(task.getStartedAt(), task.getFinishedAt()))
                    .append("</td><td>")
                    .append(lane(task, kind))
                    .append("</td></tr>\n");
        }
        out.append("</tbody>\n</table>\n</div>\n");
        artifacts();
        out.append("</section>\n");
    }

    private static String badge(TaskStatus status) {
        return switch (status) {
            case SUCCEEDED -> "good";
            case SKIPPED, CANCELLED -> "warn";
            default -> "bad";
        };
    }

    private static String summary(TaskOutcome task) {
        StringBuilder text = new StringBuilder();
        TaskResult result = task.getResult();
        if (result != null) {
            text.append(escape(result.getSummary()));
        }
        Failure failure = task.getFailure();
        if (failure != null && task.getStatus() != TaskStatus.SUCCEEDED) {
            text.append(text.isEmpty() ? "" : "<br/>")
                    .append(escape(failure.getMessage()))
                    .append(" <code>")
                    .append(escape(failure.getCode()))
                    .append("</code>");
            if (!failure.getRemedy().isEmpty()) {
                text.append("<br/><span class=\"remedy\">")
                        .append(escape(failure.getRemedy()))
                        .append("</span>");
            }
        }
        return text.toString();
    }

    /** When the task ran, within the whole run. */
    private String lane(TaskOutcome task, String kind) {
        Instant started = task.getStartedAt();
        double whole = Math.max(
                1, Duration.between(report.startedAt(), report.finishedAt()).toMillis());
        if (started == null) {
            return "";
        }
        double from =
                100 * Math.max(0, Duration.between(report.startedAt(), started).toMillis()) / whole;
        double width = 100
                * Math.max(0, Duration.between(started, task.getFinishedAt()).toMillis())
                / whole;
        return "<div class=\"lane " + kind + "\" role=\"img\" aria-label=\"from "
                + Durations.words(report.startedAt(), started) + " to "
                + Durations.words(report.startedAt(), task.getFinishedAt()) + " of the run\"><i style=\"left:"
                + number(Math.min(98, from)) + "%;width:" + number(Math.min(100 - Math.min(98, from), width))
                + "%\"></i></div>";
    }

    private void artifacts() {
        List<String> rows = new ArrayList<>();
        for (TaskOutcome task : report.tasks()) {
            if (task.getResult() != null) {
                for (ArtifactRef artifact : task.getResult().getArtifacts()) {
                    rows.add("<tr><td>" + escape(task.getRole()) + "</td><td class=\"what\">" + link(artifact)
                            + "</td><td>" + escape(artifact.getKind()) + "</td><td class=\"num\">"
                            + bytes(artifact.getSizeBytes()) + "</td></tr>\n");
                }
            }
        }
        if (!rows.isEmpty()) {
            out.append("<details><summary>")
                    .append(rows.size())
                    .append(" artifacts</summary>\n<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Role</th>")
                    .append("<th scope=\"col\">File</th><th scope=\"col\">Kind</th>")
                    .append("<th scope=\"col\" class=\"num\">Size</th></tr></thead><tbody>\n");
            rows.forEach(out::append);
            out.append("</tbody></table></div></details>\n");
        }
    }

    private static String link(ArtifactRef artifact) {
        // Only what a browser may open without doing anything.
        boolean safe =
                artifact.getUri().startsWith("file:") || artifact.getUri().startsWith("https:");
        return safe
                ? "<a href=\"" + escape(artifact.getUri()) + "\">" + escape(artifact.getName()) + "</a>"
                : escape(artifact.getName());
    }

    private static String bytes(long size) {
        if (size < 1_024) {
            return size + " B";
        }
        return size < 1_048_576 ? number(size / 1_024.0) + " KB" : number(size / 1_048_576.0) + " MB";
    }

    // ---- changes ---------------------------------------------------------------------------------------------------

    private void changes() {
        List<TaskOutcome> patched = report.tasks().stream()
                .filter(task -> task.getResult() != null
                        && task.getResult().getPatch() != null
                        && !task.getResult().getPatch().isEmpty())
                .toList();
        if (report.branches().isEmpty() && patched.isEmpty()) {
            return;
        }
        out.append("<section aria-labelledby=\"changes\">\n<h2 id=\"changes\">Changes</h2>\n");
        for (BranchReport branch : report.branches()) {
            out.append("<p><span class=\"role\">")
                    .append(escape(branch.role()))
                    .append("</span> finished <code>")
                    .append(escape(branch.branch()))
                    .append("</code> at <code>")
                    .append(escape(MarkdownReport.shortCommit(branch.commit())))
                    .append("</code>. ")
                    .append(
                            switch (branch.state()) {
                                case CREATED ->
                                    "It is in the repository; your checkout is untouched. Take it over with<br/><code class=\"command\">"
                                            + escape(branch.merge()) + "</code>";
                                case REFUSED ->
                                    "<span class=\"badge bad\">not created</span> " + escape(branch.message());
                                case NOT_LOCAL, UNKNOWN ->
                                    "<span class=\"badge warn\">not in the repository</span> "
                                            + escape(branch.message());
                            })
                    .append("</p>\n");
        }
        for (TaskOutcome task : patched) {
            TaskResult result = task.getResult();
            if (result != null && result.getPatch() != null) {
                patch(task, result.getPatch());
            }
        }
        out.append("</section>\n");
    }

    private void patch(TaskOutcome task, String patch) {
        long files =
                patch.lines().filter(line -> line.startsWith("diff --git ")).count();
        long added = patch.lines()
                .filter(line -> line.startsWith("+") && !line.startsWith("+++"))
                .count();
        long removed = patch.lines()
                .filter(line -> line.startsWith("-") && !line.startsWith("---"))
                .count();
        out.append("<details><summary>")
                .append(escape(task.getRole()))
                .append(": ")
                .append(files)
                .append(files == 1 ? " file, " : " files, ")
                .append(added)
                .append(" lines added, ")
                .append(removed)
                .append(" removed</summary>\n<pre tabindex=\"0\">");
        patch.lines().forEach(line -> {
            String kind = line.startsWith("diff --git ")
                    ? "file"
                    : line.startsWith("@@") ? "hunk" : line.startsWith("+") ? "add" : line.startsWith("-") ? "del" : "";
            out.append(kind.isEmpty() ? escape(line) : "<span class=\"" + kind + "\">" + escape(line) + "</span>")
                    .append('\n');
        });
        out.append("</pre></details>\n");
    }

    // ---- findings --------------------------------------------------------------------------------------------------

    private void findings() {
        out.append("<section aria-labelledby=\"findings\">\n<h2 id=\"findings\">Findings</h2>\n");
        if (report.findings().isEmpty()) {
            out.append("<p>Nothing was found")
                    .append(report.findingsTotal() > 0 ? " that could be read" : "")
                    .append(".</p>\n</section>\n");
            return;
        }
        out.append("<ul class=\"legend\">");
        report.bySeverity().forEach((severity, count) -> out.append("<li><i class=\"")
                .append(severity)
                .append("\"></i>")
                .append(count)
                .append(' ')
                .append(severity.name().toLowerCase(Locale.ROOT))
                .append("</li>"));
        out.append("</ul>\n");
        rules();
        boolean few = report.findings().size() <= FINDINGS_OPEN;
        out.append("<details").append(few ? " open=\"open\"" : "").append("><summary>");
        int shown = Math.min(FINDINGS_SHOWN, report.findings().size());
        out.append(
                        shown < report.findingsTotal()
                                ? "The first " + shown + " of " + report.findingsTotal() + " findings, gravest first"
                                : "All " + shown + " findings, gravest first")
                .append("</summary>\n<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Severity</th>")
                .append(
                        "<th scope=\"col\">What</th><th scope=\"col\">Where</th><th scope=\"col\">Rule</th></tr></thead><tbody>\n");
        report.findings().stream().limit(FINDINGS_SHOWN).forEach(found -> {
            Finding finding = found.finding();
            out.append("<tr><td><span class=\"badge ")
                    .append(severityBadge(finding.getSeverity()))
                    .append("\">")
                    .append(finding.getSeverity().name().toLowerCase(Locale.ROOT))
                    .append("</span></td><td class=\"what\">")
                    .append(escape(finding.getMessage()))
                    .append("</td><td class=\"what\">");
            if (finding.getPath() != null) {
                out.append("<code>")
                        .append(escape(finding.getPath()))
                        .append(finding.getLine() == null ? "" : ":" + finding.getLine())
                        .append("</code>");
            }
            out.append("</td><td><code>").append(escape(finding.getRule())).append("</code></td></tr>\n");
        });
        out.append("</tbody></table></div></details>\n</section>\n");
    }

    private static String severityBadge(Severity severity) {
        return switch (severity) {
            case ERROR -> "bad";
            case WARNING -> "warn";
            default -> "info";
        };
    }

    private void rules() {
        Map<String, Map<Severity, Integer>> rules = report.byRule();
        int most = rules.values().stream().mapToInt(RunReport::sum).max().orElse(1);
        out.append("<div class=\"bars\">\n");
        rules.entrySet().stream().limit(RULES_SHOWN).forEach(rule -> {
            int sum = RunReport.sum(rule.getValue());
            out.append("<div class=\"name\"><code>")
                    .append(escape(rule.getKey()))
                    .append("</code></div><div class=\"bar\" aria-hidden=\"true\">");
            rule.getValue().forEach((severity, count) -> out.append("<i class=\"")
                    .append(severity)
                    .append("\" style=\"width:")
                    .append(number(Math.max(0.7, 100.0 * count / most)))
                    .append("%\"></i>"));
            out.append("</div><div class=\"count\">").append(sum).append("</div>\n");
        });
        out.append("</div>\n");
        if (rules.size() > RULES_SHOWN) {
            out.append("<p class=\"remedy\">and ")
                    .append(rules.size() - RULES_SHOWN)
                    .append(" rules with fewer findings</p>\n");
        }
    }

    // ---- dependencies ----------------------------------------------------------------------------------------------

    private void dependencies() {
        DependencyMap map = report.map();
        if (map == null || map.isEmpty()) {
            return;
        }
        int shown = Math.min(DependencyMapSvg.LIMIT, map.modules().size());
        out.append("<section aria-labelledby=\"dependencies\">\n<h2 id=\"dependencies\">Dependency map</h2>\n")
                .append("<ul class=\"legend\"><li><i class=\"stroke\"></i>imports, in the direction of the arrow;")
                .append(" the thicker, the more</li><li><i class=\"stroke cycle\"></i>part of a cycle</li></ul>\n")
                .append("<figure>\n<div class=\"scroll\">\n")
                .append(DependencyMapSvg.draw(map))
                .append("</div>\n<figcaption>");
        String prefix = DependencyMapSvg.commonPrefix(
                map.modules().stream().map(DependencyMap.Module::id).toList());
        if (!prefix.isEmpty()) {
            out.append("All names begin with <code>").append(escape(prefix)).append("</code>. ");
        }
        if (shown < map.modules().size()) {
            out.append("Shown are the ")
                    .append(shown)
                    .append(" of ")
                    .append(map.modules().size())
                    .append(" modules with the most imports. ");
        }
        out.append("Point at a module to see what it imports and what imports it.</figcaption>\n</figure>\n");
        cycles(map);
        moduleTable(map);
        out.append("</section>\n");
    }

    private void cycles(DependencyMap map) {
        if (map.cycles().isEmpty()) {
            return;
        }
        out.append("<h3>Cycles</h3>\n<ul class=\"cycles\">\n");
        for (List<String> cycle : map.cycles()) {
            out.append("<li>");
            cycle.forEach(module -> out.append("<code>").append(escape(module)).append("</code> → "));
            out.append("<code>")
                    .append(escape(cycle.isEmpty() ? "" : cycle.get(0)))
                    .append("</code></li>\n");
        }
        out.append("</ul>\n");
    }

    private void moduleTable(DependencyMap map) {
        Map<String, Integer> imports = new HashMap<>();
        Map<String, Integer> importedBy = new HashMap<>();
        for (DependencyMap.Import edge : map.imports()) {
            imports.merge(edge.from(), 1, Integer::sum);
            importedBy.merge(edge.to(), 1, Integer::sum);
        }
        Map<String, Integer> languages = new TreeMap<>();
        map.modules().forEach(module -> languages.merge(module.language(), module.lines(), Integer::sum));
        out.append("<details><summary>")
                .append(map.modules().size())
                .append(" modules as a table</summary>\n<p class=\"remedy\">Lines by language: ");
        List<String> words = new ArrayList<>();
        languages.forEach(
                (language, lines) -> words.add(escape(language) + " " + String.format(Locale.ROOT, "%,d", lines)));
        out.append(String.join(" · ", words))
                .append(
                        "</p>\n<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Module</th><th scope=\"col\">Language</th>")
                .append("<th scope=\"col\" class=\"num\">Files</th><th scope=\"col\" class=\"num\">Lines</th>")
                .append(
                        "<th scope=\"col\" class=\"num\">Imports</th><th scope=\"col\" class=\"num\">Imported by</th></tr></thead><tbody>\n");
        map.modules().stream()
                .sorted(Comparator.comparing((DependencyMap.Module m) -> -importedBy.getOrDefault(m.id(), 0))
                        .thenComparing(DependencyMap.Module::id))
                .forEach(module -> out.append("<tr><td class=\"what\"><code>")
                        .append(escape(module.id()))
                        .append("</code></td><td>")
                        .append(escape(module.language()))
                        .append("</td><td class=\"num\">")
                        .append(module.files())
                        .append("</td><td class=\"num\">")
                        .append(String.format(Locale.ROOT, "%,d", module.lines()))
                        .append("</td><td class=\"num\">")
                        .append(imports.getOrDefault(module.id(), 0))
                        .append("</td><td class=\"num\">")
                        .append(importedBy.getOrDefault(module.id(), 0))
                        .append("</td></tr>\n"));
        out.append("</tbody></table></div></details>\n");
    }

    private void hotFiles() {
        DependencyMap map = report.map();
        if (map == null || map.hotFiles().isEmpty()) {
            return;
        }
        double most = map.hotFiles().stream()
                .mapToDouble(DependencyMap.HotFile::score)
                .max()
                .orElse(1);
        out.append("<section aria-labelledby=\"hot\">\n<h2 id=\"hot\">Hot files</h2>\n")
                .append(
                        "<p class=\"remedy\">Files that change often and are large: where a change is most likely to be made next, and to go wrong.</p>\n")
                .append("<div class=\"bars\">\n");
        map.hotFiles().stream().limit(FILES_SHOWN).forEach(file -> out.append("<div class=\"name\"><code title=\"")
                .append(escape(file.path()))
                .append("\">")
                .append(escape(Markup.middleShortened(file.path(), 64)))
                .append("</code></div><div class=\"bar\" aria-hidden=\"true\"><i class=\"heat\" style=\"width:")
                .append(number(most <= 0 ? 0 : Math.max(1, 100 * file.score() / most)))
                .append("%\"></i></div><div class=\"count\">")
                .append(file.commits())
                .append(file.commits() == 1 ? " commit · " : " commits · ")
                .append(DependencyMapSvg.compact(file.churn()))
                .append(" changed · ")
                .append(DependencyMapSvg.compact(file.lines()))
                .append(" lines</div>\n"));
        out.append("</div>\n");
        if (!map.coChange().isEmpty()) {
            out.append(
                            "<details><summary>Files that change together</summary>\n<div class=\"scroll\"><table><thead><tr>")
                    .append("<th scope=\"col\">File</th><th scope=\"col\">changes with</th>")
                    .append(
                            "<th scope=\"col\" class=\"num\">Times</th><th scope=\"col\" class=\"num\">Share</th></tr></thead><tbody>\n");
            map.coChange().stream().limit(FILES_SHOWN).forEach(pair -> out.append("<tr><td class=\"what\"><code>")
                    .append(escape(pair.a()))
                    .append("</code></td><td class=\"what\"><code>")
                    .append(escape(pair.b()))
                    .append("</code></td><td class=\"num\">")
                    .append(pair.together())
                    .append("</td><td class=\"num\">")
                    .append(Math.round(pair.confidence() * 100))
                    .append(" %</td></tr>\n"));
            out.append("</tbody></table></div></details>\n");
        }
        out.append("</section>\n");
    }

    private void notes() {
        if (!report.notes().isEmpty()) {
            out.append("<section aria-labelledby=\"notes\">\n<h2 id=\"notes\">Notes</h2>\n<ul>\n");
            report.notes()
                    .forEach(note -> out.append("<li>").append(escape(note)).append("</li>\n"));
            out.append("</ul>\n</section>\n");
        }
    }

    private static String resource(String name) {
        try (InputStream in = HtmlReport.class.getResourceAsStream("/report/" + name)) {
            if (in == null) {
                throw new IllegalStateException("/report/" + name + " is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
