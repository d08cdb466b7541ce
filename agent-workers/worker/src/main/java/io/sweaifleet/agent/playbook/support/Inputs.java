package io.sweaifleet.agent.playbook.support;

import io.sweaifleet.agent.playbook.PlaybookFailure;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The inputs of a task, each checked against its bounds. */
public final class Inputs {

    private final Map<String, String> values;

    public Inputs(Map<String, String> values) {
        this.values = values;
    }

    /**
     * A whole number.
     *
     * @throws PlaybookFailure when it is none, or outside the bounds (inclusive)
     */
    public int integer(String name, int fallback, int least, int most) throws PlaybookFailure {
        String value = values.get(name);
        if (value == null || value.isBlank()) {
            return fallback;
        }
        try {
            int number = Integer.parseInt(value.strip());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below, together with the bounds.
        }
        throw PlaybookFailure.badInput(
                name,
                value,
                "Input '" + name + "' is '" + value + "', which is not a whole number from " + least + " to " + most,
                "Give a whole number from " + least + " to " + most + ", or leave it out for " + fallback + ".");
    }

    /**
     * Yes or no.
     *
     * @throws PlaybookFailure when it is neither true nor false
     */
    public boolean bool(String name, boolean fallback) throws PlaybookFailure {
        String value = values.get(name);
        if (value == null || value.isBlank()) {
            return fallback;
        }
        return switch (value.strip().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw PlaybookFailure.badInput(
                        name,
                        value,
                        "Input '" + name + "' is '" + value + "', which is neither true nor false",
                        "Give true or false, or leave it out for " + fallback + ".");
        };
    }

    /**
     * Words separated by commas, each one of those allowed; all of them when the input is absent.
     *
     * @throws PlaybookFailure when one is not allowed
     */
    public List<String> words(String name, Collection<String> allowed) throws PlaybookFailure {
        List<String> words = list(name);
        for (String word : words) {
            if (!allowed.contains(word)) {
                throw PlaybookFailure.badInput(
                        name,
                        word,
                        "Input '" + name + "' has '" + word + "', which is none of " + String.join(", ", allowed),
                        "Give some of " + String.join(", ", allowed) + ", separated by commas.");
            }
        }
        return words.isEmpty() ? List.copyOf(allowed) : words;
    }

    /** Words separated by commas, without blanks and empty ones; empty when the input is absent. */
    public List<String> list(String name) {
        List<String> words = new ArrayList<>();
        for (String word : values.getOrDefault(name, "").split(",")) {
            if (!word.isBlank()) {
                words.add(word.strip());
            }
        }
        return List.copyOf(words);
    }
}
