package io.sweaifleet.graph;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How records become graph: one Cypher statement per topic, with the record's value bound as {@code event} and times as
 * Cypher temporals. The statements are idempotent and commute: a property is written from one topic only, or with the same
 * value, or guarded by the pool's sequence; flags only turn true. So replaying the topics in any order across topics
 * gives the same graph.
 */
public final class GraphWrites {

    private static final List<String> TOPICS =
            List.of("fleet.task-events", "fleet.results", "fleet.workflow-results", "fleet.audit", "fleet.knowledge");

    private GraphWrites() {}

    /** Statements by topic name, in a fixed order; one line each and without comments, as the sink's configuration holds them. */
    public static Map<String, String> byTopic() {
        Map<String, String> statements = new LinkedHashMap<>();
        TOPICS.forEach(topic -> statements.put(topic, oneLine(Resources.text("writes/" + topic + ".cypher"))));
        return Collections.unmodifiableMap(statements);
    }

    private static String oneLine(String text) {
        return text.lines()
                .filter(line -> !line.startsWith("//"))
                .map(String::strip)
                .reduce("", (all, line) -> all.isEmpty() ? line : all + " " + line);
    }
}
