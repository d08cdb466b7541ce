package io.sweaifleet.agent.playbook.developer;

import static io.sweaifleet.agent.playbook.support.Words.counted;

import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.PlaybookFailure;
import io.sweaifleet.agent.playbook.PlaybookResult;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox.CommandResult;
import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.common.Severity;
import io.sweaifleet.schemas.worker.Dependency;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code developer.apply-patch}: applies a unified diff, on a branch with a commit that builds. The diff is input
 * {@code patch}, or else the one patch among the artifacts of the tasks this one depends on (input {@code artifact} names
 * it where there are several). Input {@code message} is the commit's message.
 */
public final class ApplyPatch extends DeveloperPlaybook {

    private static final long MAX_PATCH_BYTES = 16L << 20;
    private static final Pattern FAILED = Pattern.compile("error: patch failed: (.+):(\\d+)");
    private static final Pattern CORRUPT = Pattern.compile(
            "error: (corrupt patch at line \\d+|No valid patches in input.*|unrecognized input.*|patch fragment without header.*)");

    @Override
    public String kind() {
        return "developer.apply-patch";
    }

    @Override
    PlaybookResult run(PlaybookContext context, Workbench bench)
            throws PlaybookFailure, ToolDenied, InterruptedException {
        byte[] patch = patch(context);
        String file = bench.scratch("input.patch", patch).toString();
        context.step("checking the patch");
        CommandResult check = bench.tools().git("apply", "--check", "--index", "--whitespace=nowarn", file);
        if (!check.ok()) {
            throw refused(context, check.output());
        }
        TreeSet<String> changed = new TreeSet<>();
        for (String entry : bench.output(bench.tools().git("apply", "--numstat", "-z", "--whitespace=nowarn", file))
                .split("\0")) {
            String[] columns = entry.split("\t", 3);
            if (columns.length == 3 && !columns[2].isEmpty()) {
                changed.add(columns[2]);
            } else if (columns.length == 1 && !entry.isBlank()) {
                // Both names of a renamed file follow its counts.
                changed.add(entry);
            }
        }
        GuardedChange change = new GuardedChange(bench);
        BuildChecks.Plan plan = BuildChecks.plan(bench.tools(), BuildChecks.layout(bench.tools()), changed);
        for (BuildCheck one : plan.checks()) {
            change.before(one);
        }
        change.unchecked(plan.unchecked());
        context.step("applying the patch to " + changed.size() + " files");
        CommandResult applied = bench.tools().git("apply", "--index", "--whitespace=nowarn", file);
        if (!applied.ok()) {
            throw refused(context, applied.output());
        }
        ChangeReport report = new ChangeReport(context, kind());
        changed.forEach(path -> report.changed(path, "changed by the patch"));
        String message =
                context.assignment().getInputs().getOrDefault("message", "").strip();
        String commit = change.commit(
                stagedPaths(bench), message.isEmpty() ? "Apply a patch\n\nBy playbook " + kind() + "." : message);
        return report.finish("applied the patch to " + counted(changed.size(), "file"), change, commit);
    }

    private static List<String> stagedPaths(Workbench bench) throws ToolDenied, InterruptedException {
        List<String> paths = new ArrayList<>();
        for (String path : bench.output(bench.tools()
                        .git("diff", "--cached", "--no-ext-diff", "--name-only", "--no-renames", "-z", "HEAD"))
                .split("\0")) {
            // Deleted files are staged already, and are no paths that could be added again.
            if (!path.isEmpty() && Files.exists(bench.tools().root().resolve(path))) {
                paths.add(path);
            }
        }
        return paths;
    }

    private static PlaybookFailure refused(PlaybookContext context, String output) {
        Matcher hunk = FAILED.matcher(output);
        List<String> places = new ArrayList<>();
        while (hunk.find()) {
            places.add(hunk.group(1) + ":" + hunk.group(2));
            context.finding(
                    "developer.patch-conflict",
                    Severity.ERROR,
                    hunk.group(1),
                    Integer.valueOf(hunk.group(2)),
                    "the patch expects other lines here");
        }
        Matcher corrupt = CORRUPT.matcher(output);
        if (places.isEmpty() && corrupt.find()) {
            return PlaybookFailure.badInput(
                    "inputs.patch",
                    "",
                    "the patch is not a unified diff: " + corrupt.group(1),
                    "give the output of 'git diff'");
        }
        return PlaybookFailure.failed(
                FailureClass.PERMANENT,
                "PATCH_DOES_NOT_APPLY",
                "the patch does not apply to " + context.baseCommit() + ": "
                        + (places.isEmpty()
                                ? Workbench.lastLines(output, 6)
                                : "conflicts at " + String.join(", ", places)),
                "make the patch anew against this commit");
    }

    private static byte[] patch(PlaybookContext context) throws PlaybookFailure {
        String text = context.assignment().getInputs().getOrDefault("patch", "");
        if (!text.isBlank()) {
            return (text.endsWith("\n") ? text : text + "\n").getBytes(StandardCharsets.UTF_8);
        }
        String wanted =
                context.assignment().getInputs().getOrDefault("artifact", "").strip();
        List<ArtifactRef> found = new ArrayList<>();
        for (Dependency dependency : context.assignment().getDependencies()) {
            for (ArtifactRef artifact : dependency.getArtifacts()) {
                String name = artifact.getName();
                boolean named = wanted.equals(name) || wanted.equals(dependency.getTaskId() + "/" + name);
                if (wanted.isEmpty() ? artifact.getKind().equals("patch") : named) {
                    found.add(artifact);
                }
            }
        }
        if (found.size() != 1) {
            throw PlaybookFailure.badInput(
                    "inputs.patch",
                    wanted,
                    found.isEmpty()
                            ? "there is neither input patch nor a patch among the artifacts of the tasks this one depends on"
                            : "there are " + found.size()
                                    + " patches among the artifacts of the tasks this one depends on",
                    "give input patch, or name one with input artifact, such as TASK-ID/changes.patch");
        }
        return read(found.get(0));
    }

    private static byte[] read(ArtifactRef artifact) throws PlaybookFailure {
        URI uri = URI.create(artifact.getUri());
        if (!"file".equals(uri.getScheme())) {
            throw PlaybookFailure.failed(
                    FailureClass.ENVIRONMENT,
                    "ARTIFACT_UNREACHABLE",
                    "artifact " + artifact.getName() + " is at " + uri + ", and this worker reads files only",
                    "give the diff as input patch");
        }
        if (artifact.getSizeBytes() > MAX_PATCH_BYTES) {
            throw PlaybookFailure.badInput(
                    "inputs.artifact",
                    artifact.getName(),
                    "the patch has " + artifact.getSizeBytes() + " bytes, more than " + MAX_PATCH_BYTES,
                    "split it");
        }
        try {
            byte[] content = Files.readAllBytes(Path.of(uri));
            String sha256 = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
            if (!sha256.equals(artifact.getSha256())) {
                throw PlaybookFailure.failed(
                        FailureClass.ENVIRONMENT,
                        "ARTIFACT_DAMAGED",
                        "artifact " + artifact.getName() + " has SHA-256 " + sha256 + ", not " + artifact.getSha256(),
                        "run the task that made it again");
            }
            return content;
        } catch (IOException e) {
            throw PlaybookFailure.failed(
                    FailureClass.TRANSIENT,
                    "ARTIFACT_UNREACHABLE",
                    "artifact " + artifact.getName() + " could not be read from " + uri + ": " + e,
                    "check the artifact store");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
