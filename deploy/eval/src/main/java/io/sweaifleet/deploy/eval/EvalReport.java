package io.sweaifleet.deploy.eval;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.ingest.print.Durations;
import io.sweaifleet.ingest.print.Style;
import io.sweaifleet.ingest.print.TextTable;
import io.sweaifleet.ingest.work.WorkResult;
import io.sweaifleet.schemas.common.Usage;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How the tasks of the set went.
 *
 * @param brain what was asked for: which model, live or recorded, and how the recording was made
 * @param role role of the agents
 * @param results one for each task
 */
record EvalReport(String brain, String role, List<EvalResult> results) {

    EvalReport {
        results = List.copyOf(results);
    }

    private List<EvalResult> run() {
        return results.stream()
                .filter(result -> result.verdict() != EvalResult.Verdict.SKIPPED)
                .toList();
    }

    /** Number of tasks that were solved. */
    int solved() {
        return (int) results.stream()
                .filter(result -> result.verdict() == EvalResult.Verdict.SOLVED)
                .count();
    }

    /** Which brains the outcomes name: what really ran. */
    private List<String> brains() {
        return run().stream()
                .flatMap(result -> result.work().stream())
                .map(WorkResult::brain)
                // A worker sees an endpoint of the API: only its name tells that a script answers there.
                .map(ran -> ran.contains(ScriptedModel.MODEL) ? ran.replace(", live", ", a script and no model") : ran)
                .distinct()
                .sorted()
                .toList();
    }

    private Usage sum() {
        Usage.Builder sum = Usage.newBuilder();
        for (EvalResult result : run()) {
            result.work().ifPresent(work -> sum.setInputTokens(
                            sum.getInputTokens() + work.usage().getInputTokens())
                    .setOutputTokens(sum.getOutputTokens() + work.usage().getOutputTokens())
                    .setCostMicroUsd(sum.getCostMicroUsd() + work.usage().getCostMicroUsd()));
        }
        return sum.build();
    }

    private int steps() {
        return run().stream()
                .flatMap(result -> result.work().stream())
                .mapToInt(WorkResult::steps)
                .sum();
    }

    private Duration wall() {
        return run().stream().map(EvalResult::wall).reduce(Duration.ZERO, Duration::plus);
    }

    private String rate() {
        int run = run().size();
        return run == 0
                ? "none"
                : String.format(Locale.ROOT, "%d of %d (%.0f %%)", solved(), run, 100.0 * solved() / run);
    }

    /** For a person. */
    void print(PrintStream out, Style style, int width) {
        TextTable table = new TextTable(
                        "TASK", "LANGUAGE", "VERDICT", "STEPS", "TOKENS IN", "OUT", "COST", "TIME", "WHY")
                .alignRight(3, 4, 5, 6, 7);
        for (EvalResult result : results) {
            Usage usage = result.work().map(WorkResult::usage).orElseGet(() -> Usage.newBuilder()
                    .build());
            table.add(
                    switch (result.verdict()) {
                        case SOLVED -> TextTable.Emphasis.GOOD;
                        case UNSOLVED -> TextTable.Emphasis.BAD;
                        case SKIPPED -> TextTable.Emphasis.ATTENTION;
                    },
                    List.of(
                            result.task().name(),
                            result.task().language(),
                            result.verdict().name().toLowerCase(Locale.ROOT),
                            String.valueOf(result.work().map(WorkResult::steps).orElse(0)),
                            String.valueOf(usage.getInputTokens()),
                            String.valueOf(usage.getOutputTokens()),
                            WorkResult.money(usage.getCostMicroUsd()),
                            Durations.words(result.wall()),
                            result.why()));
        }
        out.println();
        table.lines(style, width).forEach(out::println);
        out.println();
        Usage sum = sum();
        out.println(style.bold("solved    " + rate()) + languages());
        out.println("brain     " + brain + ", role " + role);
        brains().forEach(ran -> out.println("ran       " + ran));
        out.println("used      " + steps() + " steps, " + sum.getInputTokens() + " tokens in, " + sum.getOutputTokens()
                + " out, " + WorkResult.money(sum.getCostMicroUsd()) + ", " + Durations.words(wall()) + " of attempts");
        long skipped = results.size() - run().size();
        if (skipped > 0) {
            out.println("skipped   " + skipped + " of " + results.size() + ", which count for nothing");
        }
    }

    private String languages() {
        Map<String, List<EvalResult>> byLanguage = run().stream()
                .collect(Collectors.groupingBy(
                        result -> result.task().language(), LinkedHashMap::new, Collectors.toList()));
        List<String> words = new ArrayList<>();
        byLanguage.forEach((language, all) -> words.add(language + " "
                + all.stream()
                        .filter(one -> one.verdict() == EvalResult.Verdict.SOLVED)
                        .count() + "/" + all.size()));
        return words.isEmpty() ? "" : " · " + String.join(" · ", words);
    }

    /** For a script. */
    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        Usage sum = sum();
        json.put("brain", brain);
        json.put("role", role);
        brains().forEach(json.putArray("ran")::add);
        json.put("tasks", results.size());
        json.put("run", run().size());
        json.put("solved", solved());
        json.put("solveRate", run().isEmpty() ? 0 : (double) solved() / run().size());
        json.put("steps", steps());
        json.put("inputTokens", sum.getInputTokens());
        json.put("outputTokens", sum.getOutputTokens());
        json.put("costMicroUsd", sum.getCostMicroUsd());
        json.put("wallMs", wall().toMillis());
        var array = json.putArray("results");
        for (EvalResult result : results) {
            ObjectNode each = array.addObject();
            each.put("task", result.task().name());
            each.put("language", result.task().language());
            each.put("verdict", result.verdict().name());
            each.put("why", result.why());
            each.put(
                    "taskId", result.outcome() == null ? null : result.outcome().getTaskId());
            each.put("recordedSolved", result.task().isRecordedSolved());
            each.put("wallMs", result.wall().toMillis());
            result.work().ifPresent(work -> {
                each.put("brain", work.brain());
                each.put("steps", work.steps());
                each.put("stopped", work.stopped());
                each.put("testsBefore", work.testsBefore());
                each.put("testsAfter", work.testsAfter());
                each.put("inputTokens", work.usage().getInputTokens());
                each.put("outputTokens", work.usage().getOutputTokens());
                each.put("costMicroUsd", work.usage().getCostMicroUsd());
            });
        }
        return json;
    }
}
