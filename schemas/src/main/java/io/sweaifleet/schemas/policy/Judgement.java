package io.sweaifleet.schemas.policy;

import io.sweaifleet.schemas.record.Verdict;

/**
 * What the policy said about a call.
 *
 * @param verdict allow, deny or ask
 * @param rule name of the rule that decided
 * @param reason why, for people
 */
public record Judgement(Verdict verdict, String rule, String reason) {

    /** Rule name of a call that nothing matched. */
    public static final String NOTHING_MATCHED = "nothing-matched";

    /** Rule name of a command that cannot be read, where a rule might forbid it or ask about it. */
    public static final String UNREADABLE_COMMAND = "unreadable-command";

    /** Rule name of a call to a tool that the role does not list. */
    public static final String TOOL_NOT_LISTED = "tool-not-listed";

    /** Whether the call may happen now. An {@code ASK} may not: it waits for an approval. */
    public boolean allowed() {
        return verdict == Verdict.ALLOW;
    }
}
