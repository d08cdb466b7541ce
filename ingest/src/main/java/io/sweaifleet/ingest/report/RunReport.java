package io.sweaifleet.ingest.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.ingest.print.OutcomeTable;
import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.common.Finding;
import io.sweaifleet.schemas.common.Severity;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskResult;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything a report of a run tells, gathered from outcomes and artifacts.
 *
 * @param workflowId id
 * @param title what was run
 * @param repository path or URL
 * @param commit commit that was looked at, or empty when no attempt cloned it
 * @param startedAt when it was submitted
 * @param finishedAt when the last task ended
 * @param tasks outcomes in the order of a report: what was skipped first
 * @param findings all findings, gravest first
 * @param findingsTotal number of findings in all, also of those that could not be read
 * @param map what the architect found, or null
 * @param branches finished branches
 * @param notes what a reader must know of the report itself, such as an artifact that could not be read
 */
public record RunReport(
        String workflowId,
        String title,
        String repository,
        String commit,
        Instant startedAt,
        Instant finishedAt,
        List<TaskOutcome> tasks,
        List<TaskFinding> findings,
        int findingsTotal,
        @Nullable DependencyMap map,
        List<BranchReport> branches,
        List<String> notes) {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final List<Severity> GRAVEST_FIRST =
            List.of(Severity.ERROR, Severity.WARNING, Severity.INFO, Severity.UNKNOWN);

    public RunReport {
        tasks = List.copyOf(tasks);
        findings = List.copyOf(findings);
        branches = List.copyOf(branches);
        notes = List.copyOf(notes);
    }

    /** A finding and the task that found it. */
    public record TaskFinding(TaskOutcome task, Finding finding) {}

    /** Gathers a report. Artifacts that cannot be read are left out and named in the notes. */
    public static RunReport of(
            String workflowId,
            String title,
            String repository,
            Instant startedAt,
            Collection<TaskOutcome> outcomes,
            List<BranchReport> branches) {
        List<TaskOutcome> tasks = OutcomeTable.sorted(outcomes);
        List<String> notes = new ArrayList<>();
        List<TaskFinding> findings = new ArrayList<>();
        DependencyMap map = null;
        String commit = "";
        int total = 0;
        for (TaskOutcome task : tasks) {
            TaskResult result = task.getResult();
            if (result == null) {
                continue;
            }
            if (commit.isEmpty() && result.getBaseCommit() != null) {
                commit = result.getBaseCommit();
            }
            total += result.getFindingsTotal();
            findingsOf(task, result, notes).forEach(finding -> findings.add(new TaskFinding(task, finding)));
            if (map == null) {
                map = mapOf(result, notes);
            }
        }
        findings.sort(Comparator.comparing(
                        (TaskFinding f) -> GRAVEST_FIRST.indexOf(f.finding().getSeverity()))
                .thenComparing(f -> f.finding().getRule())
                .thenComparing(f -> path(f.finding()))
                .thenComparing(
                        f -> f.finding().getLine() == null ? 0 : f.finding().getLine()));
        Instant finishedAt = tasks.stream()
                .map(TaskOutcome::getFinishedAt)
                .max(Comparator.naturalOrder())
                .orElse(startedAt);
        return new RunReport(
                workflowId,
                title,
                repository,
                commit,
                startedAt,
                finishedAt,
                tasks,
                findings,
                Math.max(total, findings.size()),
                map,
                branches,
                notes);
    }

    static String path(Finding finding) {
        return finding.getPath() == null ? "" : finding.getPath();
    }

    /** Those in the outcome, or all of the report artifact when there are more. */
    private static List<Finding> findingsOf(TaskOutcome task, TaskResult result, List<String> notes) {
        if (result.getFindingsTotal() <= result.getFindings().size()) {
            return result.getFindings();
        }
        for (ArtifactRef artifact : result.getArtifacts()) {
            if (artifact.getName().equals("report.json")) {
                try {
                    List<Finding> all = parseFindings(MAPPER.readTree(Artifacts.read(artifact)));
                    if (all.size() > result.getFindings().size()) {
                        return all;
                    }
                } catch (IOException e) {
                    notes.add("Only " + result.getFindings().size() + " of " + result.getFindingsTotal()
                            + " findings of " + task.getTaskId() + " are shown: " + e.getMessage());
                }
            }
        }
        return result.getFindings();
    }

    private static List<Finding> parseFindings(JsonNode report) {
        List<Finding> findings = new ArrayList<>();
        for (JsonNode node : report.path("findings")) {
            findings.add(Finding.newBuilder()
                    .setRule(node.path("rule").asText())
                    .setSeverity(severity(node.path("severity").asText()))
                    .setPath(node.path("path").isTextual() ? node.path("path").asText() : null)
                    .setLine(node.path("line").isInt() ? node.path("line").asInt() : null)
                    .setMessage(node.path("message").asText())
                    .build());
        }
        return findings;
    }

    private static Severity severity(String name) {
        for (Severity severity : Severity.values()) {
            if (severity.name().equals(name.toUpperCase(Locale.ROOT))) {
                return severity;
            }
        }
        return Severity.UNKNOWN;
    }

    private static @Nullable DependencyMap mapOf(TaskResult result, List<String> notes) {
        for (ArtifactRef artifact : result.getArtifacts()) {
            if (artifact.getKind().equals("dependency-map")) {
                try {
                    return DependencyMap.parse(Artifacts.read(artifact));
                } catch (IOException e) {
                    notes.add("The dependency map is not shown: " + e.getMessage());
                }
            }
        }
        return null;
    }

    /** Number of findings by severity, gravest first, without those that do not occur. */
    public Map<Severity, Integer> bySeverity() {
        Map<Severity, Integer> counts = new LinkedHashMap<>();
        GRAVEST_FIRST.forEach(severity -> counts.put(severity, 0));
        findings.forEach(finding -> counts.merge(finding.finding().getSeverity(), 1, Integer::sum));
        counts.values().removeIf(count -> count == 0);
        return counts;
    }

    /** Number of findings by rule and severity; rules with the most findings first. */
    public Map<String, Map<Severity, Integer>> byRule() {
        Map<String, Map<Severity, Integer>> rules = new HashMap<>();
        findings.forEach(finding -> rules.computeIfAbsent(finding.finding().getRule(), r -> new LinkedHashMap<>())
                .merge(finding.finding().getSeverity(), 1, Integer::sum));
        Map<String, Map<Severity, Integer>> sorted = new LinkedHashMap<>();
        rules.entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<String, Map<Severity, Integer>> e) -> -sum(e.getValue()))
                        .thenComparing(Map.Entry::getKey))
                .forEach(e -> sorted.put(e.getKey(), e.getValue()));
        return sorted;
    }

    static int sum(Map<Severity, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** The repository's name: the last part of its path. */
    public String repositoryName() {
        String trimmed = repository.replaceAll("(/|\\.git)+$", "");
        return trimmed.substring(Math.max(trimmed.lastIndexOf('/'), trimmed.lastIndexOf(':')) + 1);
    }
}
