package io.sweaifleet.agent.playbook.qa;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Texts of other programs, made fit for a finding. */
final class Messages {

    /** Longest message of a finding or skip, in characters. */
    static final int MAX = 600;

    private static final Pattern ANSI = Pattern.compile("\u001b\\[[0-9;?]*[A-Za-z]");

    private static final Pattern FRAME = Pattern.compile("\\R\\s+at (?:async )?\\S");

    private Messages() {}

    static String withoutColours(String text) {
        return ANSI.matcher(text).replaceAll("");
    }

    /** The text without colours and with line breaks as spaces, cut to {@link #MAX}. */
    static String bounded(String text) {
        String one = withoutColours(text).strip().replaceAll("\\s*\\R\\s*", " ");
        return one.length() <= MAX ? one : one.substring(0, MAX - 1) + "…";
    }

    /** What a text says before its stack trace begins, bounded; all of it when it begins with one. */
    static String headline(String text) {
        String plain = withoutColours(text).strip();
        Matcher frame = FRAME.matcher(plain);
        return bounded(frame.find() ? plain.substring(0, frame.start()) : plain);
    }

    /** The last lines of an output that say anything, joined, for a runner whose report is only its exit code. */
    static String lastLines(String output, int lines) {
        String[] all = withoutColours(output).strip().split("\\R");
        StringBuilder last = new StringBuilder();
        for (int i = Math.max(0, all.length - lines); i < all.length; i++) {
            last.append(all[i].strip()).append('\n');
        }
        return bounded(last.toString());
    }
}
