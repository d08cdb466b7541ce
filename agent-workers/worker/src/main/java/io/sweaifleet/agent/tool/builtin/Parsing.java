package io.sweaifleet.agent.tool.builtin;

import io.sweaifleet.agent.tool.syntax.SyntaxCheck;
import io.sweaifleet.agent.tool.syntax.SyntaxCheck.Broken;
import io.sweaifleet.agent.tool.syntax.SyntaxCheck.BrokenBefore;
import io.sweaifleet.agent.tool.syntax.SyntaxCheck.Unchecked;
import io.sweaifleet.agent.tool.syntax.SyntaxCheck.Verdict;

/**
 * What the syntax check says of a change, in words.
 *
 * @param refused whether the change is not to be made
 * @param words why, or what is to be known; empty when it parses
 */
record Parsing(boolean refused, String words) {

    private static final String NO_GRAMMAR = "no grammar";

    static Parsing check(String path, String before, String after) {
        Verdict verdict = SyntaxCheck.compare(path, before, after);
        if (verdict instanceof Broken broken) {
            return new Parsing(
                    true,
                    path + " would no longer parse: line " + broken.problem().line() + ": "
                            + broken.problem().message());
        }
        return new Parsing(false, words(verdict));
    }

    /** A new file is made even when it does not parse: there is nothing that it breaks, and the grammar may be behind. */
    static Parsing ofNew(String path, String text) {
        Verdict verdict = SyntaxCheck.compare(path, "", text);
        return new Parsing(
                false,
                verdict instanceof Broken broken
                        ? "it does not parse: line " + broken.problem().line() + ": "
                                + broken.problem().message()
                        : words(verdict));
    }

    private static String words(Verdict verdict) {
        if (verdict instanceof BrokenBefore before) {
            return "it did not parse before either (line " + before.problem().line() + ": "
                    + before.problem().message() + "), so its syntax was not checked";
        }
        if (verdict instanceof Unchecked unchecked && !unchecked.reason().contains(NO_GRAMMAR)) {
            return "its syntax was not checked: " + unchecked.reason();
        }
        return "";
    }

    /** As the end of a sentence. */
    String note() {
        return words.isEmpty() ? "" : "; " + words;
    }
}
