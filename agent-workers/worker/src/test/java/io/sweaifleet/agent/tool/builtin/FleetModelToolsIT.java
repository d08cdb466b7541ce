package io.sweaifleet.agent.tool.builtin;

import static io.sweaifleet.agent.tool.builtin.ModelToolsHarness.call;
import static io.sweaifleet.agent.tool.builtin.ModelToolsHarness.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.run.PlaybookHarness;
import io.sweaifleet.agent.run.PlaybookHarness.Run;
import io.sweaifleet.agent.run.TestRepository;
import io.sweaifleet.agent.sandbox.Sandboxes.Choice;
import io.sweaifleet.agent.tool.spec.ToolCallResult;
import io.sweaifleet.agent.tool.spec.ToolSpec;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.Verdict;
import io.sweaifleet.schemas.role.RuleEffect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FleetModelToolsIT {

    @TempDir
    Path folder;

    private TestRepository repository;
    private Path root;

    @BeforeEach
    void makeRepository() {
        repository = TestRepository.init(folder.resolve("repo"))
                .file("src/calc.py", "def add(a, b):\n    return a - b\n\n\ndef twice(a):\n    return add(a, a)\n")
                .file(
                        "tests/test_calc.py",
                        "import unittest\nfrom src.calc import add, twice\n\n\nclass CalcTest(unittest.TestCase):\n"
                                + "    def test_add(self):\n        self.assertEqual(add(1, 2), 3)\n\n"
                                + "    def test_twice(self):\n        self.assertEqual(twice(0), 0)\n")
                .file("tests/__init__.py", "")
                .file("README.md", "# Calc\n");
        root = repository.root();
    }

    private ToolCallResult one(String tool, String... arguments) {
        repository.commit("given");
        AtomicReference<ToolCallResult> result = new AtomicReference<>();
        new ModelToolsHarness(root).run((tools, context) -> result.set(with(tools, tool, arguments)));
        return result.get();
    }

    /** The result, and the text of a file of the clone afterwards. */
    private List<String> after(String path, String tool, String... arguments) {
        repository.commit("given");
        List<String> seen = new ArrayList<>();
        new ModelToolsHarness(root).run((tools, context) -> {
            ToolCallResult result = with(tools, tool, arguments);
            seen.add(result.ok() + " " + result.text());
            Path file = context.tools().root().resolve(path);
            seen.add(Files.exists(file) ? Files.readString(file) : "(none)");
        });
        return seen;
    }

    @Test
    void shouldDeclareWhatTheRoleListsAndSubmit() {
        // Given
        repository.commit("given");
        List<ToolSpec> specs = new ArrayList<>();

        // When
        new ModelToolsHarness(root)
                .withTools("read", "edit", "http_get")
                .run((tools, context) -> specs.addAll(tools.specs()));

        // Then
        assertThat(specs)
                .extracting(ToolSpec::name)
                .containsExactly("read", "edit", "apply_patch", "http_get", "submit");
        assertThat(specs).allSatisfy(spec -> {
            assertThat(spec.parameters().path("type").asText()).isEqualTo("object");
            assertThat(spec.parameters().path("additionalProperties").asBoolean(true))
                    .isFalse();
            spec.parameters().path("properties").forEach(property -> assertThat(
                            property.path("description").asText())
                    .isNotEmpty());
        });
        assertThat(specs.get(0).hints()).isEqualTo(new ToolSpec.Hints(true, false, true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bash       | {'argv': ['ls']}                          | there is no tool bash; there are read, search",
                "bash       | {}                                        | Use run.",
                "read       | {}                                        | read needs the argument path",
                "read       | {'file': 'a'}                             | read has no argument file; it takes path, line, lines",
                "read       | {'path': 'README.md', 'line': 'x'}        | argument line of read must be a whole number",
                "read       | {'path': 'README.md', 'line': 9}          | line 9 is after its end",
                "read       | {'path': 'calc.py'}                       | did you mean src/calc.py?",
                "read       | [1]                                       | must be a JSON object with path, line, lines",
                "read       | {'path': {'a': 1}}                        | argument path of read must be a string",
                "search     | {'pattern': '(', 'regex': true}           | is no regular expression",
                "search     | {'pattern': 'a', 'files': '**/*.rs'}      | no file matches **/*.rs",
                "run        | {'argv': 'ls -l'}                         | must be an array of strings, such as",
                "run        | {'argv': ['ls -l']}                       | there is no shell",
                "run        | {'argv': []}                              | argument argv of run is empty",
                "run        | {'argv': ['ls'], 'timeout': 0}            | must be a whole number, 1 to 1800",
                "run        | {'argv': ['no-such-program']}             | not found on the path",
                "git        | {'argv': ['commit', '-m', 'x']}           | git commit is not offered; there are status, diff",
                "git        | {'argv': ['diff', '--no-index', '/etc/passwd', 'x']} | is not offered",
                "git        | {'argv': ['show', 'nothing']}             | git show ended with exit code 128",
                "edit       | {'path': 'README.md', 'old': 'x', 'new': 'x'}   | the same",
                "edit       | {'path': 'README.md', 'old': '', 'new': 'x'}    | README.md exists already",
                "edit       | {'path': '', 'old': '', 'new': 'x'}       | argument path of edit is empty",
                "edit       | {'path': 'no.md', 'old': 'a', 'new': 'x'} | there is no file no.md",
                "apply_patch| {'patch': 'hello'}                        | nothing was changed: there is no file in the patch",
                "submit     | {'summary': ' '}                          | argument summary of submit is empty",
                "test       | {'selectors': ['nowhere.rs']}             | no test suite takes the selector 'nowhere.rs'; there are python .",
            })
    void shouldAnswerMistakesWithARemedy(String tool, String arguments, String remedy) {
        // Given
        repository.commit("given");
        AtomicReference<ToolCallResult> result = new AtomicReference<>();

        // When
        new ModelToolsHarness(root).run((tools, context) -> result.set(call(tools, tool, arguments)));

        // Then
        assertThat(result.get().ok()).isFalse();
        assertThat(result.get().ends()).isFalse();
        assertThat(result.get().text()).contains(remedy);
    }

    @Test
    void shouldShowAtMostAHundredLinesAndSayWhatIsAroundThem() {
        // Given
        StringBuilder text = new StringBuilder();
        for (int i = 1; i <= 250; i++) {
            text.append("line ").append(i).append(i == 250 ? "" : "\r\n");
        }
        repository.file("long.txt", text.toString());

        // When
        ToolCallResult result = one("read", "path", "long.txt", "line", "120");

        // Then
        assertThat(result.text())
                .startsWith(
                        "long.txt, lines 120–219 of 250 (119 lines above, 31 lines below; lines end with CR LF; no newline at"
                                + " the end)\n120|line 120\n")
                .endsWith("219|line 219\n… read on from line 220")
                .doesNotContain("\r");
    }

    @Test
    void shouldBoundAViewOfLongLines() {
        // Given
        repository.file("wide.txt", ("x".repeat(5_000) + "\n").repeat(200));

        // When
        ToolCallResult result = one("read", "path", "wide.txt");

        // Then
        assertThat(result.text()).hasSizeLessThan(ReadTool.MAX_VIEW + 1_000).contains("… 4500 more characters");
    }

    @Test
    void shouldRefuseToShowOrChangeWhatIsNoText() throws Exception {
        // Given
        Files.write(root.resolve("image.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G', 0, 1, 2});
        Files.write(root.resolve("latin.txt"), "caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
        Files.write(root.resolve("huge.txt"), new byte[(int) Files_MAX() + 1]);
        repository.commit("odd files");
        List<ToolCallResult> results = new ArrayList<>();

        // When
        new ModelToolsHarness(root).run((tools, context) -> {
            results.add(with(tools, "read", "path", "image.png"));
            results.add(with(tools, "edit", "path", "image.png", "old", "P", "new", "Q"));
            results.add(with(tools, "edit", "path", "latin.txt", "old", "caf", "new", "cof"));
            results.add(with(tools, "read", "path", "huge.txt"));
            results.add(with(tools, "search", "pattern", "caf"));
        });

        // Then
        assertThat(results.subList(0, 4)).noneMatch(ToolCallResult::ok);
        assertThat(results.get(0).text()).contains("binary file of 7 bytes");
        assertThat(results.get(1).text()).contains("binary file");
        assertThat(results.get(2).text()).contains("not in UTF-8");
        assertThat(results.get(3).text()).contains("more than the");
        assertThat(results.get(4).text())
                .startsWith("1 hits in 1 of")
                .contains("2 binary or very large files passed over");
        assertThat(Files.readAllBytes(root.resolve("latin.txt")))
                .isEqualTo("caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
    }

    private static long Files_MAX() {
        return io.sweaifleet.agent.tool.builtin.Files.MAX_BYTES;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../outside.txt",
                "/etc/passwd",
                ".git/config",
                "link.txt",
                "linked/x.txt",
                "src/../../outside.txt"
            })
    void shouldStayInTheWorkspace(String path) throws Exception {
        // Given
        Path outside = Files.writeString(folder.resolve("outside.txt"), "secret");
        Files.createSymbolicLink(root.resolve("link.txt"), outside);
        Files.createSymbolicLink(root.resolve("linked"), folder);
        repository.commit("links");
        List<ToolCallResult> results = new ArrayList<>();

        // When
        Run run = new ModelToolsHarness(root).run((tools, context) -> {
            results.add(with(tools, "read", "path", path));
            results.add(with(tools, "edit", "path", path, "old", "secret", "new", "open"));
            results.add(with(tools, "edit", "path", path, "old", "", "new", "open"));
            results.add(with(
                    tools,
                    "apply_patch",
                    "patch",
                    "*** Begin Patch\n*** Add File: " + path + "\n+open\n*** End Patch\n"));
            results.add(with(
                    tools,
                    "apply_patch",
                    "patch",
                    "--- a/" + path + "\n+++ b/" + path + "\n@@ -1 +1 @@\n-secret\n+open\n"));
        });

        // Then
        assertThat(results).noneMatch(ToolCallResult::ok);
        assertThat(results)
                .allSatisfy(result ->
                        assertThat(result.text()).doesNotContain("secret\n").contains("denied by rule tool:"));
        assertThat(run.audit()).hasSize(5).extracting(AuditEvent::getVerdict).containsOnly(Verdict.DENY);
        assertThat(outside).hasContent("secret");
        assertThat(folder.resolve("x.txt")).doesNotExist();
    }

    @Test
    void shouldSummariseASearch() {
        // Given
        for (int i = 0; i < 30; i++) {
            repository.file("data/f" + i + ".txt", "needle one\nhay\nneedle two\n");
        }

        // When
        ToolCallResult result = one("search", "pattern", "needle");

        // Then
        assertThat(result.text())
                .startsWith(
                        "60 hits in 30 of 34 files; 50 are shown\ndata/f0.txt:1: needle one\ndata/f0.txt:3: needle two\n")
                .contains("hits per file:\ndata/f0.txt: 2\n");
    }

    @Test
    void shouldSearchByExpressionGlobAndWithoutCase() {
        assertThat(one(
                                "search",
                                "pattern",
                                "^DEF \\w+\\(a\\)",
                                "regex",
                                "true",
                                "ignoreCase",
                                "true",
                                "files",
                                "**/*.py")
                        .text())
                .isEqualTo("1 hits in 1 of 3 files\nsrc/calc.py:5: def twice(a):\n");
    }

    @Test
    void shouldListFilesWithoutAPattern() {
        assertThat(one("search", "files", "src/**").text()).isEqualTo("1 files\nsrc/calc.py");
    }

    @Test
    void shouldEditAndShowTheDiff() {
        // When
        List<String> seen =
                after("src/calc.py", "edit", "path", "src/calc.py", "old", "return a - b", "new", "return a + b");

        // Then
        assertThat(seen.get(0))
                .startsWith("true edited src/calc.py at line 2\n")
                .contains("-    return a - b\n+    return a + b");
        assertThat(seen.get(1)).startsWith("def add(a, b):\n    return a + b\n");
    }

    @Test
    void shouldRefuseAnEditAfterWhichTheFileNoLongerParses() {
        // When
        List<String> seen =
                after("src/calc.py", "edit", "path", "src/calc.py", "old", "def twice(a):", "new", "def twice(a:");

        // Then
        assertThat(seen.get(0)).startsWith("false not done, since src/calc.py would no longer parse: line 5");
        assertThat(seen.get(1)).contains("def twice(a):");
    }

    @Test
    void shouldRefuseAnAmbiguousEditAndNameTheLines() {
        assertThat(one("edit", "path", "src/calc.py", "old", "(a", "new", "(x").text())
                .contains("3 times")
                .contains("lines 1, 5, 6");
    }

    @Test
    void shouldShowWhatIsMostLikeAPassageThatIsNotThere() {
        assertThat(one("edit", "path", "src/calc.py", "old", "def twice(b):\n    return add(b, a)\n", "new", "x")
                        .text())
                .contains("lines 5–6")
                .contains("-def twice(b):")
                .contains("+def twice(a):");
    }

    @Test
    void shouldMakeAFileAndSayWhenItDoesNotParse() {
        // When
        List<String> good = after("new/a.json", "edit", "path", "new/a.json", "old", "", "new", "{\"a\": 1}\n");
        List<String> bad = after("b.json", "edit", "path", "b.json", "old", "", "new", "{\"a\": 1\n");

        // Then
        assertThat(good).containsExactly("true made new/a.json, 1 lines", "{\"a\": 1}\n");
        assertThat(bad.get(0)).startsWith("true made b.json, 1 lines; it does not parse: line");
    }

    @Test
    void shouldApplyAPatchToSeveralFiles() {
        // Given
        String patch =
                "--- a/src/calc.py\n+++ b/src/calc.py\n@@ -1,2 +1,2 @@\n def add(a, b):\n-    return a - b\n+    return a + b\n"
                        + "--- /dev/null\n+++ b/NEWS\n@@ -0,0 +1 @@\n+fixed\n"
                        + "diff --git a/README.md b/docs/README.md\nrename from README.md\nrename to docs/README.md\n";

        // When
        List<String> seen = after("NEWS", "apply_patch", "patch", patch);

        // Then
        assertThat(seen.get(0))
                .isEqualTo("true applied to 4 files\nM src/calc.py (now 6 lines)\nA NEWS (now 1 lines)\nD README.md\n"
                        + "A docs/README.md (now 1 lines)");
        assertThat(seen.get(1)).isEqualTo("fixed\n");
    }

    @Test
    void shouldApplyNothingWhenOneFileDoesNotFit() {
        // Given
        String patch = "--- /dev/null\n+++ b/NEWS\n@@ -0,0 +1 @@\n+fixed\n"
                + "--- a/src/calc.py\n+++ b/src/calc.py\n@@ -1,2 +1,2 @@\n def sub(a, b):\n-    return a * b\n+    return a + b\n";

        // When
        List<String> seen = after("NEWS", "apply_patch", "patch", patch);

        // Then
        assertThat(seen.get(0)).startsWith("false nothing was changed: hunk 1 of src/calc.py does not fit");
        assertThat(seen.get(1)).isEqualTo("(none)");
    }

    @Test
    void shouldTakeBackAPatchThatTheRoleMayNotFinish() {
        // Given
        repository.commit("given");
        String patch =
                "*** Begin Patch\n*** Update File: README.md\n-# Calc\n+# Changed\n*** Add File: ci/x.yml\n+a: 1\n*** End Patch\n";
        List<String> seen = new ArrayList<>();

        // When
        new ModelToolsHarness(root)
                .withRules(
                        PlaybookHarness.rule("ci", RuleEffect.DENY, "edit", "ci/**", List.of()),
                        PlaybookHarness.rule("all", RuleEffect.ALLOW, "*", null, List.of()))
                .run((tools, context) -> {
                    seen.add(with(tools, "apply_patch", "patch", patch).text());
                    seen.add(Files.readString(context.tools().root().resolve("README.md")));
                });

        // Then
        assertThat(seen.get(0)).startsWith("nothing was changed: edit was denied by rule ci");
        assertThat(seen.get(1)).isEqualTo("# Calc\n");
    }

    @Test
    void shouldRunACommandAndShowHeadAndTail() {
        // Given
        repository.commit("given");
        List<ToolCallResult> results = new ArrayList<>();

        // When
        new ModelToolsHarness(root).run((tools, context) -> {
            results.add(call(tools, "run", "{'argv': ['seq', '1', '20000']}"));
            results.add(call(tools, "run", "{'argv': ['sh', '-c', 'echo oops; exit 3'], 'directory': 'src'}"));
            results.add(call(tools, "run", "{'argv': ['sleep', '30'], 'timeout': 1}"));
        });

        // Then
        assertThat(results.get(0).ok()).isTrue();
        assertThat(results.get(0).text())
                .contains("exit code 0")
                .contains("bytes left out")
                .endsWith("20000")
                .hasSizeLessThan(11_000);
        assertThat(results.get(1).ok()).isFalse();
        assertThat(results.get(1).text()).startsWith("exit code 3 after").endsWith("oops");
        assertThat(results.get(2).text()).startsWith("ended at its timeout of 1 s");
    }

    @Test
    void shouldRunTheTestsAndSelectedOnes() {
        // Given
        repository.commit("given");
        List<ToolCallResult> results = new ArrayList<>();

        // When
        new ModelToolsHarness(root)
                .on(PlaybookHarness.create().withSandbox(Choice.PROCESS))
                .run((tools, context) -> {
                    results.add(call(tools, "test", "{}"));
                    results.add(call(tools, "test", "{'selectors': ['tests/test_calc.py::CalcTest::test_twice']}"));
                    with(tools, "edit", "path", "src/calc.py", "old", "a - b", "new", "a + b");
                    results.add(call(tools, "test", "{'selectors': ['tests/test_calc.py']}"));
                });

        // Then
        assertThat(results.get(0).ok()).isFalse();
        assertThat(results.get(0).text())
                .startsWith("1 passed, 1 failed, 0 skipped\nsuites: python .\nFAILED ")
                .contains("tests/test_calc.py:")
                .contains("-1 != 3");
        assertThat(results.get(1).text()).startsWith("1 passed, 0 failed");
        assertThat(results.get(2).ok()).isTrue();
        assertThat(results.get(2).text()).startsWith("2 passed, 0 failed");
    }

    @Test
    void shouldRunSelectedTestsOfGo() {
        // Given
        repository
                .file("go.mod", "module example.org/a\n\ngo 1.19\n")
                .file(
                        "b/b_test.go",
                        "package b\n\nimport \"testing\"\n\nfunc TestOne(t *testing.T) {}\nfunc TestTwo(t *testing.T) { t.Fatal(\"no\") }\n")
                .commit("go");
        List<ToolCallResult> results = new ArrayList<>();

        // When
        new ModelToolsHarness(root)
                .on(PlaybookHarness.create().withSandbox(Choice.PROCESS))
                .run((tools, context) -> {
                    results.add(call(tools, "test", "{'selectors': ['TestOne']}"));
                    results.add(call(tools, "test", "{'selectors': ['b/b_test.go::TestTwo']}"));
                });

        // Then
        assertThat(results.get(0).text()).startsWith("1 passed, 0 failed, 0 skipped\nsuites: go .");
        assertThat(results.get(1).text())
                .startsWith("0 passed, 1 failed")
                .contains("b/b_test.go:6")
                .contains("no");
    }

    @Test
    void shouldLookAtHistoryAndState() {
        // Given
        repository.commit("first of all");
        List<ToolCallResult> results = new ArrayList<>();

        // When
        new ModelToolsHarness(root).run((tools, context) -> {
            with(tools, "edit", "path", "README.md", "old", "# Calc", "new", "# Sums");
            results.add(call(tools, "git", "{'argv': ['log', '--format=%s']}"));
            results.add(call(tools, "git", "{'argv': ['git', 'status', '--short']}"));
            results.add(call(tools, "git", "{'argv': ['diff']}"));
        });

        // Then
        assertThat(results).allMatch(ToolCallResult::ok);
        assertThat(results.get(0).text()).isEqualTo("first of all");
        assertThat(results.get(1).text()).isEqualTo(" M README.md");
        assertThat(results.get(2).text()).contains("+# Sums");
    }

    @Test
    void shouldEndWithASummary() {
        assertThat(one("submit", "summary", "done, tests pass"))
                .isEqualTo(new ToolCallResult(true, "done, tests pass", true));
    }

    @Test
    void shouldMapTheRepositoryWithinTheBudget() {
        // Given
        repository.file("src/app.py", "from src.calc import twice\n\n\ndef main():\n    print(twice(2))\n");
        repository.commit("given");
        List<String> maps = new ArrayList<>();

        // When
        Run run = new ModelToolsHarness(root).run((tools, context) -> {
            maps.add(tools.repositoryMap(1_000));
            maps.add(tools.repositoryMap(20));
            maps.add(tools.repositoryMap(0));
        });

        // Then
        assertThat(maps.get(0))
                .contains("src/calc.py:\n 1|def add(a, b):\n 5|def twice(a):\n")
                .contains("src/app.py:\n 4|def main():");
        assertThat(io.sweaifleet.agent.tool.map.RepositoryMap.tokens(maps.get(1)))
                .isBetween(1, 20);
        assertThat(maps.get(2)).isEmpty();
        assertThat(run.audit()).extracting(AuditEvent::getTool).contains("search", "read");
    }

    @Test
    void shouldLeaveOffTheMapWhatTheRoleMayNotRead() {
        // Given
        repository.commit("given");
        List<String> maps = new ArrayList<>();

        // When
        new ModelToolsHarness(root)
                .withRules(
                        PlaybookHarness.rule("src", RuleEffect.DENY, "read", "src/**", List.of()),
                        PlaybookHarness.rule("all", RuleEffect.ALLOW, "*", null, List.of()))
                .run((tools, context) -> maps.add(tools.repositoryMap(1_000)));

        // Then
        assertThat(maps.get(0)).contains("test_calc.py").doesNotContain("src/calc.py");
    }
}
