package io.sweaifleet.schemas.policy;

import java.util.List;

/**
 * Patterns over the leading words of a command: one for each word, and {@code **} for any number of words, none
 * included. What follows the last pattern is open.
 */
public final class WordPattern {

    private static final String ANY_NUMBER = "**";

    private final List<String> texts;
    private final List<Glob> words;

    private WordPattern(List<String> texts) {
        this.texts = List.copyOf(texts);
        this.words = texts.stream().map(Glob::word).toList();
    }

    /** A pattern of one glob for each word. */
    public static WordPattern of(List<String> globs) {
        return new WordPattern(globs);
    }

    /** Whether it asks for nothing. */
    public boolean isEmpty() {
        return texts.isEmpty();
    }

    /** Whether the beginning of a command matches. A word that stands for anything matches all that is left. */
    public boolean matches(List<String> command) {
        return matches(command, 0, 0);
    }

    private boolean matches(List<String> command, int word, int pattern) {
        int at = word;
        for (int i = pattern; i < words.size(); i++, at++) {
            if (at < command.size() && command.get(at).equals(Readings.ANYTHING)) {
                return true;
            }
            if (texts.get(i).equals(ANY_NUMBER)) {
                for (int from = at; from <= command.size(); from++) {
                    if (matches(command, from, i + 1)) {
                        return true;
                    }
                }
                return false;
            }
            if (at >= command.size() || !words.get(i).matches(command.get(at))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return String.join(" ", texts);
    }
}
