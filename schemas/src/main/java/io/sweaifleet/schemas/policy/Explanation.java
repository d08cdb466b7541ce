package io.sweaifleet.schemas.policy;

import io.sweaifleet.schemas.role.RuleEffect;
import java.util.List;

/**
 * A judgement and how it came about.
 *
 * @param judgement what the policy said
 * @param looked the rules that were looked at, in the order in which they were, up to the one that decided
 */
public record Explanation(Judgement judgement, List<Looked> looked) {

    /**
     * A rule that was looked at.
     *
     * @param rule its name
     * @param effect its effect
     * @param matched whether it matched, and so decided
     * @param detail as what the call matched it, or what it asks for that the call does not have
     */
    public record Looked(String rule, RuleEffect effect, boolean matched, String detail) {}
}
