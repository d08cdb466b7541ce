package io.sweaifleet.deploy.tests;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.neo4j.driver.Driver;
import org.neo4j.driver.Value;

/** A whole graph as text, to be compared with another. */
final class GraphDump {

    private GraphDump() {}

    /** What one has and the other has not, or has less often. */
    static List<String> differences(List<String> expected, List<String> actual) {
        List<String> missing = new ArrayList<>(expected);
        actual.forEach(missing::remove);
        List<String> extra = new ArrayList<>(actual);
        expected.forEach(extra::remove);
        return Stream.concat(
                        missing.stream().map("missing "::concat), extra.stream().map("extra "::concat))
                .toList();
    }

    /** Every node and relation with its properties, as text, in an order of its own. */
    static List<String> of(Driver graph) {
        Stream<String> nodes = graph
                .executableQuery("MATCH (n) RETURN labels(n)[0] AS label, properties(n) AS properties")
                .execute()
                .records()
                .stream()
                .map(row -> row.get("label").asString() + " " + text(row.get("properties")));
        Stream<String> relations = graph
                .executableQuery("MATCH (a)-[r]->(b) RETURN coalesce(a.id, a.name, a.sha256) AS start,"
                        + " type(r) AS type, properties(r) AS properties,"
                        + " coalesce(b.id, b.name, b.sha256) AS end")
                .execute()
                .records()
                .stream()
                .map(row -> row.get("start").asString() + " -"
                        + row.get("type").asString() + "-> " + row.get("end").asString() + " "
                        + text(row.get("properties")));
        return Stream.concat(nodes, relations).sorted().toList();
    }

    private static String text(Value properties) {
        return new TreeMap<>(properties.asMap()).toString();
    }
}
