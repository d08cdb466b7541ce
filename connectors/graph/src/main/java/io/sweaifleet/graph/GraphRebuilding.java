package io.sweaifleet.graph;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.neo4j.driver.Driver;
import org.neo4j.driver.Record;
import org.neo4j.driver.Session;
import org.neo4j.driver.SessionConfig;
import org.neo4j.driver.Value;

/**
 * The graph's side of its rebuilding: whether there is anything in it, emptying it, and how far a rebuilding has come. The
 * latter stands in the graph itself, as one {@code (:Rebuilding)} node that is gone when all is done, so that a
 * rebuilding that was cut short goes on from any machine. All methods throw
 * {@link org.neo4j.driver.exceptions.Neo4jException} when the server is away or refuses.
 */
public final class GraphRebuilding {

    private static final int DELETED_AT_ONCE = 10_000;

    private final Driver driver;
    private final SessionConfig session;

    /**
     * @param database name of the database, empty for the server's default
     */
    public GraphRebuilding(Driver driver, String database) {
        this.driver = driver;
        this.session = database.isEmpty() ? SessionConfig.defaultConfig() : SessionConfig.forDatabase(database);
    }

    /** True when the graph has no node, that of a rebuilding apart. */
    public boolean isEmpty() {
        return one("MATCH (n) WHERE NOT n:Rebuilding RETURN count(n) = 0 AS empty")
                .get("empty")
                .asBoolean();
    }

    /**
     * Deletes every node and relation, but that of a rebuilding; constraints and indexes stay.
     */
    public void empty() {
        long last;
        do {
            try (Session writing = driver.session(session)) {
                last = writing.executeWrite(transaction -> transaction
                        .run(
                                "MATCH (n) WHERE NOT n:Rebuilding WITH n LIMIT $limit DETACH DELETE n"
                                        + " RETURN count(*) AS deleted",
                                Map.of("limit", DELETED_AT_ONCE))
                        .single()
                        .get("deleted")
                        .asLong());
            }
        } while (last > 0);
    }

    /** How far the rebuilding that is under way has come: the next offset by partition; empty when none is. */
    public Optional<Map<String, Long>> progress() {
        try (Session reading = driver.session(session)) {
            return reading.executeRead(transaction ->
                    transaction.run("MATCH (r:Rebuilding) RETURN r.partitions AS partitions, r.next AS next").stream()
                            .findFirst()
                            .map(GraphRebuilding::nextByPartition));
        }
    }

    private static Map<String, Long> nextByPartition(Record row) {
        List<String> partitions = row.get("partitions").asList(Value::asString);
        List<Long> next = row.get("next").asList(Value::asLong);
        Map<String, Long> byPartition = new LinkedHashMap<>();
        for (int i = 0; i < partitions.size(); i++) {
            byPartition.put(partitions.get(i), next.get(i));
        }
        return byPartition;
    }

    /** Notes that everything before these offsets is in the graph; the first time, that a rebuilding is under way. */
    public void note(Map<String, Long> nextByPartition) {
        TreeMap<String, Long> sorted = new TreeMap<>(nextByPartition);
        write(
                "MERGE (r:Rebuilding) SET r.partitions = $partitions, r.next = $next",
                Map.of("partitions", List.copyOf(sorted.keySet()), "next", List.copyOf(sorted.values())));
    }

    /** Notes that the rebuilding is over. */
    public void done() {
        write("MATCH (r:Rebuilding) DELETE r", Map.of());
    }

    private void write(String cypher, Map<String, Object> parameters) {
        try (Session writing = driver.session(session)) {
            writing.executeWriteWithoutResult(
                    transaction -> transaction.run(cypher, parameters).consume());
        }
    }

    private Record one(String cypher) {
        try (Session reading = driver.session(session)) {
            return reading.executeRead(transaction -> transaction.run(cypher).single());
        }
    }
}
