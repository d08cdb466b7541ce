package io.sweaifleet.agent.policy;

import io.sweaifleet.schemas.record.Verdict;
import io.sweaifleet.schemas.role.PolicyRule;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.role.RuleEffect;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges tool calls by the rules of one role. Deny rules are tried first, then ask, then allow; within an effect the
 * first match in the role's order wins; what nothing matches is denied. A tool must be listed by the role besides. Pure
 * and immutable.
 *
 * <p>A rule matches when its tool is the call's (or {@code *}) and every further condition it states holds: a path
 * pattern needs a call with a path, word patterns need a command that is at least as long. A condition is therefore
 * never met by the absence of what it is about.
 */
public final class Policy {

    private final String role;
    private final Set<String> tools;
    private final List<CompiledRule> deny;
    private final List<CompiledRule> ask;
    private final List<CompiledRule> allow;

    private Policy(String role, Set<String> tools, List<CompiledRule> rules) {
        this.role = role;
        this.tools = tools;
        this.deny = ofVerdict(rules, Verdict.DENY);
        this.ask = ofVerdict(rules, Verdict.ASK);
        this.allow = ofVerdict(rules, Verdict.ALLOW);
    }

    /** The policy that a role's definition states. */
    public static Policy of(RoleDefinition role) {
        List<CompiledRule> rules =
                role.getRules().stream().map(CompiledRule::of).toList();
        return new Policy(role.getRole(), Set.copyOf(role.getTools()), rules);
    }

    /** Judges a call. */
    public Judgement judge(Call call) {
        if (!tools.contains(call.tool())) {
            return new Judgement(
                    Verdict.DENY,
                    Judgement.TOOL_NOT_LISTED,
                    "role " + role + " does not list the tool " + call.tool() + "; add it to the role's tools");
        }
        for (List<CompiledRule> sameEffect : List.of(deny, ask, allow)) {
            for (CompiledRule rule : sameEffect) {
                if (rule.matches(call)) {
                    return new Judgement(rule.verdict, rule.name, rule.explain());
                }
            }
        }
        return new Judgement(
                Verdict.DENY,
                Judgement.NOTHING_MATCHED,
                "no rule of role " + role + " allows " + describe(call) + "; add an allow rule to the role");
    }

    private static List<CompiledRule> ofVerdict(List<CompiledRule> rules, Verdict verdict) {
        return rules.stream().filter(rule -> rule.verdict == verdict).toList();
    }

    private static String describe(Call call) {
        StringBuilder text = new StringBuilder("tool ").append(call.tool());
        if (call.path() != null) {
            text.append(" on ").append(call.path());
        }
        if (!call.argv().isEmpty()) {
            text.append(" with ")
                    .append(String.join(
                            " ", call.argv().subList(0, Math.min(4, call.argv().size()))));
        }
        return text.toString();
    }

    /** A rule whose patterns are compiled. */
    private record CompiledRule(
            String name,
            Verdict verdict,
            String tool,
            @Nullable Glob path,
            List<Glob> argv,
            String reason) {

        static CompiledRule of(PolicyRule rule) {
            List<Glob> words = new ArrayList<>();
            rule.getArgv().forEach(word -> words.add(Glob.word(word)));
            String pathGlob = rule.getPath();
            return new CompiledRule(
                    rule.getName(),
                    verdictOf(rule.getEffect()),
                    rule.getTool(),
                    pathGlob == null ? null : Glob.path(pathGlob),
                    List.copyOf(words),
                    rule.getReason());
        }

        /** An effect that this version does not know (written by a newer one) denies: fail closed. */
        private static Verdict verdictOf(RuleEffect effect) {
            return switch (effect) {
                case ALLOW -> Verdict.ALLOW;
                case ASK -> Verdict.ASK;
                case DENY, UNKNOWN -> Verdict.DENY;
            };
        }

        boolean matches(Call call) {
            if (!tool.equals("*") && !tool.equals(call.tool())) {
                return false;
            }
            if (path != null && (call.path() == null || !path.matches(call.path()))) {
                return false;
            }
            if (argv.size() > call.argv().size()) {
                return false;
            }
            for (int i = 0; i < argv.size(); i++) {
                if (!argv.get(i).matches(call.argv().get(i))) {
                    return false;
                }
            }
            return true;
        }

        String explain() {
            String stated = reason.isEmpty() ? "rule " + name : reason;
            return verdict == Verdict.ASK
                    ? stated + " (needs approval; approvals come later, so it is denied for now)"
                    : stated;
        }
    }
}
