package io.sweaifleet.agent.playbook.data;

import io.sweaifleet.schemas.common.Severity;
import java.util.Locale;

/** What the profile reports as findings. The page docs/playbooks.md lists them; a test compares the two. */
enum DataRule {
    POSSIBLE_PERSONAL_DATA(
            Severity.WARNING,
            "A column seems to hold data about persons, by its values or its name; no value is shown"),
    MIXED_TYPES(Severity.WARNING, "A few values of a column have another type than the rest"),
    DUPLICATE_ROWS(Severity.WARNING, "Rows repeat earlier ones entirely"),
    RAGGED_ROWS(Severity.WARNING, "Rows have more or fewer fields than the header or first row"),
    UNBALANCED_QUOTE(Severity.ERROR, "A quoted field never ends, so nothing behind it can be read"),
    DUPLICATE_COLUMN(Severity.WARNING, "Two columns have one name"),
    EMPTY_COLUMN(Severity.INFO, "A column has no value in any row"),
    NULL_MARKERS(Severity.INFO, "Missing values are written both as nothing and as words such as NULL or N/A"),
    PADDED_VALUES(Severity.INFO, "Values have blanks around them"),
    DATE_OUT_OF_RANGE(Severity.WARNING, "Dates lie before 1900 or after 2100"),
    IMPOSSIBLE_DATE(Severity.WARNING, "Values have the form of a date that no calendar has"),
    ENCODING(Severity.INFO, "The file is not UTF-8"),
    INVALID_JSON(Severity.ERROR, "The JSON cannot be parsed from some place on"),
    TABLE_WITHOUT_PRIMARY_KEY(Severity.WARNING, "A table has no primary key, in any SQL file of the repository"),
    FOREIGN_KEY_WITHOUT_TABLE(
            Severity.INFO, "A foreign key refers to a table that no SQL file of the repository defines"),
    MONEY_AS_FLOAT(Severity.WARNING, "A column that seems to hold money has a binary floating-point type");

    private final Severity severity;
    private final String what;

    DataRule(Severity severity, String what) {
        this.severity = severity;
        this.what = what;
    }

    /** Stable name in findings, such as {@code data.mixed-types}. */
    String id() {
        return "data." + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    Severity severity() {
        return severity;
    }

    String what() {
        return what;
    }
}
