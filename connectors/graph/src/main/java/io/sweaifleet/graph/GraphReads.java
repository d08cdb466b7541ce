package io.sweaifleet.graph;

import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.neo4j.driver.AccessMode;
import org.neo4j.driver.Driver;
import org.neo4j.driver.Record;
import org.neo4j.driver.SessionConfig;
import org.neo4j.driver.Value;
import org.neo4j.driver.types.Entity;
import org.neo4j.driver.types.Path;

/**
 * Questions to the knowledge graph, as typed queries. Every query runs in a read transaction, which the server refuses to
 * write in. All methods throw {@link org.neo4j.driver.exceptions.Neo4jException} when the server is away or refuses.
 */
public final class GraphReads {

    private static final String ACTIVITY =
            """
            MATCH (a:Attempt)-[:ATTEMPT_OF]->(t:Task)-[:PART_OF]->(w:Workflow)
            WHERE $workflow IS NULL OR w.workflowId = $workflow
            OPTIONAL MATCH (a)-[:EXECUTED_BY]->(g:Agent)
            OPTIONAL MATCH (g)-[:HAS_ROLE]->(r:Role)
            WITH a, t, w, head(collect(g.id)) AS agent, head(collect(r.name)) AS role
            RETURN w.workflowId AS workflow, t.taskId AS task, a.number AS attempt, coalesce(agent, '') AS agent,
                   coalesce(role, t.role, '') AS role, coalesce(a.status, '') AS status, coalesce(t.summary, '') AS summary,
                   COUNT { (a)-[x:TOUCHED]->(:File) WHERE x.read } AS filesRead,
                   [(a)-[x:TOUCHED]->(f:File) WHERE x.written | f.path] AS filesWritten,
                   [(a)-[:MADE]->(d:Decision) | {at: d.at, kind: d.kind, chosen: d.chosen, why: d.why}] AS decisions,
                   COUNT { (a)-[:PRODUCED]->(:Fact) } AS facts,
                   [(a)-[p:PRODUCED]->(:Artifact) | p.name] AS artifacts,
                   t.finishedAt AS finishedAt
            ORDER BY finishedAt DESC, workflow, task, attempt
            LIMIT $limit
            """;

    private static final String HOT_FILES =
            """
            MATCH (f:Fact {predicate: 'HOT'})-[:ABOUT]->(file:File)
            WHERE ($repository IS NULL OR file.repository = $repository) AND f.invalid_at IS NULL AND f.expired_at IS NULL
            WITH file, f ORDER BY f.valid_at DESC, f.created_at DESC
            WITH file, head(collect(f)) AS latest
            RETURN file.repository AS repository, file.path AS path, toFloat(latest.value) AS score, latest.valid_at AS validAt
            ORDER BY score DESC, path LIMIT $limit
            """;

    private static final String FAILING_CHECKS =
            """
            MATCH (s)-[:FAILED_WITH]->(f:Fact)
            WHERE ($repository IS NULL OR f.repository = $repository) AND f.invalid_at IS NULL AND f.expired_at IS NULL
            RETURN f.repository AS repository, f.subject AS subject, coalesce(f.value, '') AS message, f.valid_at AS validAt
            ORDER BY validAt DESC, subject LIMIT $limit
            """;

    private final Driver driver;
    private final SessionConfig session;

    /** @param database name of the database, empty for the server's default */
    public GraphReads(Driver driver, String database) {
        this.driver = driver;
        SessionConfig.Builder builder = SessionConfig.builder().withDefaultAccessMode(AccessMode.READ);
        this.session = (database.isEmpty() ? builder : builder.withDatabase(database)).build();
    }

    /** A decision of a brain or of the policy. */
    public record Decision(@Nullable ZonedDateTime at, String kind, String chosen, String why) {}

    /** What one attempt did: which agent ran it, what it touched, decided and produced. */
    public record Activity(
            String workflow,
            String task,
            int attempt,
            String agent,
            String role,
            String status,
            String summary,
            int filesRead,
            List<String> filesWritten,
            List<Decision> decisions,
            int facts,
            List<String> artifacts) {}

    /** A file that changes often for its size, as the architect last found. */
    public record HotFile(
            String repository,
            String path,
            double score,
            @Nullable ZonedDateTime validAt) {}

    /** A check or file with a standing failure. */
    public record FailingCheck(
            String repository,
            String subject,
            String message,
            @Nullable ZonedDateTime validAt) {}

    /** A result of {@link #query}: plain Java values; nodes and relations as maps, a path as the list of both. */
    public record Table(List<String> columns, List<List<@Nullable Object>> rows) {}

    /**
     * What did each agent touch and decide? Latest first.
     *
     * @param workflow workflow id, or null for all
     * @param limit most attempts to return
     */
    public List<Activity> activity(@Nullable String workflow, int limit) {
        return read(ACTIVITY, parameters("workflow", workflow, limit)).stream()
                .map(row -> new Activity(
                        row.get("workflow").asString(""),
                        row.get("task").asString(""),
                        row.get("attempt").asInt(0),
                        row.get("agent").asString(""),
                        row.get("role").asString(""),
                        row.get("status").asString(""),
                        row.get("summary").asString(""),
                        row.get("filesRead").asInt(0),
                        row.get("filesWritten").asList(value -> value.asString("")).stream()
                                .sorted()
                                .toList(),
                        decisions(row.get("decisions")),
                        row.get("facts").asInt(0),
                        row.get("artifacts").asList(value -> value.asString("")).stream()
                                .sorted()
                                .toList()))
                .toList();
    }

    /** Files that change often for their size, hottest first; repository may be null for all. */
    public List<HotFile> hotFiles(@Nullable String repository, int limit) {
        return read(HOT_FILES, parameters("repository", repository, limit)).stream()
                .map(row -> new HotFile(
                        row.get("repository").asString(""),
                        row.get("path").asString(""),
                        row.get("score").asDouble(0),
                        time(row.get("validAt"))))
                .toList();
    }

    /** Checks and files with a standing failure, latest first; repository may be null for all. */
    public List<FailingCheck> failingChecks(@Nullable String repository, int limit) {
        return read(FAILING_CHECKS, parameters("repository", repository, limit)).stream()
                .map(row -> new FailingCheck(
                        row.get("repository").asString(""),
                        row.get("subject").asString(""),
                        row.get("message").asString(""),
                        time(row.get("validAt"))))
                .toList();
    }

    /**
     * Runs a Cypher query of the caller.
     *
     * @throws org.neo4j.driver.exceptions.ClientException when the query is wrong, or tries to write
     */
    public Table query(String cypher) {
        try (var open = driver.session(session)) {
            return open.executeRead(tx -> {
                var result = tx.run(cypher);
                List<String> columns = result.keys();
                List<List<@Nullable Object>> rows = result.list(
                        row -> row.values().stream().map(GraphReads::plain).toList());
                return new Table(columns, rows);
            });
        }
    }

    private static @Nullable Object plain(Value value) {
        return plain(value.asObject());
    }

    // Lists and maps may hold nodes too.
    private static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof Entity entity) {
            return plain(entity.asMap());
        }
        if (value instanceof Path path) {
            List<@Nullable Object> steps = new ArrayList<>();
            path.forEach(segment -> {
                if (steps.isEmpty()) {
                    steps.add(plain(segment.start()));
                }
                steps.add(plain(segment.relationship()));
                steps.add(plain(segment.end()));
            });
            return steps.isEmpty() ? List.of(path.start().asMap()) : steps;
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> all = new ArrayList<>();
            list.forEach(element -> all.add(plain(element)));
            return all;
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> sorted = new TreeMap<>();
            map.forEach((key, element) -> sorted.put(String.valueOf(key), plain(element)));
            return sorted;
        }
        return value;
    }

    private List<Record> read(String cypher, Map<String, Object> parameters) {
        try (var open = driver.session(session)) {
            return open.executeRead(tx -> tx.run(cypher, parameters).list());
        }
    }

    // Map.of refuses null, which the queries take for "all".
    @SuppressWarnings("NullAway") // The driver's signature is not annotated; it takes null for Cypher's null.
    private static Map<String, Object> parameters(String name, @Nullable String value, int limit) {
        Map<String, Object> parameters = new HashMap<>();
        parameters.put(name, value);
        parameters.put("limit", limit);
        return parameters;
    }

    private static List<Decision> decisions(Value list) {
        return list
                .asList(map -> new Decision(
                        time(map.get("at")),
                        map.get("kind").asString(""),
                        map.get("chosen").asString(""),
                        map.get("why").asString("")))
                .stream()
                .sorted(java.util.Comparator.comparing(
                        Decision::at, java.util.Comparator.nullsFirst(java.util.Comparator.naturalOrder())))
                .toList();
    }

    private static @Nullable ZonedDateTime time(Value value) {
        return value.isNull() ? null : value.asZonedDateTime();
    }
}
