package io.sweaifleet.schemas.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.record.Verdict;
import io.sweaifleet.schemas.role.PolicyRule;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.role.RuleEffect;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What matches what: docs/policy.md has the same table. */
class CommandMatchingTest {

    /** Whatever runs is allowed, but for rm with -rf and for publishing. */
    private static final Policy NO_RM = policy(
            rule("no-rm", RuleEffect.DENY, "rm", "-rf"),
            rule("no-publishing", RuleEffect.DENY, "npm", "**", "publish"),
            rule("anything", RuleEffect.ALLOW));

    private static final Policy ONLY_MVN = policy(rule("mvn", RuleEffect.ALLOW, "mvn"));

    @ParameterizedTest
    @MethodSource
    void shouldForbidACommandHoweverItIsWritten(List<String> argv) {
        // When
        Judgement judgement = NO_RM.judge(Call.ofCommand("run", argv));

        // Then
        assertThat(judgement.verdict()).as(argv.toString()).isEqualTo(Verdict.DENY);
        assertThat(judgement.rule()).isEqualTo("no-rm");
    }

    static Stream<Arguments> shouldForbidACommandHoweverItIsWritten() {
        return Stream.of(
                        words("rm -rf /"),
                        words("/bin/rm -rf /"),
                        words("../../bin/rm -rf /"),
                        words("env A=1 B=2 rm -rf /"),
                        words("env -i -u HOME rm -rf /"),
                        words("/usr/bin/env rm -rf /"),
                        List.of("env", "-S", "rm -rf /"),
                        List.of("env", "-Srm -rf /"),
                        words("timeout -k 5 10 rm -rf /"),
                        words("nice -n 5 nohup setsid rm -rf /"),
                        words("sudo -u nobody rm -rf /"),
                        words("busybox rm -rf /"),
                        words("xargs -n 1 rm -rf"),
                        words("find . -name x -exec rm -rf {} ;"),
                        words("/lib64/ld-linux-x86-64.so.2 /bin/rm -rf /"),
                        List.of("sh", "-c", "rm -rf /"),
                        List.of("sh", "-c", "\\rm -rf /"),
                        List.of("sh", "-c", "r'm' \"-r\"f /"),
                        List.of("/bin/bash", "-lc", "cd x && rm -rf y"),
                        List.of("bash", "--norc", "-e", "-c", "true; rm -rf y"),
                        List.of("bash", "-o", "pipefail", "-c", "A=1 rm -rf y"),
                        List.of("sh", "-c", "if true; then rm -rf y; fi"),
                        List.of("sh", "-c", "{ rm -rf y; }"),
                        List.of("sh", "-c", "(rm -rf y)"),
                        List.of("sh", "-c", "true\nrm -rf y"),
                        List.of("sh", "-c", "echo $(rm -rf y)"),
                        List.of("sh", "-c", "echo \"`rm -rf y`\""),
                        List.of("sh", "-c", "diff <(rm -rf y) z"),
                        List.of("sh", "-c", ">log 2>&1 rm -rf y"),
                        List.of("sh", "-c", "rm $FLAGS y"),
                        List.of("sh", "-c", "sh -c 'sh -c \"rm -rf y\"'"),
                        List.of("sh", "-c", "true | env A=1 /bin/rm -rf y &"),
                        List.of("timeout", "5", "sh", "-c", "rm -rf y"),
                        List.of("ssh", "host", "rm -rf y"))
                .map(Arguments::of);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "eval \"$X\"",
                "$(echo rm) -rf /",
                "$RM -rf /",
                "`cat f`",
                "/bin/r? -rf /",
                "{rm,-rf,/}",
                "xargs $X",
                "curl x | sh",
                "cat x | bash -s",
                ". ./script",
                "source x",
                "cat <<E | sh\nrm -rf /\nE",
                "for f in rm; do $f -rf /; done",
                "echo 'open",
                "alias ls=rm"
            })
    void shouldDenyAScriptThatItCannotRead(String script) {
        // When
        Judgement judgement = NO_RM.judge(Call.ofCommand("run", List.of("sh", "-c", script)));

        // Then
        assertThat(judgement.verdict()).isEqualTo(Verdict.DENY);
        assertThat(judgement.rule()).isEqualTo(Judgement.UNREADABLE_COMMAND);
        assertThat(judgement.reason()).contains("call the program directly");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "echo rm -rf /",
                "rm -r x",
                "git commit -m 'rm -rf /'",
                "[ -f x ] && echo yes",
                "[[ -n $X ]] || mvn test",
                "echo \"it's fine\" # rm -rf /",
                "ls *.java | wc -l > out 2>/dev/null"
            })
    void shouldAllowWhatNoRuleForbidsInAScript(String script) {
        // When
        Judgement judgement = NO_RM.judge(Call.ofCommand("run", List.of("bash", "-c", script)));

        // Then
        assertThat(judgement.rule()).isEqualTo("anything");
    }

    @Test
    void shouldFindAWordBehindAnyNumberOfOthers() {
        // When / Then
        assertThat(verdict(NO_RM, "npm publish")).isEqualTo(Verdict.DENY);
        assertThat(verdict(NO_RM, "npm --tag x publish")).isEqualTo(Verdict.DENY);
        assertThat(verdict(NO_RM, "npm run build")).isEqualTo(Verdict.ALLOW);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/tmp/mvn x",
                "./mvn x",
                "env mvn x",
                "env A=1 mvn x",
                "sh -c mvn",
                "timeout 5 mvn x",
                "mvnw x",
                "MVN x"
            })
    void shouldAllowACommandOnlyAsItIsNamed(String command) {
        // When / Then
        assertThat(verdict(ONLY_MVN, command)).isEqualTo(Verdict.DENY);
        assertThat(verdict(ONLY_MVN, "mvn x")).isEqualTo(Verdict.ALLOW);
    }

    @Test
    void shouldFindGitsSubcommandBehindItsOptions() {
        // Given
        Policy policy = Policy.of(role(
                List.of("git"),
                PolicyRule.newBuilder(rule("no-push", RuleEffect.DENY, "push"))
                        .setTool("git")
                        .build(),
                PolicyRule.newBuilder(rule("git", RuleEffect.ALLOW))
                        .setTool("git")
                        .build()));

        // When / Then
        for (String arguments : List.of("push", "-C . push", "--no-pager push", "-c a=b -C x push")) {
            assertThat(policy.judge(Call.ofCommand("git", words(arguments))).verdict())
                    .as(arguments)
                    .isEqualTo(Verdict.DENY);
        }
        assertThat(policy.judge(Call.ofCommand("git", words("log push"))).verdict())
                .isEqualTo(Verdict.ALLOW);
    }

    @Test
    void shouldAskForHostAndRepository() {
        // Given
        Policy policy = Policy.of(role(
                List.of("http_get"),
                PolicyRule.newBuilder(rule("no-metadata", RuleEffect.DENY))
                        .setHost("169.254.*")
                        .build(),
                PolicyRule.newBuilder(rule("docs", RuleEffect.ALLOW))
                        .setTool("http_get")
                        .setHost("*.Example.org")
                        .setRepository("/srv/{a,b}/*")
                        .build()));
        Call call = Call.onHost("http_get", "Docs.EXAMPLE.org.");

        // When / Then
        assertThat(policy.judge(call).rule()).isEqualTo(Judgement.NOTHING_MATCHED);
        assertThat(policy.in("/srv/a/x/y").judge(call).rule()).isEqualTo("docs");
        assertThat(policy.in("/srv/c/x").judge(call).rule()).isEqualTo(Judgement.NOTHING_MATCHED);
        assertThat(policy.in("/srv/c/x").judge(call.in("/srv/b/x")).rule()).isEqualTo("docs");
        assertThat(policy.in("/srv/a/x")
                        .judge(Call.onHost("http_get", "169.254.169.254"))
                        .rule())
                .isEqualTo("no-metadata");
        assertThat(policy.in("/srv/a/x").judge(Call.ofTool("http_get")).rule()).isEqualTo(Judgement.NOTHING_MATCHED);
    }

    @Test
    void shouldSayWhichRulesWereLookedAtAndAsWhatTheCommandWasRead() {
        // When
        Explanation explanation = NO_RM.explain(Call.ofCommand("run", List.of("sh", "-c", "cd x && rm -rf y")));
        Explanation allowed = NO_RM.explain(Call.ofCommand("run", List.of("ls")));

        // Then
        assertThat(explanation.looked()).singleElement().satisfies(looked -> {
            assertThat(looked.rule()).isEqualTo("no-rm");
            assertThat(looked.detail()).isEqualTo("read as: rm -rf y");
        });
        assertThat(allowed.looked())
                .extracting(Explanation.Looked::rule)
                .containsExactly("no-rm", "no-publishing", "anything");
        assertThat(allowed.looked().get(0).detail()).isEqualTo("it asks for the words rm -rf");
    }

    private static Verdict verdict(Policy policy, String command) {
        return policy.judge(Call.ofCommand("run", words(command))).verdict();
    }

    private static List<String> words(String command) {
        return Arrays.asList(command.split(" "));
    }

    private static Policy policy(PolicyRule... rules) {
        return Policy.of(role(List.of("run"), rules));
    }

    private static PolicyRule rule(String name, RuleEffect effect, String... argv) {
        return PolicyRule.newBuilder()
                .setName(name)
                .setEffect(effect)
                .setTool("*")
                .setArgv(List.of(argv))
                .build();
    }

    private static RoleDefinition role(List<String> tools, PolicyRule... rules) {
        return RoleDefinition.newBuilder()
                .setRole("tester")
                .setVersion(1)
                .setTools(tools)
                .setRules(List.of(rules))
                .setUpdatedAt(Instant.EPOCH)
                .build();
    }
}
