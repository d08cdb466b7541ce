package io.sweaifleet.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.Locale;

/** Figures as lines for people, and as JSON. */
record Lines(PrintStream out) {

    /** A line: what was measured, and a text in the manner of {@link String#format}. */
    void line(String what, String format, Object... values) {
        out.printf("%-28s %s%n", what, String.format(Locale.ROOT, format, values));
    }

    /** A line of percentiles. */
    void latencies(String what, JsonNode times, String when) {
        line(
                what,
                "%10.1f ms p50  %8.1f ms p99   %s",
                times.get("p50").asDouble(),
                times.get("p99").asDouble(),
                when);
    }

    static void put(ObjectNode node, Latencies latencies) {
        node.put("p50", round(latencies.p50()));
        node.put("p90", round(latencies.p90()));
        node.put("p99", round(latencies.p99()));
        node.put("max", round(latencies.max()));
        node.put("count", latencies.count());
    }

    /** To a thousandth. */
    static double round(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
