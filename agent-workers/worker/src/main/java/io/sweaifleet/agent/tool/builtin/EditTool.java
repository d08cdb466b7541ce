package io.sweaifleet.agent.tool.builtin;

import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.tool.edit.Diffs;
import io.sweaifleet.agent.tool.edit.NearMatch;
import io.sweaifleet.agent.tool.edit.TextEdit;
import io.sweaifleet.agent.tool.edit.TextEdit.Ambiguous;
import io.sweaifleet.agent.tool.edit.TextEdit.Match;
import io.sweaifleet.agent.tool.edit.TextEdit.Missing;
import io.sweaifleet.agent.tool.edit.TextEdit.Replaced;
import io.sweaifleet.agent.tool.edit.TextEdit.Result;
import io.sweaifleet.agent.tool.spec.Arguments;
import io.sweaifleet.agent.tool.spec.ModelTool;
import io.sweaifleet.agent.tool.spec.Schema;
import io.sweaifleet.agent.tool.spec.ToolCallResult;
import io.sweaifleet.agent.tool.spec.ToolSpec;
import java.util.Locale;

/** {@code edit}: replaces one passage of a file, or makes a file. */
final class EditTool implements ModelTool {

    private static final ToolSpec SPEC = new ToolSpec(
            "edit",
            "Replaces a passage of a file by another. The passage must be in the file exactly once: give whole lines, with"
                    + " enough around them. With an empty passage a new file is made. A change after which the file no"
                    + " longer parses is refused. Answers with the diff.",
            Schema.object()
                    .required("path", "string", "file, relative to the root of the repository")
                    .required(
                            "old",
                            "string",
                            "the passage as it is in the file, without line numbers; empty for a new file")
                    .required("new", "string", "what takes its place; empty deletes the passage")
                    .build(),
            new ToolSpec.Hints(false, false, false));

    private final Toolbox tools;

    EditTool(Toolbox tools) {
        this.tools = tools;
    }

    @Override
    public ToolSpec spec() {
        return SPEC;
    }

    @Override
    public ToolCallResult call(Arguments arguments) throws Arguments.Mistake, ToolDenied, InterruptedException {
        String path = arguments.text("path");
        String passage = arguments.text("old");
        String replacement = arguments.text("new");
        if (path.isBlank()) {
            throw new Arguments.Mistake("argument path of edit is empty; name a file, relative to the root");
        }
        if (passage.isEmpty()) {
            return create(path, replacement);
        }
        if (passage.equals(replacement)) {
            return Results.refused("old and new are the same, so nothing would change");
        }
        String before;
        try {
            before = Files.text(tools, path);
        } catch (Files.NoText e) {
            return Results.refused(e.getMessage());
        }
        Result result = TextEdit.apply(before, passage, replacement);
        if (result instanceof Ambiguous ambiguous) {
            return Results.refused(
                    "the passage is in " + path + " " + ambiguous.lines().size() + " times"
                            + how(ambiguous.match()) + ", beginning at lines "
                            + String.join(
                                    ", ",
                                    ambiguous.lines().stream()
                                            .limit(20)
                                            .map(line -> Integer.toString(line))
                                            .toList())
                            + "; give more lines around the one that is meant");
        }
        if (result instanceof Missing missing) {
            return Results.refused(absent(path, missing));
        }
        Replaced replaced = (Replaced) result;
        Parsing parsing = Parsing.check(path, before, replaced.text());
        if (parsing.refused()) {
            return Results.refused("not done, since " + parsing.words() + "\nThe change would have been:\n"
                    + Diffs.of(path, before, replaced.text()));
        }
        tools.write(path, replaced.text());
        return Results.done("edited " + path + " at line " + replaced.line() + how(replaced.match()) + parsing.note()
                + "\n" + Diffs.of(path, before, replaced.text()));
    }

    private ToolCallResult create(String path, String text) throws ToolDenied, InterruptedException {
        Files.Found found = Files.read(tools, path);
        if (found instanceof Files.Unfit
                || found instanceof Files.Text existing && !existing.text().isEmpty()) {
            return Results.refused(path + " exists already; give the passage to replace as old (read the file first)");
        }
        Parsing parsing = Parsing.ofNew(path, text);
        tools.write(path, text);
        return Results.done("made " + path + ", " + text.lines().count() + " lines" + parsing.note());
    }

    private static String how(Match match) {
        return switch (match) {
            case EXACT -> "";
            case WHITESPACE -> " (spaces within its lines differ)";
            case INDENTATION -> " (its indentation differs; the new text was given the file's)";
        };
    }

    private static String absent(String path, Missing missing) {
        if (missing.near().isEmpty()) {
            return "the passage is not in " + path
                    + ", and nothing there is like it; read the file, and give old as it is";
        }
        NearMatch near = missing.near().get();
        return String.format(
                Locale.ROOT,
                "the passage is not in %s. Most like it (%.0f %%) are lines %d–%d; '-' is what you gave, '+' what is there:%n%s",
                path,
                near.similarity() * 100,
                near.from(),
                near.to(),
                near.diff());
    }
}
