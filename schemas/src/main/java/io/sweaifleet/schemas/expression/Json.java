package io.sweaifleet.schemas.expression;

/** Values of expressions as JSON texts, for those who keep them. */
public final class Json {

    private Json() {}

    /**
     * A value as JSON; a text in quotes.
     *
     * @throws ExpressionFailedException when it would be longer than 262,144 characters
     */
    public static String of(Object value) throws ExpressionFailedException {
        String list = Values.text(java.util.List.of(value), Language.MOST_TEXT);
        return list.substring(1, list.length() - 1);
    }

    /**
     * The value that {@link #of} made a text of.
     *
     * @throws IllegalArgumentException when the text is no JSON
     */
    public static Object value(String json) {
        try {
            return Values.parse(json);
        } catch (RefusedException e) {
            throw new IllegalArgumentException("'" + json + "' was not written as JSON", e);
        }
    }
}
