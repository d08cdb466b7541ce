package io.sweaifleet.agent.tool.spec;

import io.sweaifleet.agent.playbook.ToolDenied;

/** One tool of a model. Thread-confined. */
public interface ModelTool {

    /** How a model sees it. */
    ToolSpec spec();

    /** Name of the tool as the role's definition lists it and its rules name it. */
    default String policyName() {
        return spec().name();
    }

    /**
     * Does what is asked for.
     *
     * @throws Arguments.Mistake when an argument is wrong
     * @throws ToolDenied when the policy did not let it happen
     * @throws java.io.UncheckedIOException when a file is not there or cannot be read
     */
    ToolCallResult call(Arguments arguments) throws Arguments.Mistake, ToolDenied, InterruptedException;
}
