package io.sweaifleet.agent.playbook.qa;

import io.sweaifleet.agent.playbook.ToolDenied;

/** One thing in the repository that can be tested with one command. */
interface TestSuite {

    /** Build tool and directory, such as {@code maven .} or {@code npm web}. */
    String name();

    /**
     * Runs it. What goes wrong with the tests, the build or the machine is part of the report.
     *
     * @throws ToolDenied when the policy of the role does not let a command happen
     * @throws InterruptedException when the attempt is stopped
     */
    SuiteReport run(TestBench bench) throws ToolDenied, InterruptedException;
}
