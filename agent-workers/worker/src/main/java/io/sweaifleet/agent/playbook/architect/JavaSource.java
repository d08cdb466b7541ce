package io.sweaifleet.agent.playbook.architect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One Java file.
 *
 * @param packageName package, empty for the default one
 * @param types simple names of the top-level types it declares
 * @param imports its import declarations
 * @param names simple names it uses anywhere, for imports on demand; empty without such an import
 * @param qualified dotted names used in the code that may name a type of another package, with their first line
 */
record JavaSource(
        String packageName, Set<String> types, List<Import> imports, Set<String> names, Map<String, Integer> qualified)
        implements ParsedSource {

    private static final Set<String> TYPE_WORDS = Set.of("class", "interface", "enum", "record");

    /**
     * An import declaration.
     *
     * @param name what is imported, without the trailing {@code .*}
     * @param onDemand whether it ends in {@code .*}
     * @param line line from 1
     */
    record Import(String name, boolean onDemand, int line) {}

    static JavaSource parse(String text) {
        return new Parser(text).parse();
    }

    /** Reads tokens until the end; comments, strings, text blocks and characters are no tokens. */
    private static final class Parser {
        private final Scanner in;
        private String packageName = "";
        private final Set<String> types = new LinkedHashSet<>();
        private final List<Import> imports = new ArrayList<>();
        private final Set<String> names = new LinkedHashSet<>();
        private final Map<String, Integer> qualified = new LinkedHashMap<>();
        private int depth;
        private String previous = "";

        Parser(String text) {
            this.in = new Scanner(text);
        }

        JavaSource parse() {
            while (true) {
                skipBlank();
                if (in.atEnd()) {
                    break;
                }
                if (in.atWord()) {
                    word();
                } else {
                    punctuation(in.next());
                }
            }
            boolean onDemand = imports.stream().anyMatch(Import::onDemand);
            return new JavaSource(packageName, types, List.copyOf(imports), onDemand ? names : Set.of(), qualified);
        }

        private void punctuation(char c) {
            if (c == '{') {
                depth++;
            } else if (c == '}') {
                depth = Math.max(0, depth - 1);
            }
            previous = String.valueOf(c);
        }

        private void word() {
            int line = in.line();
            String word = in.word();
            if (depth == 0 && word.equals("package") && !previous.equals(".")) {
                packageName = dotted();
            } else if (depth == 0 && word.equals("import")) {
                importDeclaration(line);
            } else if (depth == 0 && TYPE_WORDS.contains(previous)) {
                types.add(word);
                previous = word;
            } else {
                use(word, line);
            }
        }

        private void importDeclaration(int line) {
            String name = dotted();
            if (name.equals("static") || name.equals("module")) {
                String rest = dotted();
                if (name.equals("module") && !rest.isEmpty()) {
                    return;
                }
                name = rest;
            }
            skipBlank();
            boolean onDemand = in.peek() == '*';
            if (onDemand) {
                in.next();
            }
            if (name.endsWith(".")) {
                name = name.substring(0, name.length() - 1);
            }
            if (!name.isEmpty()) {
                imports.add(new Import(name, onDemand, line));
            }
            previous = "";
        }

        /** Reads {@code a.b.c} with blanks and comments between its parts; keeps a trailing dot. */
        private String dotted() {
            StringBuilder name = new StringBuilder();
            while (true) {
                skipBlank();
                if (!in.atWord()) {
                    return name.toString();
                }
                name.append(in.word());
                skipBlank();
                if (in.peek() != '.') {
                    return name.toString();
                }
                in.next();
                name.append('.');
            }
        }

        /** A name in the code: its first part is a simple name, the whole may be a qualified one. */
        private void use(String first, int line) {
            if (previous.equals(".")) {
                previous = first;
                return;
            }
            if (Character.isUpperCase(first.charAt(0))) {
                names.add(first);
            }
            String name = first;
            int parts = 1;
            while (in.peek() == '.' && Character.isJavaIdentifierStart(in.peek(1))) {
                in.next();
                name = name + "." + in.word();
                parts++;
            }
            if (parts >= 3 && Character.isLowerCase(first.charAt(0)) && hasTypePart(name)) {
                qualified.putIfAbsent(name, line);
            }
            previous = parts == 1 ? first : ")";
        }

        private static boolean hasTypePart(String name) {
            for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
                if (Character.isUpperCase(name.charAt(dot + 1))) {
                    return true;
                }
            }
            return false;
        }

        private void skipBlank() {
            while (!in.atEnd()) {
                char c = in.peek();
                if (Character.isWhitespace(c)) {
                    in.next();
                } else if (in.at("//")) {
                    in.toLineEnd();
                } else if (in.at("/*")) {
                    in.skip(2);
                    in.toAfter("*/");
                } else if (in.at("\"\"\"")) {
                    in.skip(3);
                    textBlock();
                } else if (c == '"' || c == '\'') {
                    quoted(c);
                } else {
                    return;
                }
            }
        }

        private void textBlock() {
            while (!in.atEnd() && !in.at("\"\"\"")) {
                if (in.next() == '\\') {
                    in.next();
                }
            }
            in.skip(3);
        }

        /** A literal ends with its line at the latest, so that a stray quote costs one line and not the rest of the file. */
        private void quoted(char quote) {
            in.next();
            while (!in.atEnd() && in.peek() != '\n') {
                char c = in.next();
                if (c == quote) {
                    return;
                }
                if (c == '\\') {
                    in.next();
                }
            }
        }
    }
}
