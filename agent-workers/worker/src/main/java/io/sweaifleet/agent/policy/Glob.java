package io.sweaifleet.agent.policy;

import java.util.regex.Pattern;

/**
 * A pattern over repository-relative paths, or over single words of a command.
 *
 * <p>In a path, {@code *} and {@code ?} stay within one segment, {@code **} spans any number of segments (none
 * included, so that <code>**&#47;*.java</code> also matches {@code A.java}), and {@code {a,b}} stands for either. In a
 * word, {@code *} stands for any characters.
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
        return new Glob(text, Pattern.compile(pathRegex(text), Pattern.DOTALL));
    }

    /** A pattern over one word. */
    public static Glob word(String text) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '*') {
                regex.append(".*");
            } else if (c == '?') {
                regex.append('.');
            } else {
                appendLiteral(regex, c);
            }
        }
        return new Glob(text, Pattern.compile(regex.toString(), Pattern.DOTALL));
    }

    /** Whether the whole of the value matches. */
    public boolean matches(String value) {
        return pattern.matcher(value).matches();
    }

    @Override
    public String toString() {
        return text;
    }

    private static String pathRegex(String glob) {
        StringBuilder regex = new StringBuilder();
        int braces = 0;
        int i = 0;
        while (i < glob.length()) {
            char c = glob.charAt(i);
            if (c == '*') {
                boolean segmentStart = i == 0 || glob.charAt(i - 1) == '/';
                if (glob.startsWith("**/", i) && segmentStart) {
                    regex.append("(?:[^/]+/)*");
                    i += 3;
                    continue;
                }
                if (glob.startsWith("**", i)) {
                    regex.append(".*");
                    i += 2;
                    continue;
                }
                regex.append("[^/]*");
            } else if (c == '?') {
                regex.append("[^/]");
            } else if (c == '{' && glob.indexOf('}', i) > 0) {
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

    private static void appendLiteral(StringBuilder regex, char c) {
        if ("\\.[]{}()+-^$|*?&~#".indexOf(c) >= 0) {
            regex.append('\\');
        }
        regex.append(c);
    }
}
