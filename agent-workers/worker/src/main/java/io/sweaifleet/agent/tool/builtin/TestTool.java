package io.sweaifleet.agent.tool.builtin;

import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.qa.TestRun;
import io.sweaifleet.agent.tool.spec.Arguments;
import io.sweaifleet.agent.tool.spec.ModelTool;
import io.sweaifleet.agent.tool.spec.Schema;
import io.sweaifleet.agent.tool.spec.ToolCallResult;
import io.sweaifleet.agent.tool.spec.ToolSpec;
import java.time.Clock;
import java.time.Duration;

/** {@code test}: runs the repository's tests with the runner that its build files speak of. */
final class TestTool implements ModelTool {

    static final int TIMEOUT_SECONDS = 600;
    static final int MAX_TIMEOUT_SECONDS = 3_600;
    private static final String EXAMPLE = "[\"tests/test_a.py::test_b\"]";

    private static final ToolSpec SPEC = new ToolSpec(
            "test",
            "Runs the repository's tests (Maven, Gradle, npm, pytest, unittest, go and make are found by themselves) and says"
                    + " how many passed, and for each that failed where and why.",
            Schema.object()
                    .optional(
                            "selectors",
                            "strings",
                            "tests to run: paths of test files, path::name, names, or Class#method; all when left out")
                    .optional(
                            "timeout",
                            "integer",
                            "seconds for them all, " + TIMEOUT_SECONDS + " when left out, at most "
                                    + MAX_TIMEOUT_SECONDS)
                    .build(),
            new ToolSpec.Hints(false, false, true));

    private final PlaybookContext context;
    private final Clock clock;

    TestTool(PlaybookContext context, Clock clock) {
        this.context = context;
        this.clock = clock;
    }

    @Override
    public ToolSpec spec() {
        return SPEC;
    }

    @Override
    public ToolCallResult call(Arguments arguments) throws Arguments.Mistake, ToolDenied, InterruptedException {
        int timeout = arguments.number("timeout", TIMEOUT_SECONDS, 1, MAX_TIMEOUT_SECONDS);
        TestRun.Outcome outcome =
                TestRun.run(context, Duration.ofSeconds(timeout), arguments.texts("selectors", EXAMPLE), clock);
        return new ToolCallResult(outcome.ok(), outcome.text(), false);
    }
}
