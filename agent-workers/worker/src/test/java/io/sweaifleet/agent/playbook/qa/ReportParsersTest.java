package io.sweaifleet.agent.playbook.qa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sweaifleet.agent.playbook.qa.TestResult.Status;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every form of report, as its runner writes it. */
class ReportParsersTest {

    @Test
    void shouldReadTheXmlOfSurefire() {
        // Given
        String xml =
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuite name="demo.SumTest" time="1,234.5" tests="4" errors="1" skipped="1" failures="1">
                  <properties><property name="java.version" value="17"/></properties>
                  <testcase name="adds" classname="demo.SumTest" time="0.012"/>
                  <testcase name="fails" classname="demo.SumTest" time="1,002.5">
                    <failure message="expected: &lt;3&gt; but was: &lt;2&gt;" type="org.opentest4j.AssertionFailedError"><![CDATA[org.opentest4j.AssertionFailedError: expected: <3> but was: <2>
                	at demo.SumTest.fails(SumTest.java:16)
                ]]></failure>
                    <system-out><![CDATA[noise]]></system-out>
                  </testcase>
                  <testcase name="breaks" classname="demo.SumTest" time="0">
                    <error type="java.lang.NullPointerException">java.lang.NullPointerException</error>
                  </testcase>
                  <testcase name="later" classname="demo.SumTest" time="0"><skipped message="later"/></testcase>
                </testsuite>
                """;

        // When
        List<JUnitXml.Case> cases = JUnitXml.parse(xml);

        // Then
        assertThat(cases)
                .extracting(JUnitXml.Case::name, JUnitXml.Case::status, JUnitXml.Case::seconds, JUnitXml.Case::message)
                .containsExactly(
                        tuple("adds", Status.PASSED, 0.012, ""),
                        tuple("fails", Status.FAILED, 1002.5, "expected: <3> but was: <2>"),
                        tuple("breaks", Status.FAILED, 0.0, "java.lang.NullPointerException"),
                        tuple("later", Status.SKIPPED, 0.0, "later"));
        assertThat(cases.get(1).details())
                .contains("at demo.SumTest.fails(SumTest.java:16)")
                .doesNotContain("noise");
    }

    @Test
    void shouldKeepTheCasesBeforeTheEndOfATruncatedReport() {
        // Given
        String xml =
                "<testsuite name=\"s\"><testcase name=\"a\" classname=\"c\"/><testcase name=\"b\" classname=\"c\"><fail";

        // When / Then
        assertThat(JUnitXml.parse(xml)).extracting(JUnitXml.Case::name).containsExactly("a");
    }

    @Test
    void shouldNotReadExternalEntitiesInReports() {
        // Given
        String xml =
                "<!DOCTYPE t [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><testsuite><testcase name=\"a\" classname=\"c\">"
                        + "<failure>&x;</failure></testcase></testsuite>";

        // When / Then
        assertThat(JUnitXml.parse(xml))
                .allSatisfy(test -> assertThat(test.details()).doesNotContain("root:"));
    }

    @Test
    void shouldReadEventsOfPythonAndKnowWhatWasRunning() {
        // Given
        String lines =
                """
                {"event": "start", "id": "t.py::test_a"}
                {"event": "end", "id": "t.py::test_a", "outcome": "failed", "seconds": 1.5, "message": "assert 1 == 2", "path": "/r/t.py", "line": 7}
                {"event": "collect-error", "id": "u.py", "path": "/r/u.py", "line": null, "message": "ModuleNotFoundError: No module named 'x'"}
                {"event": "start", "id": "t.py::test_b"}
                {"event": "end", "id": "t.py::te""";

        // When
        TestEvents events = TestEvents.parse(lines);

        // Then
        assertThat(events.ended())
                .containsExactly(
                        new TestEvents.Event("t.py::test_a", Status.FAILED, 1.5, "assert 1 == 2", "/r/t.py", 7));
        assertThat(events.broken()).extracting(TestEvents.Event::id).containsExactly("u.py");
        assertThat(events.running()).containsExactly("t.py::test_b");
    }

    @Test
    void shouldTellPackagesOfOthersFromModulesOfTheRepository() {
        // Given
        PythonSuite suite = new PythonSuite("", List.of(), true, Set.of("shop", "helpers"));

        // When / Then
        assertThat(suite.missingModule("ModuleNotFoundError: No module named 'requests.adapters'"))
                .isEqualTo("requests");
        assertThat(suite.missingModule("E   ModuleNotFoundError: No module named 'shop.price'"))
                .isNull();
        assertThat(suite.missingModule("fixture 'mocker' not found")).contains("mocker");
        assertThat(suite.missingModule("AssertionError: no")).isNull();
    }

    @Test
    void shouldReadWhatGoTestPrints() {
        // Given
        String lines =
                """
                # example.org/a/broken
                broken/b.go:3:23: undefined: y
                {"Action":"start","Package":"example.org/a"}
                {"Action":"run","Package":"example.org/a","Test":"TestA"}
                {"Action":"output","Package":"example.org/a","Test":"TestA","Output":"=== RUN   TestA\\n"}
                {"Action":"output","Package":"example.org/a","Test":"TestA","Output":"    a_test.go:8: got 2\\n"}
                {"Action":"output","Package":"example.org/a","Test":"TestA","Output":"--- FAIL: TestA (0.25s)\\n"}
                {"Action":"fail","Package":"example.org/a","Test":"TestA","Elapsed":0.25}
                {"Action":"run","Package":"example.org/a","Test":"TestHang"}
                {"Action":"fail","Package":"example.org/a","Elapsed":0.3}
                {"Action":"output","Package":"example.org/a/broken","Output":"FAIL\\texample.org/a/broken [build failed]\\n"}
                {"Action":"fail","Package":"example.org/a/broken","Elapsed":0}
                """;

        // When
        GoTestJson parsed = GoTestJson.parse(lines);

        // Then
        assertThat(parsed.tests())
                .containsExactly(
                        new GoTestJson.Case("example.org/a", "TestA", Status.FAILED, 0.25, "a_test.go:8: got 2"));
        assertThat(parsed.running()).containsExactly("example.org/a TestHang");
        assertThat(parsed.brokenPackages()).containsOnlyKeys("example.org/a/broken");
        assertThat(parsed.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.path()).isEqualTo("broken/b.go");
            assertThat(problem.line()).isEqualTo(3);
            assertThat(problem.message()).isEqualTo("undefined: y");
        });
    }

    @Test
    void shouldReadTheJsonOfJestAndVitest() {
        // Given
        String json =
                """
                {"numTotalTests": 2, "testResults": [
                  {"name": "/r/sum.test.js", "status": "failed", "message": "", "assertionResults": [
                    {"fullName": "sum adds", "status": "passed", "duration": 3, "location": {"line": 4, "column": 1}},
                    {"fullName": "sum fails", "status": "failed", "duration": 1500,
                     "failureMessages": ["Error: expect\\n    at Object.<anonymous> (/r/sum.test.js:9:3)"], "location": {"line": 8, "column": 1}},
                    {"fullName": "sum later", "status": "pending", "duration": null}]},
                  {"name": "/r/broken.test.js", "status": "failed", "message": "Cannot find module 'left-pad'", "assertionResults": []}]}
                """;

        // When
        List<JestJson.Case> cases = JestJson.jest(json);

        // Then
        assertThat(cases)
                .extracting(
                        JestJson.Case::file,
                        JestJson.Case::fullName,
                        JestJson.Case::status,
                        JestJson.Case::seconds,
                        JestJson.Case::line)
                .containsExactly(
                        tuple("/r/sum.test.js", "sum adds", Status.PASSED, 0.003, 4),
                        tuple("/r/sum.test.js", "sum fails", Status.FAILED, 1.5, 8),
                        tuple("/r/sum.test.js", "sum later", Status.SKIPPED, 0.0, null),
                        tuple("/r/broken.test.js", "", Status.FAILED, 0.0, null));
    }

    @Test
    void shouldReadTheJsonOfMochaAndNothingFromACutOffOne() {
        // Given
        String json =
                """
                {"stats": {}, "passes": [{"fullTitle": "sum adds", "file": "/r/t.js", "duration": 2}],
                 "failures": [{"fullTitle": "sum fails", "file": "/r/t.js", "duration": 1, "err": {"message": "no", "stack": "Error: no\\n at /r/t.js:3:1"}}],
                 "pending": [{"fullTitle": "sum later", "file": "/r/t.js"}]}
                """;

        // When / Then
        assertThat(JestJson.mocha(json))
                .extracting(JestJson.Case::fullName, JestJson.Case::status)
                .containsExactly(
                        tuple("sum adds", Status.PASSED),
                        tuple("sum fails", Status.FAILED),
                        tuple("sum later", Status.SKIPPED));
        assertThat(JestJson.mocha(json.substring(0, 60))).isEmpty();
    }

    @Test
    void shouldReadTapAmongOtherOutput() {
        // Given
        String output =
                """
                building…
                TAP version 13
                1..4
                ok 1 - reads
                    ok 1 - a subtest
                not ok 2 - writes
                  ---
                  duration_ms: 1500
                  error: 'disk full'
                  ...
                ok 3 - waits # SKIP no clock
                not ok 4 # TODO later
                """;

        // When
        List<Tap.Point> points = Tap.parse(output);

        // Then
        assertThat(Tap.looksLikeTap(output)).isTrue();
        assertThat(points)
                .extracting(Tap.Point::name, Tap.Point::status, Tap.Point::seconds)
                .containsExactly(
                        tuple("reads", Status.PASSED, 0.0),
                        tuple("writes", Status.FAILED, 1.5),
                        tuple("waits", Status.SKIPPED, 0.0),
                        tuple("test 4", Status.SKIPPED, 0.0));
        assertThat(points.get(1).details()).contains("disk full");
        assertThat(Tap.looksLikeTap("all is well")).isFalse();
    }

    @Test
    void shouldUnderstandTestScriptsOfPackages() {
        // When / Then
        assertThat(NodeScript.of(Map.of("test", "node --test test/*.js")))
                .isEqualTo(new NodeScript(NodeScript.Runner.NODE_TEST, "test", true));
        assertThat(NodeScript.of(Map.of("test", "npm run unit", "unit", "cross-env CI=1 jest --coverage")))
                .isEqualTo(new NodeScript(NodeScript.Runner.JEST, "unit", true));
        assertThat(NodeScript.of(Map.of("test", "tsc && vitest run")).runner()).isEqualTo(NodeScript.Runner.VITEST);
        assertThat(NodeScript.of(Map.of("test", "mocha && eslint .")))
                .isEqualTo(new NodeScript(NodeScript.Runner.MOCHA, "test", false));
        assertThat(NodeScript.of(Map.of("test", "./run-tests.sh")).runner()).isEqualTo(NodeScript.Runner.OTHER);
        assertThat(NodeScript.of(Map.of("test", "npm run test")).runner()).isEqualTo(NodeScript.Runner.OTHER);
        assertThat(NodeScript.isTest("echo \"Error: no test specified\" && exit 1"))
                .isFalse();
    }

    @Test
    void shouldFindTheTargetForTestsInAMakefile() {
        // When / Then
        assertThat(MakeSuite.target("all: x\n\ncheck:\n\ttrue\n")).isEqualTo("check");
        assertThat(MakeSuite.target("test check: all\n\ttrue\n")).isEqualTo("test");
        assertThat(MakeSuite.target("test := 1\ntests:\n\ttrue\n")).isNull();
    }

    @Test
    void shouldCallATestSlowAgainstTheMedianOfItsSuite() {
        // Given
        List<TestResult> quick = new ArrayList<>(Collections.nCopies(9, test("quick", 0.01)));
        quick.add(test("slow", 1.5));
        List<TestResult> heavy = new ArrayList<>(Collections.nCopies(9, test("usual", 2)));
        heavy.add(test("slower", 15));

        // When / Then
        assertThat(TestReport.slow(report(quick))).extracting(TestResult::name).containsExactly("slow");
        assertThat(TestReport.threshold(report(heavy))).isEqualTo(20);
        assertThat(TestReport.slow(report(heavy))).isEmpty();
    }

    @Test
    void shouldNotCountAFlakyTestAsFailed() {
        // Given
        TestResult failed = new TestResult("g", "n", Status.FAILED, 0, "no", null, null, "");

        // When
        SuiteReport report = new SuiteReport(List.of(failed), List.of(), List.of(), Set.of("g#n"), true);

        // Then
        assertThat(report.failed()).isZero();
    }

    private static TestResult test(String name, double seconds) {
        return new TestResult("", name, Status.PASSED, seconds, "", null, null, "");
    }

    private static SuiteReport report(List<TestResult> tests) {
        return new SuiteReport(tests, List.of(), List.of(), Set.of(), true);
    }
}
