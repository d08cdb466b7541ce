package io.sweaifleet.ingest.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.follow.WorkflowFollower;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.ingest.print.OutcomeTable;
import io.sweaifleet.ingest.print.Progress;
import io.sweaifleet.ingest.print.Style;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.report.BranchReport;
import io.sweaifleet.ingest.submit.Submission;
import io.sweaifleet.ingest.work.DiffLines;
import io.sweaifleet.ingest.work.DiffStat;
import io.sweaifleet.ingest.work.WorkRequest;
import io.sweaifleet.ingest.work.WorkResult;
import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.common.Usage;
import io.sweaifleet.schemas.task.TaskOutcome;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;

/** Submits one task in plain words, follows it step by step and prints what came of it. */
record DoOne(CliContext context, Fleet fleet, boolean json, String dataDirOption) {

    private static final int DIFF_LINES = 200;

    int run(WorkRequest request, TargetRepository target) throws InterruptedException {
        Terminal terminal = context.terminal();
        PrintStream stream = json ? terminal.err() : terminal.out();
        Style style = json ? terminal.errStyle() : terminal.outStyle();
        Instant start = context.clock().instant();
        Submission.LoneTask submission = request.submission(context.ids().next("do"), start);
        stream.println(style.bold(submission.task().getTitle()) + " in " + target.words());
        stream.println(style.faint("task " + submission.workflowId()));
        // One line a step, also on a terminal: what an agent did is worth reading back.
        Progress progress = Progress.on(stream, false, style, terminal.width(), start);
        try (Following following = new Following(fleet, submission, context.clock())) {
            WorkflowFollower end = following.toTheEnd(progress, terminal.err());
            List<BranchReport> branches = new Branches(end, target.repository(), context.clock()).await();
            TaskOutcome outcome = end.outcomes().get(submission.workflowId());
            if (outcome == null) {
                throw CliException.failed(
                        submission.workflowId() + " ended without an outcome",
                        "see `fleet status " + submission.workflowId() + "`");
            }
            WorkResult result = new WorkResult(outcome);
            if (json) {
                terminal.out().println(OutcomeJson.pretty(document(submission, end, result, branches)));
            } else {
                print(result, branches);
            }
            return Endings.exitCode(end);
        }
    }

    private void print(WorkResult result, List<BranchReport> branches) {
        Terminal terminal = context.terminal();
        PrintStream out = terminal.out();
        Style style = terminal.outStyle();
        TaskOutcome outcome = result.outcome();
        String patch = result.patch();
        out.println();
        if (!patch.isEmpty()) {
            String whole = result.branch()
                    .map(branch -> "git diff HEAD..." + branch)
                    .orElse("fleet results " + outcome.getTaskId() + " --json" + dataDirOption);
            DiffLines.of(patch, style, DIFF_LINES, whole).forEach(out::println);
            out.println();
        }
        if (outcome.getResult() != null && !outcome.getResult().getSummary().isEmpty()) {
            out.println("summary   " + outcome.getResult().getSummary());
        }
        OutcomeTable.skipped(List.of(outcome), style).forEach(out::println);
        OutcomeTable.failures(List.of(outcome), style).forEach(out::println);
        if (!patch.isEmpty()) {
            out.println("changed   " + DiffStat.of(patch));
        }
        out.println("tests     before: " + result.testsBefore() + " · after: " + result.testsAfter());
        out.println("brain     " + result.brain());
        out.println("used      " + result.steps() + " steps, " + result.usageWords() + ", " + result.time()
                + (result.stopped().isEmpty() ? "" : " · stopped: " + result.stopped()));
        for (ArtifactRef artifact : artifacts(result)) {
            out.println("transcript " + artifact.getUri());
        }
        for (BranchReport branch : branches) {
            out.println(
                    switch (branch.state()) {
                        case CREATED ->
                            "branch    " + branch.branch() + "\n  merge it with: " + style.bold(branch.merge());
                        case REFUSED ->
                            style.red("branch    ") + branch.branch() + " was not created: " + branch.message();
                        case NOT_LOCAL -> "changes   " + branch.message();
                        case UNKNOWN -> style.yellow("branch    ") + branch.branch() + ": " + branch.message();
                    });
        }
        if (result.succeeded()) {
            result.needs().forEach(need -> out.println(style.yellow("note      ") + need));
        }
        out.println("more      fleet results " + outcome.getTaskId() + " --json" + dataDirOption);
    }

    private static List<ArtifactRef> artifacts(WorkResult result) {
        return result.outcome().getResult() == null
                ? List.of()
                : result.outcome().getResult().getArtifacts().stream()
                        .filter(artifact -> artifact.getName().equals("transcript.md"))
                        .toList();
    }

    private static ObjectNode document(
            Submission submission, WorkflowFollower end, WorkResult result, List<BranchReport> branches) {
        ObjectNode document = Endings.submitted(submission);
        Endings.addOutcomes(document, end);
        document.set("work", json(result));
        var array = document.putArray("branches");
        for (BranchReport branch : branches) {
            ObjectNode each = array.addObject();
            each.put("branch", branch.branch());
            each.put("commit", branch.commit());
            each.put("state", branch.state().name());
            each.put("message", branch.message());
            each.put("merge", branch.merge());
        }
        return document;
    }

    /** What a script asks of a task in plain words. */
    static ObjectNode json(WorkResult result) {
        ObjectNode work = com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode();
        Usage usage = result.usage();
        DiffStat stat = DiffStat.of(result.patch());
        work.put("succeeded", result.succeeded());
        work.put("brain", result.brain());
        work.put("steps", result.steps());
        work.put("stopped", result.stopped());
        work.put("testsBefore", result.testsBefore());
        work.put("testsAfter", result.testsAfter());
        work.put("branch", result.branch().orElse(null));
        work.put("filesChanged", stat.files());
        work.put("linesAdded", stat.added());
        work.put("linesRemoved", stat.removed());
        work.put("inputTokens", usage.getInputTokens());
        work.put("outputTokens", usage.getOutputTokens());
        work.put("costMicroUsd", usage.getCostMicroUsd());
        var needs = work.putArray("needs");
        result.needs().forEach(needs::add);
        return work;
    }
}
