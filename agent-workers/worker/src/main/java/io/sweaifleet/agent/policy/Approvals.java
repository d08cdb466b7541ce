package io.sweaifleet.agent.policy;

import io.sweaifleet.agent.attempt.Cancellation;
import java.util.Map;

/** Who is asked about a call that the policy neither allows nor denies. Never the agent itself. */
@FunctionalInterface
public interface Approvals {

    /** Nobody can be asked. */
    Approvals NOBODY = (question, cancellation) -> new Answer(false, "", "nobody can be asked here");

    /**
     * Asks, and waits for the answer; a question that is not answered in time is denied.
     *
     * @throws InterruptedException when the calling thread was interrupted
     * @throws Cancellation.CancelledException when the attempt was stopped
     */
    Answer ask(ApprovalQuestion question, Cancellation cancellation) throws InterruptedException;

    /**
     * What is asked; without secrets.
     *
     * @param tool tool that is called
     * @param arguments its arguments
     * @param preview what would be done, for people: a diff, or the words of the command
     * @param rule rule that asks
     * @param reason why it asks
     */
    record ApprovalQuestion(String tool, Map<String, String> arguments, String preview, String rule, String reason) {
        public ApprovalQuestion {
            arguments = Map.copyOf(arguments);
        }
    }

    /**
     * What was answered.
     *
     * @param approved whether the call may be made
     * @param by who answered; empty when nobody did
     * @param comment why, for the record
     */
    record Answer(boolean approved, String by, String comment) {

        /** The answer in words, for the record. */
        public String words() {
            return (approved ? "approved" : "not approved")
                    + (by.isEmpty() ? "" : " by " + by)
                    + (comment.isEmpty() ? "" : ": " + comment);
        }
    }
}
