package io.sweaifleet.schemas.yaml;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds the lines of fields in YAML, since a parsed tree no longer knows them. */
final class YamlLines {

    private YamlLines() {}

    /** For each document the line of every field, by paths such as {@code rules[2].effect}. */
    static List<Map<String, Integer>> of(String text) {
        List<Map<String, Integer>> documents = new ArrayList<>();
        try (JsonParser parser = new YAMLFactory().createParser(text)) {
            Map<String, Integer> lines = new HashMap<>();
            Deque<Frame> open = new ArrayDeque<>();
            JsonToken token = parser.nextToken();
            while (token != null) {
                int line = parser.currentTokenLocation().getLineNr();
                if (token == JsonToken.FIELD_NAME) {
                    open.element().name = parser.currentName();
                } else if (token == JsonToken.END_OBJECT || token == JsonToken.END_ARRAY) {
                    open.pop();
                } else {
                    String path = open.isEmpty() ? "" : open.element().next();
                    lines.putIfAbsent(path, line);
                    if (token.isStructStart()) {
                        open.push(new Frame(path, token == JsonToken.START_ARRAY));
                    }
                }
                if (open.isEmpty()) {
                    documents.add(lines);
                    lines = new HashMap<>();
                }
                token = parser.nextToken();
            }
        } catch (IOException | RuntimeException e) {
            return documents; // The real parser reports what is wrong; lines are only a help.
        }
        return documents;
    }

    /** The line of a field, or of the closest thing around it; 0 when there is none. */
    static int lineOf(Map<String, Integer> lines, String field) {
        String path = field;
        while (true) {
            Integer line = lines.get(path);
            if (line != null) {
                return line;
            }
            int cut = Math.max(path.lastIndexOf('.'), path.lastIndexOf('['));
            if (cut < 0) {
                return lines.getOrDefault("", 0);
            }
            path = path.substring(0, cut);
        }
    }

    /** An object or a list that is being read. */
    private static final class Frame {

        private final String path;
        private final boolean list;
        private String name = "";
        private int index;

        Frame(String path, boolean list) {
            this.path = path;
            this.list = list;
        }

        String next() {
            if (list) {
                return path + "[" + index++ + "]";
            }
            return path.isEmpty() ? name : path + "." + name;
        }
    }
}
