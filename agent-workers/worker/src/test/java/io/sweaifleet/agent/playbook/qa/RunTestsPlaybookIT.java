package io.sweaifleet.agent.playbook.qa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sweaifleet.agent.playbook.LocalPlaybookRun;
import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.agent.playbook.PlaybookFailure;
import io.sweaifleet.agent.playbook.PlaybookResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The playbook on small repositories, with the real programs of this machine. */
class RunTestsPlaybookIT {

    @TempDir
    Path directory;

    private final Playbook playbook = new RunTestsPlaybook(Clock.systemUTC(), Map.of());
    private LocalPlaybookRun run;

    @BeforeEach
    void setUp() {
        run = new LocalPlaybookRun(directory);
    }

    @Test
    void shouldReportFailedSlowAndFlakyPythonTests() throws Exception {
        // Given
        assumeThat(run.hasProgram("python3")).isTrue();
        run.file("src/shop/__init__.py", "def price(n):\n    return n * 2\n");
        run.file(
                "tests/test_shop.py",
                """
                import os
                import pytest
                import time
                from shop import price

                def test_price():
                    assert price(2) == 4

                def test_wrong():
                    assert price(2) == 5

                def test_slow():
                    time.sleep(1.2)

                def test_flaky():
                    mark = os.environ["FLAKY_MARK"] if "FLAKY_MARK" in os.environ else "/tmp/none"
                    first = not os.path.exists("flaky.mark")
                    open("flaky.mark", "w").close()
                    assert not first

                @pytest.mark.skip(reason="later")
                def test_later():
                    pass

                @pytest.mark.parametrize("n", [1, 2, 3])
                def test_many(n):
                    assert n
                """);
        run.file("pyproject.toml", "[project]\nname = 'shop'\n");

        // When
        PlaybookResult result = run.run(playbook);

        // Then
        assertThat(result.outputs())
                .containsEntry("tests.total", "8")
                .containsEntry("tests.failed", "1")
                .containsEntry("tests.flaky", "1")
                .containsEntry("tests.skipped", "1")
                .containsEntry("suites", "1");
        assertThat(run.findingsOf("qa.test-failed"))
                .singleElement()
                .asString()
                .startsWith("tests/test_shop.py:10 tests/test_shop.py#test_wrong")
                .contains("assert 4 == 5");
        assertThat(run.findingsOf("qa.test-flaky")).singleElement().asString().contains("test_flaky");
        assertThat(run.findingsOf("qa.test-slow")).singleElement().asString().contains("test_slow took 1.2 s");
        assertThat(run.artifacts).containsOnlyKeys("report.json", "report.md", "test-output.log");
        assertThat(run.artifacts.get("test-output.log")).contains("-m pytest");
        assertThat(run.facts)
                .anySatisfy(fact -> assertThat(fact.predicate()).isEqualTo("TESTED"))
                .anySatisfy(fact -> {
                    assertThat(fact.subject()).isEqualTo("tests/test_shop.py#test_wrong");
                    assertThat(fact.predicate()).isEqualTo("FAILED_WITH");
                });
    }

    @Test
    void shouldSkipPythonTestsWhoseDependencyIsNotInstalled() throws Exception {
        // Given
        assumeThat(run.hasProgram("python3")).isTrue();
        run.file("tests/test_net.py", "import no_such_package_here.api\n\ndef test_net():\n    pass\n");
        run.file("tests/test_own.py", "def test_own():\n    import helper_module\n");
        run.file("helper_module.py", "x = 1\n");

        // When
        PlaybookResult result = run.run(playbook);

        // Then
        assertThat(result.outputs()).containsEntry("tests.total", "1").containsEntry("tests.failed", "0");
        assertThat(run.findings).isEmpty();
        assertThat(run.skips).singleElement().satisfies(skip -> {
            assertThat(skip.code()).isEqualTo("ENVIRONMENT");
            assertThat(skip.what()).contains("tests/test_net.py");
            assertThat(skip.remedy()).contains("pip install no_such_package_here");
        });
    }

    @Test
    void shouldReportWhatEndedBeforeTheDeadlineWhenAPythonTestHangs() throws Exception {
        // Given
        assumeThat(run.hasProgram("python3")).isTrue();
        run.file(
                "test_hang.py",
                """
                import subprocess, sys, time

                def test_quick():
                    pass

                def test_hangs():
                    open("child.pid", "w").write(str(subprocess.Popen(["sleep", "600"]).pid))
                    time.sleep(600)
                """);
        run.input("timeout", "4s");

        // When
        PlaybookResult result = run.run(playbook);

        // Then
        assertThat(result.summary()).contains("deadline reached: 1 suite not run to the end");
        assertThat(result.outputs()).containsEntry("tests.total", "1").containsEntry("tests.failed", "0");
        assertThat(run.skips).singleElement().satisfies(skip -> {
            assertThat(skip.code()).isEqualTo("DEADLINE");
            assertThat(skip.reason()).contains("test_hang.py::test_hangs");
        });
        assertThat(isRunning(Long.parseLong(run.read("child.pid")))).isFalse();
    }

    /** A killed child may wait as a zombie for somebody to ask for its exit code. */
    private static boolean isRunning(long pid) throws Exception {
        Path state = Path.of("/proc", Long.toString(pid), "stat");
        try {
            return !Files.readString(state).replaceAll("^.*\\) ", "").startsWith("Z");
        } catch (NoSuchFileException gone) {
            return false;
        }
    }

    @Test
    void shouldRunUnittestWhereNothingNeedsPytest() throws Exception {
        // Given
        assumeThat(run.hasProgram("python3")).isTrue();
        run.file(
                "tests/test_plain.py",
                """
                import unittest

                class Plain(unittest.TestCase):
                    def test_right(self):
                        self.assertTrue(True)

                    def test_wrong(self):
                        self.assertEqual(1, 2)

                    @unittest.skip("later")
                    def test_later(self):
                        pass
                """);

        // When: pytest is hidden, as on a machine that has none
        run.file("pytest.py", "raise SystemExit(1)\n");
        PlaybookResult result = run.run(playbook);

        // Then
        assertThat(result.outputs())
                .containsEntry("tests.total", "3")
                .containsEntry("tests.failed", "1")
                .containsEntry("tests.skipped", "1");
        assertThat(run.findingsOf("qa.test-failed"))
                .singleElement()
                .asString()
                .startsWith("tests/test_plain.py:8 ")
                .contains("1 != 2");
    }

    @Test
    void shouldReadNodeTestResultsWithTheirPlaces() throws Exception {
        // Given
        assumeThat(run.hasProgram("npm")).isTrue();
        run.file("web/package.json", "{\"name\":\"web\",\"scripts\":{\"test\":\"node --test\"}}");
        run.file(
                "web/test/sum.test.js",
                """
                const test = require('node:test');
                const assert = require('node:assert');
                const fs = require('node:fs');

                test('adds', () => assert.equal(1 + 1, 2));
                test('adds (wrongly)', () => {
                  assert.equal(1 + 1, 3);
                });
                test('flaky', () => {
                  const first = !fs.existsSync('mark');
                  fs.writeFileSync('mark', '');
                  assert.ok(!first);
                });
                test('later', { skip: true }, () => {});
                """);

        // When
        PlaybookResult result = run.run(playbook);

        // Then
        assertThat(result.outputs())
                .containsEntry("tests.total", "4")
                .containsEntry("tests.failed", "1")
                .containsEntry("tests.flaky", "1")
                .containsEntry("tests.skipped", "1");
        assertThat(run.findingsOf("qa.test-failed"))
                .singleElement()
                .asString()
                .startsWith("web/test/sum.test.js:7 ")
                .contains("adds (wrongly)");
    }

    @Test
    void shouldSkipNpmTestsWhoseDependenciesAreNotCached() {
        // Given
        assumeThat(run.hasProgram("npm")).isTrue();
        run.file(
                "package.json",
                "{\"name\":\"app\",\"scripts\":{\"test\":\"mocha\"},\"devDependencies\":{\"no-such-package-of-ours-77\":\"1.0.0\"}}");

        // When
        PlaybookFailure failure = catchThrowableOfType(PlaybookFailure.class, () -> run.run(playbook));

        // Then
        assertThat(failure.skipped()).isTrue();
        assertThat(failure.failure().getCode()).isEqualTo("ENVIRONMENT");
        assertThat(failure.failure().getRemedy()).contains("npm ci");
        assertThat(run.findings).isEmpty();
    }

    @Test
    void shouldReportGoTestsAndSubtests() throws Exception {
        // Given
        assumeThat(run.hasProgram("go")).isTrue();
        run.file("go.mod", "module example.org/calc\n\ngo 1.21\n");
        run.file("calc.go", "package calc\n\nfunc Add(a, b int) int { return a + b }\n");
        run.file(
                "calc_test.go",
                """
                package calc

                import "testing"

                func TestAdd(t *testing.T) {
                	t.Run("right", func(t *testing.T) {})
                	t.Run("wrong", func(t *testing.T) {
                		t.Errorf("got %d, want 3", Add(1, 1))
                	})
                }

                func TestLater(t *testing.T) { t.Skip("later") }
                """);
        run.file("broken/broken.go", "package broken\n\nfunc F() int { return \"no\" }\n");
        run.file("broken/broken_test.go", "package broken\n\nimport \"testing\"\n\nfunc TestF(t *testing.T) {}\n");

        // When
        PlaybookResult result = run.run(playbook);

        // Then
        assertThat(result.outputs())
                .containsEntry("tests.total", "3")
                .containsEntry("tests.failed", "1")
                .containsEntry("tests.skipped", "1");
        assertThat(run.findingsOf("qa.test-failed"))
                .singleElement()
                .asString()
                .startsWith("calc_test.go:8 ")
                .contains("TestAdd/wrong")
                .contains("got 2, want 3");
        assertThat(run.findingsOf("qa.build-failed"))
                .singleElement()
                .asString()
                .startsWith("broken/broken.go:3 ")
                .contains("cannot use \"no\"");
    }

    @Test
    void shouldSkipGoTestsWhoseModulesAreNotCached() {
        // Given
        assumeThat(run.hasProgram("go")).isTrue();
        run.file("go.mod", "module example.org/calc\n\ngo 1.21\n\nrequire example.org/no-such-module v1.2.3\n");
        run.file(
                "calc_test.go",
                "package calc\n\nimport (\n\t\"testing\"\n\t_ \"example.org/no-such-module\"\n)\n\nfunc TestA(t *testing.T) {}\n");

        // When
        PlaybookFailure failure = catchThrowableOfType(PlaybookFailure.class, () -> run.run(playbook));

        // Then
        assertThat(failure.skipped()).isTrue();
        assertThat(failure.failure().getCode()).isEqualTo("ENVIRONMENT");
        assertThat(failure.failure().getRemedy()).contains("go mod download");
    }

    @Test
    void shouldReportAMakeTarget() throws Exception {
        // Given
        assumeThat(run.hasProgram("make")).isTrue();
        run.file(
                "Makefile",
                "all:\n\ttrue\n\ntest: all\n\t@echo 1..2; echo ok 1 - reads; echo not ok 2 - writes; exit 1\n");

        // When
        PlaybookResult result = run.run(playbook);

        // Then
        assertThat(result.outputs()).containsEntry("tests.total", "2").containsEntry("tests.failed", "1");
        assertThat(run.findingsOf("qa.test-failed")).singleElement().asString().contains("writes");
    }

    @Test
    void shouldSkipWhatWouldRunTheFleetInsideItself() {
        // Given
        run.file("Makefile", "test:\n\t./fleet run --repo .\n");

        // When
        PlaybookFailure failure = catchThrowableOfType(PlaybookFailure.class, () -> run.run(playbook));

        // Then
        assertThat(failure.skipped()).isTrue();
        assertThat(failure.failure().getCode()).isEqualTo("NESTED_RUN");
        assertThat(run.commands).isEmpty();
    }

    @Test
    void shouldSkipSuitesWhoseProgramIsAbsentAndRunTheOthers() throws Exception {
        // Given
        assumeThat(run.hasProgram("make")).isTrue();
        run.absentPrograms.add("go");
        run.file("go.mod", "module example.org/a\n");
        run.file("sub/Makefile", "check:\n\ttrue\n");
        run.file("Cargo.toml", "[package]\n");

        // When
        PlaybookResult result = run.run(playbook);

        // Then
        assertThat(result.outputs()).containsEntry("suites", "1").containsEntry("tests.failed", "0");
        assertThat(run.skips)
                .extracting(LocalPlaybookRun.Skipped::what, LocalPlaybookRun.Skipped::code)
                .contains(org.assertj.core.groups.Tuple.tuple("go .", "TOOL_MISSING"));
    }

    @Test
    void shouldSkipWithTheFlagWhenThereIsNoSandbox() {
        // Given
        run.sandbox = false;
        run.file("go.mod", "module example.org/a\n");

        // When
        PlaybookFailure failure = catchThrowableOfType(PlaybookFailure.class, () -> run.run(playbook));

        // Then
        assertThat(failure.skipped()).isTrue();
        assertThat(failure.failure().getCode()).isEqualTo("SANDBOX_MISSING");
        assertThat(failure.failure().getRemedy()).contains("--sandbox process");
        assertThat(run.commands).isEmpty();
    }

    @Test
    void shouldSkipARepositoryWithoutTests() {
        // Given
        run.file("README.md", "nothing");

        // When
        PlaybookFailure failure = catchThrowableOfType(PlaybookFailure.class, () -> run.run(playbook));

        // Then
        assertThat(failure.skipped()).isTrue();
        assertThat(failure.failure().getCode()).isEqualTo("NOTHING_TO_DO");
    }

    @Test
    void shouldRefuseATimeoutThatIsNone() {
        // Given
        run.input("timeout", "soon");

        // When
        PlaybookFailure failure = catchThrowableOfType(PlaybookFailure.class, () -> run.run(playbook));

        // Then
        assertThat(failure.skipped()).isFalse();
        assertThat(failure.failure().getField()).isEqualTo("inputs.timeout");
        assertThat(failure.failure().getRemedy()).contains("10m");
    }

    @Test
    void shouldReportMavenModulesThatFailFlakeAndDoNotCompile() throws Exception {
        // Given
        assumeThat(run.hasProgram("mvn")).isTrue();
        run.deadlineIn(Duration.ofMinutes(4));
        MavenRepositories.multiModule(run);

        // When
        PlaybookResult result = run.run(playbook);

        // Then
        assertThat(result.outputs())
                .containsEntry("tests.total", "4")
                .containsEntry("tests.failed", "1")
                .containsEntry("tests.flaky", "1")
                .containsEntry("tests.skipped", "1");
        assertThat(run.findingsOf("qa.test-failed"))
                .singleElement()
                .asString()
                .startsWith("core/src/test/java/demo/SumTest.java:16 demo.SumTest#shouldBeWrong")
                .contains("expected: <3> but was: <2>");
        assertThat(run.findingsOf("qa.test-flaky")).singleElement().asString().contains("shouldFlake");
        assertThat(run.findingsOf("qa.build-failed"))
                .singleElement()
                .asString()
                .startsWith("broken/src/main/java/demo/Broken.java:4 ");
        assertThat(run.skips)
                .anySatisfy(skip -> {
                    assertThat(skip.code()).isEqualTo("ENVIRONMENT");
                    assertThat(skip.what()).isEqualTo("maven . module missing");
                    assertThat(skip.reason()).contains("org.example:no-such-library");
                    assertThat(skip.remedy()).contains("dependency:go-offline");
                })
                .anySatisfy(skip -> {
                    assertThat(skip.code()).isEqualTo("BUILD_FAILED");
                    assertThat(skip.what()).isEqualTo("maven . module after");
                });
    }

    @Test
    void shouldNameAHangingMavenTestAndGoOn() throws Exception {
        // Given
        assumeThat(run.hasProgram("mvn")).isTrue();
        MavenRepositories.hanging(run, "Thread.sleep(600_000);");
        run.input("timeout", "40s");

        // When
        PlaybookResult result = run.run(playbook);

        // Then
        assertThat(result.outputs()).containsEntry("tests.total", "2").containsEntry("tests.failed", "1");
        assertThat(run.findingsOf("qa.test-failed"))
                .singleElement()
                .asString()
                .startsWith("src/test/java/demo/ZHangTest.java:6 ")
                .contains("timed out");
        assertThat(run.skips).isEmpty();
    }

    @Test
    void shouldKillAMavenTestThatCannotBeInterruptedAndKeepTheReportsBefore() throws Exception {
        // Given
        assumeThat(run.hasProgram("mvn")).isTrue();
        MavenRepositories.hanging(run, "while (true) { Thread.onSpinWait(); }");
        run.input("timeout", "20s");

        // When
        PlaybookResult result = run.run(playbook);

        // Then
        assertThat(result.outputs()).containsEntry("tests.total", "1").containsEntry("tests.failed", "0");
        assertThat(run.skips).singleElement().satisfies(skip -> {
            assertThat(skip.code()).isEqualTo("DEADLINE");
            assertThat(skip.reason()).contains("running then: demo.ZHangTest");
        });
        assertThat(ProcessHandle.allProcesses()
                        .filter(process ->
                                process.info().commandLine().orElse("").contains(directory.toString())))
                .isEmpty();
    }
}
