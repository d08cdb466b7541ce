package io.sweaifleet.agent.playbook.developer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.PlaybookResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Tells what a developer playbook did: artifacts, facts and outputs. */
final class ChangeReport {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final int MAX_FACTS = 200;

    private final PlaybookContext context;
    private final String kind;
    private final Map<String, String> changed = new TreeMap<>();
    private final List<Left> left = new ArrayList<>();

    ChangeReport(PlaybookContext context, String kind) {
        this.context = context;
        this.kind = kind;
    }

    private record Left(String path, String code, String reason) {}

    /** A file that was changed, and how. */
    void changed(String path, String how) {
        changed.put(path, how);
    }

    /** A file that was not changed although it might have been; reported as a skip too. */
    void leftAlone(String path, String code, String reason, String remedy) {
        left.add(new Left(path, code, reason));
        context.skip(path, code, reason, remedy);
    }

    /** Writes the report of a finished change, or of none. */
    PlaybookResult finish(String summary, GuardedChange change, String commit) {
        ObjectNode root = JSON.createObjectNode();
        root.put("kind", kind).put("repository", context.repository()).put("baseCommit", context.baseCommit());
        root.put("summary", summary).put("commit", commit);
        ArrayNode files = root.putArray("changed");
        changed.forEach((path, how) -> files.addObject().put("path", path).put("how", how));
        ArrayNode alone = root.putArray("leftAlone");
        left.forEach(one -> alone.addObject()
                .put("path", one.path())
                .put("code", one.code())
                .put("reason", one.reason()));
        ArrayNode built = root.putArray("built");
        change.built().forEach(built::add);
        ObjectNode notBuilt = root.putObject("notBuilt");
        change.notBuilt().forEach(notBuilt::put);
        try {
            context.artifact("report.json", "report", "application/json", JSON.writeValueAsBytes(root));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values could not be written as JSON", e);
        }
        context.artifact(
                "report.md",
                "report",
                "text/markdown",
                markdown(summary, change).getBytes(StandardCharsets.UTF_8));
        changed.entrySet().stream()
                .limit(MAX_FACTS)
                .forEach(file -> context.fact(
                        "File",
                        file.getKey(),
                        "CHANGED_BY",
                        null,
                        null,
                        kind,
                        Map.of("how", file.getValue(), "commit", commit)));
        Map<String, String> outputs = new LinkedHashMap<>();
        outputs.put("files.changed", Integer.toString(changed.size()));
        outputs.put("files.left-alone", Integer.toString(left.size()));
        outputs.put(
                "built",
                Boolean.toString(!change.built().isEmpty() && change.notBuilt().isEmpty()));
        boolean unbuilt = !changed.isEmpty() && !change.notBuilt().isEmpty();
        return new PlaybookResult(unbuilt ? summary + ", not built here" : summary, outputs);
    }

    private String markdown(String summary, GuardedChange change) {
        StringBuilder md = new StringBuilder("# ")
                .append(kind)
                .append("\n\n")
                .append(summary)
                .append(".\n");
        if (!change.notBuilt().isEmpty()) {
            md.append("\n## Not built\n\n");
            change.notBuilt().forEach((what, why) -> md.append("- ")
                    .append(what)
                    .append(": ")
                    .append(why)
                    .append('\n'));
        }
        if (!change.built().isEmpty()) {
            md.append("\nBuilt with the change: ")
                    .append(String.join(", ", change.built()))
                    .append(".\n");
        }
        if (!left.isEmpty()) {
            md.append("\n## Left alone\n\n| File | Code | Why |\n|---|---|---|\n");
            left.forEach(one -> md.append(row(one.path(), one.code(), one.reason())));
        }
        if (!changed.isEmpty()) {
            md.append("\n## Changed\n\n| File | How |\n|---|---|\n");
            changed.forEach((path, how) -> md.append(row(path, how)));
        }
        return md.toString();
    }

    private static String row(String... cells) {
        StringBuilder row = new StringBuilder("|");
        for (String cell : cells) {
            row.append(' ')
                    .append(cell.replace("|", "\\|").replace("<", "&lt;").replaceAll("\\R", " "))
                    .append(" |");
        }
        return row.append('\n').toString();
    }
}
