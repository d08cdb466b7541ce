package io.sweaifleet.agent.playbook.qa;

/** Code words of skipped steps that this playbook uses. */
final class SkipCode {
    /** A program is not on this machine. */
    static final String TOOL_MISSING = "TOOL_MISSING";
    /** No sandbox may execute the repository's code. */
    static final String SANDBOX_MISSING = "SANDBOX_MISSING";
    /** A dependency of the build is not in this machine's caches. */
    static final String ENVIRONMENT = "ENVIRONMENT";
    /** There is nothing of the kind in the repository. */
    static final String NOTHING_TO_DO = "NOTHING_TO_DO";
    /** The playbook has no runner for it. */
    static final String UNSUPPORTED = "UNSUPPORTED";
    /** It would start a fleet run inside a fleet run. */
    static final String NESTED_RUN = "NESTED_RUN";
    /** The time was up. */
    static final String DEADLINE = "DEADLINE";
    /** A part needs another that failed to build. */
    static final String BUILD_FAILED = "BUILD_FAILED";
    /** The role's rules do not allow it. */
    static final String POLICY_DENIED = "POLICY_DENIED";

    private SkipCode() {}
}
