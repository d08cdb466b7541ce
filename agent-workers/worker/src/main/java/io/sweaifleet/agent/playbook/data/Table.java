package io.sweaifleet.agent.playbook.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows going by: their columns, and how many rows repeat an earlier one. Not thread-safe. */
final class Table {

    /** Columns profiled; a file with more is not a table that anybody reads. */
    static final int MOST_COLUMNS = 500;

    /** Hashes kept for all columns of a table together; 16 bytes each. */
    private static final int HASHES = 4_000_000;

    private static final int MOST_HASHES_OF_A_COLUMN = 1_000_000;
    private static final int MOST_ROW_HASHES = 1_000_000;

    private final String name;
    private final Map<String, Column> columns = new LinkedHashMap<>();
    private final HashSetOfLongs rowHashes = new HashSetOfLongs();
    private final int distinctLimit;
    private long rows;
    private long duplicateRows;
    private boolean duplicatesExact = true;
    private boolean moreColumns;

    /** @param expectedColumns how many columns share the memory, 0 when it is not known */
    Table(String name, int expectedColumns) {
        this.name = name;
        this.distinctLimit =
                Math.min(MOST_HASHES_OF_A_COLUMN, HASHES / Math.max(8, Math.min(expectedColumns, MOST_COLUMNS)));
    }

    String name() {
        return name;
    }

    /** A column by its name, made when it is new; null beyond the limit on columns. */
    @Nullable
    Column column(String column) {
        Column known = columns.get(column);
        if (known == null && columns.size() >= MOST_COLUMNS) {
            moreColumns = true;
            return null;
        }
        if (known == null) {
            known = new Column(column, distinctLimit);
            columns.put(column, known);
        }
        return known;
    }

    /** Number of the row under way, from 0. */
    long row() {
        return rows;
    }

    /** Ends a row whose values together have this hash. */
    void endRow(long hash) {
        rows++;
        if (rowHashes.size() >= MOST_ROW_HASHES) {
            duplicatesExact = false;
            duplicateRows += rowHashes.contains(hash) ? 1 : 0;
        } else if (!rowHashes.add(hash)) {
            duplicateRows++;
        }
    }

    TableProfile profile() {
        List<ColumnProfile> profiles = new ArrayList<>();
        columns.values().forEach(column -> profiles.add(column.profile(rows)));
        return new TableProfile(name, rows, duplicateRows, duplicatesExact, List.copyOf(profiles), moreColumns);
    }
}
