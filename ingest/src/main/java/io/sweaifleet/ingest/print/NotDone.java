package io.sweaifleet.ingest.print;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.SkippedStep;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Something that a task did not do: all of it, or a step.
 *
 * @param role who should have done it; several, separated by commas, when all of them say the same
 * @param what the step, or the task's kind
 * @param reason why not
 * @param code the reason as a code word
 * @param remedy what to do about it, or empty
 */
public record NotDone(String role, String what, String reason, String code, String remedy) {

    /** There was nothing to do: good to know, and nobody's to mend. */
    private static final String NOTHING = "NOTHING_TO_DO";

    /**
     * What these tasks did not do, in their order; where there was just nothing to do comes last. A task that was skipped
     * is not told of itself when one of its steps tells the same.
     */
    public static List<NotDone> of(Collection<TaskOutcome> outcomes) {
        List<NotDone> all = new ArrayList<>();
        for (TaskOutcome outcome : outcomes) {
            List<SkippedStep> steps = outcome.getResult() == null
                    ? List.of()
                    : outcome.getResult().getSkipped();
            Failure why = outcome.getFailure();
            if (outcome.getStatus() == TaskStatus.SKIPPED
                    && why != null
                    && steps.stream().noneMatch(step -> why.getMessage().contains(step.getReason()))) {
                all.add(new NotDone(
                        outcome.getRole(), outcome.getKind(), why.getMessage(), why.getCode(), why.getRemedy()));
            }
            for (SkippedStep step : steps) {
                all.add(new NotDone(
                        outcome.getRole(), step.getWhat(), step.getReason(), step.getCode(), step.getRemedy()));
            }
        }
        return onceEach(all).stream()
                .sorted(Comparator.comparing(one -> one.code().equals(NOTHING)))
                .toList();
    }

    private static Collection<NotDone> onceEach(List<NotDone> all) {
        Map<NotDone, NotDone> once = new LinkedHashMap<>();
        for (NotDone one : all) {
            once.merge(
                    one.by(""),
                    one,
                    (before, again) -> before.by(
                            before.role().equals(again.role()) ? before.role() : before.role() + ", " + again.role()));
        }
        return once.values();
    }

    private NotDone by(String who) {
        return new NotDone(who, what, reason, code, remedy);
    }

    /** On one line: who, what, why, and what to do. */
    @Override
    public String toString() {
        return role + ": " + what + " — " + reason + " [" + code + "]" + (remedy.isEmpty() ? "" : "; " + remedy);
    }
}
