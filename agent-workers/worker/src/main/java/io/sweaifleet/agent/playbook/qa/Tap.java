package io.sweaifleet.agent.playbook.qa;

import io.sweaifleet.agent.playbook.qa.TestResult.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the Test Anything Protocol, versions 12 to 14, from an output that may hold other lines too. */
final class Tap {

    private static final Pattern PLAN = Pattern.compile("(?m)^1\\.\\.\\d+");
    private static final Pattern POINT =
            Pattern.compile("^(ok|not ok)\\b\\s*(\\d+)?\\s*(?:- )?(.*?)(?:\\s*#\\s*(?i:(skip|todo))\\b\\s*(.*))?$");
    private static final Pattern DURATION = Pattern.compile("^\\s+duration_ms: ([\\d.]+)");

    private Tap() {}

    /** One test point; {@code details} is its YAML block, or the comments after it. */
    record Point(String name, Status status, double seconds, String details) {}

    static boolean looksLikeTap(String output) {
        return PLAN.matcher(output).find()
                && output.lines().anyMatch(line -> POINT.matcher(line).matches());
    }

    /** Test points of the top level: those of subtests are indented, and counted in the point that sums them up. */
    static List<Point> parse(String output) {
        List<Point> points = new ArrayList<>();
        String name = null;
        Status status = Status.PASSED;
        double seconds = 0;
        StringBuilder details = new StringBuilder();
        for (String line : output.split("\n")) {
            Matcher point = POINT.matcher(line.stripTrailing());
            if (point.matches()) {
                if (name != null) {
                    points.add(
                            new Point(name, status, seconds, details.toString().strip()));
                }
                String directive = point.group(4);
                name = point.group(3).isEmpty() ? "test " + point.group(2) : point.group(3);
                status = directive != null
                        ? Status.SKIPPED
                        : point.group(1).equals("ok") ? Status.PASSED : Status.FAILED;
                seconds = 0;
                details.setLength(0);
            } else if (name != null) {
                Matcher duration = DURATION.matcher(line);
                if (duration.find()) {
                    seconds = Double.parseDouble(duration.group(1)) / 1000;
                }
                if (details.length() < 8192 && (line.startsWith(" ") || line.startsWith("#"))) {
                    details.append(line).append('\n');
                }
            }
        }
        if (name != null) {
            points.add(new Point(name, status, seconds, details.toString().strip()));
        }
        return points;
    }
}
