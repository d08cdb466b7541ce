package io.sweaifleet.agent.tool.builtin;

import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.tool.edit.Lines;
import io.sweaifleet.agent.tool.spec.Arguments;
import io.sweaifleet.agent.tool.spec.ModelTool;
import io.sweaifleet.agent.tool.spec.Schema;
import io.sweaifleet.agent.tool.spec.ToolCallResult;
import io.sweaifleet.agent.tool.spec.ToolSpec;
import java.util.List;

/** {@code read}: a window of a file, with line numbers. */
final class ReadTool implements ModelTool {

    /** Most lines of one view. */
    static final int MAX_LINES = 100;

    /** Longest part of a line that is shown, in characters. */
    static final int MAX_LINE = 500;

    /** Longest view, in characters; fewer lines are shown when they are long. */
    static final int MAX_VIEW = 12_000;

    private static final ToolSpec SPEC = new ToolSpec(
            "read",
            "Shows up to " + MAX_LINES
                    + " lines of a text file with line numbers, from a line on. The numbers are not part of"
                    + " the file.",
            Schema.object()
                    .required("path", "string", "file, relative to the root of the repository")
                    .optional("line", "integer", "first line to show, from 1; 1 when left out")
                    .optional("lines", "integer", "number of lines, at most " + MAX_LINES)
                    .build(),
            new ToolSpec.Hints(true, false, true));

    private final Toolbox tools;

    ReadTool(Toolbox tools) {
        this.tools = tools;
    }

    @Override
    public ToolSpec spec() {
        return SPEC;
    }

    @Override
    public ToolCallResult call(Arguments arguments) throws Arguments.Mistake, ToolDenied, InterruptedException {
        String path = arguments.text("path");
        int from = arguments.number("line", 1, 1, Integer.MAX_VALUE);
        int most = arguments.number("lines", MAX_LINES, 1, MAX_LINES);
        try {
            return view(path, Lines.split(Files.text(tools, path)), from, most);
        } catch (Files.NoText e) {
            return Results.refused(e.getMessage());
        }
    }

    private static ToolCallResult view(String path, List<String> lines, int from, int most) {
        if (lines.isEmpty()) {
            return Results.done(path + " is empty");
        }
        if (from > lines.size()) {
            return Results.refused(path + " has " + lines.size() + " lines; line " + from + " is after its end");
        }
        int width = Integer.toString(Math.min(lines.size(), from + most)).length();
        StringBuilder view = new StringBuilder();
        int line = from;
        while (line <= lines.size() && line < from + most && view.length() < MAX_VIEW) {
            String content = Lines.content(lines.get(line - 1));
            String number = Integer.toString(line);
            view.append(" ".repeat(width - number.length())).append(number).append('|');
            view.append(content, 0, Math.min(content.length(), MAX_LINE));
            if (content.length() > MAX_LINE) {
                view.append("… ").append(content.length() - MAX_LINE).append(" more characters");
            }
            view.append('\n');
            line++;
        }
        int below = lines.size() - line + 1;
        String head = path + ", lines " + from + "–" + (line - 1) + " of " + lines.size() + " ("
                + (from == 1 ? "nothing" : (from - 1) + " lines") + " above, "
                + (below == 0 ? "nothing" : below + " lines") + " below" + ends(lines) + ")\n";
        return Results.done(head + view + (below == 0 ? "" : "… read on from line " + line));
    }

    private static String ends(List<String> lines) {
        boolean windows = lines.stream().anyMatch(line -> line.endsWith("\r\n"));
        boolean open = !lines.get(lines.size() - 1).endsWith("\n");
        return (windows ? "; lines end with CR LF" : "") + (open ? "; no newline at the end" : "");
    }
}
