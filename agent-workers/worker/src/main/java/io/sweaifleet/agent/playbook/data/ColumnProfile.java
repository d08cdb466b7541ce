package io.sweaifleet.agent.playbook.data;

import java.util.Comparator;
import java.util.Map;

/**
 * What is known of a column. No value of it is kept but the least and greatest number or date, and these only where nothing hints at
 * personal data.
 *
 * @param name header, or path in nested data
 * @param types number of values of each type
 * @param firstLines line of the first value of each type
 * @param values number of values
 * @param nulls rows without one
 * @param nullMarkers those of them that say so by a word such as NULL
 * @param distinct number of different values; at least so many when not exact
 * @param distinctExact whether all were counted
 * @param key whether every row has another value
 * @param min least number or date, empty when there is none to show
 * @param max greatest number or date, empty when there is none to show
 * @param shortest characters of the shortest value
 * @param longest characters of the longest value
 * @param padded values with blanks around them
 * @param oddDates dates before 1900 or after 2100
 * @param oddDateLine line of the first of them
 * @param impossibleDates values in the form of a date that does not exist
 * @param impossibleDateLine line of the first of them
 * @param personal what personal data it seems to hold, empty for none
 */
record ColumnProfile(
        String name,
        Map<ValueType, Long> types,
        Map<ValueType, Long> firstLines,
        long values,
        long nulls,
        long nullMarkers,
        int distinct,
        boolean distinctExact,
        Key key,
        String min,
        String max,
        int shortest,
        int longest,
        long padded,
        long oddDates,
        long oddDateLine,
        long impossibleDates,
        long impossibleDateLine,
        String personal) {

    /** Whether a column identifies its rows. */
    enum Key {
        YES,
        /** No duplicate among as many values as were counted. */
        PERHAPS,
        NO
    }

    /** The type that fits: the only one, decimal for all numbers, else text. */
    ValueType type() {
        if (types.size() == 1) {
            return types.keySet().iterator().next();
        }
        if (types.keySet().stream().allMatch(ValueType::isNumber)) {
            return ValueType.DECIMAL;
        }
        boolean dates = types.keySet().stream().allMatch(type -> type == ValueType.DATE || type == ValueType.DATETIME);
        return dates ? ValueType.DATETIME : ValueType.TEXT;
    }

    /** The type of most values. */
    ValueType commonest() {
        return types.entrySet().stream()
                .max(Map.Entry.<ValueType, Long>comparingByValue()
                        .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
                .map(Map.Entry::getKey)
                .orElse(ValueType.TEXT);
    }

    /** Whether values of one type stand among very many of another: 80 % and more of one that is not text. */
    boolean mixed() {
        ValueType commonest = commonest();
        long most = types.getOrDefault(commonest, 0L);
        return type() == ValueType.TEXT && commonest != ValueType.TEXT && most * 10 >= values * 8;
    }
}
