package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.follow.TaskView;
import io.sweaifleet.ingest.follow.WorkflowFollower;
import io.sweaifleet.ingest.follow.WorkflowView;
import io.sweaifleet.ingest.print.OutcomeTable;
import io.sweaifleet.ingest.print.Progress;
import io.sweaifleet.ingest.submit.Submission;
import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Submits something and follows it to its end, with live progress. */
final class Following implements AutoCloseable {

    private static final Duration TICK = Duration.ofMillis(200);
    /** After so long without any event a person should hear why nothing moves. */
    private static final Duration QUIET = Duration.ofSeconds(15);

    private final Submission submission;
    private final WorkflowFollower follower;
    private final Fleet fleet;
    private final Clock clock;

    Following(Fleet fleet, Submission submission, Clock clock) {
        this.fleet = fleet;
        this.submission = submission;
        this.clock = clock;
        this.follower = new WorkflowFollower(fleet, submitted(submission, clock.instant()));
    }

    private static WorkflowView submitted(Submission submission, Instant now) {
        WorkflowView view = WorkflowView.unknown(submission.pool(), submission.workflowId());
        List<TaskSubmitted> tasks = submission instanceof Submission.Workflow workflow
                ? workflow.workflow().getTasks()
                : List.of(((Submission.LoneTask) submission).task());
        for (TaskSubmitted task : tasks) {
            view = view.plus(TaskView.submitted(
                    Objects.requireNonNull(task.getId(), "id"), task.getRole(), task.getKind(), now));
        }
        return view;
    }

    /** Sends a submission to its topic. */
    static Fleet.Appended send(Fleet fleet, Submission submission) {
        String key = Keys.of(submission.pool(), submission.workflowId());
        return submission instanceof Submission.Workflow workflow
                ? fleet.send(FleetTopic.WORKFLOWS, key, workflow.workflow())
                : fleet.send(FleetTopic.TASKS, key, ((Submission.LoneTask) submission).task());
    }

    /**
     * Submits and follows until every outcome is there.
     *
     * @param interruptNotice where to tell, when the process is interrupted, that the work goes on
     * @return the follower, complete
     * @throws CliException when the submission became a dead letter
     */
    WorkflowFollower toTheEnd(Progress progress, PrintStream interruptNotice) {
        Thread notice = new Thread(() -> tellThatWorkGoesOn(interruptNotice), "fleet-interrupt-notice");
        follower.submittedAt(send(fleet, submission));
        Runtime.getRuntime().addShutdownHook(notice);
        try {
            follow(progress);
        } finally {
            removeHook(notice);
        }
        DeadLetter refused = follower.deadLetter().orElse(null);
        if (refused != null) {
            throw CliException.failed(
                    submission.workflowId() + " was refused: " + OutcomeTable.words(refused.getFailure()),
                    "see `fleet dead-letters show " + DeadLetterIds.of(refused) + "`");
        }
        if (follower.isDuplicate() && follower.outcome().isEmpty()) {
            throw CliException.failed(
                    submission.workflowId() + " was submitted before; this submission is ignored",
                    "see `fleet status " + submission.workflowId() + "`, or give it another id");
        }
        return follower;
    }

    private void follow(Progress progress) {
        Instant lastEvent = clock.instant();
        progress.show(follower.view(), List.of(), lastEvent);
        @Nullable String told = null;
        while (!follower.isComplete()) {
            List<TaskEvent> events = follower.poll(TICK);
            Instant now = clock.instant();
            if (!events.isEmpty()) {
                lastEvent = now;
                told = null;
            }
            progress.show(follower.view(), events, now);
            boolean running = follower.view().tasks().values().stream()
                    .anyMatch(task -> task.startedAt() != null && !task.isEnded());
            if (told == null && !running && Duration.between(lastEvent, now).compareTo(QUIET) > 0) {
                told = "nothing has moved for " + QUIET.toSeconds()
                        + " s: "
                        + (follower.view().isKnown()
                                ? "no free agent has one of the roles; see `fleet doctor` and `fleet roles list`"
                                : "the fleet has not taken the submission yet; see `fleet doctor`");
                progress.say(told);
            }
        }
    }

    private void tellThatWorkGoesOn(PrintStream stream) {
        stream.println();
        stream.println("The work goes on without this command.");
        stream.println("  follow it: fleet watch " + submission.workflowId());
        stream.println("  cancel it: fleet cancel " + submission.workflowId());
        stream.flush();
    }

    private static void removeHook(Thread notice) {
        try {
            Runtime.getRuntime().removeShutdownHook(notice);
        } catch (IllegalStateException shuttingDown) {
            // The hook is running or has run: the process was interrupted, and there is nothing to take back.
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        follower.close();
    }
}
