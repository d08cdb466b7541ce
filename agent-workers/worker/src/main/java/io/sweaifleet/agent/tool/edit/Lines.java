package io.sweaifleet.agent.tool.edit;

import java.util.ArrayList;
import java.util.List;

/** Lines of a text, each with the line end that it has in the file; only {@code \n} ends a line, as in git. */
public final class Lines {

    private Lines() {}

    /** The lines, which joined give the text again. An empty text has none. */
    public static List<String> split(String text) {
        List<String> lines = new ArrayList<>();
        int from = 0;
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
            lines.add(text.substring(from, end + 1));
            from = end + 1;
        }
        if (from < text.length()) {
            lines.add(text.substring(from));
        }
        return lines;
    }

    /** A line without its end. */
    public static String content(String line) {
        int end = line.length();
        if (end > 0 && line.charAt(end - 1) == '\n') {
            end--;
            if (end > 0 && line.charAt(end - 1) == '\r') {
                end--;
            }
        }
        return line.substring(0, end);
    }

    /** The line end of a line: {@code \r\n}, {@code \n}, or empty at the end of a file. */
    static String end(String line) {
        return line.substring(content(line).length());
    }

    /** The line end that most lines of a text have; {@code \n} when it has none. */
    static String dominantEnd(List<String> lines) {
        long windows = lines.stream().filter(line -> line.endsWith("\r\n")).count();
        long all = lines.stream().filter(line -> line.endsWith("\n")).count();
        return windows * 2 > all ? "\r\n" : "\n";
    }

    /** Whitespace before the first other character. */
    static String indent(String content) {
        int i = 0;
        while (i < content.length() && (content.charAt(i) == ' ' || content.charAt(i) == '\t')) {
            i++;
        }
        return content.substring(0, i);
    }

    /** Number of the line, from 1, in which a character of a text lies. */
    static int number(String text, int offset) {
        int number = 1;
        for (int i = 0; i < offset; i++) {
            if (text.charAt(i) == '\n') {
                number++;
            }
        }
        return number;
    }
}
