package io.sweaifleet.schemas.expression;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A text with expressions in it, such as {@code fleet/${ inputs.branch }}. {@code $${} stands for {@code ${} itself. Immutable.
 */
public final class Template {

    private static final String OPEN = "${";
    private static final String ESCAPED = "$${";

    private final String text;
    private final List<Part> parts;

    private sealed interface Part {}

    private record Plain(String text) implements Part {}

    private record Computed(Expression expression) implements Part {}

    private Template(String text, List<Part> parts) {
        this.text = text;
        this.parts = List.copyOf(parts);
    }

    /**
     * Reads a text.
     *
     * @throws InvalidExpressionException when an expression does not end or is not valid; its column is that within the text
     */
    public static Template parse(String text) throws InvalidExpressionException {
        List<Part> parts = new ArrayList<>();
        StringBuilder plain = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            if (text.startsWith(ESCAPED, at)) {
                plain.append(OPEN);
                at += ESCAPED.length();
            } else if (text.startsWith(OPEN, at)) {
                int begin = at + OPEN.length();
                int end = end(text, begin);
                if (!plain.isEmpty()) {
                    parts.add(new Plain(plain.toString()));
                    plain.setLength(0);
                }
                parts.add(new Computed(compiled(text, begin, end)));
                at = end + 1;
            } else {
                plain.append(text.charAt(at++));
            }
        }
        if (!plain.isEmpty()) {
            parts.add(new Plain(plain.toString()));
        }
        return new Template(text, parts);
    }

    /** Whether a text has an expression in it at all. */
    public static boolean isOne(String text) {
        return text.contains(OPEN);
    }

    private static Expression compiled(String text, int begin, int end) throws InvalidExpressionException {
        try {
            return Expression.compile(text.substring(begin, end), Expression.Result.VALUE);
        } catch (InvalidExpressionException e) {
            throw e.within(text, begin);
        }
    }

    /** Where the expression ends: at the brace that closes it, which stands neither in quotes nor belongs to another. */
    private static int end(String text, int begin) throws InvalidExpressionException {
        int depth = 0;
        char quote = 0;
        for (int i = begin; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                if (c == '\\') {
                    i++;
                } else if (c == quote) {
                    quote = 0;
                }
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '{') {
                depth++;
            } else if (c == '}' && depth-- == 0) {
                return i;
            }
        }
        throw new InvalidExpressionException("the expression does not end", 1, 1, "close it with }")
                .within(text, begin - OPEN.length());
    }

    /** Every variable that its expressions name, with lines and columns within each expression. */
    public List<Reference> references() {
        return expressions().stream()
                .flatMap(expression -> expression.references().stream())
                .toList();
    }

    /** Its expressions, in order. */
    public List<Expression> expressions() {
        List<Expression> expressions = new ArrayList<>();
        for (Part part : parts) {
            if (part instanceof Computed computed) {
                expressions.add(computed.expression());
            }
        }
        return expressions;
    }

    /**
     * The text with the values of its expressions.
     *
     * @param variables values by the names of {@link Variables}
     * @throws ExpressionFailedException when an expression has no value, or the text becomes too long
     */
    public String fill(Map<String, ?> variables) throws ExpressionFailedException {
        StringBuilder filled = new StringBuilder();
        for (Part part : parts) {
            filled.append(
                    part instanceof Computed computed ? computed.expression().text(variables) : ((Plain) part).text());
            if (filled.length() > Language.MOST_TEXT) {
                throw new ExpressionFailedException(
                        "the text becomes longer than " + Language.MOST_TEXT + " characters");
            }
        }
        return filled.toString();
    }

    @Override
    public String toString() {
        return text;
    }
}
