package io.sweaifleet.agent.playbook.devops;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The instructions of a Dockerfile, with continued lines joined, comments removed and here-documents taken in. */
record Dockerfile(List<Instruction> instructions) {

    private static final Pattern ESCAPE = Pattern.compile("(?i)\\s*#\\s*escape\\s*=\\s*(\\S)\\s*");
    private static final Pattern DIRECTIVE = Pattern.compile("\\s*#\\s*[a-zA-Z]+\\s*=.*");
    private static final Pattern HERE = Pattern.compile("<<-?\\s*[\"']?([A-Za-z_][A-Za-z0-9_]*)[\"']?");

    /**
     * One instruction.
     *
     * @param name upper-case word such as RUN
     * @param arguments what follows, on one line; the lines of a here-document are joined with line breaks
     * @param line line from 1 on which it begins
     */
    record Instruction(String name, String arguments, int line) {}

    static Dockerfile parse(String text) {
        String[] lines = text.split("\\R", -1);
        char escape = escape(lines);
        List<Instruction> instructions = new ArrayList<>();
        int i = 0;
        while (i < lines.length) {
            int start = i;
            StringBuilder joined = new StringBuilder();
            boolean open = true;
            while (open && i < lines.length) {
                String line = lines[i++];
                String trimmed = line.strip();
                if (trimmed.startsWith("#") || (trimmed.isEmpty() && joined.length() > 0)) {
                    // Comments and empty lines between continued ones are dropped, as the builder does.
                    open = joined.length() > 0;
                    continue;
                }
                open = trimmed.endsWith(String.valueOf(escape));
                joined.append(open ? trimmed.substring(0, trimmed.length() - 1) : trimmed);
                if (open) {
                    joined.append(' ');
                }
            }
            String whole = joined.toString().strip();
            if (!whole.isEmpty()) {
                String[] parts = whole.split("\\s+", 2);
                String name = parts[0].toUpperCase(Locale.ROOT);
                StringBuilder arguments = new StringBuilder(parts.length > 1 ? parts[1] : "");
                if (name.equals("RUN") || name.equals("COPY") || name.equals("ADD")) {
                    i = hereDocuments(lines, i, arguments);
                }
                instructions.add(new Instruction(name, arguments.toString(), firstLine(lines, start)));
            }
        }
        return new Dockerfile(List.copyOf(instructions));
    }

    private static char escape(String[] lines) {
        for (String line : lines) {
            Matcher matcher = ESCAPE.matcher(line);
            if (matcher.matches()) {
                return matcher.group(1).charAt(0);
            }
            if (!DIRECTIVE.matcher(line).matches()) {
                break;
            }
        }
        return '\\';
    }

    private static int hereDocuments(String[] lines, int from, StringBuilder arguments) {
        Matcher matcher = HERE.matcher(arguments.toString());
        int next = from;
        while (matcher.find()) {
            String end = matcher.group(1);
            while (next < lines.length && !lines[next].strip().equals(end)) {
                arguments.append('\n').append(lines[next++]);
            }
            next = Math.min(lines.length, next + 1);
        }
        return next;
    }

    private static int firstLine(String[] lines, int from) {
        int line = from;
        while (line < lines.length
                && (lines[line].isBlank() || lines[line].strip().startsWith("#"))) {
            line++;
        }
        return line + 1;
    }
}
