package io.sweaifleet.ingest.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Words of the form {@code name=value}. */
final class NamedValues {

    private NamedValues() {}

    /**
     * The values by name.
     *
     * @param what what they are, for the message
     * @throws CliException when a word has no name or no equals sign, or a name is there twice
     */
    static Map<String, String> of(List<String> words, String what) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals < 1) {
                throw CliException.usage("'" + word + "' does not say " + what, "write name=value");
            }
            String name = word.substring(0, equals);
            if (values.put(name, word.substring(equals + 1)) != null) {
                throw CliException.usage(name + " is given twice", "give each name one value");
            }
        }
        return values;
    }
}
