package io.sweaifleet.ingest.work;

import com.fasterxml.jackson.databind.JsonNode;
import io.sweaifleet.ingest.submit.Document;
import io.sweaifleet.schemas.json.InvalidDocumentException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A list of tasks to work off. In Markdown each list item at the left margin is one, with what is indented below it; a
 * ticked box is done and left out; all else is for people. In YAML it is a list (or the list {@code tasks}) of texts, or of
 * {@code do}, {@code role}, {@code test} and {@code budget}.
 */
public final class Backlog {

    /** More tasks than that are refused: a list that long is a mistake. */
    public static final int LIMIT = 500;

    private static final Pattern ITEM = Pattern.compile(" {0,1}(?:[-*+]|\\d{1,9}[.)])[ \\t]+(.*)");
    private static final Pattern BOX = Pattern.compile("\\[([ xX])][ \\t]+(.*)");
    private static final Pattern FENCE = Pattern.compile("\\s*(```|~~~).*");
    private static final Set<String> FIELDS = Set.of("do", "role", "test", "budget");

    private final String name;
    private final List<BacklogItem> items = new ArrayList<>();
    private final Map<String, Integer> seen = new HashMap<>();

    private Backlog(String name) {
        this.name = name;
    }

    /**
     * The tasks of a list, in order.
     *
     * @param name the file's name; one that ends with .yaml or .yml is YAML, every other Markdown
     * @throws InvalidWorkException naming what cannot be read, or when nothing is left to do
     */
    public static List<BacklogItem> parse(String name, String text) throws InvalidWorkException {
        Backlog backlog = new Backlog(name);
        if (name.toLowerCase(Locale.ROOT).matches(".*\\.ya?ml")) {
            backlog.yaml(text);
        } else {
            backlog.markdown(text.lines().toList());
        }
        if (backlog.items.isEmpty()) {
            throw new InvalidWorkException(
                    name + " holds nothing to do",
                    "write one task a line, as `- fix the failing test in module x`; ticked boxes `- [x]` are left out");
        }
        if (backlog.items.size() > LIMIT) {
            throw new InvalidWorkException(
                    name + " holds " + backlog.items.size() + " tasks, more than " + LIMIT, "split it");
        }
        return List.copyOf(backlog.items);
    }

    private void markdown(List<String> lines) {
        int begun = 0;
        StringBuilder text = new StringBuilder();
        boolean done = false;
        boolean fenced = false;
        boolean blank = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            boolean indented = line.startsWith("  ") || line.startsWith("\t");
            Matcher item = ITEM.matcher(line);
            boolean fence = FENCE.matcher(line).matches();
            if (!fenced && !indented && item.matches()) {
                close(begun, text, done);
                Matcher box = BOX.matcher(item.group(1));
                boolean boxed = box.matches();
                done = boxed && !box.group(1).isBlank();
                text = new StringBuilder(boxed ? box.group(2) : item.group(1));
                begun = i + 1;
            } else if (begun > 0 && line.isBlank()) {
                text.append('\n');
            } else if (begun > 0 && (indented || !blank && !line.startsWith("#") && !fence)) {
                // Indented below the item, or its text wrapped without indentation.
                text.append('\n').append(line.strip());
            } else if (begun > 0) {
                close(begun, text, done);
                begun = 0;
                text = new StringBuilder();
            }
            fenced ^= fence;
            blank = line.isBlank();
        }
        close(begun, text, done);
    }

    private void close(int line, StringBuilder text, boolean done) {
        String stripped = text.toString().strip();
        if (line > 0 && !done && !stripped.isEmpty()) {
            add(line, stripped, null, List.of(), null);
        }
    }

    private void add(int line, String text, @Nullable String role, List<String> test, @Nullable String budget) {
        int occurrence = seen.merge(text, 1, Integer::sum) - 1;
        items.add(new BacklogItem(line, text, occurrence, role, test, budget));
    }

    private void yaml(String text) throws InvalidWorkException {
        Document document;
        try {
            document = Document.parse(text);
        } catch (InvalidDocumentException e) {
            throw new InvalidWorkException(
                    name + " cannot be read",
                    e.problems().stream().map(Object::toString).collect(Collectors.joining("\n")));
        }
        JsonNode list = document.node().isObject() ? document.node().path("tasks") : document.node();
        String path = document.node().isObject() ? "tasks" : "";
        if (!list.isArray()) {
            throw new InvalidWorkException(name + " is not a list", "begin each task with a dash: `- fix the …`");
        }
        for (int i = 0; i < list.size(); i++) {
            JsonNode node = list.get(i);
            int line = document.lineOf(path + "[" + i + "]");
            if (node.isTextual() && !node.asText().isBlank()) {
                add(line, node.asText().strip(), null, List.of(), null);
            } else if (node.isObject()
                    && node.path("do").isTextual()
                    && !node.path("do").asText().isBlank()) {
                unknown(node, i);
                add(
                        line,
                        node.path("do").asText().strip(),
                        node.has("role") ? node.get("role").asText() : null,
                        test(node),
                        node.has("budget") ? node.get("budget").asText() : null);
            } else {
                throw new InvalidWorkException(
                        name + ": task " + (i + 1) + " says nothing to do",
                        "write it as text, or with `do: fix the …` and, as you like, role, test, budget");
            }
        }
    }

    private void unknown(JsonNode node, int index) throws InvalidWorkException {
        Iterator<String> fields = node.fieldNames();
        while (fields.hasNext()) {
            String field = fields.next();
            if (!FIELDS.contains(field)) {
                throw new InvalidWorkException(
                        name + ": task " + (index + 1) + " has a field '" + field + "' that is not known",
                        "there are do, role, test and budget");
            }
        }
    }

    private static List<String> test(JsonNode node) throws InvalidWorkException {
        JsonNode test = node.path("test");
        if (test.isArray()) {
            List<String> words = new ArrayList<>();
            test.forEach(word -> words.add(word.asText()));
            return words;
        }
        return test.isTextual() ? Argv.split(test.asText()) : List.of();
    }
}
