package io.sweaifleet.agent.playbook;

/** The policy, or the absence of a sandbox, did not let a tool call happen. The call was audited. */
public final class ToolDenied extends Exception {

    private static final long serialVersionUID = 1L;

    private final String rule;

    public ToolDenied(String rule, String message) {
        super(message);
        this.rule = rule;
    }

    /** The rule that decided. */
    public String rule() {
        return rule;
    }
}
