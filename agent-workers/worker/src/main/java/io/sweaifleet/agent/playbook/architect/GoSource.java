package io.sweaifleet.agent.playbook.architect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One Go file.
 *
 * @param packageName name in its package clause, empty when there is none
 * @param imports its import declarations
 * @param exported exported names that it declares at top level
 * @param uses for each name before a dot, the exported names used behind it
 */
record GoSource(String packageName, List<Import> imports, Set<String> exported, Map<String, Set<String>> uses)
        implements ParsedSource {

    /**
     * An import.
     *
     * @param path import path
     * @param alias name given to it, {@code _} or {@code .}, empty when it has none
     * @param line line from 1
     */
    record Import(String path, String alias, int line) {}

    private static final Set<String> DECLARATIONS = Set.of("type", "var", "const");

    static GoSource parse(String text) {
        return new Parser(text).parse();
    }

    private static final class Parser {
        private final Scanner in;
        private String packageName = "";
        private final List<Import> imports = new ArrayList<>();
        private final Set<String> exported = new LinkedHashSet<>();
        private final Map<String, Set<String>> uses = new LinkedHashMap<>();
        private int depth;
        /** Depth of brackets at which a group of declarations is open, or -1. */
        private int group = -1;

        private boolean lineStart = true;
        private String previous = "";

        Parser(String text) {
            this.in = new Scanner(text);
        }

        GoSource parse() {
            while (true) {
                lineStart |= skipBlank();
                if (in.atEnd()) {
                    break;
                }
                char c = in.peek();
                if (c == '"' || c == '`' || c == '\'') {
                    string();
                    previous = "";
                } else if (in.atWord()) {
                    word();
                } else {
                    sign(in.next());
                }
                lineStart = false;
            }
            return new GoSource(packageName, List.copyOf(imports), exported, uses);
        }

        private void sign(char c) {
            if (c == '{' || c == '(' || c == '[') {
                if (depth == 0 && c == '(' && DECLARATIONS.contains(previous)) {
                    group = 1;
                }
                depth++;
            } else if (c == '}' || c == ')' || c == ']') {
                depth = Math.max(0, depth - 1);
                if (depth == 0) {
                    group = -1;
                }
            }
            previous = String.valueOf(c);
        }

        private void word() {
            String word = in.word();
            if (depth == 0 && word.equals("package") && packageName.isEmpty()) {
                skipBlank();
                packageName = in.word();
            } else if (depth == 0 && word.equals("import")) {
                importDeclaration();
            } else if (depth == 0 && word.equals("func") && lineStart) {
                function();
            } else {
                if (declares() && isExported(word)) {
                    exported.add(word);
                }
                use(word);
            }
        }

        private boolean declares() {
            return (depth == 0 && DECLARATIONS.contains(previous)) || (group == depth && group > 0 && lineStart);
        }

        /** {@code func Name(}; a method ({@code func (r *T) Name(}) is reached through its type. */
        private void function() {
            skipBlank();
            if (in.atWord()) {
                String name = in.word();
                if (isExported(name)) {
                    exported.add(name);
                }
            }
            previous = "";
        }

        private void use(String word) {
            previous = word;
            if (in.peek() == '.' && Character.isUpperCase(in.peek(1))) {
                in.next();
                uses.computeIfAbsent(word, name -> new LinkedHashSet<>()).add(in.word());
                previous = "";
            }
        }

        private void importDeclaration() {
            skipBlank();
            if (in.peek() != '(') {
                importSpec();
                return;
            }
            in.next();
            while (true) {
                skipBlank();
                if (in.atEnd()) {
                    return;
                }
                if (in.peek() == ')') {
                    in.next();
                    return;
                }
                if (!importSpec() && !in.atEnd() && in.peek() != ')') {
                    in.next();
                }
            }
        }

        private boolean importSpec() {
            int line = in.line();
            String alias = in.peek() == '.' ? String.valueOf(in.next()) : in.word();
            skipBlank();
            char quote = in.peek();
            if (quote != '"' && quote != '`') {
                return !alias.isEmpty();
            }
            String path = string();
            if (!path.isEmpty()) {
                imports.add(new Import(path, alias, line));
            }
            return true;
        }

        private String string() {
            char quote = in.next();
            int from = in.position();
            while (!in.atEnd() && (quote == '`' || in.peek() != '\n')) {
                if (in.peek() == quote) {
                    String content = in.substring(from, in.position());
                    in.next();
                    return content;
                }
                if (in.next() == '\\' && quote != '`') {
                    in.next();
                }
            }
            return "";
        }

        /** Skips blanks and comments; true when a line break or semicolon was among them. */
        private boolean skipBlank() {
            boolean broken = false;
            while (!in.atEnd()) {
                char c = in.peek();
                if (c == '\n' || c == ';') {
                    broken = true;
                    in.next();
                } else if (Character.isWhitespace(c)) {
                    in.next();
                } else if (in.at("//")) {
                    in.toLineEnd();
                } else if (in.at("/*")) {
                    in.skip(2);
                    in.toAfter("*/");
                } else {
                    break;
                }
            }
            return broken;
        }

        private static boolean isExported(String name) {
            return !name.isEmpty() && Character.isUpperCase(name.charAt(0));
        }
    }
}
