package io.sweaifleet.agent.playbook.data;

import java.time.Year;
import java.util.Locale;
import java.util.Set;

/**
 * A text with its type read off.
 *
 * @param text without blanks around it
 * @param type what it looks like
 * @param number its value when it is a number, NaN otherwise
 * @param date its day as year-month-day when it is a date whose order is certain, empty otherwise
 * @param year year of a date, 0 otherwise
 * @param impossible whether it has the form of a date that no calendar has, such as 2023-02-31
 */
record Value(String text, ValueType type, double number, String date, int year, boolean impossible) {

    private static final Set<String> NULLS =
            Set.of("", "null", "na", "n/a", "nan", "none", "\\n", "#n/a", "nil", "-", "(null)");
    private static final int LONGEST_NUMBER = 40;

    /** So many digits fit a double without loss. */
    private static final int EXACT_DIGITS = 15;

    /** Whether a text stands for no value. */
    static boolean isNull(String text) {
        return text.length() <= 6
                && (text.isEmpty() || !Character.isDigit(text.charAt(0)))
                && NULLS.contains(text.strip().toLowerCase(Locale.ROOT));
    }

    /**
     * Reads the type off a text.
     *
     * @param decimalComma whether 1,5 is a number, as where columns are separated by semicolons
     */
    static Value of(String raw, boolean decimalComma) {
        String text = raw.strip();
        if (text.isEmpty()) {
            return text(text);
        }
        char first = text.charAt(0);
        if (first == '-' || first == '+' || first == '.' || (first >= '0' && first <= '9')) {
            Value number = number(text, decimalComma);
            return number.type() == ValueType.TEXT ? date(text) : number;
        }
        String lower = text.length() <= 5 ? text.toLowerCase(Locale.ROOT) : "";
        boolean truth = lower.equals("true") || lower.equals("false") || lower.equals("yes") || lower.equals("no");
        return truth ? new Value(text, ValueType.BOOLEAN, Double.NaN, "", 0, false) : text(text);
    }

    /** A value that is text whatever it looks like. */
    static Value text(String text) {
        return new Value(text, ValueType.TEXT, Double.NaN, "", 0, false);
    }

    static Value number(String text, ValueType type, double number) {
        return new Value(text, type, number, "", 0, false);
    }

    /** Digits with a leading zero are a code, such as a postcode, and not a number. */
    private static Value number(String text, boolean decimalComma) {
        int at = text.charAt(0) == '-' || text.charAt(0) == '+' ? 1 : 0;
        int digits = 0;
        int points = 0;
        boolean exponent = false;
        boolean leadingZero =
                text.length() > at + 1 && text.charAt(at) == '0' && Character.isDigit(text.charAt(at + 1));
        for (int i = at; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= '0' && c <= '9') {
                digits++;
            } else if ((c == '.' || (c == ',' && decimalComma)) && points == 0 && !exponent) {
                points++;
            } else if ((c == 'e' || c == 'E') && digits > 0 && !exponent && i + 1 < text.length()) {
                exponent = true;
                if (text.charAt(i + 1) == '-' || text.charAt(i + 1) == '+') {
                    i++;
                }
            } else {
                return text(text);
            }
        }
        if (digits == 0 || leadingZero || text.length() > LONGEST_NUMBER) {
            return text(text);
        }
        try {
            double value = points == 0 && !exponent && digits <= EXACT_DIGITS
                    ? Long.parseLong(text)
                    : Double.parseDouble(text.replace(',', '.'));
            return number(text, points == 0 && !exponent ? ValueType.INTEGER : ValueType.DECIMAL, value);
        } catch (NumberFormatException e) {
            return text(text);
        }
    }

    private static Value date(String text) {
        int length = text.length();
        boolean isoDay = length >= 10
                && digits(text, 0, 4)
                && isSeparator(text.charAt(4))
                && digits(text, 5, 7)
                && text.charAt(7) == text.charAt(4)
                && digits(text, 8, 10);
        if (isoDay && (length == 10 || text.charAt(10) == 'T' || text.charAt(10) == ' ')) {
            if (length > 10 && !isTime(text.substring(11))) {
                return text(text);
            }
            int year = Integer.parseInt(text.substring(0, 4));
            int month = Integer.parseInt(text.substring(5, 7));
            int day = Integer.parseInt(text.substring(8, 10));
            return dated(text, length == 10 ? ValueType.DATE : ValueType.DATETIME, year, month, day, true);
        }
        boolean local = length == 10
                && digits(text, 0, 2)
                && isSeparator(text.charAt(2))
                && digits(text, 3, 5)
                && text.charAt(5) == text.charAt(2)
                && digits(text, 6, 10);
        if (local) {
            int first = Integer.parseInt(text.substring(0, 2));
            int second = Integer.parseInt(text.substring(3, 5));
            int year = Integer.parseInt(text.substring(6));
            boolean certain = text.charAt(2) == '.';
            boolean monthFirst = !certain && second > 12;
            return dated(text, ValueType.DATE, year, monthFirst ? first : second, monthFirst ? second : first, certain);
        }
        return text(text);
    }

    private static Value dated(String text, ValueType type, int year, int month, int day, boolean certain) {
        boolean exists = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
        if (!exists) {
            return new Value(text, ValueType.TEXT, Double.NaN, "", 0, true);
        }
        String date = certain ? String.format(Locale.ROOT, "%04d-%02d-%02d", year, month, day) : "";
        return new Value(text, type, Double.NaN, date, year, false);
    }

    private static int daysIn(int year, int month) {
        return switch (month) {
            case 2 -> Year.isLeap(year) ? 29 : 28;
            case 4, 6, 9, 11 -> 30;
            default -> 31;
        };
    }

    /** {@code HH:mm}, with seconds, fraction and zone as they come. */
    private static boolean isTime(String text) {
        return text.length() >= 5
                && digits(text, 0, 2)
                && text.charAt(2) == ':'
                && digits(text, 3, 5)
                && text.chars().allMatch(c -> "0123456789:.,+-Z ".indexOf(c) >= 0);
    }

    private static boolean isSeparator(char c) {
        return c == '-' || c == '/' || c == '.';
    }

    private static boolean digits(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }
}
