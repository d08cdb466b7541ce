package io.sweaifleet.agent.playbook.data;

import java.util.List;
import java.util.Locale;

/**
 * A table that a SQL file defines.
 *
 * @param name as written, without quotes, schema in front if it has one
 * @param line line of its definition, from 1
 * @param columns in order; empty for a table made from a query
 * @param primaryKey columns of its primary key, empty when it has none in this file
 * @param uniqueKeys further keys
 * @param references tables that its foreign keys refer to
 * @param fromQuery whether it is made from a query, so that its columns are not written there
 */
record SqlTable(
        String name,
        long line,
        List<Column> columns,
        List<String> primaryKey,
        List<List<String>> uniqueKeys,
        List<Reference> references,
        boolean fromQuery) {

    /** A column: name, type as written, whether it may be null. */
    record Column(String name, String type, boolean nullable) {}

    /** A foreign key: table referred to, and line. */
    record Reference(String table, long line) {}

    /** The name without schema, in lower case: how files refer to one table. */
    static String key(String name) {
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }
}
