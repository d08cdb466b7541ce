package io.sweaifleet.agent.playbook.data;

import java.io.IOException;
import java.io.Reader;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Splits SQL of any vendor into tokens as a stream: words, quoted names in each of the usual quotes, strings (also of PostgreSQL's
 * dollar quotes), numbers and signs; comments are passed over, except that MySQL's conditional ones count as code. Long strings are
 * not kept.
 */
final class SqlTokens {

    enum Kind {
        WORD,
        NAME,
        STRING,
        NUMBER,
        SIGN,
        END
    }

    /** @param text word or name as written, sign, or beginning of a string; line from 1 */
    record Token(Kind kind, String text, long line) {
        boolean is(String word) {
            return (kind == Kind.WORD || kind == Kind.SIGN) && text.equalsIgnoreCase(word);
        }

        boolean isName() {
            return kind == Kind.WORD || kind == Kind.NAME;
        }
    }

    private static final int KEPT = 200;
    private static final int AHEAD = 128;
    private static final int END = -1;

    private final Reader in;
    private final boolean backslashEscapes;
    private long line = 1;
    private boolean conditional;
    private Kind last = Kind.SIGN;

    private final char[] buffer = new char[16 * 1024];
    private int position;
    private int limit;
    private boolean ended;

    /** @param backslashEscapes whether a backslash in a string escapes the next character, as in MySQL */
    SqlTokens(Reader in, boolean backslashEscapes) {
        this.in = in;
        this.backslashEscapes = backslashEscapes;
    }

    long line() {
        return line;
    }

    Token next() throws IOException {
        Token token = read();
        last = token.kind() == Kind.SIGN && token.text().equals("]") ? Kind.NAME : token.kind();
        return token;
    }

    /** Passes over lines up to the one that is only the given text: the data behind COPY … FROM stdin. Returns their number. */
    long skipLinesUntil(String end) throws IOException {
        long lines = 0;
        readLine();
        for (String text = readLine(); text != null && !text.equals(end); text = readLine()) {
            lines++;
        }
        return lines;
    }

    /** The rest of the line. */
    String restOfLine() throws IOException {
        String rest = readLine();
        return rest == null ? "" : rest;
    }

    private @Nullable String readLine() throws IOException {
        int c = peek();
        if (c == END) {
            return null;
        }
        StringBuilder text = new StringBuilder();
        while (c != END) {
            take();
            if (c == '\n') {
                break;
            }
            if (c != '\r' && text.length() < KEPT) {
                text.append((char) c);
            }
            c = peek();
        }
        return text.toString();
    }

    private Token read() throws IOException {
        while (true) {
            int c = peek();
            long at = line;
            if (c == END) {
                return new Token(Kind.END, "", at);
            } else if (Character.isWhitespace(c) || c == 0xFEFF) {
                take();
            } else if (c == '-' && ahead("--")) {
                restOfLine();
            } else if (c == '#' && backslashEscapes) {
                restOfLine();
            } else if (c == '/' && ahead("/*")) {
                comment();
            } else if (c == '*' && conditional && ahead("*/")) {
                take();
                take();
                conditional = false;
            } else if (c == '\'') {
                return new Token(Kind.STRING, quoted('\'', backslashEscapes), at);
            } else if (c == '"' || c == '`') {
                return new Token(Kind.NAME, quoted((char) c, false), at);
            } else if (c == '[' && last != Kind.WORD && last != Kind.NAME) {
                return new Token(Kind.NAME, bracketed(), at);
            } else if (c == '[' && bracketsName()) {
                return new Token(Kind.NAME, bracketed(), at);
            } else if (c == '$' && dollarTag() != null) {
                return dollarQuoted(at);
            } else if (Character.isLetter(c) || c == '_' || c == '@' || c == '$') {
                return new Token(Kind.WORD, word(), at);
            } else if (Character.isDigit(c)) {
                return new Token(Kind.NUMBER, word(), at);
            } else {
                return new Token(Kind.SIGN, String.valueOf((char) take()), at);
            }
        }
    }

    /** A bracket behind a word is an array's bound in PostgreSQL when it is empty or a number, else a name of SQL Server. */
    private boolean bracketsName() throws IOException {
        char[] two = lookAhead(2);
        return two.length == 2 && (Character.isLetter(two[1]) || two[1] == '_');
    }

    private void comment() throws IOException {
        take();
        take();
        if (peek() == '!') {
            take();
            while (Character.isDigit(peek())) {
                take();
            }
            conditional = true;
            return;
        }
        int depth = 1;
        while (depth > 0 && peek() != END) {
            if (ahead("*/")) {
                take();
                depth--;
            } else if (ahead("/*") && !backslashEscapes) {
                take();
                depth++;
            }
            take();
        }
    }

    private String quoted(char quote, boolean escapes) throws IOException {
        take();
        StringBuilder text = new StringBuilder();
        while (peek() != END) {
            int c = take();
            if (c == quote) {
                if (peek() != quote) {
                    break;
                }
                take();
            } else if (c == '\\' && escapes) {
                c = take();
            }
            keep(text, c);
        }
        return text.toString();
    }

    private String bracketed() throws IOException {
        take();
        StringBuilder text = new StringBuilder();
        while (peek() != END && peek() != '\n') {
            int c = take();
            if (c == ']') {
                break;
            }
            keep(text, c);
        }
        return text.toString();
    }

    /** {@code $tag$} at the cursor, or null. */
    private @Nullable String dollarTag() throws IOException {
        char[] next = lookAhead(AHEAD);
        for (int i = 1; i < next.length; i++) {
            if (next[i] == '$') {
                return new String(next, 0, i + 1);
            }
            boolean allowed = Character.isLetter(next[i]) || next[i] == '_' || (i > 1 && Character.isDigit(next[i]));
            if (!allowed) {
                return null;
            }
        }
        return null;
    }

    private Token dollarQuoted(long at) throws IOException {
        String tag = dollarTag();
        String end = tag == null ? "$" : tag;
        for (int i = 0; i < end.length(); i++) {
            take();
        }
        while (peek() != END && !(peek() == '$' && ahead(end))) {
            take();
        }
        for (int i = 0; i < end.length() && peek() != END; i++) {
            take();
        }
        return new Token(Kind.STRING, "", at);
    }

    private String word() throws IOException {
        StringBuilder text = new StringBuilder();
        int c = peek();
        while (c != END && (Character.isLetterOrDigit(c) || c == '_' || c == '$' || c == '@' || c == '#')) {
            keep(text, take());
            c = peek();
        }
        return text.toString();
    }

    private static void keep(StringBuilder text, int c) {
        if (text.length() < KEPT && c != END) {
            text.append((char) c);
        }
    }

    private boolean ahead(String expected) throws IOException {
        fill(expected.length());
        if (limit - position < expected.length()) {
            return false;
        }
        for (int i = 0; i < expected.length(); i++) {
            if (buffer[position + i] != expected.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private char[] lookAhead(int characters) throws IOException {
        fill(characters);
        return Arrays.copyOfRange(buffer, position, Math.min(limit, position + characters));
    }

    private int peek() throws IOException {
        fill(1);
        return position < limit ? buffer[position] : END;
    }

    private int take() throws IOException {
        int c = peek();
        if (c != END) {
            position++;
        }
        if (c == '\n') {
            line++;
        }
        return c;
    }

    /** Makes so many characters available, unless the text ends before. */
    private void fill(int characters) throws IOException {
        while (limit - position < characters && !ended) {
            System.arraycopy(buffer, position, buffer, 0, limit - position);
            limit -= position;
            position = 0;
            int read = in.read(buffer, limit, buffer.length - limit);
            if (read < 0) {
                ended = true;
            } else {
                limit += read;
            }
        }
    }

    /** Whether a file's beginning shows MySQL or MariaDB. */
    static boolean looksLikeMysql(String sample) {
        String lower = sample.toLowerCase(Locale.ROOT);
        return sample.indexOf('`') >= 0
                || lower.contains("engine=")
                || lower.contains("engine =")
                || lower.contains("auto_increment")
                || lower.contains("mysql")
                || lower.contains("mariadb");
    }
}
