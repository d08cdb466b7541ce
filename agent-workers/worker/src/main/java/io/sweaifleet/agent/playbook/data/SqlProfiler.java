package io.sweaifleet.agent.playbook.data;

import io.sweaifleet.agent.playbook.data.SqlTokens.Kind;
import io.sweaifleet.agent.playbook.data.SqlTokens.Token;
import io.sweaifleet.agent.playbook.support.Pace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads the table definitions of a SQL file and counts its rows, whatever the vendor. Only what defines tables is understood; other
 * statements are counted by their first word, and a definition that cannot be read is named with its line.
 */
final class SqlProfiler {

    /** Tokens of one definition; a longer statement is no definition that a person wrote. */
    private static final int LONGEST_DEFINITION = 50_000;

    private static final int TOKENS_BETWEEN_CHECKS = 65_536;
    private static final int NAMED_LINES = 20;
    private static final int SAMPLE = 64 * 1024;
    private static final Set<String> NOT_COLUMNS = Set.of(
            "CONSTRAINT",
            "PRIMARY",
            "UNIQUE",
            "FOREIGN",
            "KEY",
            "INDEX",
            "CHECK",
            "EXCLUDE",
            "LIKE",
            "PERIOD",
            "FULLTEXT",
            "SPATIAL");
    private static final Set<String> TYPE_ENDS = Set.of(
            "NOT",
            "NULL",
            "PRIMARY",
            "UNIQUE",
            "REFERENCES",
            "DEFAULT",
            "CHECK",
            "CONSTRAINT",
            "AUTO_INCREMENT",
            "AUTOINCREMENT",
            "IDENTITY",
            "COMMENT",
            "COLLATE",
            "GENERATED",
            "ON",
            "KEY",
            "CHARACTER",
            "CHARSET",
            "AS",
            "ENCODE",
            "STORAGE",
            "VIRTUAL",
            "STORED",
            "INVISIBLE",
            "VISIBLE",
            "ROWGUIDCOL",
            "SPARSE");

    /** Words that may follow a column's name at once, where a dialect lets the type away. */
    private static final Set<String> NO_TYPE_BEFORE =
            Set.of("NOT", "NULL", "PRIMARY", "DEFAULT", "REFERENCES", "AS", "GENERATED");

    private final SqlTokens tokens;
    private final Pace pace;
    private final Map<String, MutableTable> tables = new LinkedHashMap<>();
    private final Map<String, Long> statements = new TreeMap<>();
    private final Map<String, Long> rows = new TreeMap<>();
    private final List<Long> unread = new ArrayList<>();
    private long unreadCount;
    private String delimiter = ";";
    private String partial = "";
    private int sinceCheck;

    /** A table under construction: later statements may add keys. */
    private static final class MutableTable {
        private final String name;
        private final long line;
        private final List<SqlTable.Column> columns = new ArrayList<>();
        private final List<String> primaryKey = new ArrayList<>();
        private final List<List<String>> uniqueKeys = new ArrayList<>();
        private final List<SqlTable.Reference> references = new ArrayList<>();
        private boolean fromQuery;

        MutableTable(String name, long line) {
            this.name = name;
            this.line = line;
        }

        SqlTable fixed() {
            return new SqlTable(
                    name,
                    line,
                    List.copyOf(columns),
                    List.copyOf(primaryKey),
                    List.copyOf(uniqueKeys),
                    List.copyOf(references),
                    fromQuery);
        }
    }

    /**
     * Keys that a file gives to tables that other files define.
     *
     * @param profile what the file holds itself
     * @param keysElsewhere names of tables that it adds a primary key to and does not define
     */
    record Result(FileProfile profile, List<String> keysElsewhere) {}

    private final List<String> keysElsewhere = new ArrayList<>();

    private SqlProfiler(SqlTokens tokens, Pace pace) {
        this.tokens = tokens;
        this.pace = pace;
    }

    static Result profile(String path, byte[] content, TextEncoding encoding, Pace pace) {
        try {
            char[] sample = new char[SAMPLE];
            int length = Math.max(0, encoding.reader(content).read(sample));
            boolean mysql = SqlTokens.looksLikeMysql(new String(sample, 0, length));
            SqlProfiler profiler = new SqlProfiler(new SqlTokens(encoding.reader(content), mysql), pace);
            profiler.statements();
            return profiler.result(path, content.length, encoding, mysql);
        } catch (IOException e) {
            throw new UncheckedIOException("Bytes in memory could not be read", e);
        }
    }

    private Result result(String path, long bytes, TextEncoding encoding, boolean mysql) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("encoding", encoding.charset().name());
        properties.put("backslashEscapes", String.valueOf(mysql));
        statements.forEach((word, count) -> properties.put("statements." + word, String.valueOf(count)));
        rows.forEach((table, count) -> properties.put("rows." + table, String.valueOf(count)));
        String why = partial;
        if (unreadCount > 0) {
            String lines =
                    String.join(", ", unread.stream().map(String::valueOf).toList());
            String unreadWhy = unreadCount + " table definitions could not be read, in lines " + lines
                    + (unreadCount > unread.size() ? ", …" : "");
            why = why.isEmpty() ? unreadWhy : why + "; " + unreadWhy;
        }
        FileProfile profile = new FileProfile(
                path,
                "sql",
                bytes,
                properties,
                List.of(),
                tables.values().stream().map(MutableTable::fixed).toList(),
                List.of(),
                why);
        return new Result(profile, List.copyOf(keysElsewhere));
    }

    private void statements() throws IOException {
        Token token = next();
        while (token.kind() != Kind.END && partial.isEmpty()) {
            if (isEnd(token)) {
                token = next();
            } else if (token.is("DELIMITER")) {
                delimiter = tokens.restOfLine().strip();
                token = next();
            } else {
                token = statement(token);
            }
        }
    }

    private Token next() throws IOException {
        sinceCheck++;
        if (sinceCheck >= TOKENS_BETWEEN_CHECKS) {
            sinceCheck = 0;
            if (!pace.mayGoOn()) {
                partial = "the deadline came near in line " + tokens.line();
            }
        }
        return tokens.next();
    }

    private boolean isEnd(Token token) {
        return token.is(";")
                || token.is("GO")
                || (!delimiter.equals(";") && !delimiter.isEmpty() && token.is(delimiter.substring(0, 1)));
    }

    /** Reads one statement; returns the token that ended it. */
    private Token statement(Token first) throws IOException {
        String word = first.kind() == Kind.WORD ? first.text().toUpperCase(Locale.ROOT) : "OTHER";
        if (word.length() <= 20) {
            statements.merge(word.toLowerCase(Locale.ROOT), 1L, Long::sum);
        }
        if (word.equals("INSERT") || word.equals("REPLACE")) {
            return insert();
        }
        List<Token> kept = new ArrayList<>();
        boolean keep = word.equals("CREATE") || word.equals("ALTER") || word.equals("COPY");
        Token token = first;
        while (token.kind() != Kind.END && !isEnd(token) && partial.isEmpty()) {
            if (keep && kept.size() < LONGEST_DEFINITION) {
                kept.add(token);
            }
            token = next();
        }
        if (keep) {
            definition(new Cursor(kept), token);
        }
        return token;
    }

    private void definition(Cursor cursor, Token end) throws IOException {
        Token first = cursor.take();
        if (first.is("COPY")) {
            copy(cursor, end);
        } else if (first.is("CREATE")) {
            create(cursor);
        } else if (cursor.accept("TABLE")) {
            alter(cursor);
        }
    }

    /** {@code COPY table (…) FROM stdin;} is followed by its data, up to a line of backslash and dot. */
    private void copy(Cursor cursor, Token end) throws IOException {
        String table = cursor.name();
        if (cursor.find("FROM") && cursor.accept("STDIN") && end.is(";")) {
            rows.merge(SqlTable.key(table), tokens.skipLinesUntil("\\."), Long::sum);
        }
    }

    private Token insert() throws IOException {
        Token token = next();
        StringBuilder name = new StringBuilder();
        boolean into = false;
        boolean values = false;
        int depth = 0;
        long tuples = 0;
        while (token.kind() != Kind.END && !(depth == 0 && isEnd(token)) && partial.isEmpty()) {
            if (token.is("(")) {
                tuples += values && depth == 0 ? 1 : 0;
                depth++;
                into = true;
            } else if (token.is(")")) {
                depth = Math.max(0, depth - 1);
            } else if (depth == 0 && (token.is("VALUES") || token.is("VALUE"))) {
                values = true;
                into = true;
            } else if (depth == 0 && (token.is("ON") || token.is("RETURNING") || token.is("AS")) && values) {
                values = false;
            } else if (!into && name.length() < 200) {
                boolean modifier = token.is("INTO")
                        || token.is("IGNORE")
                        || token.is("OR")
                        || token.is("OVERWRITE")
                        || token.is("TABLE")
                        || token.is("LOW_PRIORITY")
                        || token.is("DELAYED");
                into = token.is("SELECT") || token.is("SET") || token.is("WITH") || token.is("DEFAULT");
                if (!modifier && !into && (token.isName() || token.is("."))) {
                    name.append(token.text());
                }
            }
            token = next();
        }
        if (tuples > 0 && name.length() > 0) {
            rows.merge(SqlTable.key(name.toString()), tuples, Long::sum);
        }
        return token;
    }

    private void create(Cursor cursor) {
        while (cursor.peek().isName() && !cursor.peek().is("TABLE")) {
            Token modifier = cursor.take();
            boolean possible = Set.of(
                            "GLOBAL",
                            "LOCAL",
                            "TEMPORARY",
                            "TEMP",
                            "UNLOGGED",
                            "EXTERNAL",
                            "OR",
                            "REPLACE",
                            "FOREIGN",
                            "COLUMN",
                            "ROW",
                            "VOLATILE",
                            "MULTISET",
                            "SET",
                            "TRANSIENT")
                    .contains(modifier.text().toUpperCase(Locale.ROOT));
            if (!possible) {
                return;
            }
        }
        if (!cursor.accept("TABLE")) {
            return;
        }
        long line = cursor.line();
        if (cursor.accept("IF")) {
            cursor.accept("NOT");
            cursor.accept("EXISTS");
        }
        String name = cursor.name();
        if (name.isEmpty()) {
            unread(line);
            return;
        }
        MutableTable table = new MutableTable(name, line);
        if (!cursor.peek().is("(")) {
            // CREATE TABLE x AS SELECT …, LIKE y, PARTITION OF z
            table.fromQuery = true;
            tables.put(SqlTable.key(name), table);
            return;
        }
        List<List<Token>> elements = cursor.bracketed();
        if (elements.isEmpty() || !cursor.closed()) {
            unread(line);
            return;
        }
        if (elements.get(0).get(0).is("SELECT") || elements.get(0).get(0).is("WITH")) {
            table.fromQuery = true;
        } else {
            elements.forEach(element -> element(table, new Cursor(element)));
        }
        tables.put(SqlTable.key(name), table);
    }

    private void unread(long line) {
        unreadCount++;
        if (unread.size() < NAMED_LINES) {
            unread.add(line);
        }
    }

    /** One part of a definition: a column, or a constraint of the table. */
    private static void element(MutableTable table, Cursor cursor) {
        Token first = cursor.peek();
        boolean constraint =
                first.kind() == Kind.WORD && NOT_COLUMNS.contains(first.text().toUpperCase(Locale.ROOT));
        // A column may be called key or index: then a type follows, and neither a bracket nor the key's name and a
        // bracket.
        if (constraint && cursor.isConstraint()) {
            constraint(table, cursor);
        } else if (first.isName()) {
            column(table, cursor);
        }
    }

    private static void column(MutableTable table, Cursor cursor) {
        String name = cursor.take().text();
        StringBuilder type = new StringBuilder();
        while (!cursor.atEnd() && !isTypeEnd(cursor.peek(), type.length() == 0)) {
            Token token = cursor.take();
            boolean glued = token.kind() == Kind.SIGN
                    || type.length() == 0
                    || type.toString().endsWith("(");
            type.append(glued || type.toString().endsWith(",") ? "" : " ")
                    .append(token.kind() == Kind.STRING ? "'…'" : token.text());
        }
        boolean nullable = true;
        while (!cursor.atEnd()) {
            if (cursor.accept("NOT")) {
                nullable &= !cursor.accept("NULL");
            } else if (cursor.accept("PRIMARY")) {
                table.primaryKey.add(name);
                nullable = false;
            } else if (cursor.accept("UNIQUE")) {
                table.uniqueKeys.add(List.of(name));
            } else if (cursor.peek().is("REFERENCES")) {
                long line = cursor.line();
                cursor.take();
                table.references.add(new SqlTable.Reference(cursor.name(), line));
            } else {
                cursor.take();
            }
        }
        table.columns.add(new SqlTable.Column(name, type.toString(), nullable));
    }

    private static boolean isTypeEnd(Token token, boolean first) {
        Set<String> ends = first ? NO_TYPE_BEFORE : TYPE_ENDS;
        return token.kind() == Kind.WORD && ends.contains(token.text().toUpperCase(Locale.ROOT));
    }

    private static void constraint(MutableTable table, Cursor cursor) {
        if (cursor.accept("CONSTRAINT")
                && !cursor.peek().is("PRIMARY")
                && !cursor.peek().is("UNIQUE")
                && !cursor.peek().is("FOREIGN")
                && !cursor.peek().is("CHECK")) {
            cursor.take();
        }
        if (cursor.accept("PRIMARY")) {
            table.primaryKey.addAll(cursor.namesInBrackets());
            if (table.primaryKey.isEmpty()) {
                table.primaryKey.add("?");
            }
        } else if (cursor.accept("UNIQUE")) {
            table.uniqueKeys.add(cursor.namesInBrackets());
        } else if (cursor.accept("FOREIGN")) {
            if (cursor.find("REFERENCES")) {
                long line = cursor.line();
                table.references.add(new SqlTable.Reference(cursor.name(), line));
            }
        }
    }

    private void alter(Cursor cursor) {
        if (cursor.accept("IF")) {
            cursor.accept("EXISTS");
        }
        cursor.accept("ONLY");
        String name = cursor.name();
        MutableTable table = tables.get(SqlTable.key(name));
        MutableTable changed = table == null ? new MutableTable(name, cursor.line()) : table;
        while (cursor.find("ADD")) {
            if (cursor.accept("COLUMN")) {
                if (cursor.accept("IF")) {
                    cursor.accept("NOT");
                    cursor.accept("EXISTS");
                }
                column(changed, cursor.untilComma());
            } else if (cursor.isConstraint()) {
                constraint(changed, cursor.untilComma());
            }
        }
        if (table == null && !changed.primaryKey.isEmpty()) {
            keysElsewhere.add(SqlTable.key(name));
        }
    }

    /** Walks over the tokens of one statement; at the end it stands on an END token. */
    private static final class Cursor {
        private final List<Token> tokens;
        private int at;
        private boolean closed;

        Cursor(List<Token> tokens) {
            this.tokens = tokens;
        }

        boolean atEnd() {
            return at >= tokens.size();
        }

        Token peek() {
            return peek(0);
        }

        Token peek(int ahead) {
            return at + ahead < tokens.size() ? tokens.get(at + ahead) : new Token(Kind.END, "", line());
        }

        Token take() {
            Token token = peek();
            at++;
            return token;
        }

        long line() {
            return tokens.isEmpty()
                    ? 1
                    : tokens.get(Math.min(at, tokens.size() - 1)).line();
        }

        boolean accept(String word) {
            if (peek().is(word)) {
                at++;
                return true;
            }
            return false;
        }

        /** Moves behind the next such word; false when there is none. */
        boolean find(String word) {
            while (!atEnd()) {
                if (take().is(word)) {
                    return true;
                }
            }
            return false;
        }

        /** A name with its qualifiers, joined by dots. */
        String name() {
            StringBuilder name = new StringBuilder();
            while (peek().isName() || peek().kind() == Kind.STRING) {
                name.append(take().text());
                if (!accept(".")) {
                    break;
                }
                name.append('.');
            }
            return name.toString();
        }

        /** Whether what follows is a constraint: its word and a bracket not far behind it, or the name of one. */
        boolean isConstraint() {
            Token first = peek();
            if (first.is("CONSTRAINT") || first.is("FOREIGN") || first.is("EXCLUDE") || first.is("PERIOD")) {
                return peek(1).isName();
            }
            if (first.is("PRIMARY")) {
                return peek(1).is("KEY");
            }
            if (first.is("CHECK")) {
                return peek(1).is("(");
            }
            if (first.is("LIKE")) {
                return true;
            }
            if (first.is("KEY") || first.is("INDEX")) {
                boolean columnsFollow = (peek(2).is("(") && peek(3).isName()) || peek(2).is("USING");
                return peek(1).is("(") || (peek(1).isName() && columnsFollow);
            }
            boolean keyed = first.is("UNIQUE") || first.is("FULLTEXT") || first.is("SPATIAL");
            return keyed
                    && (peek(1).is("(")
                            || peek(1).is("KEY")
                            || peek(1).is("INDEX")
                            || peek(1).is("CLUSTERED")
                            || peek(1).is("NONCLUSTERED")
                            || peek(2).is("("));
        }

        /** The parts between the brackets that open here, split at commas outside inner brackets. */
        List<List<Token>> bracketed() {
            List<List<Token>> parts = new ArrayList<>();
            List<Token> part = new ArrayList<>();
            take();
            int depth = 0;
            while (!atEnd()) {
                Token token = take();
                if (token.is("(")) {
                    depth++;
                } else if (token.is(")")) {
                    if (depth == 0) {
                        closed = true;
                        break;
                    }
                    depth--;
                } else if (token.is(",") && depth == 0) {
                    if (!part.isEmpty()) {
                        parts.add(part);
                    }
                    part = new ArrayList<>();
                    continue;
                }
                part.add(token);
            }
            if (!part.isEmpty()) {
                parts.add(part);
            }
            return parts;
        }

        boolean closed() {
            return closed;
        }

        List<String> namesInBrackets() {
            while (!atEnd() && !peek().is("(")) {
                take();
            }
            if (atEnd()) {
                return List.of();
            }
            return bracketed().stream()
                    .map(part -> part.get(0))
                    .filter(Token::isName)
                    .map(Token::text)
                    .toList();
        }

        /** The tokens up to the next comma outside brackets. */
        Cursor untilComma() {
            List<Token> part = new ArrayList<>();
            int depth = 0;
            while (!atEnd()) {
                Token token = peek();
                if (token.is(",") && depth == 0) {
                    break;
                }
                depth += token.is("(") ? 1 : token.is(")") ? -1 : 0;
                part.add(take());
            }
            return new Cursor(part);
        }
    }
}
