package io.sweaifleet.agent.playbook.support;

import io.sweaifleet.agent.playbook.PlaybookFailure;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.schemas.common.FailureClass;

/** What a playbook says when the policy denies it a tool that it cannot do without. */
public final class Denials {

    private Denials() {}

    /** The failure of a task whose playbook was denied a tool. */
    public static PlaybookFailure failure(ToolDenied denied) {
        return PlaybookFailure.failed(
                FailureClass.PERMANENT,
                "POLICY_DENIED",
                denied.getMessage() + " (rule " + denied.rule() + ")",
                "Allow the call in the rules of the role, or give the task to a role that may make it.");
    }
}
