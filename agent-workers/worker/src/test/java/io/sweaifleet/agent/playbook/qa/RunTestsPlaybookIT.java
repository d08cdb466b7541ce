package io.sweaifleet.agent.playbook.qa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sweaifleet.agent.attempt.AttemptEnd;
import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.agent.playbook.build.RepositoryTrial;
import io.sweaifleet.agent.playbook.build.RepositoryTrial.Trial;
import io.sweaifleet.agent.sandbox.Sandboxes;
import io.sweaifleet.schemas.common.SkippedStep;
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
    private RepositoryTrial repository;

    @BeforeEach
    void setUp() {
        repository = new RepositoryTrial(directory);
    }

    @Test
    void shouldReportFailedSlowAndFlakyPythonTests() throws Exception {
        // Given
        assumeThat(repository.hasProgram("python3")).isTrue();
        repository.file("src/shop/__init__.py", "def price(n):\n    return n * 2\n");
        repository.file(
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
        repository.file("pyproject.toml", "[project]\nname = 'shop'\n");

        // When
        Trial trial = repository.run(playbook).succeeded();

        // Then
        assertThat(trial.run().outputs())
                .containsEntry("tests.total", "8")
                .containsEntry("tests.failed", "1")
                .containsEntry("tests.flaky", "1")
                .containsEntry("tests.skipped", "1")
                .containsEntry("suites", "1");
        assertThat(trial.findingsOf("qa.test-failed"))
                .singleElement()
                .asString()
                .startsWith("tests/test_shop.py:10 tests/test_shop.py#test_wrong")
                .contains("assert 4 == 5");
        assertThat(trial.findingsOf("qa.test-flaky")).singleElement().asString().contains("test_flaky");
        assertThat(trial.findingsOf("qa.test-slow")).singleElement().asString().contains("test_slow took 1.2 s");
        assertThat(trial.run().contents()).containsOnlyKeys("report.json", "report.md", "test-output.log");
        assertThat(trial.run().text("test-output.log")).contains("-m pytest");
        assertThat(trial.run().facts())
                .anySatisfy(fact -> assertThat(fact.getPredicate()).isEqualTo("TESTED"))
                .anySatisfy(fact -> {
                    assertThat(fact.getSubjectId()).endsWith("tests/test_shop.py#test_wrong");
                    assertThat(fact.getPredicate()).isEqualTo("FAILED_WITH");
                });
    }

    @Test
    void shouldSkipPythonTestsWhoseDependencyIsNotInstalled() throws Exception {
        // Given
        assumeThat(repository.hasProgram("python3")).isTrue();
        repository.file("tests/test_net.py", "import no_such_package_here.api\n\ndef test_net():\n    pass\n");
        repository.file("tests/test_own.py", "def test_own():\n    import helper_module\n");
        repository.file("helper_module.py", "x = 1\n");

        // When
        Trial trial = repository.run(playbook).succeeded();

        // Then
        assertThat(trial.run().outputs()).containsEntry("tests.total", "1").containsEntry("tests.failed", "0");
        assertThat(trial.run().findings()).isEmpty();
        assertThat(trial.run().skipped()).singleElement().satisfies(skip -> {
            assertThat(skip.getCode()).isEqualTo("ENVIRONMENT");
            assertThat(skip.getWhat()).contains("tests/test_net.py");
            assertThat(skip.getRemedy()).contains("pip install no_such_package_here");
        });
    }

    @Test
    void shouldReportWhatEndedBeforeTheDeadlineWhenAPythonTestHangs() throws Exception {
        // Given
        assumeThat(repository.hasProgram("python3")).isTrue();
        repository.file(
                "test_hang.py",
                """
                import subprocess, sys, time

                def test_quick():
                    pass

                def test_hangs():
                    subprocess.Popen(["sleep", "600.731"])
                    time.sleep(600)
                """);
        repository.input("timeout", "4s");

        // When
        Trial trial = repository.run(playbook).succeeded();

        // Then
        assertThat(trial.run().result().getSummary()).contains("deadline reached: 1 suite not run to the end");
        assertThat(trial.run().outputs()).containsEntry("tests.total", "1").containsEntry("tests.failed", "0");
        assertThat(trial.run().skipped()).singleElement().satisfies(skip -> {
            assertThat(skip.getCode()).isEqualTo("DEADLINE");
            assertThat(skip.getReason()).contains("test_hang.py::test_hangs");
        });
        assertThat(ProcessHandle.allProcesses()
                        .filter(process ->
                                process.info().commandLine().orElse("").contains("600.731")))
                .isEmpty();
    }

    @Test
    void shouldRunUnittestWhereNothingNeedsPytest() throws Exception {
        // Given
        assumeThat(repository.hasProgram("python3")).isTrue();
        repository.file(
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
        repository.file("pytest.py", "raise SystemExit(1)\n");
        Trial trial = repository.run(playbook).succeeded();

        // Then
        assertThat(trial.run().outputs())
                .containsEntry("tests.total", "3")
                .containsEntry("tests.failed", "1")
                .containsEntry("tests.skipped", "1");
        assertThat(trial.findingsOf("qa.test-failed"))
                .singleElement()
                .asString()
                .startsWith("tests/test_plain.py:8 ")
                .contains("1 != 2");
    }

    @Test
    void shouldReadNodeTestResultsWithTheirPlaces() throws Exception {
        // Given
        assumeThat(repository.hasProgram("npm")).isTrue();
        repository.file("web/package.json", "{\"name\":\"web\",\"scripts\":{\"test\":\"node --test\"}}");
        repository.file(
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
        Trial trial = repository.run(playbook).succeeded();

        // Then
        assertThat(trial.run().outputs())
                .containsEntry("tests.total", "4")
                .containsEntry("tests.failed", "1")
                .containsEntry("tests.flaky", "1")
                .containsEntry("tests.skipped", "1");
        assertThat(trial.findingsOf("qa.test-failed"))
                .singleElement()
                .asString()
                .startsWith("web/test/sum.test.js:7 ")
                .contains("adds (wrongly)");
    }

    @Test
    void shouldSkipNpmTestsWhoseDependenciesAreNotCached() {
        // Given
        assumeThat(repository.hasProgram("npm")).isTrue();
        repository.file(
                "package.json",
                "{\"name\":\"app\",\"scripts\":{\"test\":\"mocha\"},\"devDependencies\":{\"no-such-package-of-ours-77\":\"1.0.0\"}}");

        // When
        Trial trial = repository.run(playbook);

        // Then
        assertThat(trial.run().status()).isEqualTo(AttemptEnd.Status.SKIPPED);
        assertThat(trial.run().failure().getCode()).isEqualTo("ENVIRONMENT");
        assertThat(trial.run().failure().getRemedy())
                .isEqualTo("run 'npm install' in the repository once on this machine");
        assertThat(trial.run().findings()).isEmpty();
    }

    @Test
    void shouldReportGoTestsAndSubtests() throws Exception {
        // Given
        assumeThat(repository.hasProgram("go")).isTrue();
        repository.file("go.mod", "module example.org/calc\n\ngo 1.21\n");
        repository.file("calc.go", "package calc\n\nfunc Add(a, b int) int { return a + b }\n");
        repository.file(
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
        repository.file("broken/broken.go", "package broken\n\nfunc F() int { return \"no\" }\n");
        repository.file(
                "broken/broken_test.go", "package broken\n\nimport \"testing\"\n\nfunc TestF(t *testing.T) {}\n");

        // When
        Trial trial = repository.run(playbook).succeeded();

        // Then
        assertThat(trial.run().outputs())
                .containsEntry("tests.total", "3")
                .containsEntry("tests.failed", "1")
                .containsEntry("tests.skipped", "1");
        assertThat(trial.findingsOf("qa.test-failed"))
                .singleElement()
                .asString()
                .startsWith("calc_test.go:8 ")
                .contains("TestAdd/wrong")
                .contains("got 2, want 3");
        assertThat(trial.findingsOf("qa.build-failed"))
                .singleElement()
                .asString()
                .startsWith("broken/broken.go:3 ")
                .contains("cannot use \"no\"");
    }

    @Test
    void shouldSkipGoTestsWhoseModulesAreNotCached() {
        // Given
        assumeThat(repository.hasProgram("go")).isTrue();
        repository.file("go.mod", "module example.org/calc\n\ngo 1.21\n\nrequire example.org/no-such-module v1.2.3\n");
        repository.file(
                "calc_test.go",
                "package calc\n\nimport (\n\t\"testing\"\n\t_ \"example.org/no-such-module\"\n)\n\nfunc TestA(t *testing.T) {}\n");

        // When
        Trial trial = repository.run(playbook);

        // Then
        assertThat(trial.run().status()).isEqualTo(AttemptEnd.Status.SKIPPED);
        assertThat(trial.run().failure().getCode()).isEqualTo("ENVIRONMENT");
        assertThat(trial.run().failure().getRemedy()).contains("go mod download");
    }

    @Test
    void shouldReportAMakeTarget() throws Exception {
        // Given
        assumeThat(repository.hasProgram("make")).isTrue();
        repository.file(
                "Makefile",
                "all:\n\ttrue\n\ntest: all\n\t@echo 1..2; echo ok 1 - reads; echo not ok 2 - writes; exit 1\n");

        // When
        Trial trial = repository.run(playbook).succeeded();

        // Then
        assertThat(trial.run().outputs()).containsEntry("tests.total", "2").containsEntry("tests.failed", "1");
        assertThat(trial.findingsOf("qa.test-failed"))
                .singleElement()
                .asString()
                .contains("writes");
    }

    @Test
    void shouldSkipWhatWouldRunTheFleetInsideItself() {
        // Given
        repository.file("Makefile", "test:\n\t./fleet run --repo .\n");

        // When
        Trial trial = repository.run(playbook);

        // Then
        assertThat(trial.run().status()).isEqualTo(AttemptEnd.Status.SKIPPED);
        assertThat(trial.run().failure().getCode()).isEqualTo("NESTED_RUN");
        assertThat(trial.run().audit()).noneMatch(event -> "test".equals(String.valueOf(event.getTool())));
    }

    @Test
    void shouldSkipSuitesWhoseProgramIsAbsentAndRunTheOthers() throws Exception {
        // Given
        assumeThat(repository.hasProgram("make")).isTrue();
        repository.onlyPrograms("git", "make", "sh", "true", "setsid");
        repository.file("go.mod", "module example.org/a\n");
        repository.file("sub/Makefile", "check:\n\ttrue\n");
        repository.file("Cargo.toml", "[package]\n");

        // When
        Trial trial = repository.run(playbook).succeeded();

        // Then
        assertThat(trial.run().outputs()).containsEntry("suites", "1").containsEntry("tests.failed", "0");
        assertThat(trial.run().skipped())
                .extracting(SkippedStep::getWhat, SkippedStep::getCode)
                .contains(org.assertj.core.groups.Tuple.tuple("go .", "TOOL_MISSING"));
    }

    @Test
    void shouldSkipWithTheFlagWhenThereIsNoSandbox() {
        // Given
        repository.sandbox(Sandboxes.Choice.NONE);
        repository.file("go.mod", "module example.org/a\n");

        // When
        Trial trial = repository.run(playbook);

        // Then
        assertThat(trial.run().status()).isEqualTo(AttemptEnd.Status.SKIPPED);
        assertThat(trial.run().failure().getCode()).isEqualTo("SANDBOX_MISSING");
        assertThat(trial.run().failure().getRemedy()).contains("--sandbox process");
        assertThat(trial.run().audit()).noneMatch(event -> "test".equals(String.valueOf(event.getTool())));
    }

    @Test
    void shouldSkipARepositoryWithoutTests() {
        // Given
        repository.file("README.md", "nothing");

        // When
        Trial trial = repository.run(playbook);

        // Then
        assertThat(trial.run().status()).isEqualTo(AttemptEnd.Status.SKIPPED);
        assertThat(trial.run().failure().getCode()).isEqualTo("NOTHING_TO_DO");
    }

    @Test
    void shouldRefuseATimeoutThatIsNone() {
        // Given
        repository.input("timeout", "soon");

        // When
        Trial trial = repository.run(playbook);

        // Then
        assertThat(trial.run().status()).isEqualTo(AttemptEnd.Status.FAILED);
        assertThat(trial.run().failure().getField()).isEqualTo("inputs.timeout");
        assertThat(trial.run().failure().getRemedy()).contains("10m");
    }

    @Test
    void shouldReportMavenModulesThatFailFlakeAndDoNotCompile() throws Exception {
        // Given
        assumeThat(repository.hasProgram("mvn")).isTrue();
        repository.timeout(Duration.ofMinutes(4));
        MavenRepositories.multiModule(repository);

        // When
        Trial trial = repository.run(playbook).succeeded();

        // Then
        assertThat(trial.run().outputs())
                .containsEntry("tests.total", "4")
                .containsEntry("tests.failed", "1")
                .containsEntry("tests.flaky", "1")
                .containsEntry("tests.skipped", "1");
        assertThat(trial.findingsOf("qa.test-failed"))
                .singleElement()
                .asString()
                .startsWith("core/src/test/java/demo/SumTest.java:16 demo.SumTest#shouldBeWrong")
                .contains("expected: <3> but was: <2>");
        assertThat(trial.findingsOf("qa.test-flaky")).singleElement().asString().contains("shouldFlake");
        assertThat(trial.findingsOf("qa.build-failed"))
                .singleElement()
                .asString()
                .startsWith("broken/src/main/java/demo/Broken.java:4 ");
        assertThat(trial.run().skipped())
                .anySatisfy(skip -> {
                    assertThat(skip.getCode()).isEqualTo("ENVIRONMENT");
                    assertThat(skip.getWhat()).isEqualTo("maven . module missing");
                    assertThat(skip.getReason()).contains("org.example:no-such-library");
                    assertThat(skip.getRemedy()).contains("mvn -fn test");
                })
                .anySatisfy(skip -> {
                    assertThat(skip.getCode()).isEqualTo("BUILD_FAILED");
                    assertThat(skip.getWhat()).isEqualTo("maven . module after");
                });
    }

    @Test
    void shouldNameHangingMavenTestsAndKillTheOneThatCannotBeInterrupted() throws Exception {
        // Given
        assumeThat(repository.hasProgram("mvn")).isTrue();
        MavenRepositories.hanging(repository);
        // One test may take a third of it; what is left after the first that hangs is the time Maven has to start.
        repository.input("timeout", "24s");

        // When
        Trial trial = repository.run(playbook).succeeded();

        // Then
        assertThat(trial.run().outputs()).containsEntry("tests.total", "2").containsEntry("tests.failed", "1");
        assertThat(trial.findingsOf("qa.test-failed"))
                .singleElement()
                .asString()
                .startsWith("src/test/java/demo/MSleepTest.java:6 ")
                .contains("timed out");
        assertThat(trial.run().skipped()).singleElement().satisfies(skip -> {
            assertThat(skip.getCode()).isEqualTo("DEADLINE");
            assertThat(skip.getReason()).contains("running then: demo.ZSpinTest");
        });
        assertThat(ProcessHandle.allProcesses()
                        .filter(process ->
                                process.info().commandLine().orElse("").contains(directory.toString())))
                .isEmpty();
    }
}
