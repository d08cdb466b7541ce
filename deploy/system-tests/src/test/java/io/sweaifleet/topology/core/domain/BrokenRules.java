package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.task.TaskSubmitted;
import net.bytebuddy.asm.Advice;

/**
 * Rules of core as they must not be. Their code is woven into classes of core for a test, which is why this class is in core's
 * package; it is in no build but a test's.
 */
public final class BrokenRules {

    private BrokenRules() {}

    /** The ledger is not asked: a submission that was accepted before is accepted again. */
    public static final class ForgetfulLedger {

        private ForgetfulLedger() {}

        /** Woven into {@code Submissions.on}, before it begins. */
        @Advice.OnMethodEnter
        static void enter(@Advice.FieldValue("step") Step step, @Advice.Argument(0) Submission submission) {
            Key.OfWorkflow workflow = new Key.OfWorkflow(step.pool, submission.workflowId());
            if (step.state.get(workflow) instanceof WorkflowEntry.Ended) {
                step.state.delete(workflow);
                for (TaskSubmitted task : submission.tasks()) {
                    step.state.delete(new Key.OfTask(step.pool, submission.idOf(task)));
                }
            }
        }
    }

    /** A concurrency key is never taken, so that everybody may have it. */
    public static final class OpenGate {

        private OpenGate() {}

        /** Woven into {@code Gates.enter}, in place of its body. */
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter() {
            return true;
        }
    }
}
