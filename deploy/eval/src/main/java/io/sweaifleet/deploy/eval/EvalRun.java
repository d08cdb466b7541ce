package io.sweaifleet.deploy.eval;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.follow.TaskView;
import io.sweaifleet.ingest.follow.WorkflowFollower;
import io.sweaifleet.ingest.follow.WorkflowView;
import io.sweaifleet.ingest.print.OutcomeTable;
import io.sweaifleet.ingest.print.ProgressLines;
import io.sweaifleet.ingest.run.GitRepository;
import io.sweaifleet.ingest.submit.RunIds;
import io.sweaifleet.ingest.submit.Submission;
import io.sweaifleet.ingest.work.ModelChoice;
import io.sweaifleet.ingest.work.WorkRequest;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Has the fleet do a task of the set, and judges the branch. */
final class EvalRun {

    private static final Duration TICK = Duration.ofMillis(200);
    private static final Duration BRANCH_PATIENCE = Duration.ofSeconds(30);
    private static final int REASON_LENGTH = 300;

    private final Fleet fleet;
    private final Judge judge;
    private final Path scratch;
    private final String role;
    private final Duration limit;
    private final PrintStream progress;
    private final RunIds ids = RunIds.system();

    /**
     * @param scratch a folder for repositories and clones
     * @param role role of the agent
     * @param limit longest time of one task, its waiting included
     * @param progress where steps are told
     */
    EvalRun(Fleet fleet, Judge judge, Path scratch, String role, Duration limit, PrintStream progress) {
        this.fleet = fleet;
        this.judge = judge;
        this.scratch = scratch;
        this.role = role;
        this.limit = limit;
        this.progress = progress;
    }

    EvalResult run(EvalTask task, ModelChoice model) throws IOException, InterruptedException {
        Optional<String> missing = task.missing();
        if (missing.isPresent()) {
            return new EvalResult(task, EvalResult.Verdict.SKIPPED, missing.get() + " is not on the path", null);
        }
        Path repository = scratch.resolve(task.name());
        Judge.repository(task, repository);
        Instant now = Instant.now();
        Submission.LoneTask submission = new WorkRequest(
                        task.instructions(),
                        role,
                        fleet.settings().get(FleetSettings.POOL),
                        repository.toString(),
                        "main",
                        model,
                        task.test(),
                        null,
                        now.plus(limit))
                .submission(ids.next("eval-" + task.name()), now);
        progress.println();
        progress.println(task.name() + "  (" + task.language() + ", task " + submission.workflowId() + ")");
        TaskOutcome outcome = follow(submission, now);
        return judged(task, repository, outcome);
    }

    private TaskOutcome follow(Submission.LoneTask submission, Instant start) throws IOException {
        String id = submission.workflowId();
        WorkflowView view = WorkflowView.unknown(submission.pool(), id)
                .plus(TaskView.submitted(id, role, submission.task().getKind(), start));
        try (WorkflowFollower follower = new WorkflowFollower(fleet, view)) {
            follower.submittedAt(fleet.send(FleetTopic.TASKS, Keys.of(submission.pool(), id), submission.task()));
            Instant giveUp = start.plus(limit).plusSeconds(60);
            while (!follower.isComplete()) {
                follower.poll(TICK)
                        .forEach(event -> ProgressLines.change(event, start).ifPresent(progress::println));
                if (Instant.now().isAfter(giveUp)) {
                    throw new IOException("no outcome of " + id + " within " + limit.toMinutes() + " min");
                }
            }
            Optional<DeadLetter> refused = follower.deadLetter();
            if (refused.isPresent()) {
                throw new IOException(
                        id + " was refused: " + OutcomeTable.words(refused.get().getFailure()));
            }
            TaskOutcome outcome = follower.outcomes().get(id);
            if (outcome == null) {
                throw new IOException(id + " ended without an outcome");
            }
            return outcome;
        }
    }

    private EvalResult judged(EvalTask task, Path repository, TaskOutcome outcome)
            throws IOException, InterruptedException {
        String branch = outcome.getResult() == null ? null : outcome.getResult().getBranch();
        if (branch == null) {
            String why =
                    outcome.getFailure() == null ? "nothing was changed" : OutcomeTable.words(outcome.getFailure());
            return new EvalResult(task, EvalResult.Verdict.UNSOLVED, why, outcome);
        }
        Instant deadline = Instant.now().plus(BRANCH_PATIENCE);
        while (GitRepository.commitOf(repository, branch).isEmpty()) {
            if (Instant.now().isAfter(deadline)) {
                return new EvalResult(
                        task, EvalResult.Verdict.UNSOLVED, "branch " + branch + " did not appear", outcome);
            }
            Thread.sleep(TICK.toMillis());
        }
        Programs.Ended ended = judge.judge(task, repository, branch, scratch.resolve(task.name() + "-judged"));
        return ended.well()
                ? new EvalResult(task, EvalResult.Verdict.SOLVED, "", outcome)
                : new EvalResult(task, EvalResult.Verdict.UNSOLVED, "hidden tests fail: " + reason(ended), outcome);
    }

    /** The first line that says what failed. */
    private static String reason(Programs.Ended ended) {
        String line = ended.output()
                .lines()
                .map(String::strip)
                .filter(text -> text.matches("(?i).*(fail|error|not ok|panic).*"))
                .findFirst()
                .orElse(ended.exitCode() < 0 ? "they did not end in time" : "exit code " + ended.exitCode());
        return line.length() <= REASON_LENGTH ? line : line.substring(0, REASON_LENGTH) + "…";
    }
}
