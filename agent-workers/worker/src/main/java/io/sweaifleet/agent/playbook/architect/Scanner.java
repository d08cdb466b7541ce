package io.sweaifleet.agent.playbook.architect;

/**
 * A cursor over the text of one source file that counts lines. Shared by the lexers of the languages; never fails, whatever the text
 * is, and always moves forward.
 */
final class Scanner {

    /** Returned where the text has ended; no source file has it as a character of its own. */
    static final char END = '\uFFFF';

    private final String text;
    private int position;
    private int line = 1;

    Scanner(String text) {
        this.text = text;
    }

    boolean atEnd() {
        return position >= text.length();
    }

    int position() {
        return position;
    }

    /** Line of the cursor, from 1. */
    int line() {
        return line;
    }

    char peek() {
        return peek(0);
    }

    char peek(int ahead) {
        int at = position + ahead;
        return at < text.length() ? text.charAt(at) : END;
    }

    char next() {
        if (atEnd()) {
            return END;
        }
        char c = text.charAt(position++);
        if (c == '\n' || (c == '\r' && peek() != '\n')) {
            line++;
        }
        return c;
    }

    void skip(int characters) {
        for (int i = 0; i < characters && !atEnd(); i++) {
            next();
        }
    }

    boolean at(String expected) {
        return text.startsWith(expected, position);
    }

    /** Moves to the end of the line, or of the text. */
    void toLineEnd() {
        while (!atEnd() && peek() != '\n' && peek() != '\r') {
            next();
        }
    }

    /** Moves behind the given text, or to the end when it does not come. */
    void toAfter(String end) {
        int found = text.indexOf(end, position);
        int target = found < 0 ? text.length() : found + end.length();
        while (position < target) {
            next();
        }
    }

    /** Reads a word of identifier characters; empty when the cursor is not on one. */
    String word() {
        int from = position;
        while (!atEnd() && Character.isJavaIdentifierPart(peek()) && peek() != END) {
            position++;
        }
        return text.substring(from, position);
    }

    boolean atWord() {
        return !atEnd() && Character.isJavaIdentifierStart(peek());
    }

    String substring(int from, int to) {
        return text.substring(from, to);
    }

    /** Number of lines of a text; a last line without line break counts. */
    static int lines(String text) {
        int lines = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n' || (c == '\r' && (i + 1 == text.length() || text.charAt(i + 1) != '\n'))) {
                lines++;
            }
        }
        boolean open =
                !text.isEmpty() && text.charAt(text.length() - 1) != '\n' && text.charAt(text.length() - 1) != '\r';
        return open ? lines + 1 : lines;
    }
}
