package io.sweaifleet.schemas.rule;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.text.Shortened;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks the fields of a record and keeps its problems. The first is the one to tell: later ones may follow from it. */
public final class Checks {

    /** Names of kinds and playbooks, such as {@code qa.run-tests}. */
    private static final Pattern KIND = Pattern.compile("[a-z0-9][a-z0-9.-]{0,99}");

    /** Names of what a worker can do, such as {@code java-21}. */
    private static final Pattern CAPABILITY = Pattern.compile("[a-z0-9][a-z0-9._+-]{0,99}");

    /** A hostile record can have a million; nobody reads so many. */
    private static final int MOST_KEPT = 100;

    private final List<Failure> problems = new ArrayList<>();

    /** The first problem that was found, or null. */
    public @Nullable Failure problem() {
        return problems.isEmpty() ? null : problems.get(0);
    }

    /** The problems that were found, the first 100, in the order of the checks. */
    public List<Failure> problems() {
        return List.copyOf(problems);
    }

    /** A problem that no other check names. */
    public void refuse(String code, String message, String remedy, String field, @Nullable Object value) {
        if (problems.size() < MOST_KEPT) {
            problems.add(Problems.of(code, message, remedy, field, value));
        }
    }

    /** An id, unless it is left out. */
    public void optionalId(String field, @Nullable String value) {
        if (value != null) {
            id(field, value);
        }
    }

    /** An id of a pool, tenant, role, workflow or task. */
    public void id(String field, String value) {
        if (!Keys.isId(value)) {
            refuse(
                    value.isEmpty() ? "MISSING_FIELD" : "INVALID_ID",
                    value.isEmpty()
                            ? "Field " + field + " is empty"
                            : "Field " + field + " is '" + Shortened.to(120, value) + "', which is not an id",
                    "Use lower-case letters, digits and dashes, beginning with a letter or digit, at most 100 characters",
                    field,
                    value);
        }
    }

    /** The name of a kind of work. */
    public void kind(String field, String value) {
        if (!KIND.matcher(value).matches()) {
            refuse(
                    value.isEmpty() ? "MISSING_FIELD" : "INVALID_NAME",
                    value.isEmpty()
                            ? "Field " + field + " is empty"
                            : "Field " + field + " is '" + Shortened.to(120, value)
                                    + "', which is not the name of a kind of work",
                    "Use a name such as qa.run-tests: lower-case letters, digits, dots and dashes, at most 100 characters",
                    field,
                    value);
        }
    }

    /** Whether a text is the name of a capability. */
    public static boolean isCapability(String value) {
        return CAPABILITY.matcher(value).matches();
    }

    /** The name of a capability. */
    public void capability(String field, String value) {
        if (!isCapability(value)) {
            refuse(
                    value.isEmpty() ? "MISSING_FIELD" : "INVALID_NAME",
                    "Field " + field + " has '" + Shortened.to(120, value) + "', which is not the name of a capability",
                    "Use a name such as java-21: lower-case letters, digits, dots, dashes, plus signs and underscores,"
                            + " at most 100 characters",
                    field,
                    value);
        }
    }

    /** A text of at most so many characters. */
    public void length(String field, @Nullable String value, int limit) {
        if (value != null && value.length() > limit) {
            refuse(
                    "TOO_LONG",
                    "Field " + field + " has " + value.length() + " characters; at most " + limit + " are taken",
                    "Shorten it, or put it into the repository",
                    field,
                    value);
        }
    }

    /** A number within bounds, both included. */
    public void range(String field, long value, long min, long max) {
        if (value < min || value > max) {
            refuse(
                    "OUT_OF_RANGE",
                    "Field " + field + " is " + value + ", which is not between " + min + " and " + max,
                    "Choose a value from " + min + " to " + max,
                    field,
                    value);
        }
    }

    /** A number within bounds, both included. */
    public void range(String field, double value, double min, double max) {
        // Written so that NaN is refused too.
        if (!(value >= min && value <= max)) {
            refuse(
                    "OUT_OF_RANGE",
                    "Field " + field + " is " + value + ", which is not between " + min + " and " + max,
                    "Choose a value from " + min + " to " + max,
                    field,
                    value);
        }
    }

    /** A map of texts with bounded size, names and values. */
    public void texts(String field, Map<String, String> texts, int entries, int keyLimit, int valueLimit) {
        range(field + ".size", texts.size(), 0, entries);
        for (Map.Entry<String, String> text : texts.entrySet()) {
            length(field + " (a name)", text.getKey(), keyLimit);
            length(field + "." + Shortened.to(100, text.getKey()), text.getValue(), valueLimit);
        }
    }

    /** A text that is handed to a program as an argument: it must not be taken for an option. */
    public void argument(String field, @Nullable String value, int limit) {
        length(field, value, limit);
        if (value == null) {
            return;
        }
        if (value.isBlank() || value.startsWith("-") || value.chars().anyMatch(Character::isISOControl)) {
            refuse(
                    "INVALID_VALUE",
                    "Field " + field + " is '" + Shortened.to(120, value)
                            + "': it must not be blank, begin with a dash or contain control characters",
                    "Leave it out (null) or correct it",
                    field,
                    value);
        }
    }
}
