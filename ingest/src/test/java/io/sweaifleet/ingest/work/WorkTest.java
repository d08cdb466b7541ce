package io.sweaifleet.ingest.work;

import static io.sweaifleet.ingest.testing.Records.failure;
import static io.sweaifleet.ingest.testing.Records.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.ingest.print.Style;
import io.sweaifleet.ingest.testing.Records;
import io.sweaifleet.schemas.common.BrainKind;
import io.sweaifleet.schemas.common.BrainStamp;
import io.sweaifleet.schemas.common.Usage;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.task.TaskStatus;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkTest {

    private static final String PATCH =
            """
            diff --git a/app.py b/app.py
            index 1..2 100644
            --- a/app.py
            +++ b/app.py
            @@ -1,3 +1,4 @@
             def add(a, b):
            --- a comment of the file
            -    return a - b
            +    # sum
            +    return a + b
            +
            """;

    @Test
    void shouldReadBudgetsOfTimeTokensAndMoney() throws Exception {
        // When
        var budget = Budgets.parse("30m, 200k tokens, $0.50");

        // Then
        assertThat(budget.getWallMs()).isEqualTo(1_800_000);
        assertThat(budget.getTokens()).isEqualTo(200_000);
        assertThat(budget.getCostMicroUsd()).isEqualTo(500_000);
        assertThat(Budgets.parse("1.5usd").getCostMicroUsd()).isEqualTo(1_500_000);
        assertThat(Budgets.parse("2m tokens").getTokens()).isEqualTo(2_000_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "lots", "0 tokens", "30m,10m", "$0", "-5m", "$1,$2", "400d"})
    void shouldRefuseABudgetThatIsNone(String text) {
        assertThatThrownBy(() -> Budgets.parse(text))
                .isInstanceOf(InvalidWorkException.class)
                .hasMessageContaining("budget");
    }

    @ParameterizedTest
    @CsvSource({
        // Oslo is an hour ahead of UTC in January.
        "2026-01-31T21:00:00Z, 07:00, 2026-02-01T06:00:00Z",
        "2026-01-31T05:59:59Z, 07:00, 2026-01-31T06:00:00Z",
        "2026-01-31T06:00:00Z, 07:00, 2026-02-01T06:00:00Z",
        "2026-01-31T21:00:00Z, 23:30, 2026-01-31T22:30:00Z",
        // The night in which 02:30 is left out, and the one in which it comes twice.
        "2026-03-28T22:00:00Z, 02:30, 2026-03-29T01:30:00Z",
        "2026-10-24T21:00:00Z, 2:30, 2026-10-25T00:30:00Z"
    })
    void shouldTakeTheNextTimeThatClocksHereShow(String now, String text, String expected) throws Exception {
        assertThat(Until.next(text, Instant.parse(now), ZoneId.of("Europe/Oslo")))
                .isEqualTo(Instant.parse(expected));
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "25:00", "07:60", "tomorrow", ""})
    void shouldRefuseWhatIsNoTimeOfDay(String text) {
        assertThatThrownBy(() -> Until.next(text, Instant.EPOCH, ZoneId.of("UTC")))
                .isInstanceOf(InvalidWorkException.class)
                .hasMessageContaining("--until '" + text + "'");
    }

    @Test
    void shouldSplitACommandAsAShellWould() throws Exception {
        assertThat(Argv.split("mvn -q  test \"-Dtest=A B\" 'c d' e\\ f ''"))
                .containsExactly("mvn", "-q", "test", "-Dtest=A B", "c d", "e f", "");
        assertThatThrownBy(() -> Argv.split("make test && rm -rf /")).hasMessageContaining("needs a shell");
        assertThatThrownBy(() -> Argv.split("echo 'x")).hasMessageContaining("open '");
    }

    @Test
    void shouldReadTheItemsOfAMarkdownList() throws Exception {
        // When
        List<BacklogItem> items = Backlog.parse(
                "backlog.md",
                """
                # Tonight

                Some words before.

                - [ ] fix the failing test in module x
                  It fails since Monday:

                  ```
                  - not an item
                  ```
                - [x] done already
                * remove the unused flag
                  - nested: also its docs
                1. upgrade the parser
                   to version 2

                ## Later

                Not an item either.
                ```
                - nor this
                ```
                - remove the unused flag
                  - nested: also its docs
                """);

        // Then
        assertThat(items)
                .extracting(
                        BacklogItem::line,
                        item -> item.text().lines().findFirst().orElse(""))
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(5, "fix the failing test in module x"),
                        org.assertj.core.groups.Tuple.tuple(12, "remove the unused flag"),
                        org.assertj.core.groups.Tuple.tuple(14, "upgrade the parser"),
                        org.assertj.core.groups.Tuple.tuple(23, "remove the unused flag"));
        assertThat(items.get(0).text()).contains("It fails since Monday:", "- not an item");
        assertThat(items.get(1).text()).endsWith("- nested: also its docs");
        assertThat(items.get(3).occurrence()).isEqualTo(1);
    }

    @Test
    void shouldReadAListInYaml() throws Exception {
        // When
        List<BacklogItem> items = Backlog.parse(
                "tonight.yaml",
                """
                tasks:
                  - fix the parser
                  - do: look at the build
                    role: devops
                    test: make check
                    budget: 10m
                """);

        // Then
        assertThat(items).extracting(BacklogItem::text).containsExactly("fix the parser", "look at the build");
        assertThat(items.get(1).role()).isEqualTo("devops");
        assertThat(items.get(1).test()).containsExactly("make", "check");
        assertThatThrownBy(() -> Backlog.parse("a.yml", "- {do: x, roll: qa}")).hasMessageContaining("'roll'");
        assertThatThrownBy(() -> Backlog.parse("a.yml", "- {role: qa}")).hasMessageContaining("says nothing to do");
        assertThatThrownBy(() -> Backlog.parse("a.md", "- [x] all done\n")).hasMessageContaining("nothing to do");
    }

    @Test
    void shouldKeepTheIdOfAnItemWhenLinesAreAddedAbove() throws Exception {
        // Given
        BacklogItem before = Backlog.parse("a.md", "- fix x\n").get(0);
        List<BacklogItem> after = Backlog.parse("a.md", "- new\n- fix x\n- fix x\n");

        // Then
        assertThat(before.id("/repo", "/a.md")).isEqualTo(after.get(1).id("/repo", "/a.md"));
        assertThat(before.id("/repo", "/a.md")).matches("do-fix-x-[0-9a-f]{12}");
        assertThat(after.get(2).id("/repo", "/a.md")).isNotEqualTo(after.get(1).id("/repo", "/a.md"));
        assertThat(before.id("/other", "/a.md")).isNotEqualTo(before.id("/repo", "/a.md"));
    }

    @Test
    void shouldChooseTheModelOrSayHowToGiveOne() throws Exception {
        // Given
        Models none = Models.of(Settings.of(Map.of("fleet.models.allowed-hosts", "localhost")));
        Models one = Models.of(Settings.of(Map.of("fleet.models.local.url", "http://localhost:1/v1")));
        Models two = Models.of(Settings.of(Map.of(
                "fleet.models.local.url", "http://localhost:1/v1", "fleet.models.big.url", "http://localhost:2/v1")));

        // Then
        assertThatThrownBy(() -> ModelChoice.NONE.resolve(none, "developer", List.of()))
                .hasMessageContaining("fleet.models.<name>.url")
                .extracting(e -> ((InvalidWorkException) e).remedy())
                .asString()
                .contains("http://localhost:11434/v1", "Ollama");
        assertThat(ModelChoice.NONE.resolve(one, "developer", List.of()).model())
                .isEqualTo("local");
        assertThatThrownBy(() -> ModelChoice.NONE.resolve(two, "developer", List.of()))
                .hasMessageContaining("big, local");
        assertThat(ModelChoice.NONE.resolve(two, "developer", List.of("big"))).isEqualTo(ModelChoice.NONE);
        assertThatThrownBy(() -> ModelChoice.NONE.resolve(one, "developer", List.of("big")))
                .hasMessageContaining("wants the models big");
        assertThatThrownBy(() -> new ModelChoice("big", null, null, null).resolve(one, "developer", List.of()))
                .hasMessageContaining("there are local");
        assertThatThrownBy(
                        () -> new ModelChoice(null, "localhost:11434", "q", null).resolve(one, "developer", List.of()))
                .hasMessageContaining("not the URL");
        assertThatThrownBy(() -> new ModelChoice(null, null, "q", null).resolve(one, "developer", List.of()))
                .hasMessageContaining("without an endpoint");
        assertThat(new ModelChoice(null, "http://localhost:9/v1", "q", null).resolve(none, "developer", List.of()))
                .extracting(ModelChoice::url)
                .isEqualTo("http://localhost:9/v1");
    }

    @Test
    void shouldCountADiffAndBoundIt() {
        assertThat(DiffStat.of(PATCH)).isEqualTo(new DiffStat(1, 3, 2));
        assertThat(DiffStat.of(PATCH)).hasToString("1 file, +3 −2");
        assertThat(DiffLines.of(PATCH, Style.PLAIN, 5, "git diff"))
                .hasSize(6)
                .last()
                .isEqualTo("… 6 more lines: git diff");
        assertThat(DiffLines.of("+a\u001b[2Jb\n", Style.PLAIN, 5, "")).containsExactly("+a·[2Jb");
        assertThat(DiffLines.of("-a\n", Style.COLOUR, 5, "")).containsExactly("\u001b[31m-a\u001b[0m");
    }

    @Test
    void shouldSayPlainlyWhichBrainRan() {
        assertThat(new WorkResult(done("t", BrainKind.RECORDED, "1 passed")).brain())
                .startsWith("RECORDED m (v)")
                .contains("no live model ran");
        assertThat(new WorkResult(done("t", BrainKind.CHAT_MODEL, "1 passed")).brain())
                .isEqualTo("CHAT_MODEL m (v), live");
    }

    @Test
    void shouldTellWhatNeedsAPerson() {
        assertThat(new WorkResult(done("t", BrainKind.CHAT_MODEL, "3 passed, 0 failed")).needs())
                .isEmpty();
        assertThat(new WorkResult(done("t", BrainKind.CHAT_MODEL, "3 passed, 1 failed")).needs())
                .containsExactly("tests still fail: 3 passed, 1 failed");
        assertThat(new WorkResult(done("t", BrainKind.CHAT_MODEL, "")).needs())
                .singleElement()
                .asString()
                .contains("no tests were run");
    }

    @Test
    void shouldReportAListInMarkdownAndHtml() {
        // Given
        BacklogItem item = new BacklogItem(3, "fix <x> | y", 0, null, List.of(), null);
        MorningReport report = new MorningReport(
                "/home/me/backlog.md",
                "/home/me/project",
                Records.START,
                Records.START.plusSeconds(3_600),
                Records.START.plusSeconds(3_000),
                ZoneId.of("UTC"),
                List.of(
                        new BacklogEntry(
                                item,
                                "do-1",
                                BacklogEntry.State.ENDED,
                                done("do-1", BrainKind.CHAT_MODEL, "4 passed"),
                                ""),
                        new BacklogEntry(
                                new BacklogItem(4, "fix z", 0, null, List.of(), null),
                                "do-2",
                                BacklogEntry.State.ENDED,
                                outcome("do-2", "do-2", "developer", "agent.do", TaskStatus.FAILED)
                                        .setFailure(failure("STUCK", "the agent turned in circles", "say more"))
                                        .build(),
                                ""),
                        new BacklogEntry(
                                new BacklogItem(5, "later", 0, null, List.of(), null),
                                "do-3",
                                BacklogEntry.State.WAITING,
                                null,
                                "")));

        // When
        String markdown = report.markdown();
        String html = report.html();

        // Then
        assertThat(report.allWell()).isFalse();
        assertThat(report.summary()).isEqualTo("1 of 3 succeeded, 1 did not, 1 not begun; $0.0012, 120 tokens");
        assertThat(markdown)
                .contains("| 3 | fix \\<x\\> \\| y | succeeded | 1 file, +3 −2 | 2 passed, 1 failed → 4 passed |")
                .contains("- fix z: the agent turned in circles \\[STUCK\\]; say more")
                .contains("- later: it was not begun")
                .contains("git merge fleet/default/do-1")
                .contains("CHAT\\_MODEL m (v), live");
        assertThat(html)
                .contains("fix &lt;x&gt; | y", "badge good", "badge bad", "git merge fleet/default/do-1")
                .doesNotContain("<x>", "http://", "https://");
    }

    private static TaskOutcome done(String id, BrainKind kind, String after) {
        return outcome(id, id, "developer", "agent.do", TaskStatus.SUCCEEDED)
                .setResult(TaskResult.newBuilder()
                        .setSummary("done")
                        .setBrain(BrainStamp.newBuilder()
                                .setKind(kind)
                                .setName("m")
                                .setVersion("v")
                                .build())
                        .setOutputs(Map.of(
                                "testsBefore",
                                "2 passed, 1 failed",
                                "testsAfter",
                                after,
                                "steps",
                                "7",
                                "stopped",
                                "submitted"))
                        .setPatch(PATCH)
                        .setBranch("fleet/default/" + id)
                        .setCommit("0123456789")
                        .setUsage(Usage.newBuilder()
                                .setInputTokens(100)
                                .setOutputTokens(20)
                                .setCostMicroUsd(1_200)
                                .build())
                        .build())
                .build();
    }
}
