package io.sweaifleet.agent.playbook.data;

import java.util.List;
import java.util.Map;

/**
 * What is known of one file.
 *
 * @param path where
 * @param format csv, json, ndjson or sql
 * @param bytes size
 * @param properties how it is written: encoding, delimiter, quote, header, dialect, counts of statements
 * @param tables the tables of values in it; none for SQL
 * @param sqlTables the tables that it defines; SQL only
 * @param problems what is wrong with the file as such
 * @param partial why not all of it was profiled, empty when all was
 */
record FileProfile(
        String path,
        String format,
        long bytes,
        Map<String, String> properties,
        List<TableProfile> tables,
        List<SqlTable> sqlTables,
        List<Problem> problems,
        String partial) {

    /** @param line line from 1, 0 when it is about the whole file */
    record Problem(DataRule rule, long line, String message) {}
}
