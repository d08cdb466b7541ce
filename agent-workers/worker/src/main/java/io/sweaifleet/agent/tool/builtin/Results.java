package io.sweaifleet.agent.tool.builtin;

import io.sweaifleet.agent.tool.spec.ToolCallResult;

/** Makes results. */
final class Results {

    private Results() {}

    static ToolCallResult done(String text) {
        return new ToolCallResult(true, text, false);
    }

    static ToolCallResult refused(String text) {
        return new ToolCallResult(false, text, false);
    }
}
