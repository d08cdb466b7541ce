package io.sweaifleet.agent.playbook.data;

import java.util.Locale;

/** What a value is. */
enum ValueType {
    INTEGER,
    DECIMAL,
    BOOLEAN,
    DATE,
    DATETIME,
    TEXT;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean isNumber() {
        return this == INTEGER || this == DECIMAL;
    }
}
