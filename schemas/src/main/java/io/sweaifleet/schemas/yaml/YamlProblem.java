package io.sweaifleet.schemas.yaml;

/**
 * What is wrong at one place of a YAML file.
 *
 * @param source name of the file
 * @param line line from 1; 0 when it cannot be told
 * @param field path of the field, such as {@code rules[2].effect}; empty for the document itself
 * @param value the offending value, shortened; empty when there is none
 * @param message what is wrong
 * @param remedy what would be right
 */
public record YamlProblem(String source, int line, String field, String value, String message, String remedy) {

    /** One line, with place, field, value, what is wrong and what to do. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(source);
        if (line > 0) {
            text.append(':').append(line);
        }
        text.append(": ").append(field.isEmpty() ? "the document" : field);
        if (!value.isEmpty()) {
            text.append(" = ").append(value);
        }
        text.append(": ").append(message);
        if (!remedy.isEmpty()) {
            text.append("; ").append(remedy);
        }
        return text.toString();
    }
}
