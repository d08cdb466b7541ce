package io.sweaifleet.ingest.work;

import static io.sweaifleet.ingest.drawing.Markup.escape;

import io.sweaifleet.ingest.print.Durations;
import io.sweaifleet.schemas.common.Usage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What came of a list of tasks, for whoever comes in the morning: what needs a person first, then every task.
 *
 * @param file the list
 * @param repository path or URL
 * @param startedAt when this run of the list began
 * @param writtenAt when the report was written
 * @param until moment from which no further task was begun, or null
 * @param zone zone of the times shown
 * @param entries every task of the list
 */
public record MorningReport(
        String file,
        String repository,
        Instant startedAt,
        Instant writtenAt,
        @Nullable Instant until,
        ZoneId zone,
        List<BacklogEntry> entries) {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);

    public MorningReport {
        entries = List.copyOf(entries);
    }

    /** One line for the terminal: how many of what. */
    public String summary() {
        long done = count("succeeded");
        long waiting = count("not begun");
        long running = count("running");
        long failed = entries.size() - done - waiting - running;
        return done + " of " + entries.size() + " succeeded"
                + (failed > 0 ? ", " + failed + " did not" : "")
                + (running > 0 ? ", " + running + " still running" : "")
                + (waiting > 0 ? ", " + waiting + " not begun" : "") + "; "
                + WorkResult.money(cost()) + ", " + String.format(Locale.ROOT, "%,d", tokens()) + " tokens";
    }

    /** True when every task that was begun has ended well. */
    public boolean allWell() {
        return entries.stream()
                .allMatch(entry -> List.of("succeeded", "not begun").contains(status(entry)));
    }

    private long count(String status) {
        return entries.stream().filter(entry -> status(entry).equals(status)).count();
    }

    private long cost() {
        return usages().stream().mapToLong(Usage::getCostMicroUsd).sum();
    }

    private long tokens() {
        return usages().stream()
                .mapToLong(usage -> usage.getInputTokens() + usage.getOutputTokens())
                .sum();
    }

    private List<Usage> usages() {
        return entries.stream()
                .flatMap(entry -> entry.result().stream())
                .map(WorkResult::usage)
                .toList();
    }

    /** How a task stands, in a word or two. */
    public static String status(BacklogEntry entry) {
        return switch (entry.state()) {
            case WAITING -> "not begun";
            case RUNNING -> "running";
            case REFUSED -> "refused";
            case ENDED ->
                entry.outcome() == null
                        ? "ended"
                        : entry.outcome().getStatus().name().toLowerCase(Locale.ROOT);
        };
    }

    private static List<String> needs(BacklogEntry entry) {
        return switch (entry.state()) {
            case WAITING -> List.of("it was not begun: run the list again");
            case RUNNING -> List.of("it was still running: `fleet watch " + entry.id() + "`");
            case REFUSED -> List.of("the fleet refused it: " + entry.message());
            case ENDED -> entry.result().map(WorkResult::needs).orElse(List.of());
        };
    }

    private static String branch(BacklogEntry entry) {
        return entry.result().flatMap(WorkResult::branch).orElse("");
    }

    private static String diff(BacklogEntry entry) {
        return entry.result()
                .filter(result -> result.branch().isPresent())
                .map(result -> DiffStat.of(result.patch()).toString())
                .orElse("");
    }

    private static String tests(BacklogEntry entry) {
        return entry.result()
                .map(result -> result.testsBefore() + " → " + result.testsAfter())
                .orElse("");
    }

    private static String cost(BacklogEntry entry) {
        return entry.result()
                .map(result -> WorkResult.money(result.usage().getCostMicroUsd()))
                .orElse("");
    }

    private static String time(BacklogEntry entry) {
        return entry.result().map(WorkResult::time).orElse("");
    }

    private String at(Instant moment) {
        return TIME.format(moment.atZone(zone));
    }

    private String period() {
        return at(startedAt) + " to " + at(writtenAt) + " (" + Durations.words(startedAt, writtenAt) + ")"
                + (until == null ? "" : ", no new task from " + at(until));
    }

    private List<String> brains() {
        return entries.stream()
                .flatMap(entry -> entry.result().stream())
                .map(WorkResult::brain)
                .distinct()
                .sorted()
                .toList();
    }

    /** The report as Markdown. */
    public String markdown() {
        List<String> out = new ArrayList<>();
        out.add("# Morning report: " + text(file));
        out.add("");
        out.add("- " + text(summary()));
        out.add("- Repository: " + code(repository));
        out.add("- " + period());
        brains().forEach(brain -> out.add("- Brain: " + text(brain)));
        out.add("");
        List<BacklogEntry> open =
                entries.stream().filter(entry -> !needs(entry).isEmpty()).toList();
        out.add("## Needs a person");
        out.add("");
        if (open.isEmpty()) {
            out.add("Nothing but your review and the merges.");
        }
        for (BacklogEntry entry : open) {
            out.add("- " + text(title(entry)) + ": " + text(String.join("; ", needs(entry))));
        }
        out.add("");
        out.add("## Tasks");
        out.add("");
        out.add("| Line | Task | Outcome | Diff | Tests before → after | Time | Cost | Branch |");
        out.add("|---:|---|---|---|---|---:|---:|---|");
        for (BacklogEntry entry : entries) {
            out.add("| " + entry.item().line() + " | " + text(title(entry)) + " | " + status(entry) + " | "
                    + diff(entry) + " | " + text(tests(entry)) + " | " + time(entry) + " | " + text(cost(entry)) + " | "
                    + (branch(entry).isEmpty() ? "" : code(branch(entry))) + " |");
        }
        out.add("");
        List<String> merges = merges();
        if (!merges.isEmpty()) {
            out.add("## To take them over");
            out.add("");
            out.add("```sh");
            out.addAll(merges);
            out.add("```");
            out.add("");
        }
        return String.join("\n", out);
    }

    /** Commands for the branches that a person may merge as they are, those with passing tests. */
    private List<String> merges() {
        return entries.stream()
                .filter(entry -> !branch(entry).isEmpty() && needs(entry).isEmpty())
                .map(entry -> "git merge " + branch(entry))
                .toList();
    }

    private static String title(BacklogEntry entry) {
        return WorkRequest.title(entry.item().text());
    }

    /** The report as one HTML page that needs nothing else. */
    public String html() {
        StringBuilder out = new StringBuilder(16 * 1024);
        out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n")
                .append("<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>Morning report: ")
                .append(escape(file))
                .append("</title>\n<style>\n")
                .append(style())
                .append("</style>\n</head>\n<body>\n<main>\n<p class=\"eyebrow\">Morning report</p>\n<h1>")
                .append(escape(file))
                .append("</h1>\n<p class=\"facts\"><code>")
                .append(escape(repository))
                .append("</code> · ")
                .append(escape(period()))
                .append("<br/>")
                .append(escape(summary()));
        brains().forEach(brain -> out.append("<br/>").append(escape(brain)));
        out.append("</p>\n<section><h2>Needs a person</h2>\n<ul>\n");
        boolean any = false;
        for (BacklogEntry entry : entries) {
            List<String> needs = needs(entry);
            if (!needs.isEmpty()) {
                any = true;
                out.append("<li><a href=\"#")
                        .append(escape(entry.id()))
                        .append("\">")
                        .append(escape(title(entry)))
                        .append("</a>: ")
                        .append(escape(String.join("; ", needs)))
                        .append("</li>\n");
            }
        }
        out.append(any ? "" : "<li>Nothing but your review and the merges.</li>\n")
                .append("</ul></section>\n<section><h2>Tasks</h2>\n<div class=\"scroll\"><table>\n<thead><tr>")
                .append(
                        "<th class=\"num\">Line</th><th>Task</th><th>Outcome</th><th>Diff</th><th>Tests before → after</th>")
                .append(
                        "<th class=\"num\">Time</th><th class=\"num\">Cost</th><th>Branch</th></tr></thead>\n<tbody>\n");
        entries.forEach(entry -> row(out, entry));
        out.append("</tbody></table></div></section>\n");
        List<String> merges = merges();
        if (!merges.isEmpty()) {
            out.append("<section><h2>To take them over</h2><pre>")
                    .append(escape(String.join("\n", merges)))
                    .append("</pre></section>\n");
        }
        return out.append("</main>\n</body>\n</html>\n").toString();
    }

    private static void row(StringBuilder out, BacklogEntry entry) {
        String status = status(entry);
        String badge = status.equals("succeeded")
                ? needs(entry).isEmpty() ? "good" : "warn"
                : entry.state() == BacklogEntry.State.WAITING || entry.state() == BacklogEntry.State.RUNNING
                        ? "info"
                        : "bad";
        out.append("<tr id=\"")
                .append(escape(entry.id()))
                .append("\"><td class=\"num\">")
                .append(entry.item().line())
                .append("</td><td class=\"what\">")
                .append(escape(title(entry)))
                .append("</td><td><span class=\"badge ")
                .append(badge)
                .append("\">")
                .append(escape(status))
                .append("</span></td><td>")
                .append(escape(diff(entry)))
                .append("</td><td>")
                .append(escape(tests(entry)))
                .append("</td><td class=\"num\">")
                .append(escape(time(entry)))
                .append("</td><td class=\"num\">")
                .append(escape(cost(entry)))
                .append("</td><td><code>")
                .append(escape(branch(entry)))
                .append("</code></td></tr>\n");
    }

    private static String style() {
        try (InputStream in = MorningReport.class.getResourceAsStream("/report/report.css")) {
            if (in == null) {
                throw new IllegalStateException("report.css is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String code(String text) {
        // A backtick cannot be escaped inside of code; a bar would end the table's cell.
        return "`" + text.replace('`', '\'').replaceAll("\\s*\\R\\s*", " ").replace("|", "\\|") + "`";
    }

    private static String text(String text) {
        return text.replaceAll("\\s*\\R\\s*", " ").replaceAll("([\\\\`*_{}\\[\\]<>|#])", "\\\\$1");
    }
}
