package io.sweaifleet.agent.tool.edit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.agent.tool.edit.FileChange.Hunk;
import io.sweaifleet.agent.tool.edit.FileChange.Kind;
import io.sweaifleet.agent.tool.edit.FileChange.Line;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads patches as models write them: a unified diff with or without git's headers, or the {@code *** Begin Patch} form; as it
 * is, in a code fence, in a here-document, or as a JSON string or object. Counts in hunk headers may be wrong, as models
 * miscount; signs of lines must be right. Pure.
 */
public final class PatchParser {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern FENCE = Pattern.compile("(?s)^\\s*(`{3,}|~{3,})[^\\n]*\\n(.*?\\n)?\\1\\s*$");
    private static final Pattern HERE_DOCUMENT =
            Pattern.compile("(?s)^[^\\n]*<<-?\\s*['\"]?(\\w+)['\"]?[^\\n]*\\n(.*?\\n)\\1\\s*['\"]?\\s*$");
    private static final Pattern HUNK = Pattern.compile("^@@ -(\\d+)(?:,(\\d+))? \\+(\\d+)(?:,(\\d+))? @@.*");
    private static final Pattern GIT_HEADER = Pattern.compile("^diff --git (\"?a/.*) (\"?b/.*)$");
    private static final String BEGIN = "*** Begin Patch";
    private static final String NO_NEWLINE = "\\ ";

    private final List<String> lines;
    private int at;

    private PatchParser(String text) {
        this.lines = Lines.split(text);
    }

    /** Reads a patch. */
    public static List<FileChange> parse(String given) throws PatchFault {
        String text = unwrapped(given);
        if (text.isBlank()) {
            throw new PatchFault("the patch is empty; give a unified diff, as 'git diff' prints it");
        }
        PatchParser parser = new PatchParser(text.endsWith("\n") ? text : text + "\n");
        List<FileChange> changes = text.contains(BEGIN) ? parser.begun() : parser.unified();
        if (changes.isEmpty()) {
            throw new PatchFault(
                    "there is no file in the patch; begin each file with '--- a/PATH' and '+++ b/PATH', and each"
                            + " change with '@@ -LINE,COUNT +LINE,COUNT @@'");
        }
        return changes;
    }

    private static String unwrapped(String given) {
        String text = given;
        for (int depth = 0; depth < 4; depth++) {
            String inner = json(text);
            Matcher fence = FENCE.matcher(inner);
            if (fence.matches()) {
                inner = fence.group(2) == null ? "" : fence.group(2);
            }
            Matcher document = HERE_DOCUMENT.matcher(inner);
            if (!inner.startsWith("---") && !inner.startsWith("diff ") && !inner.startsWith(BEGIN) && document.find()) {
                inner = document.group(2);
            }
            if (inner.equals(text)) {
                return text;
            }
            text = inner;
        }
        return text;
    }

    /** What is wrapped in JSON: a string, or the one text of an object or array that holds a patch. */
    private static String json(String text) {
        String trimmed = text.strip();
        if (trimmed.isEmpty() || "{[\"".indexOf(trimmed.charAt(0)) < 0) {
            return text;
        }
        try {
            String inner = patchIn(JSON.readTree(trimmed));
            return inner == null ? text : inner;
        } catch (JsonProcessingException e) {
            return text;
        }
    }

    private static @Nullable String patchIn(JsonNode node) {
        if (node.isTextual()) {
            String text = node.asText();
            return text.contains("@@") || text.contains(BEGIN) || text.contains("\n+") ? text : null;
        }
        for (JsonNode child : node) {
            String inner = patchIn(child);
            if (inner != null) {
                return inner;
            }
        }
        return null;
    }

    // Unified diffs

    private List<FileChange> unified() throws PatchFault {
        List<FileChange> changes = new ArrayList<>();
        while (at < lines.size()) {
            String line = content();
            if (line.startsWith("diff --git ")) {
                changes.add(gitFile());
            } else if (isFileHeader(at)) {
                changes.add(plainFile(new Headers()));
            } else if (HUNK.matcher(line).matches()) {
                throw new PatchFault(
                        "line " + (at + 1) + " of the patch begins a hunk, but no file was named before it;"
                                + " put '--- a/PATH' and '+++ b/PATH' before it");
            } else {
                at++; // What a mail or git says before and between.
            }
        }
        return changes;
    }

    /** What git says of a file before its hunks. */
    private static final class Headers {
        private @Nullable String from;
        private @Nullable String to;
        private Kind kind = Kind.MODIFY;
    }

    private FileChange gitFile() throws PatchFault {
        Headers headers = new Headers();
        Matcher names = GIT_HEADER.matcher(content());
        if (names.matches()) {
            headers.from = path(names.group(1));
            headers.to = path(names.group(2));
        }
        at++;
        while (at < lines.size()) {
            String line = content();
            if (line.startsWith("new file mode")) {
                refuseLink(line);
                headers.kind = Kind.ADD;
            } else if (line.startsWith("deleted file mode")) {
                headers.kind = Kind.DELETE;
            } else if (line.startsWith("rename from ")) {
                headers.kind = Kind.RENAME;
                headers.from = unquoted(line.substring("rename from ".length()));
            } else if (line.startsWith("rename to ")) {
                headers.to = unquoted(line.substring("rename to ".length()));
            } else if (line.startsWith("copy from ")) {
                headers.kind = Kind.COPY;
                headers.from = unquoted(line.substring("copy from ".length()));
            } else if (line.startsWith("copy to ")) {
                headers.to = unquoted(line.substring("copy to ".length()));
            } else if (line.startsWith("GIT binary patch") || line.startsWith("Binary files ")) {
                throw new PatchFault("line " + (at + 1) + " of the patch changes a binary file (" + headers.to
                        + "); only text can be patched");
            } else if (line.startsWith("diff --git ")
                    || isFileHeader(at)
                    || HUNK.matcher(line).matches()) {
                break;
            } else if (line.startsWith("old mode") || line.startsWith("new mode")) {
                refuseLink(line);
            }
            at++;
        }
        if (at < lines.size() && isFileHeader(at)) {
            return plainFile(headers);
        }
        if (headers.from == null || headers.to == null) {
            throw new PatchFault("line " + at + " of the patch names no file; write 'diff --git a/PATH b/PATH'");
        }
        return new FileChange(
                headers.kind, headers.kind == Kind.ADD ? headers.to : headers.from, headers.to, List.of());
    }

    private void refuseLink(String line) throws PatchFault {
        if (line.endsWith("120000") || line.endsWith("160000")) {
            throw new PatchFault(
                    "line " + (at + 1) + " of the patch makes a symbolic link or submodule; only files can be patched");
        }
    }

    private boolean isFileHeader(int index) {
        return index + 1 < lines.size()
                && lines.get(index).startsWith("--- ")
                && lines.get(index + 1).startsWith("+++ ");
    }

    private FileChange plainFile(Headers headers) throws PatchFault {
        String from = path(name(content().substring(4)));
        at++;
        String to = path(name(content().substring(4)));
        at++;
        Kind kind = headers.kind;
        if (from.equals("/dev/null")) {
            kind = Kind.ADD;
            from = to;
        } else if (to.equals("/dev/null")) {
            kind = Kind.DELETE;
            to = from;
        } else if (kind == Kind.MODIFY && !from.equals(to)) {
            // Without git's word for a rename, the new name is what is meant, as patch(1) takes it.
            from = to;
        }
        List<Hunk> hunks = new ArrayList<>();
        while (at < lines.size()) {
            Matcher header = HUNK.matcher(content());
            if (header.matches()) {
                hunks.add(hunk(header));
            } else if (content().startsWith("@@")) {
                hunks.add(looseHunk());
            } else if (content().isBlank()) {
                at++;
            } else {
                break;
            }
        }
        return new FileChange(kind, from, to, hunks);
    }

    private Hunk hunk(Matcher header) throws PatchFault {
        int began = at;
        int oldStart = number(header.group(1));
        int oldLeft = header.group(2) == null ? 1 : number(header.group(2));
        int newLeft = header.group(4) == null ? 1 : number(header.group(4));
        at++;
        List<Line> body = new ArrayList<>();
        while (at < lines.size()) {
            String line = lines.get(at);
            char sign = line.charAt(0);
            boolean counted = oldLeft > 0 || newLeft > 0;
            if (line.startsWith(NO_NEWLINE)) {
                cutLastEnd(body);
                at++;
                continue;
            }
            if (!counted && line.equals("-- \n")) {
                break; // What git's mails end with.
            }
            if (endsHunk(line, counted, oldLeft == 1 && newLeft == 1)) {
                break;
            }
            if (sign == '\n' || sign == '\r') {
                if (!counted) {
                    break;
                }
                sign = ' '; // Trailing spaces were lost on the way.
                line = " " + line;
            }
            if (sign != ' ' && sign != '-' && sign != '+') {
                if (!counted) {
                    break;
                }
                throw new PatchFault("line " + (at + 1) + " of the patch begins neither with a space nor with + or -: "
                        + Lines.content(line));
            }
            body.add(new Line(sign, line.substring(1)));
            oldLeft -= sign == '+' ? 0 : 1;
            newLeft -= sign == '-' ? 0 : 1;
            at++;
        }
        if (body.isEmpty()) {
            throw new PatchFault("the hunk in line " + (began + 1) + " of the patch has no lines");
        }
        return new Hunk(oldStart, List.of(), body, false);
    }

    private boolean endsHunk(String line, boolean counted, boolean lastPair) {
        if (line.startsWith("diff --git ") || line.startsWith("@@")) {
            return true;
        }
        if (!isFileHeader(at)) {
            return false;
        }
        // "--- x" and "+++ y" may be a line that goes and one that comes: where the counts say so, unless a hunk
        // follows them
        // although more lines are due.
        return !counted
                || (!lastPair && at + 2 < lines.size() && lines.get(at + 2).startsWith("@@"));
    }

    private static void cutLastEnd(List<Line> body) {
        if (!body.isEmpty()) {
            Line last = body.remove(body.size() - 1);
            String text = last.text();
            body.add(new Line(last.sign(), text.endsWith("\n") ? text.substring(0, text.length() - 1) : text));
        }
    }

    // The form with *** Begin Patch

    private List<FileChange> begun() throws PatchFault {
        while (!content().startsWith(BEGIN)) {
            at++;
        }
        at++;
        List<FileChange> changes = new ArrayList<>();
        while (at < lines.size() && !content().startsWith("*** End Patch")) {
            String line = content();
            if (line.startsWith("*** Add File: ")) {
                changes.add(added(line.substring("*** Add File: ".length()).strip()));
            } else if (line.startsWith("*** Delete File: ")) {
                String path = line.substring("*** Delete File: ".length()).strip();
                changes.add(new FileChange(Kind.DELETE, path, path, List.of()));
                at++;
            } else if (line.startsWith("*** Update File: ")) {
                changes.add(updated(line.substring("*** Update File: ".length()).strip()));
            } else if (line.isBlank()) {
                at++;
            } else {
                throw new PatchFault(
                        "line " + (at + 1) + " of the patch is not understood: " + line
                                + "; after *** Begin Patch, each file begins with *** Add File:, *** Update File: or *** Delete File:");
            }
        }
        return changes;
    }

    private FileChange added(String path) throws PatchFault {
        at++;
        List<Line> body = new ArrayList<>();
        while (at < lines.size() && !content().startsWith("*** ")) {
            String line = lines.get(at);
            if (!line.startsWith("+")) {
                throw new PatchFault("line " + (at + 1) + " of the patch belongs to the new file " + path
                        + " and must begin with +: " + Lines.content(line));
            }
            body.add(new Line('+', line.substring(1)));
            at++;
        }
        return new FileChange(
                Kind.ADD, path, path, body.isEmpty() ? List.of() : List.of(new Hunk(0, List.of(), body, false)));
    }

    private FileChange updated(String path) throws PatchFault {
        at++;
        String target = path;
        if (at < lines.size() && content().startsWith("*** Move to: ")) {
            target = content().substring("*** Move to: ".length()).strip();
            at++;
        }
        List<Hunk> hunks = new ArrayList<>();
        while (at < lines.size() && (!content().startsWith("*** ") || content().startsWith("*** End of File"))) {
            hunks.add(looseHunk());
        }
        return new FileChange(target.equals(path) ? Kind.MODIFY : Kind.RENAME, path, target, hunks);
    }

    /** A hunk without line numbers: it may begin with lines of @@ and a heading. */
    private Hunk looseHunk() throws PatchFault {
        int began = at;
        List<String> headings = new ArrayList<>();
        while (at < lines.size() && content().startsWith("@@")) {
            String heading =
                    content().substring(2).replaceFirst("\\s*@@\\s*$", "").strip();
            if (!heading.isEmpty()) {
                headings.add(heading);
            }
            at++;
        }
        List<Line> body = new ArrayList<>();
        boolean atEnd = false;
        while (at < lines.size()) {
            String line = lines.get(at);
            if (line.startsWith("*** End of File")) {
                atEnd = true;
                at++;
                break;
            }
            if (line.startsWith("*** ")
                    || line.startsWith("@@")
                    || line.startsWith("diff --git ")
                    || isFileHeader(at)) {
                break;
            }
            if (line.startsWith(NO_NEWLINE)) {
                cutLastEnd(body);
            } else if (line.isBlank() && line.charAt(0) != ' ') {
                body.add(new Line(' ', line));
            } else if (" +-".indexOf(line.charAt(0)) >= 0) {
                body.add(new Line(line.charAt(0), line.substring(1)));
            } else {
                throw new PatchFault("line " + (at + 1) + " of the patch begins neither with a space nor with + or -: "
                        + Lines.content(line));
            }
            at++;
        }
        while (!body.isEmpty()
                && body.get(body.size() - 1).sign() == ' '
                && body.get(body.size() - 1).text().isBlank()) {
            body.remove(body.size() - 1);
        }
        if (body.isEmpty()) {
            throw new PatchFault("the hunk in line " + (began + 1) + " of the patch has no lines");
        }
        return new Hunk(0, headings, body, atEnd);
    }

    // Names

    private String content() {
        return Lines.content(lines.get(at));
    }

    private static int number(String digits) throws PatchFault {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw new PatchFault("the line number " + digits + " in the patch is too large");
        }
    }

    /** The name in a header, without the time that diff(1) puts after a tab. */
    private static String name(String header) {
        int tab = header.startsWith("\"") ? -1 : header.indexOf('\t');
        return (tab < 0 ? header : header.substring(0, tab)).strip();
    }

    private static String path(String name) {
        String path = unquoted(name);
        return path.startsWith("a/") || path.startsWith("b/") ? path.substring(2) : path;
    }

    /** Git writes names with special characters as strings of C, bytes in octal. */
    private static String unquoted(String name) {
        if (name.length() < 2 || !name.startsWith("\"") || !name.endsWith("\"")) {
            return name;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String inner = name.substring(1, name.length() - 1);
        for (int i = 0; i < inner.length(); i++) {
            char c = inner.charAt(i);
            if (c != '\\' || i + 1 == inner.length()) {
                bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
                continue;
            }
            i++;
            char escaped = inner.charAt(i);
            if (escaped >= '0' && escaped <= '3' && i + 2 < inner.length()) {
                bytes.write(Integer.parseInt(inner.substring(i, i + 3), 8));
                i += 2;
            } else {
                int known = "abtnvfr".indexOf(escaped);
                bytes.write(known >= 0 ? 7 + known : escaped);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
