package io.sweaifleet.schemas.expression;

/** A text is no expression. */
public final class InvalidExpressionException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int line;
    private final int column;
    private final String remedy;

    InvalidExpressionException(String message, int line, int column, String remedy) {
        super(message);
        this.line = line;
        this.column = column;
        this.remedy = remedy;
    }

    /** The same problem of an expression that begins at an offset of a longer text. */
    InvalidExpressionException within(String text, int offset) {
        String before = text.substring(0, offset);
        int lineBreak = before.lastIndexOf('\n');
        int linesBefore = (int) before.chars().filter(c -> c == '\n').count();
        int columnsBefore = line == 1 ? offset - lineBreak - 1 : 0;
        return new InvalidExpressionException(
                String.valueOf(getMessage()), line + linesBefore, column + columnsBefore, remedy);
    }

    /** Line within the text, from 1. */
    public int line() {
        return line;
    }

    /** Column within its line, from 1. */
    public int column() {
        return column;
    }

    /** What to do about it. */
    public String remedy() {
        return remedy;
    }

    /** Where it is, as people say it: the column, and the line when it is not the first. */
    public String place() {
        return line == 1 ? "column " + column : "line " + line + ", column " + column;
    }
}
