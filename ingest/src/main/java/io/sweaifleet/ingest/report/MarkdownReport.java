package io.sweaifleet.ingest.report;

import io.sweaifleet.ingest.print.Durations;
import io.sweaifleet.ingest.print.NotDone;
import io.sweaifleet.ingest.print.OutcomeTable;
import io.sweaifleet.ingest.print.Style;
import io.sweaifleet.schemas.common.Finding;
import io.sweaifleet.schemas.json.IsoTimes;
import io.sweaifleet.schemas.task.TaskOutcome;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A run as Markdown. */
public final class MarkdownReport {

    private static final int FINDINGS_SHOWN = 200;
    private static final int FILES_SHOWN = 20;

    private final RunReport report;
    private final StringBuilder out = new StringBuilder();

    private MarkdownReport(RunReport report) {
        this.report = report;
    }

    /** The report's text. */
    public static String render(RunReport report) {
        MarkdownReport page = new MarkdownReport(report);
        page.head();
        page.skipped();
        page.tasks();
        page.branches();
        page.findings();
        page.dependencies();
        page.notes();
        return page.out.toString();
    }

    private void head() {
        line("# " + text(report.title()) + ": " + text(report.repositoryName()));
        line("");
        line("- Repository: " + code(report.repository())
                + (report.commit().isEmpty() ? "" : " at " + code(shortCommit(report.commit()))));
        line("- Run: " + code(report.workflowId()) + ", " + IsoTimes.format(report.startedAt()) + ", took "
                + Durations.words(report.startedAt(), report.finishedAt()));
        line("- Findings: " + report.findingsTotal()
                + (report.bySeverity().isEmpty()
                        ? ""
                        : " ("
                                + report.bySeverity().entrySet().stream()
                                        .map(e -> e.getValue() + " "
                                                + e.getKey().name().toLowerCase(Locale.ROOT))
                                        .collect(Collectors.joining(", "))
                                + ")"));
        line("");
    }

    private void skipped() {
        List<NotDone> notDone = NotDone.of(report.tasks());
        if (!notDone.isEmpty()) {
            line("## Not done");
            line("");
            notDone.forEach(one -> line("- " + text(one.toString())));
            line("");
        }
    }

    private void tasks() {
        line("## Tasks");
        line("");
        line("| Status | Role | Kind | Attempts | Time | Findings | Summary |");
        line("|---|---|---|---:|---:|---:|---|");
        for (TaskOutcome task : report.tasks()) {
            String summary =
                    task.getResult() != null && !task.getResult().getSummary().isEmpty()
                            ? task.getResult().getSummary()
                            : task.getFailure() == null ? "" : OutcomeTable.words(task.getFailure());
            line("| " + task.getStatus().name().toLowerCase(Locale.ROOT) + " | " + text(task.getRole()) + " | "
                    + text(task.getKind()) + " | " + task.getAttempts().size() + " | "
                    + Durations.words(task.getStartedAt(), task.getFinishedAt()) + " | "
                    + (task.getResult() == null ? "" : task.getResult().getFindingsTotal()) + " | " + text(summary)
                    + " |");
        }
        line("");
        for (String failure : OutcomeTable.failures(report.tasks(), Style.PLAIN)) {
            line("- " + text(failure));
        }
        line("");
    }

    private void branches() {
        if (report.branches().isEmpty()) {
            return;
        }
        line("## Branches");
        line("");
        for (BranchReport branch : report.branches()) {
            line("- " + code(branch.branch()) + " at " + code(shortCommit(branch.commit())) + ", by "
                    + text(branch.role()) + ": "
                    + switch (branch.state()) {
                        case CREATED -> "take it over with " + code(branch.merge());
                        case REFUSED -> "not created: " + text(branch.message());
                        case NOT_LOCAL -> "not on this host: " + text(branch.message());
                        case UNKNOWN -> text(branch.message());
                    });
        }
        line("");
    }

    private void findings() {
        if (report.findings().isEmpty()) {
            return;
        }
        line("## Findings");
        line("");
        line("| Rule | Findings |");
        line("|---|---:|");
        report.byRule().forEach((rule, counts) -> line("| " + code(rule) + " | " + RunReport.sum(counts) + " |"));
        line("");
        line("| Severity | Rule | Where | What |");
        line("|---|---|---|---|");
        report.findings().stream().limit(FINDINGS_SHOWN).forEach(found -> {
            Finding finding = found.finding();
            line("| " + finding.getSeverity().name().toLowerCase(Locale.ROOT) + " | " + code(finding.getRule()) + " | "
                    + where(finding) + " | " + text(finding.getMessage()) + " |");
        });
        line("");
        if (report.findingsTotal() > FINDINGS_SHOWN) {
            line("The first " + FINDINGS_SHOWN + " of " + report.findingsTotal()
                    + "; the tasks' `report.json` artifacts have all.");
            line("");
        }
    }

    private static String where(Finding finding) {
        if (finding.getPath() == null) {
            return "";
        }
        return code(finding.getPath() + (finding.getLine() == null ? "" : ":" + finding.getLine()));
    }

    private void dependencies() {
        DependencyMap map = report.map();
        if (map == null || map.isEmpty()) {
            return;
        }
        line("## Dependencies");
        line("");
        line(counted(map.modules().size(), "module") + ", "
                + counted(map.imports().size(), "pair") + " of modules of which one imports the other, "
                + (map.cycles().isEmpty() ? "no cycle." : counted(map.cycles().size(), "cycle") + ":"));
        line("");
        map.cycles()
                .forEach(cycle -> line("- "
                        + cycle.stream().map(MarkdownReport::code).collect(Collectors.joining(" → ")) + " → "
                        + code(cycle.isEmpty() ? "" : cycle.get(0))));
        if (!map.hotFiles().isEmpty()) {
            line("");
            line("| Hot file | Commits | Churn | Lines | Score |");
            line("|---|---:|---:|---:|---:|");
            map.hotFiles().stream()
                    .limit(FILES_SHOWN)
                    .forEach(file -> line("| " + code(file.path()) + " | " + file.commits() + " | " + file.churn()
                            + " | " + file.lines() + " | " + String.format(Locale.ROOT, "%.2f", file.score()) + " |"));
        }
        line("");
    }

    private static String counted(int count, String thing) {
        return count + " " + thing + (count == 1 ? "" : "s");
    }

    private void notes() {
        if (!report.notes().isEmpty()) {
            line("## Notes");
            line("");
            report.notes().forEach(note -> line("- " + text(note)));
            line("");
        }
    }

    private void line(String text) {
        out.append(text).append('\n');
    }

    static String shortCommit(String commit) {
        return commit.substring(0, Math.min(10, commit.length()));
    }

    private static String code(String text) {
        // A backtick cannot be escaped inside of code; a bar would end the table's cell.
        return "`" + text.replace('`', '\'').replaceAll("\\s*\\R\\s*", " ").replace("|", "\\|") + "`";
    }

    private static String text(String text) {
        return text.replaceAll("\\s*\\R\\s*", " ").replaceAll("([\\\\`*_{}\\[\\]<>|#])", "\\\\$1");
    }
}
