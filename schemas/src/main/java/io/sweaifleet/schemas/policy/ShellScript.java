package io.sweaifleet.schemas.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A shell script taken apart into its simple commands, as far as that is possible without running it.
 *
 * @param commands simple commands without assignments before them, each with at least one word
 * @param nested scripts of command substitutions, to be taken apart in turn
 * @param problem why it cannot be taken apart, or null
 */
record ShellScript(
        List<List<Word>> commands,
        List<String> nested,
        @Nullable String problem) {

    /**
     * A word.
     *
     * @param text the word without its quotes
     * @param computed whether the shell changes it before use: a variable, a substitution, a pattern
     */
    record Word(String text, boolean computed) {}

    /** Words after which a command begins. */
    private static final Set<String> KEYWORDS =
            Set.of("if", "then", "elif", "else", "fi", "while", "until", "do", "done", "!", "{", "}", "time", "coproc");

    static ShellScript read(String text) {
        return new Parser(text).parse();
    }

    private static final class Parser {

        private final String text;
        private final List<List<Word>> commands = new ArrayList<>();
        private final List<String> nested = new ArrayList<>();
        private final StringBuilder word = new StringBuilder();
        private List<Word> words = new ArrayList<>();
        private boolean inWord;
        private boolean computed;
        private @Nullable String problem;
        private int at;

        Parser(String text) {
            this.text = text;
        }

        ShellScript parse() {
            while (at < text.length() && problem == null) {
                step(text.charAt(at));
            }
            endCommand();
            return new ShellScript(List.copyOf(commands), List.copyOf(nested), problem);
        }

        private void step(char c) {
            switch (c) {
                case '\'' -> singleQuoted();
                case '"' -> doubleQuoted();
                case '\\' -> {
                    if (at + 1 < text.length() && text.charAt(at + 1) != '\n') {
                        add(text.charAt(at + 1));
                    }
                    at += 2;
                }
                case '$' -> dollar();
                case '`' -> backquoted();
                case ' ', '\t', '\r' -> {
                    endWord();
                    at++;
                }
                case ';', '&', '|', '\n', '(', ')' -> {
                    endCommand();
                    at++;
                }
                case '<', '>' -> redirection();
                case '#' -> {
                    if (inWord) {
                        add(c);
                        at++;
                    } else {
                        int end = text.indexOf('\n', at);
                        at = end < 0 ? text.length() : end;
                    }
                }
                case '*', '?', '[', '~' -> {
                    computed |= c != '[' || !isTest();
                    add(c);
                    at++;
                }
                case '{' -> {
                    // A group, or an expansion such as {rm,-rf}.
                    computed |= inWord || (at + 1 < text.length() && !Character.isWhitespace(text.charAt(at + 1)));
                    add(c);
                    at++;
                }
                default -> {
                    add(c);
                    at++;
                }
            }
        }

        /** A lone [ is a program, and [[ a word of the shell. */
        private boolean isTest() {
            boolean ends = at + 1 >= text.length() || " \t[".indexOf(text.charAt(at + 1)) >= 0;
            return ends && "[".startsWith(word.toString());
        }

        private void add(char c) {
            word.append(c);
            inWord = true;
        }

        private void singleQuoted() {
            int end = text.indexOf('\'', at + 1);
            if (end < 0) {
                problem = "a script with a quote that does not end";
                return;
            }
            word.append(text, at + 1, end);
            inWord = true;
            at = end + 1;
        }

        private void doubleQuoted() {
            inWord = true;
            at++;
            while (at < text.length() && problem == null) {
                char c = text.charAt(at);
                if (c == '"') {
                    at++;
                    return;
                } else if (c == '\\' && at + 1 < text.length()) {
                    word.append(text.charAt(at + 1));
                    at += 2;
                } else if (c == '$') {
                    dollar();
                } else if (c == '`') {
                    backquoted();
                } else {
                    word.append(c);
                    at++;
                }
            }
            problem = problem == null ? "a script with a quote that does not end" : problem;
        }

        private void dollar() {
            computed = true;
            inWord = true;
            if (text.startsWith("$(", at)) {
                int end = closing(at + 1);
                if (end < 0) {
                    problem = "a script with a substitution that does not end";
                    return;
                }
                nested.add(text.substring(at + 2, end));
                at = end + 1;
            } else if (text.startsWith("${", at) && text.indexOf('}', at) > 0) {
                int end = text.indexOf('}', at);
                String inside = text.substring(at + 2, end);
                if (inside.contains("$(") || inside.contains("`")) {
                    problem = "a script with a substitution within a variable";
                    return;
                }
                word.append('$').append(inside);
                at = end + 1;
            } else {
                word.append('$');
                at++;
            }
        }

        private void backquoted() {
            computed = true;
            inWord = true;
            int end = text.indexOf('`', at + 1);
            if (end < 0) {
                problem = "a script with a substitution that does not end";
                return;
            }
            nested.add(text.substring(at + 1, end).replace("\\", ""));
            at = end + 1;
        }

        /** Where the bracket at an index is closed, quotes heeded; -1 for nowhere. */
        private int closing(int open) {
            int depth = 0;
            for (int i = open; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '\\') {
                    i++;
                } else if (c == '\'') {
                    int end = text.indexOf('\'', i + 1);
                    if (end < 0) {
                        return -1;
                    }
                    i = end;
                } else if (c == '(') {
                    depth++;
                } else if (c == ')' && --depth == 0) {
                    return i;
                }
            }
            return -1;
        }

        private void redirection() {
            if (text.startsWith("<<", at)) {
                problem = "a script with a document in it";
                return;
            }
            if (at + 1 < text.length() && text.charAt(at + 1) == '(') {
                // What stands in a process substitution runs, too.
                int end = closing(at + 1);
                if (end < 0) {
                    problem = "a script with a substitution that does not end";
                    return;
                }
                nested.add(text.substring(at + 2, end));
                computed = true;
                inWord = true;
                at = end + 1;
                return;
            }
            if (word.chars().allMatch(Character::isDigit)) {
                word.setLength(0); // The number of what is redirected.
                inWord = false;
            }
            endWord();
            at++;
            while (at < text.length() && ">&| \t".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            // The file is no word of the command, but what computes its name runs.
            int before = words.size();
            while (at < text.length() && " \t\r\n;&|()<>".indexOf(text.charAt(at)) < 0 && problem == null) {
                step(text.charAt(at));
            }
            word.setLength(0);
            inWord = false;
            computed = false;
            while (words.size() > before) {
                words.remove(words.size() - 1);
            }
        }

        private void endWord() {
            if (inWord) {
                String whole = word.toString();
                boolean first = words.isEmpty();
                boolean assignment = first && whole.matches("(?s)[A-Za-z_][A-Za-z0-9_]*(\\[[^]]*])?\\+?=.*");
                if (first
                        && (whole.equals("case")
                                || whole.equals("for")
                                || whole.equals("select")
                                || whole.equals("function"))) {
                    problem = "a script with " + whole;
                } else if (!assignment && !(first && KEYWORDS.contains(whole))) {
                    words.add(new Word(whole, computed));
                }
            }
            word.setLength(0);
            inWord = false;
            computed = false;
        }

        private void endCommand() {
            endWord();
            if (!words.isEmpty()) {
                commands.add(List.copyOf(words));
                words = new ArrayList<>();
            }
        }
    }
}
