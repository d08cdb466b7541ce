package io.sweaifleet.agent.playbook.devops;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Tells from a variable's name whether its value is a secret. */
final class SecretNames {

    private static final Set<String> WORDS = Set.of(
            "password",
            "passwd",
            "passphrase",
            "pwd",
            "secret",
            "secrets",
            "token",
            "apikey",
            "credential",
            "credentials");
    private static final Set<String> PAIRS =
            Set.of("api key", "access key", "private key", "secret key", "signing key", "encryption key");
    /** The last word says that the value only leads to the secret, or describes it. */
    private static final Set<String> ABOUT = Set.of(
            "file", "path", "dir", "url", "uri", "name", "id", "ttl", "length", "type", "expiry", "enabled", "policy");

    private SecretNames() {}

    static boolean isSecret(String name) {
        String spaced = name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
        List<String> words = Arrays.stream(spaced.split("[^a-z0-9]+"))
                .filter(word -> !word.isEmpty())
                .toList();
        if (words.isEmpty() || ABOUT.contains(words.get(words.size() - 1))) {
            return false;
        }
        Set<String> pairs = new HashSet<>();
        for (int i = 0; i + 1 < words.size(); i++) {
            pairs.add(words.get(i) + " " + words.get(i + 1));
        }
        return words.stream().anyMatch(WORDS::contains) || pairs.stream().anyMatch(PAIRS::contains);
    }

    /** Whether a value is written out, and not taken from the environment, a template or a secret store. */
    static boolean isLiteral(String value) {
        String text = value.strip();
        return !text.isEmpty()
                && !text.startsWith("$")
                && !text.startsWith("{{")
                && !text.startsWith("<")
                && !text.equalsIgnoreCase("null")
                && !text.equalsIgnoreCase("true")
                && !text.equalsIgnoreCase("false");
    }
}
