package io.sweaifleet.agent.tool.builtin;

import io.sweaifleet.agent.tool.spec.Arguments;
import io.sweaifleet.agent.tool.spec.ModelTool;
import io.sweaifleet.agent.tool.spec.Schema;
import io.sweaifleet.agent.tool.spec.ToolCallResult;
import io.sweaifleet.agent.tool.spec.ToolSpec;

/** {@code submit}: ends the attempt. Every role has it, and no rule judges it: it touches nothing. */
final class SubmitTool implements ModelTool {

    static final String NAME = "submit";

    private static final ToolSpec SPEC = new ToolSpec(
            NAME,
            "Ends the task: what was changed is committed and handed over with your summary. Call it once, when all is done and"
                    + " tested, or when you cannot go on (say why).",
            Schema.object()
                    .required(
                            "summary",
                            "string",
                            "what was done, how it was checked, and what is left, in a few sentences")
                    .build(),
            new ToolSpec.Hints(false, false, true));

    @Override
    public ToolSpec spec() {
        return SPEC;
    }

    @Override
    public ToolCallResult call(Arguments arguments) throws Arguments.Mistake {
        String summary = arguments.text("summary").strip();
        if (summary.isEmpty()) {
            throw new Arguments.Mistake(
                    "argument summary of submit is empty; say what was done and how it was checked");
        }
        return new ToolCallResult(true, summary, true);
    }
}
