package io.sweaifleet.agent.playbook.architect;

import java.util.ArrayList;
import java.util.List;

/**
 * One Python file.
 *
 * @param imports its import statements, one entry for each module or name imported
 */
record PythonSource(List<Import> imports) implements ParsedSource {

    /**
     * One imported thing.
     *
     * @param level leading dots: 0 for an absolute import
     * @param module dotted module, empty in {@code from . import x}
     * @param name name after {@code import} in a from-statement ({@code *} for all), empty otherwise
     * @param typeOnly whether it stands under {@code if TYPE_CHECKING:}
     * @param line line from 1
     */
    record Import(int level, String module, String name, boolean typeOnly, int line) {}

    static PythonSource parse(String text) {
        return new Parser(text).parse();
    }

    private static final class Parser {
        private final Scanner in;
        private final List<Import> imports = new ArrayList<>();
        private int brackets;
        private boolean statementStart = true;
        /** Indentation of the {@code if TYPE_CHECKING:} that is open, or -1. */
        private int typeBlock = -1;

        private int indentation;

        Parser(String text) {
            this.in = new Scanner(text);
        }

        PythonSource parse() {
            indentation = blanks();
            while (!in.atEnd()) {
                step();
            }
            return new PythonSource(List.copyOf(imports));
        }

        private void step() {
            char c = in.peek();
            if (c == '#') {
                in.toLineEnd();
            } else if (c == '\n' || c == '\r') {
                newLine();
            } else if (c == '\\' && isLineBreak(in.peek(1))) {
                in.next();
                lineBreak();
            } else if (Character.isWhitespace(c)) {
                in.next();
            } else if (c == '"' || c == '\'') {
                string();
                statementStart = false;
            } else if (in.atWord()) {
                word();
            } else {
                in.next();
                if (c == '(' || c == '[' || c == '{') {
                    brackets++;
                } else if (c == ')' || c == ']' || c == '}') {
                    brackets = Math.max(0, brackets - 1);
                }
                statementStart = brackets == 0 && (c == ';' || c == ':');
            }
        }

        private void newLine() {
            lineBreak();
            if (brackets > 0) {
                return;
            }
            indentation = blanks();
            statementStart = true;
            if (!isLineBreak(in.peek()) && in.peek() != '#' && indentation <= typeBlock) {
                typeBlock = -1;
            }
        }

        private void lineBreak() {
            if (in.next() == '\r' && in.peek() == '\n') {
                in.next();
            }
        }

        /** Skips the blanks at the start of a line and tells how wide they are; a tab reaches to the next multiple of 8, as in Python. */
        private int blanks() {
            int width = 0;
            while (in.peek() == ' ' || in.peek() == '\t' || in.peek() == '\f') {
                width = in.next() == '\t' ? (width / 8 + 1) * 8 : width + 1;
            }
            return width;
        }

        private void word() {
            int line = in.line();
            boolean atStart = statementStart;
            String word = in.word();
            statementStart = false;
            if ((in.peek() == '"' || in.peek() == '\'') && isStringPrefix(word)) {
                string();
            } else if (atStart && word.equals("import")) {
                importStatement(line);
            } else if (atStart && word.equals("from")) {
                fromStatement(line);
            } else if (atStart && word.equals("if")) {
                openTypeBlock();
            }
        }

        private void openTypeBlock() {
            spaces();
            String condition = dotted();
            spaces();
            if (typeBlock < 0
                    && in.peek() == ':'
                    && (condition.equals("TYPE_CHECKING") || condition.endsWith(".TYPE_CHECKING"))) {
                typeBlock = indentation;
            }
        }

        private void importStatement(int line) {
            do {
                spaces();
                String module = dotted();
                if (module.isEmpty()) {
                    return;
                }
                imports.add(new Import(0, module, "", typeBlock >= 0, line));
                alias();
            } while (comma());
        }

        private void fromStatement(int line) {
            int level = 0;
            spaces();
            while (in.peek() == '.') {
                in.next();
                level++;
                spaces();
            }
            String module = dotted();
            spaces();
            if (level > 0 && module.equals("import")) {
                module = "";
            } else if (module.isEmpty() || !in.word().equals("import")) {
                return;
            }
            spaces();
            boolean bracketed = in.peek() == '(';
            if (bracketed) {
                in.next();
            }
            do {
                spaces(bracketed);
                String name = in.peek() == '*' ? String.valueOf(in.next()) : in.word();
                if (name.isEmpty()) {
                    break;
                }
                imports.add(new Import(level, module, name, typeBlock >= 0, line));
                alias(bracketed);
            } while (comma(bracketed));
            spaces(bracketed);
            if (bracketed && in.peek() == ')') {
                in.next();
            }
        }

        private void alias() {
            alias(false);
        }

        private void alias(boolean bracketed) {
            spaces(bracketed);
            if (in.at("as") && !Character.isJavaIdentifierPart(in.peek(2))) {
                in.skip(2);
                spaces(bracketed);
                in.word();
                spaces(bracketed);
            }
        }

        private boolean comma() {
            return comma(false);
        }

        private boolean comma(boolean bracketed) {
            spaces(bracketed);
            if (in.peek() == ',') {
                in.next();
                return true;
            }
            return false;
        }

        private String dotted() {
            StringBuilder name = new StringBuilder(in.word());
            while (in.peek() == '.' && Character.isJavaIdentifierStart(in.peek(1)) && name.length() > 0) {
                in.next();
                name.append('.').append(in.word());
            }
            return name.toString();
        }

        private void spaces() {
            spaces(false);
        }

        /** Skips blanks and joined lines; inside brackets also line breaks and comments. */
        private void spaces(boolean bracketed) {
            while (!in.atEnd()) {
                char c = in.peek();
                if (c == '\\' && isLineBreak(in.peek(1))) {
                    in.next();
                    lineBreak();
                } else if (bracketed && c == '#') {
                    in.toLineEnd();
                } else if (c == ' ' || c == '\t' || c == '\f' || (bracketed && isLineBreak(c))) {
                    in.next();
                } else {
                    return;
                }
            }
        }

        private void string() {
            char quote = in.next();
            if (in.peek() == quote && in.peek(1) == quote) {
                in.skip(2);
                String end = String.valueOf(quote).repeat(3);
                while (!in.atEnd() && !in.at(end)) {
                    if (in.next() == '\\') {
                        in.next();
                    }
                }
                in.skip(3);
                return;
            }
            while (!in.atEnd() && !isLineBreak(in.peek())) {
                char c = in.next();
                if (c == quote) {
                    return;
                }
                if (c == '\\') {
                    in.next();
                }
            }
        }

        private static boolean isStringPrefix(String word) {
            return word.length() <= 2 && word.chars().allMatch(c -> "rRbBuUfFtT".indexOf(c) >= 0);
        }

        private static boolean isLineBreak(char c) {
            return c == '\n' || c == '\r';
        }
    }
}
