package io.sweaifleet.agent.playbook.data;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Recognises values and column names that may be about a person. It says what and how often, and never shows a value. */
final class PersonalData {

    /** Kinds of values that are recognised by their form. */
    enum Kind {
        EMAIL("e-mail addresses"),
        PHONE("telephone numbers"),
        IBAN("bank accounts (IBAN)"),
        CARD("payment cards"),
        IP("IP addresses");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    private static final Pattern EMAIL =
            Pattern.compile("[^@\\s<>\"]{1,64}@[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63}){1,8}");
    private static final Pattern PHONE = Pattern.compile("\\+\\d[\\d ()./-]{6,18}\\d");
    private static final Pattern IBAN = Pattern.compile("[A-Z]{2}\\d{2}[A-Z0-9]{11,30}");
    private static final Pattern IP =
            Pattern.compile("((25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(25[0-5]|2[0-4]\\d|1?\\d?\\d)");
    private static final int LONGEST = 254;
    private static final int LONGEST_IP = 15;

    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("email", "e-mail addresses"),
            Map.entry("mail", "e-mail addresses"),
            Map.entry("firstname", "names"),
            Map.entry("lastname", "names"),
            Map.entry("surname", "names"),
            Map.entry("fullname", "names"),
            Map.entry("givenname", "names"),
            Map.entry("familyname", "names"),
            Map.entry("maidenname", "names"),
            Map.entry("birthdate", "dates of birth"),
            Map.entry("birthday", "dates of birth"),
            Map.entry("dateofbirth", "dates of birth"),
            Map.entry("dob", "dates of birth"),
            Map.entry("phone", "telephone numbers"),
            Map.entry("phonenumber", "telephone numbers"),
            Map.entry("telephone", "telephone numbers"),
            Map.entry("mobile", "telephone numbers"),
            Map.entry("ssn", "social security numbers"),
            Map.entry("socialsecuritynumber", "social security numbers"),
            Map.entry("passport", "passport numbers"),
            Map.entry("passportnumber", "passport numbers"),
            Map.entry("taxid", "tax numbers"),
            Map.entry("iban", "bank accounts (IBAN)"),
            Map.entry("creditcard", "payment cards"),
            Map.entry("cardnumber", "payment cards"),
            Map.entry("street", "addresses"),
            Map.entry("streetaddress", "addresses"),
            Map.entry("homeaddress", "addresses"),
            Map.entry("ipaddress", "IP addresses"),
            Map.entry("password", "passwords"),
            Map.entry("passwd", "passwords"),
            Map.entry("gender", "gender"),
            Map.entry("religion", "religion"),
            Map.entry("ethnicity", "ethnicity"),
            Map.entry("salary", "salaries"));
    /** A column that says something about the thing, not the thing itself, such as email_verified. */
    private static final Set<String> ABOUT =
            Set.of("id", "count", "type", "status", "verified", "enabled", "valid", "hash", "at", "flag");

    private PersonalData() {}

    /** What a value looks like, if it is anything personal. */
    static Optional<Kind> kindOf(String text) {
        int length = text.length();
        if (length < 7 || length > LONGEST) {
            return Optional.empty();
        }
        char first = text.charAt(0);
        if (text.indexOf('@') > 0) {
            return EMAIL.matcher(text).matches() ? Optional.of(Kind.EMAIL) : Optional.empty();
        }
        if (first == '+') {
            return PHONE.matcher(text).matches() ? Optional.of(Kind.PHONE) : Optional.empty();
        }
        if (Character.isDigit(first)) {
            if (length <= LONGEST_IP
                    && text.indexOf('.') > 0
                    && IP.matcher(text).matches()) {
                return Optional.of(Kind.IP);
            }
            return isCard(text) ? Optional.of(Kind.CARD) : Optional.empty();
        }
        String compact = length >= 15 && Character.isUpperCase(first) ? text.replace(" ", "") : "";
        return IBAN.matcher(compact).matches() && isIban(compact) ? Optional.of(Kind.IBAN) : Optional.empty();
    }

    /** What a column's name says it holds, if it is anything personal. */
    static Optional<String> byName(String column) {
        String last = column.substring(column.lastIndexOf('.') + 1).replace("[]", "");
        String spaced = last.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
        List<String> words = Arrays.stream(spaced.split("[^a-z0-9]+"))
                .filter(word -> !word.isEmpty())
                .toList();
        if (words.isEmpty()) {
            return Optional.empty();
        }
        boolean about = words.size() > 1 && ABOUT.contains(words.get(words.size() - 1));
        if (about && !words.contains("tax")) {
            return Optional.empty();
        }
        for (int from = 0; from < words.size(); from++) {
            for (int to = words.size(); to > from; to--) {
                String meaning = NAMES.get(String.join("", words.subList(from, to)));
                if (meaning != null) {
                    return Optional.of(meaning);
                }
            }
        }
        return Optional.empty();
    }

    /** 13 to 19 digits, possibly in groups, whose check digit is right (ISO/IEC 7812). */
    private static boolean isCard(String text) {
        int digits = 0;
        int sum = 0;
        for (int i = text.length() - 1; i >= 0; i--) {
            char c = text.charAt(i);
            if (c == ' ' || c == '-') {
                continue;
            }
            if (c < '0' || c > '9') {
                return false;
            }
            int digit = c - '0';
            int doubled = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
            sum += digits % 2 == 1 ? doubled : digit;
            digits++;
        }
        boolean issued = text.charAt(0) >= '2' && text.charAt(0) <= '6';
        return digits >= 13 && digits <= 19 && issued && sum % 10 == 0;
    }

    /** The check of ISO 13616: with the first four characters moved to the end and letters as numbers, the remainder by 97 is 1. */
    private static boolean isIban(String text) {
        String moved = text.substring(4) + text.substring(0, 4);
        int remainder = 0;
        for (int i = 0; i < moved.length(); i++) {
            int value = Character.digit(moved.charAt(i), 36);
            remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
        }
        return remainder == 1;
    }
}
