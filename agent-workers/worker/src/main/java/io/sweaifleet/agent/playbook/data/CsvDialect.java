package io.sweaifleet.agent.playbook.data;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How a file of separated values is written.
 *
 * @param delimiter between fields
 * @param quote around fields that hold a delimiter
 */
record CsvDialect(char delimiter, char quote) {

    private static final char[] DELIMITERS = {',', ';', '\t', '|'};
    private static final int SAMPLED_RECORDS = 200;
    private static final Pattern NAME = Pattern.compile("[\\p{L}_#@][\\p{L}\\p{N}_ .:()/%#@-]{0,80}");

    /**
     * Guesses from the beginning of a file: the delimiter that gives the most records of one same length of two and more fields.
     *
     * @param sample beginning of the text; a record cut off at its end does no harm
     * @param tabbed whether the file's name says that tabs separate
     */
    static CsvDialect of(String sample, boolean tabbed) {
        CsvDialect best = new CsvDialect(tabbed ? '\t' : ',', '"');
        double bestScore = tabbed ? score(best, sample) + 0.01 : score(best, sample);
        for (char delimiter : DELIMITERS) {
            CsvDialect candidate = new CsvDialect(delimiter, quote(sample, delimiter));
            double score = score(candidate, sample);
            if (score > bestScore + 1e-9) {
                best = candidate;
                bestScore = score;
            }
        }
        return best;
    }

    /** Single quotes only where fields begin with them and none with double ones. */
    private static char quote(String sample, char delimiter) {
        int single = 0;
        int doubled = 0;
        for (int i = 0; i < sample.length(); i++) {
            boolean start = i == 0 || sample.charAt(i - 1) == delimiter || sample.charAt(i - 1) == '\n';
            single += start && sample.charAt(i) == '\'' ? 1 : 0;
            doubled += start && sample.charAt(i) == '"' ? 1 : 0;
        }
        return single > 2 && doubled == 0 ? '\'' : '"';
    }

    /** Share of records with the commonest number of fields, times a little for more fields; 0 for one field. */
    private static double score(CsvDialect dialect, String sample) {
        Map<Integer, Integer> lengths = new HashMap<>();
        int records = 0;
        for (List<String> fields : sample(dialect, sample)) {
            lengths.merge(fields.size(), 1, Integer::sum);
            records++;
        }
        double best = 0;
        for (Map.Entry<Integer, Integer> length : lengths.entrySet()) {
            if (length.getKey() > 1) {
                best = Math.max(best, (double) length.getValue() / records * (1 + Math.log(length.getKey()) / 10));
            }
        }
        return best;
    }

    private static List<List<String>> sample(CsvDialect dialect, String sample) {
        List<List<String>> records = new ArrayList<>();
        try {
            CsvReader reader = new CsvReader(new StringReader(sample), dialect);
            for (List<String> fields = reader.read();
                    fields != null && records.size() < SAMPLED_RECORDS;
                    fields = reader.read()) {
                records.add(fields);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("A text in memory could not be read", e);
        }
        return records;
    }

    /**
     * Whether the first record is a header: every field looks like a name, no two are the same, and either some column is not text
     * below it, or all names are without blanks.
     */
    boolean hasHeader(String sample) {
        List<List<String>> records = sample(this, sample);
        if (records.isEmpty()) {
            return false;
        }
        List<String> first = records.get(0);
        Set<String> names = new HashSet<>();
        boolean plain = true;
        for (int i = 0; i < first.size(); i++) {
            String name = first.get(i).strip();
            boolean index = i == 0 && name.isEmpty() && first.size() > 1;
            if (!index && !NAME.matcher(name).matches()) {
                return false;
            }
            if (!names.add(name)) {
                return records.size() > 1 && typedBelow(records);
            }
            plain &= !name.contains(" ") || index;
        }
        return records.size() == 1 ? plain && first.size() > 1 : plain || typedBelow(records);
    }

    private boolean typedBelow(List<List<String>> records) {
        for (int column = 0; column < records.get(0).size(); column++) {
            int typed = 0;
            int filled = 0;
            for (List<String> record : records.subList(1, records.size())) {
                if (column < record.size() && !Value.isNull(record.get(column))) {
                    filled++;
                    typed += Value.of(record.get(column), delimiter != ',').type() == ValueType.TEXT ? 0 : 1;
                }
            }
            if (filled > 0 && typed * 10 >= filled * 8) {
                return true;
            }
        }
        return false;
    }

    String delimiterWord() {
        return switch (delimiter) {
            case ',' -> "comma";
            case ';' -> "semicolon";
            case '\t' -> "tab";
            default -> "bar";
        };
    }
}
