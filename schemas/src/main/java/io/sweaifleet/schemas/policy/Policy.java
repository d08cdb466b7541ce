package io.sweaifleet.schemas.policy;

import io.sweaifleet.schemas.policy.Explanation.Looked;
import io.sweaifleet.schemas.record.Verdict;
import io.sweaifleet.schemas.role.PolicyRule;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.role.RuleEffect;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Judges tool calls by the rules of one role. Deny rules are tried first, then ask, then allow; within an effect the
 * first match in the role's order wins; what nothing matches is denied. A tool must be listed by the role besides. Pure
 * and immutable.
 *
 * <p>A rule matches when its tool is the call's (or {@code *}) and every further condition it states holds: path, host
 * and repository patterns need a call with one, word patterns need a command that is at least as long. A condition is
 * therefore never met by the absence of what it is about.
 *
 * <p>An allow rule's words must match the command as it is given. Those of a deny or ask rule match whatever the command
 * may come down to ({@link Readings}); a command that cannot be read is denied when such a rule might be about it.
 */
public final class Policy {

    private final String role;
    private final Set<String> tools;
    private final List<CompiledRule> rules;
    private final @Nullable String repository;

    private Policy(String role, Set<String> tools, List<CompiledRule> rules, @Nullable String repository) {
        this.role = role;
        this.tools = tools;
        this.rules = rules;
        this.repository = repository;
    }

    /** The policy that a role's definition states. */
    public static Policy of(RoleDefinition role) {
        List<CompiledRule> rules = new ArrayList<>();
        for (Verdict verdict : List.of(Verdict.DENY, Verdict.ASK, Verdict.ALLOW)) {
            role.getRules().stream()
                    .map(CompiledRule::of)
                    .filter(rule -> rule.verdict == verdict)
                    .forEach(rules::add);
        }
        return new Policy(role.getRole(), Set.copyOf(role.getTools()), List.copyOf(rules), null);
    }

    /** The same policy for calls that are made in a repository, unless they name another; empty for none. */
    public Policy in(String identity) {
        return new Policy(role, tools, rules, identity.isEmpty() ? null : identity);
    }

    /** The tools that the role lists; the rules say what each may be used for. */
    public Set<String> tools() {
        return tools;
    }

    /** Judges a call. */
    public Judgement judge(Call call) {
        return explain(call).judgement();
    }

    /** Judges a call and says how. */
    public Explanation explain(Call given) {
        Call call = given.repository() == null && repository != null ? given.in(repository) : given;
        List<Looked> looked = new ArrayList<>();
        if (!tools.contains(call.tool())) {
            return new Explanation(
                    new Judgement(
                            Verdict.DENY,
                            Judgement.TOOL_NOT_LISTED,
                            "role " + role + " does not list the tool " + call.tool() + "; add it to the role's tools"),
                    looked);
        }
        Readings readings = call.tool().equals("git") ? Readings.ofGit(call.argv()) : Readings.of(call.argv());
        boolean unread = false;
        for (CompiledRule rule : rules) {
            if (rule.verdict != Verdict.DENY && unread) {
                break;
            }
            Optional<String> mismatch = rule.mismatch(call, readings);
            looked.add(new Looked(
                    rule.name, rule.effect, mismatch.isEmpty(), mismatch.orElseGet(() -> rule.as(call, readings))));
            if (mismatch.isEmpty()) {
                return new Explanation(new Judgement(rule.verdict, rule.name, rule.explain()), looked);
            }
            unread |= readings.opaque() != null && rule.mightBeAbout(call);
        }
        if (unread) {
            return new Explanation(
                    new Judgement(
                            Verdict.DENY,
                            Judgement.UNREADABLE_COMMAND,
                            "the command cannot be read (" + readings.opaque() + "), so it may be one that role " + role
                                    + " forbids or asks about; call the program directly, without a shell"),
                    looked);
        }
        return new Explanation(
                new Judgement(
                        Verdict.DENY,
                        Judgement.NOTHING_MATCHED,
                        "no rule of role " + role + " allows " + describe(call) + "; add an allow rule to the role"),
                looked);
    }

    private static String describe(Call call) {
        StringBuilder text = new StringBuilder("tool ").append(call.tool());
        if (call.path() != null) {
            text.append(" on ").append(call.path());
        }
        if (call.host() != null) {
            text.append(" to ").append(call.host());
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
            RuleEffect effect,
            Verdict verdict,
            String tool,
            @Nullable Glob path,
            WordPattern argv,
            @Nullable Glob host,
            @Nullable Glob repository,
            String reason) {

        static CompiledRule of(PolicyRule rule) {
            String hostGlob = rule.getHost();
            return new CompiledRule(
                    rule.getName(),
                    rule.getEffect(),
                    verdictOf(rule.getEffect()),
                    rule.getTool(),
                    compiled(rule.getPath(), Glob::path),
                    WordPattern.of(rule.getArgv()),
                    compiled(hostGlob == null ? null : hostGlob.toLowerCase(Locale.ROOT), Glob::word),
                    compiled(rule.getRepository(), Glob::word),
                    rule.getReason());
        }

        private static @Nullable Glob compiled(@Nullable String text, Function<String, Glob> compiler) {
            return text == null ? null : compiler.apply(text);
        }

        /** An effect that this version does not know (written by a newer one) denies: fail closed. */
        private static Verdict verdictOf(RuleEffect effect) {
            return switch (effect) {
                case ALLOW -> Verdict.ALLOW;
                case ASK -> Verdict.ASK;
                case DENY, UNKNOWN -> Verdict.DENY;
            };
        }

        /** What the rule asks for that the call does not have; empty when it matches. */
        Optional<String> mismatch(Call call, Readings readings) {
            Optional<String> other = otherThanWords(call);
            if (other.isPresent() || argv.isEmpty()) {
                return other;
            }
            if (call.argv().isEmpty()) {
                return Optional.of("it asks for a command, and the call has none");
            }
            return reading(call, readings) == null
                    ? Optional.of(
                            "it asks for the words " + argv + (verdict == Verdict.ALLOW ? ", as they are given" : ""))
                    : Optional.empty();
        }

        private Optional<String> otherThanWords(Call call) {
            if (!tool.equals("*") && !tool.equals(call.tool())) {
                return Optional.of("it is about the tool " + tool);
            }
            return first(
                    lacks("path", path, call.path()),
                    lacks("host", host, call.host()),
                    lacks("repository", repository, call.repository()));
        }

        @SafeVarargs
        private static Optional<String> first(Optional<String>... all) {
            return Stream.of(all).flatMap(Optional::stream).findFirst();
        }

        private static Optional<String> lacks(String what, @Nullable Glob pattern, @Nullable String value) {
            if (pattern == null || (value != null && pattern.matches(value))) {
                return Optional.empty();
            }
            return Optional.of(
                    "it asks for the " + what + " " + pattern + (value == null ? ", and the call has none" : ""));
        }

        private @Nullable List<String> reading(Call call, Readings readings) {
            if (verdict == Verdict.ALLOW) {
                return argv.matches(call.argv()) ? call.argv() : null;
            }
            return readings.commands().stream()
                    .filter(argv::matches)
                    .findFirst()
                    .orElse(null);
        }

        /** As what a call matched, for people. */
        String as(Call call, Readings readings) {
            List<String> words = argv.isEmpty() ? null : reading(call, readings);
            return words == null || words.equals(call.argv())
                    ? ""
                    : "read as: " + String.join(" ", words).replace(Readings.ANYTHING, "…");
        }

        /** Whether the rule forbids or asks about commands, and only the words of this one are in question. */
        boolean mightBeAbout(Call call) {
            return verdict != Verdict.ALLOW
                    && !argv.isEmpty()
                    && otherThanWords(call).isEmpty();
        }

        String explain() {
            return reason.isEmpty() ? "rule " + name : reason;
        }
    }
}
