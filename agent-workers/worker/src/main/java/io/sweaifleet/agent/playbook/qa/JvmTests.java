package io.sweaifleet.agent.playbook.qa;

import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.qa.TestResult.Status;
import java.util.ArrayList;
import java.util.List;

/** Results of JVM test runners, whose reports name classes rather than files. */
final class JvmTests {

    private JvmTests() {}

    /** Test cases of one module as results, each failed one with the place its stack trace speaks of. */
    static List<TestResult> of(TestBench bench, String module, List<JUnitXml.Case> cases) throws ToolDenied {
        List<TestResult> tests = new ArrayList<>();
        for (JUnitXml.Case test : cases) {
            boolean failed = test.status() == Status.FAILED;
            SourceLocator.Place place = failed ? bench.sources().jvm(module, test.className(), test.details()) : null;
            String message = test.message().isEmpty() && failed ? test.details() : test.message();
            tests.add(new TestResult(
                    test.className(),
                    // A class that could not be set up is reported as a nameless test of it.
                    test.name().isEmpty() ? "(class)" : test.name(),
                    test.status(),
                    test.seconds(),
                    Messages.bounded(message),
                    place == null ? null : place.path(),
                    place == null ? null : place.line(),
                    // One that hung would hang again.
                    failed && !message.contains("timed out after") ? module + " " + test.className() : ""));
        }
        return tests;
    }
}
