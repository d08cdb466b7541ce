package io.sweaifleet.agent.playbook.support;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.schemas.common.Finding;
import io.sweaifleet.schemas.common.Severity;
import io.sweaifleet.schemas.common.SkippedStep;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a playbook found and skipped, passes it on to the attempt, and writes the two artifacts that every playbook ends
 * in: {@code report.json} with everything, and {@code report.md} for people with the longest lists cut. Not thread-safe.
 */
public final class Report {

    /** Findings shown in report.md; report.json has all. */
    static final int SHOWN_FINDINGS = 200;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final PlaybookContext context;
    private final Playbook playbook;
    private final String title;
    private final ObjectNode details = JsonNodeFactory.instance.objectNode();
    private final Markdown sections = new Markdown();
    private final List<Finding> findings = new ArrayList<>();
    private final List<SkippedStep> skipped = new ArrayList<>();

    public Report(PlaybookContext context, Playbook playbook, String title) {
        this.context = context;
        this.playbook = playbook;
        this.title = title;
    }

    /** Reports something found at a place; path and line may be null. */
    public void finding(String rule, Severity severity, @Nullable String path, @Nullable Integer line, String message) {
        Finding finding = Finding.newBuilder()
                .setRule(rule)
                .setSeverity(severity)
                .setPath(path)
                .setLine(line)
                .setMessage(message)
                .build();
        findings.add(finding);
        context.finding(finding);
    }

    /** Reports a part that was not done, and why. */
    public void skip(String what, String code, String reason, String remedy) {
        skipped.add(SkippedStep.newBuilder()
                .setWhat(what)
                .setCode(code)
                .setReason(reason)
                .setRemedy(remedy)
                .build());
        context.skip(what, code, reason, remedy);
    }

    /** What was found so far, in order. */
    public List<Finding> findings() {
        return List.copyOf(findings);
    }

    /** What was skipped so far, in order. */
    public List<SkippedStep> skipped() {
        return List.copyOf(skipped);
    }

    /** Further members of report.json. */
    public ObjectNode details() {
        return details;
    }

    /** Further sections of report.md, after skipped parts and findings. */
    public Markdown sections() {
        return sections;
    }

    /**
     * Writes both artifacts.
     *
     * @param summary one line for people
     */
    public void publish(String summary) {
        context.artifact("report.json", "report", "application/json", toJson(json(summary)));
        context.artifact(
                "report.md", "report", "text/markdown", markdown(summary).getBytes(StandardCharsets.UTF_8));
    }

    /** A JSON document as indented UTF-8. */
    public static byte[] toJson(JsonNode node) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tree of plain JSON nodes could not be written", e);
        }
    }

    /** Puts what was found and what was skipped into a report, in the one form that every report.json has. */
    public static void putFound(ObjectNode root, List<Finding> findings, List<SkippedStep> skipped) {
        ArrayNode found = root.putArray("findings");
        for (Finding finding : findings) {
            ObjectNode node = found.addObject();
            node.put("rule", finding.getRule());
            node.put("severity", finding.getSeverity().name());
            node.put("path", finding.getPath());
            node.put("line", finding.getLine());
            node.put("message", finding.getMessage());
        }
        ArrayNode left = root.putArray("skipped");
        for (SkippedStep step : skipped) {
            ObjectNode node = left.addObject();
            node.put("what", step.getWhat());
            node.put("code", step.getCode());
            node.put("reason", step.getReason());
            node.put("remedy", step.getRemedy());
        }
    }

    private ObjectNode json(String summary) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("playbook", playbook.kind());
        root.put("version", playbook.version());
        root.put("repository", context.repository());
        root.put("commit", context.baseCommit());
        root.put("summary", summary);
        putFound(root, findings, skipped);
        root.setAll(details);
        return root;
    }

    private String markdown(String summary) {
        Markdown page = new Markdown();
        page.heading(1, title).paragraph(summary);
        if (!context.baseCommit().isEmpty()) {
            page.paragraph("Repository " + context.repository() + " at commit " + context.baseCommit() + ".");
        }
        if (!skipped.isEmpty()) {
            page.heading(2, "Skipped");
            page.table(
                    List.of("What", "Code", "Why", "Remedy"),
                    skipped.stream()
                            .map(s -> List.of(s.getWhat(), s.getCode(), s.getReason(), s.getRemedy()))
                            .toList());
        }
        page.heading(2, "Findings");
        if (findings.isEmpty()) {
            page.paragraph("Nothing was found.");
        } else {
            findingTables(page);
        }
        return page + "\n" + sections;
    }

    private void findingTables(Markdown page) {
        Map<String, Integer> byRule = new TreeMap<>();
        findings.forEach(finding -> byRule.merge(finding.getRule(), 1, Integer::sum));
        page.table(
                List.of("Rule", "Findings"),
                byRule.entrySet().stream()
                        .map(e -> List.of(e.getKey(), String.valueOf(e.getValue())))
                        .toList());
        page.table(
                List.of("Severity", "Rule", "Where", "What"),
                findings.stream()
                        .sorted(Comparator.comparing(Finding::getSeverity, Comparator.reverseOrder()))
                        .limit(SHOWN_FINDINGS)
                        .map(f -> List.of(f.getSeverity().name(), f.getRule(), place(f), f.getMessage()))
                        .toList());
        if (findings.size() > SHOWN_FINDINGS) {
            page.paragraph("The first " + SHOWN_FINDINGS + " of " + findings.size()
                    + " findings, gravest first; report.json has all.");
        }
    }

    private static String place(Finding finding) {
        if (finding.getPath() == null) {
            return "";
        }
        return finding.getLine() == null ? finding.getPath() : finding.getPath() + ":" + finding.getLine();
    }
}
