package io.sweaifleet.agent.tool.builtin;

import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.tool.edit.FileChange;
import io.sweaifleet.agent.tool.edit.FileChange.Kind;
import io.sweaifleet.agent.tool.edit.Lines;
import io.sweaifleet.agent.tool.edit.PatchApplier;
import io.sweaifleet.agent.tool.edit.PatchFault;
import io.sweaifleet.agent.tool.edit.PatchParser;
import io.sweaifleet.agent.tool.spec.Arguments;
import io.sweaifleet.agent.tool.spec.ModelTool;
import io.sweaifleet.agent.tool.spec.Schema;
import io.sweaifleet.agent.tool.spec.ToolCallResult;
import io.sweaifleet.agent.tool.spec.ToolSpec;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code apply_patch}: changes several files at once, all or none. To the policy it is the tool {@code edit}. */
final class PatchTool implements ModelTool {

    /** Longest patch, in characters. */
    static final int MAX_PATCH = 1 << 20;

    private static final ToolSpec SPEC = new ToolSpec(
            "apply_patch",
            "Applies a patch to several files, all or nothing: a unified diff as 'git diff' prints it, or the form that begins"
                    + " with *** Begin Patch. Line numbers may be wrong; lines that stay or go must be as in the file.",
            Schema.object().required("patch", "string", "the patch").build(),
            new ToolSpec.Hints(false, true, false));

    private final Toolbox tools;

    PatchTool(Toolbox tools) {
        this.tools = tools;
    }

    @Override
    public ToolSpec spec() {
        return SPEC;
    }

    @Override
    public String policyName() {
        return "edit";
    }

    @Override
    public ToolCallResult call(Arguments arguments) throws Arguments.Mistake, ToolDenied, InterruptedException {
        String patch = arguments.text("patch");
        if (patch.length() > MAX_PATCH) {
            return Results.refused(
                    "the patch has " + patch.length() + " characters, more than " + MAX_PATCH + "; split it");
        }
        Plan plan = new Plan();
        try {
            for (FileChange change : PatchParser.parse(patch)) {
                plan.add(change);
            }
        } catch (PatchFault e) {
            return Results.refused("nothing was changed: " + e.getMessage());
        }
        Optional<String> broken = plan.problem();
        if (broken.isPresent()) {
            return Results.refused("nothing was changed, since " + broken.get());
        }
        return plan.carryOut();
    }

    /** What the files will be, before any of them is touched. */
    private final class Plan {

        /** Text of each file now; null for one that is not there. */
        private final Map<String, @Nullable String> before = new LinkedHashMap<>();

        /** Text of each file afterwards; null for one that goes. */
        private final Map<String, @Nullable String> after = new LinkedHashMap<>();

        private final List<String> notes = new ArrayList<>();

        void add(FileChange change) throws PatchFault, ToolDenied, InterruptedException {
            String path = change.path();
            String text = current(path);
            switch (change.kind()) {
                case ADD -> {
                    if (text != null && !text.isEmpty()) {
                        throw new PatchFault(path + " exists already; change it instead of adding it");
                    }
                    after.put(path, applied(path, "", change));
                }
                case DELETE -> {
                    String left = applied(path, required(path, text), change);
                    if (!change.hunks().isEmpty() && !left.isEmpty()) {
                        throw new PatchFault("the patch deletes " + path + ", but does not have all of its lines;"
                                + " read the file and make the patch anew");
                    }
                    after.put(path, null);
                }
                case MODIFY -> after.put(path, applied(path, required(path, text), change));
                case RENAME, COPY -> {
                    String target = current(change.target());
                    if (target != null && !change.target().equals(path)) {
                        throw new PatchFault(change.target() + " exists already; choose another name");
                    }
                    String moved = applied(path, required(path, text), change);
                    if (change.kind() == Kind.RENAME) {
                        after.put(path, null);
                    }
                    after.put(change.target(), moved);
                }
            }
        }

        private String required(String path, @Nullable String text) throws PatchFault {
            if (text == null) {
                throw new PatchFault("there is no file " + path + " in the workspace" + Similar.names(tools, path));
            }
            return text;
        }

        private String applied(String path, String text, FileChange change) throws PatchFault {
            PatchApplier.Applied applied = PatchApplier.apply(path, text, change.hunks());
            notes.addAll(applied.notes());
            return applied.text();
        }

        /** The text that a file has by now in this plan; null when there is none. */
        private @Nullable String current(String path) throws PatchFault, ToolDenied, InterruptedException {
            if (after.containsKey(path)) {
                return after.get(path);
            }
            Files.Found found = Files.read(tools, path);
            if (found instanceof Files.Unfit unfit) {
                throw new PatchFault(path + " " + unfit.reason());
            }
            String text = found instanceof Files.Text some ? some.text() : null;
            before.put(path, text);
            return text;
        }

        Optional<String> problem() {
            for (Map.Entry<String, @Nullable String> entry : after.entrySet()) {
                String text = entry.getValue();
                if (text == null) {
                    continue;
                }
                String old = before.get(entry.getKey());
                Parsing parsing =
                        old == null ? Parsing.ofNew(entry.getKey(), text) : Parsing.check(entry.getKey(), old, text);
                if (parsing.refused()) {
                    return Optional.of(parsing.words());
                }
                if (!parsing.words().isEmpty()) {
                    notes.add(entry.getKey() + ": " + parsing.words());
                }
            }
            return Optional.empty();
        }

        ToolCallResult carryOut() throws ToolDenied {
            Deque<String> done = new ArrayDeque<>();
            try {
                for (Map.Entry<String, @Nullable String> entry : after.entrySet()) {
                    put(entry.getKey(), entry.getValue());
                    done.push(entry.getKey());
                }
            } catch (ToolDenied | UncheckedIOException e) {
                // All or nothing: what was written before the refusal is taken back.
                for (String path : done) {
                    put(path, before.get(path));
                }
                return Results.refused("nothing was changed: " + e.getMessage());
            }
            StringBuilder text =
                    new StringBuilder("applied to " + after.size() + (after.size() == 1 ? " file" : " files"));
            after.forEach((path, now) -> text.append('\n').append(described(path, before.get(path), now)));
            notes.forEach(note -> text.append("\nnote: ").append(note));
            return Results.done(text.toString());
        }

        private void put(String path, @Nullable String text) throws ToolDenied {
            if (text == null) {
                tools.delete(path);
            } else {
                tools.write(path, text);
            }
        }

        private String described(String path, @Nullable String old, @Nullable String now) {
            String what = old == null ? "A" : now == null ? "D" : "M";
            int lines = now == null ? 0 : Lines.split(now).size();
            return what + " " + path + (now == null ? "" : " (now " + lines + " lines)");
        }
    }
}
