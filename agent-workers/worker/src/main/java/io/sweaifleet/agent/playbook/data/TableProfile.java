package io.sweaifleet.agent.playbook.data;

import java.util.List;

/**
 * What is known of a table of values.
 *
 * @param name path of the records in the file such as {@code $.items[]}, empty for the whole file
 * @param rows number of rows
 * @param duplicateRows rows that repeat an earlier one; at least so many when not exact
 * @param duplicatesExact whether all were found
 * @param columns in order of appearance
 * @param moreColumns whether there are columns beyond the limit
 */
record TableProfile(
        String name,
        long rows,
        long duplicateRows,
        boolean duplicatesExact,
        List<ColumnProfile> columns,
        boolean moreColumns) {}
