package io.sweaifleet.agent.tool.builtin;

import io.sweaifleet.agent.tool.spec.ToolCallResult;
import org.jspecify.annotations.Nullable;

/** Makes results. */
final class Results {

    private Results() {}

    static ToolCallResult done(String text) {
        return new ToolCallResult(true, text, false);
    }

    /** Text may be that of an exception, which by its type may have none. */
    static ToolCallResult refused(@Nullable String text) {
        return new ToolCallResult(false, String.valueOf(text), false);
    }
}
