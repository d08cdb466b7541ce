package io.sweaifleet.deploy.chaos.check;

import io.sweaifleet.deploy.chaos.history.Ref;
import io.sweaifleet.deploy.chaos.history.Submitted;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskSubmitted;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Nothing is lost, nothing ends twice. */
final class OneOutcome implements Check {

    @Override
    public String name() {
        return "one-outcome";
    }

    @Override
    public String promise() {
        return "each accepted task has exactly one outcome, and nothing else has one";
    }

    @Override
    public Verdict on(CheckedHistory history) {
        Verdict verdict = new Verdict();
        Map<Ref, Submitted> accepted = history.recorded().accepted();
        Set<Ref> written = accepted.keySet();
        for (Ref sent : history.recorded().acknowledged()) {
            verdict.require(written.contains(sent), "%s was acknowledged by a broker and is in no topic", sent);
        }
        history.tasks().forEach((task, submitted) -> {
            verdict.look();
            List<TaskOutcome> outcomes = history.outcomes().getOrDefault(task, List.of());
            verdict.require(
                    outcomes.size() == 1,
                    "task %s has %d outcomes: %s",
                    task,
                    outcomes.size(),
                    outcomes.stream().map(TaskOutcome::getStatus).toList());
            outcomes.forEach(outcome -> echoed(verdict, task, submitted, outcome));
        });
        history.outcomes().forEach((task, outcomes) -> {
            verdict.require(history.task(task) != null, "task %s was never submitted and has an outcome", task);
        });
        return verdict;
    }

    private static void echoed(Verdict verdict, Ref task, TaskSubmitted submitted, TaskOutcome outcome) {
        verdict.require(
                submitted.getKind().equals(outcome.getKind())
                        && submitted.getRole().equals(outcome.getRole())
                        && submitted.getDependsOn().equals(outcome.getDependsOn()),
                "the outcome of task %s tells of other work: kind %s, role %s, dependsOn %s",
                task,
                outcome.getKind(),
                outcome.getRole(),
                outcome.getDependsOn());
        verdict.require(
                outcome.getLabels().entrySet().containsAll(submitted.getLabels().entrySet()),
                "the outcome of task %s lacks labels of its submission: %s",
                task,
                outcome.getLabels());
    }
}
