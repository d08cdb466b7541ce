package io.sweaifleet.graph;

import java.util.List;
import java.util.stream.Stream;
import org.neo4j.driver.Driver;
import org.neo4j.driver.SessionConfig;

/** Constraints and indexes of the knowledge graph, read from {@code schema.cypher}. */
public final class GraphSchema {

    private GraphSchema() {}

    /** The statements, in order, without comments. Each may be repeated. */
    public static List<String> statements() {
        String text = Resources.text("schema.cypher")
                .lines()
                .filter(line -> !line.startsWith("//"))
                .reduce("", (all, line) -> all + line + "\n");
        return Stream.of(text.split(";"))
                .map(String::strip)
                .filter(statement -> !statement.isEmpty())
                .toList();
    }

    /**
     * Creates what is missing.
     *
     * @param database name of the database, empty for the server's default
     * @throws org.neo4j.driver.exceptions.Neo4jException when the server is away or refuses
     */
    public static void apply(Driver driver, String database) {
        SessionConfig config = database.isEmpty() ? SessionConfig.defaultConfig() : SessionConfig.forDatabase(database);
        try (var session = driver.session(config)) {
            statements().forEach(statement -> session.run(statement).consume());
        }
    }
}
