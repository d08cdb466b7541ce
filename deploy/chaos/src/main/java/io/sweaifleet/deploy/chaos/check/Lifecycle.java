package io.sweaifleet.deploy.chaos.check;

import io.sweaifleet.deploy.chaos.history.Ref;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.AttemptSummary;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The journal's story of each task makes sense, and is the outcome's. */
final class Lifecycle implements Check {

    @Override
    public String name() {
        return "lifecycle";
    }

    @Override
    public String promise() {
        return "attempts are numbered 1, 2, ..., each given once and after the one before is over; a task ends once, as its"
                + " outcome says, and nothing of it follows";
    }

    @Override
    public Verdict on(CheckedHistory history) {
        Verdict verdict = new Verdict();
        Set<String> leases = new HashSet<>();
        history.recorded().journal().values().forEach(events -> {
            Map<Ref, Life> lives = new HashMap<>();
            for (TaskEvent event : events) {
                if (event.getTaskId() != null && event.getType() != TaskEventType.DUPLICATE_IGNORED) {
                    Ref task = new Ref(event.getPool(), event.getTaskId());
                    lives.computeIfAbsent(task, Life::new).on(event, leases, verdict);
                }
            }
            lives.values().forEach(life -> {
                if (life.isSubmittedWork()) {
                    verdict.look();
                    life.compare(history.outcome(life.task), verdict);
                }
            });
        });
        return verdict;
    }

    private static final class Life {
        private final Ref task;
        private final List<String> given = new ArrayList<>();
        private @Nullable String open;
        private @Nullable TaskStatus ended;

        Life(Ref task) {
            this.task = task;
        }

        /** A control request may name work that never came. */
        boolean isSubmittedWork() {
            return ended != null || !given.isEmpty();
        }

        void on(TaskEvent event, Set<String> leases, Verdict verdict) {
            String lease = event.getLeaseId();
            if (ended != null && !isRequest(event.getType())) {
                verdict.violated("task " + task + " had ended as " + ended + " and then event " + event.getSequence()
                        + " says " + event.getType());
            }
            switch (event.getType()) {
                case TASK_ASSIGNED -> {
                    verdict.require(
                            open == null,
                            "event %d gives task %s to a worker while lease %s is open",
                            event.getSequence(),
                            task,
                            String.valueOf(open));
                    given.add(String.valueOf(lease));
                    verdict.require(
                            Integer.valueOf(given.size()).equals(event.getAttempt()),
                            "event %d gives attempt %s of task %s, and number %d is due",
                            event.getSequence(),
                            event.getAttempt(),
                            task,
                            given.size());
                    verdict.require(
                            leases.add(String.valueOf(lease)),
                            "event %d gives lease %s, which was given before",
                            event.getSequence(),
                            lease);
                    open = lease;
                }
                case TASK_STARTED, TASK_PROGRESS ->
                    verdict.require(
                            lease != null && lease.equals(open),
                            "event %d tells of lease %s of task %s, and %s is open",
                            event.getSequence(),
                            lease,
                            task,
                            String.valueOf(open));
                case ATTEMPT_FAILED, LEASE_EXPIRED -> open = null;
                case TASK_ENDED -> {
                    open = null;
                    ended = event.getStatus();
                }
                default -> {}
            }
        }

        private static boolean isRequest(TaskEventType type) {
            return type == TaskEventType.PAUSE_REQUESTED
                    || type == TaskEventType.RESUME_REQUESTED
                    || type == TaskEventType.PRIORITY_CHANGED;
        }

        void compare(@Nullable TaskOutcome outcome, Verdict verdict) {
            if (outcome == null || ended == null) {
                verdict.violated("task " + task + (ended == null ? " never ended" : " ended as " + ended)
                        + " in the journal and has " + (outcome == null ? "no" : "an") + " outcome");
                return;
            }
            List<String> told = outcome.getAttempts().stream()
                    .map(AttemptSummary::getLeaseId)
                    .toList();
            verdict.require(
                    outcome.getStatus() == ended && told.equals(given),
                    "task %s ended as %s with leases %s in the journal, and as %s with %s in its outcome",
                    task,
                    ended,
                    given,
                    outcome.getStatus(),
                    told);
        }
    }
}
