package io.sweaifleet.ingest.work;

import io.sweaifleet.ingest.print.Durations;
import io.sweaifleet.ingest.print.OutcomeTable;
import io.sweaifleet.ingest.report.Artifacts;
import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.common.BrainStamp;
import io.sweaifleet.schemas.common.Usage;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.task.TaskStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What came of a task in plain words, as a reader asks for it.
 *
 * @param outcome the task's outcome
 */
public record WorkResult(TaskOutcome outcome) {

    private static final String NOT_RUN = "not run";

    /** True when it succeeded. */
    public boolean succeeded() {
        return outcome.getStatus() == TaskStatus.SUCCEEDED;
    }

    private Optional<TaskResult> result() {
        return Optional.ofNullable(outcome.getResult());
    }

    private Map<String, String> outputs() {
        return result().map(TaskResult::getOutputs).orElse(Map.of());
    }

    /** Tests before the first change, such as "12 passed, 1 failed"; "not run" when nothing is known. */
    public String testsBefore() {
        return given("testsBefore");
    }

    /** Tests after the last change. */
    public String testsAfter() {
        return given("testsAfter");
    }

    private String given(String output) {
        String text = outputs().getOrDefault(output, "");
        return text.isBlank() ? NOT_RUN : text;
    }

    /** True when tests ran after the last change and none failed. */
    public boolean isTested() {
        String after = testsAfter();
        return !after.equals(NOT_RUN) && !after.matches(".*\\b[1-9]\\d* (failed|error|errors)\\b.*");
    }

    /** Number of steps the brain took; 0 when it is not known. */
    public int steps() {
        try {
            return Integer.parseInt(outputs().getOrDefault("steps", "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Why the brain stopped: submitted, limit, stuck and so on; empty when it never began. */
    public String stopped() {
        return outputs().getOrDefault("stopped", "");
    }

    /** What was consumed; zeros when it is not known. */
    public Usage usage() {
        return result().map(TaskResult::getUsage)
                .orElseGet(() -> Usage.newBuilder().build());
    }

    /** Tokens and money in words, such as {@code 12,300 tokens in, 800 out, $0.0012}. */
    public String usageWords() {
        Usage usage = usage();
        return String.format(
                Locale.ROOT,
                "%,d tokens in, %,d out, %s",
                usage.getInputTokens(),
                usage.getOutputTokens(),
                money(usage.getCostMicroUsd()));
    }

    /** Money in US dollars, such as {@code $0.0012}. */
    public static String money(long microUsd) {
        return String.format(Locale.ROOT, microUsd % 10_000 == 0 ? "$%.2f" : "$%.4f", microUsd / 1_000_000.0);
    }

    /** Wall time from the first start to the end. */
    public String time() {
        return Durations.words(outcome.getStartedAt(), outcome.getFinishedAt());
    }

    /** Which brain ran, so that nothing recorded can be taken for live. */
    public String brain() {
        BrainStamp brain = result().map(TaskResult::getBrain).orElse(null);
        if (brain == null) {
            return "none: no attempt got as far as a model";
        }
        String name = brain.getName() + (brain.getVersion().isEmpty() ? "" : " (" + brain.getVersion() + ")");
        return switch (brain.getKind()) {
            case CHAT_MODEL -> "CHAT_MODEL " + name + ", live";
            case RECORDED -> "RECORDED " + name + ", played back from a recording: no live model ran";
            case SCRIPTED -> "SCRIPTED " + name + ", a script that answers like a model: no model ran";
            case PLAYBOOK -> "PLAYBOOK " + name + ", no model";
            case UNKNOWN -> "UNKNOWN " + name;
        };
    }

    /** The unified diff; empty when nothing was changed or it cannot be read here. */
    public String patch() {
        Optional<String> inline = result().map(TaskResult::getPatch);
        if (inline.isPresent()) {
            return inline.get();
        }
        for (ArtifactRef artifact : result().map(TaskResult::getArtifacts).orElse(List.of())) {
            if (artifact.getKind().equals("patch")) {
                try {
                    return new String(Artifacts.read(artifact), StandardCharsets.UTF_8);
                } catch (IOException e) {
                    return "";
                }
            }
        }
        return "";
    }

    /** The finished branch, if there is one. */
    public Optional<String> branch() {
        return result().map(TaskResult::getBranch);
    }

    /** What a person has to look at; empty when there is nothing but to merge. */
    public List<String> needs() {
        List<String> needs = new ArrayList<>();
        if (!succeeded()) {
            needs.add(
                    outcome.getFailure() == null
                            ? "it ended as " + outcome.getStatus().name().toLowerCase(Locale.ROOT)
                            : OutcomeTable.words(outcome.getFailure()));
        } else if (branch().isEmpty()) {
            needs.add("nothing was changed; see whether that is right");
        } else if (testsAfter().equals(NOT_RUN)) {
            needs.add("no tests were run on the change; run them before you merge");
        } else if (!isTested()) {
            needs.add("tests still fail: " + testsAfter());
        }
        if (succeeded() && !stopped().isEmpty() && !stopped().equals("submitted")) {
            needs.add("the agent was stopped (" + stopped() + ") and did not say that it was done");
        }
        return needs;
    }
}
