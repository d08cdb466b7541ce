package io.sweaifleet.agent.playbook.data;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** What is learned of one column while its values go by. Memory is bounded by the limit on distinct values. Not thread-safe. */
final class Column {

    /** Distinct values counted in a column that has duplicates; a key needs more, and gets it while it has none. */
    static final int DISTINCT_WITH_DUPLICATES = 10_000;

    static final int EARLIEST_YEAR = 1900;
    static final int LATEST_YEAR = 2100;

    private final String name;
    private final int distinctLimit;
    private final HashSetOfLongs distinct = new HashSetOfLongs();
    private final Map<ValueType, Long> types = new EnumMap<>(ValueType.class);
    private final Map<ValueType, Long> firstLines = new EnumMap<>(ValueType.class);
    private final Map<PersonalData.Kind, Long> personal = new EnumMap<>(PersonalData.Kind.class);
    private long values;
    private long rowsWithValue;
    private long lastRow = -1;
    private long nullMarkers;
    private boolean duplicates;
    private boolean distinctExact = true;
    private double least = Double.POSITIVE_INFINITY;
    private double greatest = Double.NEGATIVE_INFINITY;
    private String earliest = "";
    private String latest = "";
    private int shortest = Integer.MAX_VALUE;
    private int longest;
    private long padded;
    private long oddDates;
    private long oddDateLine;
    private long impossibleDates;
    private long impossibleDateLine;

    /** @param distinctLimit distinct values counted at most while none repeats */
    Column(String name, int distinctLimit) {
        this.name = name;
        this.distinctLimit = distinctLimit;
    }

    /** A row in which the column is written as missing, such as NULL or N/A; an empty one is only not added. */
    void nullMarker() {
        nullMarkers++;
    }

    /**
     * A value.
     *
     * @param row number of the row from 0; a row may have several values in nested data
     * @param line line of the file, from 1
     * @param raw as written, with blanks
     */
    void add(long row, long line, String raw, Value value) {
        values++;
        if (row != lastRow) {
            rowsWithValue++;
            lastRow = row;
        }
        types.merge(value.type(), 1L, Long::sum);
        firstLines.putIfAbsent(value.type(), line);
        count(value.text());
        int length = value.text().length();
        shortest = Math.min(shortest, length);
        longest = Math.max(longest, length);
        if (raw.length() != length) {
            padded++;
        }
        if (value.type().isNumber() && !Double.isNaN(value.number())) {
            least = Math.min(least, value.number());
            greatest = Math.max(greatest, value.number());
        }
        dates(line, value);
        PersonalData.kindOf(value.text()).ifPresent(kind -> personal.merge(kind, 1L, Long::sum));
    }

    private void count(String text) {
        long hash = HashSetOfLongs.hash(text);
        if (!distinctExact) {
            duplicates |= distinct.contains(hash);
            return;
        }
        int limit = duplicates ? Math.min(DISTINCT_WITH_DUPLICATES, distinctLimit) : distinctLimit;
        if (distinct.size() >= limit && !distinct.contains(hash)) {
            distinctExact = false;
        } else if (!distinct.add(hash)) {
            duplicates = true;
        }
    }

    private void dates(long line, Value value) {
        if (value.impossible()) {
            impossibleDates++;
            impossibleDateLine = impossibleDateLine == 0 ? line : impossibleDateLine;
        }
        if (value.year() != 0 && (value.year() < EARLIEST_YEAR || value.year() > LATEST_YEAR)) {
            oddDates++;
            oddDateLine = oddDateLine == 0 ? line : oddDateLine;
        }
        if (!value.date().isEmpty()) {
            earliest = earliest.isEmpty() || value.date().compareTo(earliest) < 0 ? value.date() : earliest;
            latest = value.date().compareTo(latest) > 0 ? value.date() : latest;
        }
    }

    /** What was learned, with the number of rows known. */
    ColumnProfile profile(long rows) {
        Optional<String> about = personalData();
        boolean numbers = least <= greatest && types.keySet().stream().allMatch(ValueType::isNumber);
        boolean dated = !types.isEmpty()
                && types.keySet().stream().allMatch(t -> t == ValueType.DATE || t == ValueType.DATETIME);
        // The least and greatest of personal data would be somebody's.
        boolean shown = about.isEmpty();
        String min = shown && numbers ? shown(least) : shown && dated ? earliest : "";
        String max = shown && numbers ? shown(greatest) : shown && dated ? latest : "";
        long nulls = Math.max(0, rows - rowsWithValue);
        // Measurements differ by chance, and are nobody's key.
        boolean identifying = !types.containsKey(ValueType.DECIMAL) && !types.containsKey(ValueType.BOOLEAN);
        boolean unique = identifying && nulls == 0 && !duplicates && rows >= 2 && values == rows;
        return new ColumnProfile(
                name,
                new EnumMap<>(types.isEmpty() ? Map.of(ValueType.TEXT, 0L) : types),
                firstLines.isEmpty() ? Map.of() : new EnumMap<>(firstLines),
                values,
                nulls,
                nullMarkers,
                distinct.size(),
                distinctExact,
                unique && distinctExact
                        ? ColumnProfile.Key.YES
                        : unique ? ColumnProfile.Key.PERHAPS : ColumnProfile.Key.NO,
                min,
                max,
                values == 0 ? 0 : shortest,
                longest,
                padded,
                oddDates,
                oddDateLine,
                impossibleDates,
                impossibleDateLine,
                about.orElse(""));
    }

    /** By the values when a tenth of them (three at least) look like it, by the name otherwise. */
    private Optional<String> personalData() {
        Optional<String> byValue = personal.entrySet().stream()
                .filter(kind -> kind.getValue() >= 3
                        && kind.getValue() * (kind.getKey() == PersonalData.Kind.CARD ? 2 : 10) >= values)
                .map(kind -> kind.getKey().words() + " in " + kind.getValue() + " of " + values + " values")
                .findFirst();
        if (byValue.isPresent() || values == 0) {
            return byValue;
        }
        return PersonalData.byName(name).map(meaning -> meaning + ", by the column's name");
    }

    private static String shown(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e15
                ? String.valueOf((long) number)
                : String.valueOf(number);
    }
}
