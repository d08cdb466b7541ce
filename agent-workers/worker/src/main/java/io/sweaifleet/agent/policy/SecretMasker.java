package io.sweaifleet.agent.policy;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Replaces what looks like a secret before text leaves the attempt (audit events, command output, failures): known token
 * formats, credentials in URLs, authorization headers, private keys, and values assigned to names such as
 * {@code API_KEY} or {@code password}; and the values of the secrets that commands were given ({@link #register}). It errs
 * on the side of masking. Thread-safe.
 */
public final class SecretMasker {

    /** What stands in place of a secret. */
    public static final String MASK = "***";

    private static final String SECRET_NAME =
            "[A-Za-z0-9_.-]*(?:token|secret|passw(?:or)?d|passphrase|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)"
                    + "[A-Za-z0-9_.-]*";

    private static final Pattern SECRET_VARIABLE =
            Pattern.compile(".*(?:TOKEN|SECRET|PASSW(?:OR)?D|PASSPHRASE|KEY|CREDENTIAL|AUTH).*");

    private record Replacement(Pattern pattern, String with) {}

    private static final List<Replacement> REPLACEMENTS = List.of(
            new Replacement(
                    Pattern.compile(
                            "-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\\z)",
                            Pattern.DOTALL),
                    MASK),
            new Replacement(Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*://)[^/\\s@\"']+@"), "$1" + MASK + "@"),
            new Replacement(
                    Pattern.compile("(?i)(authorization\\s*[:=]\\s*(?:bearer|basic|token)\\s+)[^\\s\"']+"),
                    "$1" + MASK),
            new Replacement(Pattern.compile("(?i)(\\bbearer\\s+)[A-Za-z0-9._~+/=-]{16,}"), "$1" + MASK),
            new Replacement(Pattern.compile("\\bgh[pousr]_[A-Za-z0-9]{20,}"), MASK),
            new Replacement(Pattern.compile("\\bgithub_pat_[A-Za-z0-9_]{20,}"), MASK),
            new Replacement(Pattern.compile("\\bglpat-[A-Za-z0-9_-]{16,}"), MASK),
            new Replacement(Pattern.compile("\\bnpm_[A-Za-z0-9]{30,}"), MASK),
            new Replacement(Pattern.compile("\\bpypi-[A-Za-z0-9_-]{30,}"), MASK),
            new Replacement(Pattern.compile("\\bxox[abeoprs]-[A-Za-z0-9-]{10,}"), MASK),
            new Replacement(Pattern.compile("\\b(?:AKIA|ASIA)[A-Z0-9]{16}\\b"), MASK),
            new Replacement(Pattern.compile("\\bsk-[A-Za-z0-9_-]{20,}"), MASK),
            new Replacement(Pattern.compile("\\bAIza[A-Za-z0-9_-]{30,}"), MASK),
            new Replacement(Pattern.compile("\\beyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}"), MASK),
            // name=value, name: value, --name value; the value up to white space or the closing quote.
            new Replacement(
                    Pattern.compile("(?i)(--?" + SECRET_NAME + "[= ])(?!-)(?:\"[^\"]*\"|'[^']*'|[^\\s\"']+)"),
                    "$1" + MASK),
            new Replacement(
                    Pattern.compile("(?i)(\\b" + SECRET_NAME
                            + "[\"']?\\s*[=:]\\s*)(?:\"[^\"\\n]+\"|'[^'\\n]+'|[^\\s\"',;(){}]{4,})"),
                    "$1" + MASK));

    private static final SecretLiterals LITERALS = SecretLiterals.KNOWN;

    private SecretMasker() {}

    /**
     * Makes this value a secret for the rest of the process: it is masked wherever it appears, also in Base64,
     * hexadecimal, or escaped for a URL or JSON.
     *
     * @param value at least {@link SecretLiterals#SHORTEST} characters
     */
    public static void register(String value) {
        LITERALS.add(value);
    }

    /** Whether any value was registered. */
    public static boolean knowsRegistered() {
        return !LITERALS.isEmpty();
    }

    /** The text without registered values alone: for content that must otherwise stay as it is. */
    public static String maskRegistered(String text) {
        return LITERALS.mask(text);
    }

    /** The text without what looks like a secret. */
    public static String mask(String text) {
        String masked = LITERALS.mask(text);
        for (Replacement replacement : REPLACEMENTS) {
            masked = replacement.pattern().matcher(masked).replaceAll(replacement.with());
        }
        return masked;
    }

    /**
     * The words of a command without secrets: each word masked, and a word that follows an option such as
     * {@code --password} replaced whole.
     */
    public static List<String> maskWords(List<String> words) {
        List<String> masked = new java.util.ArrayList<>(words.size());
        boolean secretFollows = false;
        for (String word : words) {
            masked.add(secretFollows && !word.startsWith("-") ? MASK : mask(word));
            secretFollows = word.startsWith("-") && !word.contains("=") && isSecretName(word.replaceFirst("^-+", ""));
        }
        return masked;
    }

    /** The variables, sorted by name, with the values of those that are named like secrets replaced and the others masked. */
    public static Map<String, String> maskVariables(Map<String, String> variables) {
        Map<String, String> masked = new TreeMap<>();
        variables.forEach((name, value) -> masked.put(name, isSecretName(name) ? MASK : mask(value)));
        return masked;
    }

    /** Whether a variable or option of this name is taken to hold a secret. */
    public static boolean isSecretName(String name) {
        return SECRET_VARIABLE
                .matcher(name.toUpperCase(Locale.ROOT).replace('-', '_'))
                .matches();
    }

    /** A URL or path without user information, query and fragment. */
    public static String withoutCredentials(String url) {
        String plain = url.replaceFirst("^([A-Za-z][A-Za-z0-9+.-]*://)[^/@]*@", "$1");
        if (plain.contains("://")) {
            int cut = plain.length();
            for (char stop : new char[] {'?', '#'}) {
                int at = plain.indexOf(stop);
                if (at >= 0) {
                    cut = Math.min(cut, at);
                }
            }
            plain = plain.substring(0, cut);
        }
        return plain;
    }
}
