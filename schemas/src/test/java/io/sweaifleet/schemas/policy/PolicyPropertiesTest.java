package io.sweaifleet.schemas.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.record.Verdict;
import io.sweaifleet.schemas.role.PolicyRule;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.role.RuleEffect;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class PolicyPropertiesTest {

    private static final List<String> TOOLS = List.of("read", "edit", "run", "git");

    @Property
    void shouldDenyEverythingWithoutAnAllowRule(@ForAll("rules") List<PolicyRule> rules, @ForAll("calls") Call call) {
        // Given
        List<PolicyRule> noneAllows = rules.stream()
                .filter(rule -> rule.getEffect() != RuleEffect.ALLOW)
                .toList();

        // When
        Judgement judgement = Policy.of(role(TOOLS, noneAllows)).judge(call);

        // Then
        assertThat(judgement.allowed()).isFalse();
    }

    @Property
    void shouldNeverAllowMoreWhenADenyOrAskRuleIsAdded(
            @ForAll("rules") List<PolicyRule> rules, @ForAll("rule") PolicyRule more, @ForAll("calls") Call call) {
        // Given
        List<PolicyRule> longer = new ArrayList<>(rules);
        if (more.getEffect() != RuleEffect.ALLOW) {
            longer.add(0, more);
        }

        // When
        boolean before = Policy.of(role(TOOLS, rules)).judge(call).allowed();
        boolean after = Policy.of(role(TOOLS, longer)).judge(call).allowed();

        // Then
        assertThat(after && !before).isFalse();
    }

    @Property
    void shouldNotDependOnTheOrderOfRules(
            @ForAll("rules") List<PolicyRule> rules, @ForAll("calls") Call call, @ForAll long seed) {
        // Given
        List<PolicyRule> shuffled = new ArrayList<>(rules);
        Collections.shuffle(shuffled, new Random(seed));

        // When
        Verdict verdict = Policy.of(role(TOOLS, shuffled)).judge(call).verdict();

        // Then: only which of several matching rules of one effect is named may differ.
        assertThat(verdict).isEqualTo(Policy.of(role(TOOLS, rules)).judge(call).verdict());
    }

    @Property
    void shouldNeverTurnAnExplicitDenyByAddingAnAllowRule(
            @ForAll("rules") List<PolicyRule> rules, @ForAll("rule") PolicyRule more, @ForAll("calls") Call call) {
        // Given
        List<PolicyRule> longer = new ArrayList<>(rules);
        longer.add(0, PolicyRule.newBuilder(more).setEffect(RuleEffect.ALLOW).build());

        // When
        Judgement before = Policy.of(role(TOOLS, rules)).judge(call);
        Judgement after = Policy.of(role(TOOLS, longer)).judge(call);

        // Then: only what nothing was said of may become allowed
        if (!before.rule().equals(Judgement.NOTHING_MATCHED)) {
            assertThat(after.verdict()).isEqualTo(before.verdict());
        }
    }

    @Property
    void shouldForbidACommandThatRunsAForbiddenOne(
            @ForAll("rules") List<PolicyRule> rules,
            @ForAll("calls") Call call,
            @ForAll("wrappers") List<String> wrapper) {
        // Given
        List<String> wrapped = new ArrayList<>(wrapper);
        if (wrapper.contains("-c")) {
            wrapped.add(String.join(" ", call.argv()));
        } else {
            wrapped.addAll(call.argv());
        }

        // When
        Judgement plain = Policy.of(role(TOOLS, rules)).judge(call);
        Judgement behind = Policy.of(role(TOOLS, rules)).judge(Call.ofCommand(call.tool(), wrapped));

        // Then
        if (call.tool().equals("run")
                && plain.verdict() == Verdict.DENY
                && !call.argv().isEmpty()) {
            boolean explicit = !plain.rule().equals(Judgement.NOTHING_MATCHED);
            assertThat(explicit && behind.allowed()).isFalse();
        }
    }

    @Provide
    Arbitrary<List<String>> wrappers() {
        return Arbitraries.of(
                List.of("env", "A=1"),
                List.of("timeout", "-k", "1", "5"),
                List.of("sudo", "-u", "x"),
                List.of("sh", "-c"),
                List.of("/bin/bash", "-ec"),
                List.of("xargs"),
                List.of("nice", "-n", "3", "env"));
    }

    @Property
    void shouldDenyAToolThatTheRoleDoesNotList(@ForAll("rules") List<PolicyRule> rules, @ForAll("calls") Call call) {
        // Given
        List<String> others =
                TOOLS.stream().filter(tool -> !tool.equals(call.tool())).toList();

        // When
        Judgement judgement = Policy.of(role(others, rules)).judge(call);

        // Then
        assertThat(judgement.verdict()).isEqualTo(Verdict.DENY);
        assertThat(judgement.rule()).isEqualTo(Judgement.TOOL_NOT_LISTED);
    }

    @Property
    void shouldNameTheFirstMatchingRuleOfTheStrictestEffect(
            @ForAll("rules") List<PolicyRule> rules, @ForAll("calls") Call call) {
        // Given
        Policy policy = Policy.of(role(TOOLS, rules));
        PolicyRule expected = null;
        for (RuleEffect effect : List.of(RuleEffect.DENY, RuleEffect.ASK, RuleEffect.ALLOW)) {
            for (PolicyRule rule : rules) {
                RuleEffect effective = rule.getEffect() == RuleEffect.UNKNOWN ? RuleEffect.DENY : rule.getEffect();
                boolean alone = !Policy.of(role(TOOLS, List.of(rule)))
                        .judge(call)
                        .rule()
                        .equals(Judgement.NOTHING_MATCHED);
                if (expected == null && effective == effect && alone) {
                    expected = rule;
                }
            }
        }

        // When
        String decided = policy.judge(call).rule();

        // Then
        assertThat(decided).isEqualTo(expected == null ? Judgement.NOTHING_MATCHED : expected.getName());
    }

    @Provide
    Arbitrary<List<PolicyRule>> rules() {
        return rule().list().ofMaxSize(6);
    }

    @Provide
    Arbitrary<PolicyRule> rule() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 1_000_000),
                        Arbitraries.of(RuleEffect.values()),
                        Arbitraries.of("*", "read", "edit", "run", "git"),
                        Arbitraries.of("**", "src/**", "**/*.java", "docs/*").injectNull(0.4),
                        Arbitraries.of("*", "mvn", "test", "deploy").list().ofMaxSize(2))
                .as((number, effect, tool, path, argv) -> PolicyRule.newBuilder()
                        .setName("rule-" + number)
                        .setEffect(effect)
                        .setTool(tool)
                        .setPath(path)
                        .setArgv(argv)
                        .build());
    }

    @Provide
    Arbitrary<Call> calls() {
        Arbitrary<Call> onPath = Combinators.combine(
                        Arbitraries.of("read", "edit"),
                        Arbitraries.of("src/A.java", "A.java", "docs/x.md", "docs/a/b", "pom.xml"))
                .as(Call::onPath);
        Arbitrary<Call> command = Combinators.combine(
                        Arbitraries.of("run", "git"),
                        Arbitraries.of("mvn", "test", "deploy", "npm")
                                .list()
                                .ofMinSize(1)
                                .ofMaxSize(3))
                .as(Call::ofCommand);
        return Arbitraries.oneOf(onPath, command);
    }

    private static RoleDefinition role(List<String> tools, List<PolicyRule> rules) {
        return RoleDefinition.newBuilder()
                .setRole("tester")
                .setVersion(1)
                .setTools(tools)
                .setRules(rules)
                .setUpdatedAt(Instant.EPOCH)
                .build();
    }
}
