package io.sweaifleet.schemas.json;

/**
 * What is wrong with one field of a document.
 *
 * @param field path of the field, such as {@code tasks[2].priority}; empty for the document itself
 * @param value the offending value, shortened to 200 characters; empty when there is none
 * @param message what is wrong with it
 * @param remedy what would be right
 */
public record FieldProblem(String field, String value, String message, String remedy) {

    private static final int VALUE_LIMIT = 200;

    /** Shortens the value. */
    public FieldProblem {
        if (value.length() > VALUE_LIMIT) {
            value = value.substring(0, VALUE_LIMIT - 1) + "…";
        }
    }

    /** One line: field, value, what is wrong, what to do. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(field.isEmpty() ? "the document" : field);
        if (!value.isEmpty()) {
            line.append(" = ").append(value);
        }
        line.append(": ").append(message);
        if (!remedy.isEmpty()) {
            line.append("; ").append(remedy);
        }
        return line.toString();
    }
}
