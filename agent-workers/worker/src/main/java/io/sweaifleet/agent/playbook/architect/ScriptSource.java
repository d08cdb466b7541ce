package io.sweaifleet.agent.playbook.architect;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * One JavaScript or TypeScript file (or the script blocks of a Vue or Svelte file).
 *
 * @param imports what it imports, by whatever means: import, export from, require, import()
 */
record ScriptSource(List<Import> imports) implements ParsedSource {

    /**
     * One imported module.
     *
     * @param specifier as written, such as {@code ./util} or {@code react}
     * @param typeOnly whether it is an {@code import type} or {@code export type}, which leaves nothing at run time
     * @param line line from 1
     */
    record Import(String specifier, boolean typeOnly, int line) {}

    /** The same imports, all only for types, as in a declaration file. */
    ScriptSource onlyTypes() {
        return new ScriptSource(imports.stream()
                .map(declared -> new Import(declared.specifier(), true, declared.line()))
                .toList());
    }

    static ScriptSource parse(String text) {
        return new Parser(text).parse();
    }

    /** As {@link #parse} for a component file: only what stands inside its script elements counts; lines keep their numbers. */
    static ScriptSource parseComponent(String text) {
        StringBuilder scripts = new StringBuilder(text.length());
        String lower = text.toLowerCase(Locale.ROOT);
        int position = 0;
        while (position < text.length()) {
            int open = lower.indexOf("<script", position);
            int body = open < 0 ? -1 : lower.indexOf('>', open) + 1;
            if (body <= 0) {
                break;
            }
            int close = lower.indexOf("</script", body);
            close = close < 0 ? text.length() : close;
            lineBreaks(text, position, body, scripts);
            scripts.append(text, body, close);
            position = close;
        }
        return parse(scripts.toString());
    }

    private static void lineBreaks(String text, int from, int to, StringBuilder into) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) == '\n') {
                into.append('\n');
            }
        }
    }

    /** A token: a word, a string's content, or one character. */
    private record Token(Kind kind, String text, int line) {
        boolean is(String expected) {
            return kind != Kind.STRING && text.equals(expected);
        }
    }

    private enum Kind {
        WORD,
        STRING,
        SIGN,
        END
    }

    private static final class Parser {
        /** After these words a slash begins a regular expression, not a division. */
        private static final Set<String> BEFORE_EXPRESSION = Set.of(
                "return",
                "typeof",
                "case",
                "in",
                "of",
                "delete",
                "void",
                "throw",
                "new",
                "instanceof",
                "do",
                "else",
                "yield",
                "await");

        /** No import clause is longer; a broken one must not swallow the file. */
        private static final int LONGEST_CLAUSE = 4_000;

        private final Scanner in;
        private final List<Import> imports = new ArrayList<>();
        /** For each open template literal, the depth of braces at which its expression ends. */
        private final Deque<Integer> templates = new ArrayDeque<>();

        private int braces;
        private Token last = new Token(Kind.SIGN, ";", 1);

        Parser(String text) {
            this.in = new Scanner(text);
        }

        ScriptSource parse() {
            Token token = read();
            while (token.kind() != Kind.END) {
                Token before = last;
                last = token;
                boolean member = before.is(".");
                if (token.kind() == Kind.WORD && !member && token.is("import")) {
                    token = importFrom(token.line());
                } else if (token.kind() == Kind.WORD && !member && token.is("export")) {
                    token = exportFrom(token.line());
                } else if (token.kind() == Kind.WORD && !member && token.is("require")) {
                    token = call(token.line());
                } else {
                    token = read();
                }
            }
            return new ScriptSource(List.copyOf(imports));
        }

        /** Behind {@code import}: a string, a call, or a clause that ends in from and a string. Returns the first token not used. */
        private Token importFrom(int line) {
            Token token = advance();
            if (token.kind() == Kind.STRING) {
                imports.add(new Import(token.text(), false, line));
                return advance();
            }
            if (token.is("(")) {
                return argument(line);
            }
            boolean typeOnly = false;
            if (token.is("type")) {
                token = advance();
                // "import type from 'x'" imports a default that is called type.
                typeOnly = !token.is("from") && !token.is(",");
            }
            return clause(token, typeOnly, line);
        }

        private Token exportFrom(int line) {
            Token token = advance();
            boolean typeOnly = token.is("type");
            if (typeOnly) {
                token = advance();
            }
            if (token.is("{") || token.is("*")) {
                return clause(token, typeOnly, line);
            }
            return token;
        }

        private Token clause(Token first, boolean typeOnly, int line) {
            Token token = first;
            for (int i = 0; i < LONGEST_CLAUSE; i++) {
                if (token.is("from")) {
                    token = advance();
                    if (token.kind() == Kind.STRING) {
                        imports.add(new Import(token.text(), typeOnly, line));
                        return advance();
                    }
                } else if (token.is("require")) {
                    // import x = require('y')
                    return call(line);
                } else if (token.kind() == Kind.WORD
                        || token.is("{")
                        || token.is("}")
                        || token.is(",")
                        || token.is("*")
                        || token.is("=")
                        || token.kind() == Kind.STRING) {
                    token = advance();
                } else {
                    return token;
                }
            }
            return token;
        }

        private Token call(int line) {
            Token token = advance();
            return token.is("(") ? argument(line) : token;
        }

        /** Behind an opening bracket: only a literal that is the whole argument names a module. */
        private Token argument(int line) {
            Token literal = advance();
            if (literal.kind() != Kind.STRING) {
                return literal;
            }
            Token end = advance();
            if (end.is(")") || end.is(",")) {
                imports.add(new Import(literal.text(), false, line));
            }
            return end;
        }

        private Token advance() {
            Token token = read();
            last = token;
            return token;
        }

        private Token read() {
            while (!in.atEnd()) {
                char c = in.peek();
                int line = in.line();
                if (Character.isWhitespace(c)) {
                    in.next();
                } else if (in.at("//")) {
                    in.toLineEnd();
                } else if (in.at("/*")) {
                    in.skip(2);
                    in.toAfter("*/");
                } else if (c == '"' || c == '\'') {
                    return new Token(Kind.STRING, string(c), line);
                } else if (c == '`') {
                    in.next();
                    return template(line, true);
                } else if (c == '/' && regexMayStart()) {
                    regex();
                    return new Token(Kind.SIGN, ")", line);
                } else if (in.atWord()) {
                    return new Token(Kind.WORD, in.word(), line);
                } else {
                    return sign(line);
                }
            }
            return new Token(Kind.END, "", in.line());
        }

        private Token sign(int line) {
            char c = in.next();
            if (c == '{') {
                braces++;
            } else if (c == '}') {
                Integer open = templates.peek();
                if (open != null && open == braces) {
                    templates.pop();
                    braces = Math.max(0, braces - 1);
                    return template(line, false);
                }
                braces = Math.max(0, braces - 1);
            }
            return new Token(Kind.SIGN, String.valueOf(c), line);
        }

        /** Reads template text up to its end, or to an expression in it. A template without expressions is a string. */
        private Token template(int line, boolean whole) {
            int from = in.position();
            while (!in.atEnd()) {
                if (in.peek() == '`') {
                    String content = in.substring(from, in.position());
                    in.next();
                    return whole ? new Token(Kind.STRING, content, line) : new Token(Kind.SIGN, ")", line);
                }
                if (in.at("${")) {
                    in.skip(2);
                    braces++;
                    templates.push(braces);
                    return new Token(Kind.SIGN, "(", line);
                }
                if (in.next() == '\\') {
                    in.next();
                }
            }
            return new Token(Kind.END, "", line);
        }

        private String string(char quote) {
            in.next();
            int from = in.position();
            while (!in.atEnd() && in.peek() != '\n') {
                if (in.peek() == quote) {
                    String content = in.substring(from, in.position());
                    in.next();
                    return content;
                }
                if (in.next() == '\\') {
                    in.next();
                }
            }
            return "";
        }

        private boolean regexMayStart() {
            return switch (last.kind()) {
                case STRING, END -> false;
                case WORD -> BEFORE_EXPRESSION.contains(last.text());
                case SIGN -> !last.is(")") && !last.is("]") && !last.is("}");
            };
        }

        private void regex() {
            in.next();
            boolean charClass = false;
            while (!in.atEnd() && in.peek() != '\n') {
                char c = in.next();
                if (c == '\\') {
                    in.next();
                } else if (c == '[') {
                    charClass = true;
                } else if (c == ']') {
                    charClass = false;
                } else if (c == '/' && !charClass) {
                    return;
                }
            }
        }
    }
}
