package io.sweaifleet.schemas.policy;

import java.util.regex.Pattern;

/**
 * A pattern over repository-relative paths, or over single words of a command.
 *
 * <p>In a path, {@code *} and {@code ?} stay within one segment, {@code **} spans any number of segments (none
 * included, so that <code>**&#47;*.java</code> also matches {@code A.java}). In a word, {@code *} stands for any
 * characters. In both, {@code {a,b}} stands for either. Nothing else is special.
 */
public final class Glob {

    private final String text;
    private final Pattern pattern;

    private Glob(String text, Pattern pattern) {
        this.text = text;
        this.pattern = pattern;
    }

    /** A pattern over paths with {@code /} as separator. */
    public static Glob path(String text) {
        return new Glob(text, Pattern.compile(regex(text, true), Pattern.DOTALL));
    }

    /** A pattern over one word. */
    public static Glob word(String text) {
        return new Glob(text, Pattern.compile(regex(text, false), Pattern.DOTALL));
    }

    /** Whether the whole of the value matches. */
    public boolean matches(String value) {
        return pattern.matcher(value).matches();
    }

    @Override
    public String toString() {
        return text;
    }

    /** Within segments of a path, a star and a question mark match anything but the separator. */
    private static String regex(String glob, boolean segments) {
        String one = segments ? "[^/]" : ".";
        boolean grouping = isBalanced(glob);
        StringBuilder regex = new StringBuilder();
        int braces = 0;
        int i = 0;
        while (i < glob.length()) {
            char c = glob.charAt(i);
            boolean segmentStart = i == 0 || "/{,".indexOf(glob.charAt(i - 1)) >= 0;
            if (segments && segmentStart && glob.startsWith("**/", i)) {
                regex.append("(?:[^/]+/)*");
                i += 3;
                continue;
            }
            if (segments && glob.startsWith("**", i)) {
                regex.append(".*");
                i += 2;
                continue;
            }
            if (c == '*') {
                regex.append(one).append('*');
            } else if (c == '?') {
                regex.append(one);
            } else if (c == '{' && grouping) {
                regex.append("(?:");
                braces++;
            } else if (c == '}' && braces > 0) {
                regex.append(')');
                braces--;
            } else if (c == ',' && braces > 0) {
                regex.append('|');
            } else {
                appendLiteral(regex, c);
            }
            i++;
        }
        return regex.toString();
    }

    /** Braces that do not pair stand for themselves. */
    private static boolean isBalanced(String glob) {
        int open = 0;
        for (int i = 0; i < glob.length() && open >= 0; i++) {
            open += glob.charAt(i) == '{' ? 1 : glob.charAt(i) == '}' ? -1 : 0;
        }
        return open == 0;
    }

    private static void appendLiteral(StringBuilder regex, char c) {
        if ("\\.[]{}()+-^$|*?&~#".indexOf(c) >= 0) {
            regex.append('\\');
        }
        regex.append(c);
    }
}
