package io.sweaifleet.ingest.work;

import java.util.ArrayList;
import java.util.List;

/** A command line as words, as a shell would split it: blanks, quotes and backslashes; nothing is expanded. */
public final class Argv {

    private Argv() {}

    /**
     * The words.
     *
     * @throws InvalidWorkException when a quote is not closed, or it needs a shell
     */
    public static List<String> split(String command) throws InvalidWorkException {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean begun = false;
        char quote = 0;
        for (int i = 0; i < command.length(); i++) {
            char c = command.charAt(i);
            if (quote != 0 && c == quote) {
                quote = 0;
            } else if (c == '\\' && quote != '\'' && i + 1 < command.length()) {
                word.append(command.charAt(++i));
                begun = true;
            } else if (quote != 0) {
                word.append(c);
            } else if (c == '"' || c == '\'') {
                quote = c;
                begun = true;
            } else if (Character.isWhitespace(c)) {
                if (begun) {
                    words.add(word.toString());
                    word.setLength(0);
                    begun = false;
                }
            } else if (";|&<>`".indexOf(c) >= 0) {
                throw new InvalidWorkException(
                        "test command '" + command + "' needs a shell ('" + c + "')",
                        "agents run one program without a shell: put it into a script of the repository");
            } else {
                word.append(c);
                begun = true;
            }
        }
        if (quote != 0) {
            throw new InvalidWorkException("test command '" + command + "' has an open " + quote, "close it");
        }
        if (begun) {
            words.add(word.toString());
        }
        return words;
    }
}
