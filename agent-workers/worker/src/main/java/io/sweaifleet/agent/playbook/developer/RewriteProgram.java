package io.sweaifleet.agent.playbook.developer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.agent.playbook.PlaybookFailure;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox.Cache;
import io.sweaifleet.agent.playbook.Toolbox.CommandResult;
import io.sweaifleet.schemas.common.FailureClass;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs the fleet's OpenRewrite program, which is a process of its own so that its libraries stay out of the worker. */
final class RewriteProgram {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MAIN = "io.sweaifleet.agent.rewrite.RewriteMain";

    private final String classPath;

    /** @param classPath as {@link RewriteSettings#CLASS_PATH} */
    RewriteProgram(String classPath) {
        this.classPath = classPath.strip();
    }

    /**
     * Files that share a class path.
     *
     * @param files files that may change
     * @param supporting files read for their types only
     * @param classpath jars and directories of classes
     */
    record Group(List<String> files, List<String> supporting, List<String> classpath) {}

    /** A file that changes; {@code text} is null when it is deleted. */
    record Change(String path, @Nullable String text) {}

    /** A file that was left alone. */
    record Skipped(String path, String code, String reason) {}

    /**
     * What the program said.
     *
     * @param error code, or empty
     * @param nearest recipes like an unknown one
     * @param parsed files the recipe looked at
     */
    record Reply(
            String error,
            String message,
            List<String> nearest,
            int parsed,
            List<Change> changes,
            List<Skipped> skipped) {}

    /** Why it cannot run here, or null. */
    @Nullable
    String missing(Workbench bench) {
        if (classPath.isEmpty()) {
            return "OpenRewrite is not installed with this worker: " + RewriteSettings.CLASS_PATH.name()
                    + " is not set";
        }
        if (!bench.tools().hasProgram("java")) {
            return "there is no java on the path that commands see";
        }
        if (jars().isEmpty()) {
            return "there are no jars in " + classPath + ", which " + RewriteSettings.CLASS_PATH.name() + " names";
        }
        return null;
    }

    /** Applies a recipe; nothing in the repository is changed. */
    Reply apply(
            Workbench bench, String recipe, Map<String, String> options, List<String> declarations, List<Group> groups)
            throws PlaybookFailure, ToolDenied, InterruptedException {
        Path root = bench.tools().root();
        ObjectNode request = JSON.createObjectNode();
        request.put("root", root.toString()).put("recipe", recipe);
        request.set("options", JSON.valueToTree(options));
        ArrayNode files = request.putArray("declarations");
        declarations.forEach(path -> files.add(root.resolve(path).toString()));
        request.set("groups", JSON.valueToTree(groups));
        request.put("outputDirectory", bench.scratch("rewrite-output").toString());
        request.put("requireTypes", true);
        Path requestFile =
                bench.scratch("rewrite-request.json", request.toString().getBytes(StandardCharsets.UTF_8));
        Path replyFile = bench.scratch("rewrite-reply.json");
        List<Path> jars = jars();
        List<String> argv = List.of(
                "java",
                "-XX:+UseSerialGC",
                "-XX:MaxRAMPercentage=40",
                "-Djava.awt.headless=true",
                "-cp",
                String.join(":", jars.stream().map(Path::toString).toList()),
                MAIN,
                requestFile.toString(),
                replyFile.toString());
        CommandResult result = bench.inspect(argv, jars, Cache.MAVEN);
        String reply = Workbench.readScratch(replyFile);
        if (!result.ok() || reply.isEmpty()) {
            throw PlaybookFailure.failed(
                    FailureClass.AGENT,
                    result.timedOut() ? "DEADLINE" : "REWRITE_CRASHED",
                    result.timedOut()
                            ? "OpenRewrite was stopped at the deadline"
                            : "OpenRewrite ended with exit code " + result.exitCode() + ": "
                                    + Workbench.lastLines(result.output(), 6),
                    "give the task a longer timeout, or fewer files with input paths");
        }
        return parse(reply);
    }

    private static Reply parse(String text) {
        JsonNode reply;
        try {
            reply = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("OpenRewrite's reply is not JSON: " + Workbench.bounded(text), e);
        }
        List<String> nearest = new ArrayList<>();
        reply.path("nearest").forEach(name -> nearest.add(name.asText()));
        List<Change> changes = new ArrayList<>();
        for (JsonNode change : reply.path("changes")) {
            JsonNode content = change.path("content");
            changes.add(new Change(
                    change.path("path").asText(),
                    content.isTextual() ? Workbench.readScratch(Path.of(content.asText())) : null));
        }
        List<Skipped> skipped = new ArrayList<>();
        reply.path("skipped")
                .forEach(one -> skipped.add(new Skipped(
                        one.path("path").asText(),
                        one.path("code").asText(),
                        one.path("reason").asText())));
        return new Reply(
                reply.path("error").isTextual() ? reply.path("error").asText() : "",
                reply.path("message").asText(""),
                nearest,
                reply.path("parsed").asInt(),
                changes,
                skipped);
    }

    private List<Path> jars() {
        List<Path> jars = new ArrayList<>();
        for (String entry : classPath.split(":")) {
            if (entry.endsWith("/*")) {
                Path directory = Path.of(entry.substring(0, entry.length() - 2));
                if (Files.isDirectory(directory)) {
                    try (var files = Files.list(directory)) {
                        files.filter(file -> file.toString().endsWith(".jar"))
                                .sorted()
                                .forEach(jars::add);
                    } catch (IOException e) {
                        throw new UncheckedIOException("cannot list " + directory, e);
                    }
                }
            } else if (!entry.isEmpty() && Files.exists(Path.of(entry))) {
                jars.add(Path.of(entry));
            }
        }
        return jars;
    }
}
