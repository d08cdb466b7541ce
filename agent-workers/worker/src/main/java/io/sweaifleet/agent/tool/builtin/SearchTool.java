package io.sweaifleet.agent.tool.builtin;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.playbook.support.Texts;
import io.sweaifleet.agent.tool.edit.Lines;
import io.sweaifleet.agent.tool.spec.Arguments;
import io.sweaifleet.agent.tool.spec.ModelTool;
import io.sweaifleet.agent.tool.spec.Schema;
import io.sweaifleet.agent.tool.spec.ToolCallResult;
import io.sweaifleet.agent.tool.spec.ToolSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code search}: lines that match, or, without a pattern, the files themselves. Expressions are RE2's, whose time is linear in
 * the text, so that none a model writes can hang the worker.
 */
final class SearchTool implements ModelTool {

    /** Hits that are shown unless fewer are asked for. */
    static final int MAX_HITS = 50;

    /** Hits of one file that are shown while others have some too. */
    private static final int MAX_HITS_OF_A_FILE = 10;

    /** Files whose names or counts are listed. */
    static final int MAX_FILES = 100;

    /** Longest part of a line that is shown, in characters. */
    static final int MAX_LINE = 200;

    /** Larger files are not searched, in bytes. */
    static final long MAX_BYTES = 4L << 20;

    private static final ToolSpec SPEC = new ToolSpec(
            "search",
            "Finds lines in the repository's files: hits as path:line: text (at most " + MAX_HITS
                    + ") and the number of hits per file. Without a pattern it lists the files.",
            Schema.object()
                    .optional("pattern", "string", "what to find; left out, the files are listed")
                    .optional("files", "string", "glob of the files to look in, such as **/*.java; all when left out")
                    .optional(
                            "regex",
                            "boolean",
                            "whether the pattern is a regular expression (RE2); a plain text otherwise")
                    .optional("ignoreCase", "boolean", "whether upper and lower case are the same")
                    .optional("max", "integer", "number of hits to show, at most " + MAX_HITS)
                    .build(),
            new ToolSpec.Hints(true, false, true));

    private final Toolbox tools;

    SearchTool(Toolbox tools) {
        this.tools = tools;
    }

    @Override
    public ToolSpec spec() {
        return SPEC;
    }

    @Override
    public ToolCallResult call(Arguments arguments) throws Arguments.Mistake, ToolDenied, InterruptedException {
        String text = arguments.text("pattern");
        String glob = arguments.text("files");
        int most = arguments.number("max", MAX_HITS, 1, MAX_HITS);
        boolean regex = arguments.flag("regex", false);
        List<String> files = glob.isBlank() ? tools.files() : tools.files(glob.strip());
        if (files.isEmpty()) {
            return Results.refused("no file matches " + (glob.isBlank() ? "**" : glob)
                    + "; globs are relative to the root: **/*.py is every Python file, src/** all below src");
        }
        if (text.isEmpty()) {
            return Results.done(files.size() + " files\n" + names(files));
        }
        Pattern pattern;
        try {
            pattern = Pattern.compile(
                    regex ? text : Pattern.quote(text),
                    arguments.flag("ignoreCase", false) ? Pattern.CASE_INSENSITIVE : 0);
        } catch (PatternSyntaxException e) {
            return Results.refused("the pattern is no regular expression of RE2 (which has no look-around and no"
                    + " back-references): " + e.getMessage() + "; leave regex out to find it as it is written");
        }
        Hits hits = new Hits(pattern);
        tools.readAll(files, MAX_BYTES, hits);
        return hits.result(files.size(), most);
    }

    private static String names(List<String> files) {
        if (files.size() <= MAX_FILES) {
            return String.join("\n", files);
        }
        Map<String, Integer> byDirectory = new LinkedHashMap<>();
        files.forEach(file -> byDirectory.merge(Texts.directory(file), 1, Integer::sum));
        StringBuilder shown = new StringBuilder("by directory, as there are many; narrow the glob to see names\n");
        byDirectory.entrySet().stream().limit(MAX_FILES).forEach(entry -> shown.append(
                        entry.getKey().isEmpty() ? "." : entry.getKey())
                .append("/: ")
                .append(entry.getValue())
                .append('\n'));
        if (byDirectory.size() > MAX_FILES) {
            shown.append("… and ").append(byDirectory.size() - MAX_FILES).append(" more directories");
        }
        return shown.toString();
    }

    /** Gathers what matches, file by file. */
    private static final class Hits implements Toolbox.FileConsumer {

        private final Pattern pattern;
        private final Map<String, List<String>> shown = new LinkedHashMap<>();
        private final Map<String, Integer> counts = new LinkedHashMap<>();
        private int total;
        private int passedOver;
        private int notReadable;

        Hits(Pattern pattern) {
            this.pattern = pattern;
        }

        @Override
        public void accept(String path, byte[] content) {
            String text = Texts.source(content).orElse(null);
            if (text == null) {
                passedOver++;
                return;
            }
            // One pass over the whole text is far quicker than one per line; most files have no hit.
            if (!pattern.matcher(text).find()
                    && !pattern.pattern().contains("^")
                    && !pattern.pattern().contains("$")) {
                return;
            }
            int number = 0;
            for (String line : Lines.split(text)) {
                number++;
                String one = Lines.content(line);
                if (pattern.matcher(one).find()) {
                    total++;
                    counts.merge(path, 1, Integer::sum);
                    List<String> of = shown.computeIfAbsent(path, any -> new ArrayList<>());
                    if (of.size() < MAX_HITS) {
                        of.add(number + ": " + shortened(one.strip()));
                    }
                }
            }
        }

        @Override
        public void tooLarge(String path, long sizeBytes) {
            passedOver++;
        }

        @Override
        public void denied(String path, String reason) {
            notReadable++;
        }

        private static String shortened(String line) {
            return line.length() <= MAX_LINE ? line : line.substring(0, MAX_LINE - 1) + "…";
        }

        ToolCallResult result(int files, int most) {
            String rest = (passedOver == 0 ? "" : "; " + passedOver + " binary or very large files passed over")
                    + (notReadable == 0 ? "" : "; " + notReadable + " files that this role may not read");
            if (total == 0) {
                return Results.done("no hit in " + files + " files" + rest);
            }
            int ofAFile = counts.size() == 1 ? most : Math.min(most, MAX_HITS_OF_A_FILE);
            StringBuilder text = new StringBuilder();
            int written = 0;
            for (Map.Entry<String, List<String>> entry : shown.entrySet()) {
                for (String hit : entry.getValue()
                        .subList(0, Math.min(ofAFile, entry.getValue().size()))) {
                    if (written < most) {
                        text.append(entry.getKey()).append(':').append(hit).append('\n');
                        written++;
                    }
                }
            }
            String head = total + " hits in " + counts.size() + " of " + files + " files" + rest
                    + (written < total ? "; " + written + " are shown" : "") + "\n";
            if (written < total) {
                text.append("hits per file:\n");
                counts.entrySet().stream().limit(MAX_FILES).forEach(entry -> text.append(entry.getKey())
                        .append(": ")
                        .append(entry.getValue())
                        .append('\n'));
                if (counts.size() > MAX_FILES) {
                    text.append("… and ").append(counts.size() - MAX_FILES).append(" more files\n");
                }
            }
            return Results.done(head + text);
        }
    }
}
