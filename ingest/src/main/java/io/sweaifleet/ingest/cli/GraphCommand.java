package io.sweaifleet.ingest.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.graph.GraphReads;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.ingest.print.Style;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.print.TextTable;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.neo4j.driver.AuthToken;
import org.neo4j.driver.AuthTokens;
import org.neo4j.driver.Config;
import org.neo4j.driver.Driver;
import org.neo4j.driver.GraphDatabase;
import org.neo4j.driver.exceptions.AuthenticationException;
import org.neo4j.driver.exceptions.Neo4jException;
import org.neo4j.driver.exceptions.ServiceUnavailableException;
import org.neo4j.driver.exceptions.SessionExpiredException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleet graph}. */
@Command(
        name = "graph",
        mixinStandardHelpOptions = true,
        description = {
            "Ask the knowledge graph. Without a query: what did each agent touch and decide?",
            "A query is read-only Cypher, or one of: hot-files, failing-checks."
        },
        footer = {
            "",
            "  fleet graph --workflow checkup-20260131-120000-k3f9",
            "  fleet graph hot-files",
            "  fleet graph rebuild --empty",
            "  fleet graph 'MATCH (t:Task)-[:DEPENDS_ON]->(u:Task) RETURN t.taskId, u.taskId'"
        })
final class GraphCommand implements Callable<Integer> {

    private static final Pattern EXPECTED = Pattern.compile(": expected .*(?= \\(line \\d)");

    private final CliContext context;

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Parameters(index = "0", arity = "0..1", paramLabel = "QUERY", description = "Cypher, or the name of a question.")
    private @Nullable String query;

    @Option(
            names = "--workflow",
            paramLabel = "ID",
            description = "Only of this workflow (default: the latest of all).")
    private @Nullable String workflow;

    @Option(
            names = "--repo",
            paramLabel = "PATH|URL",
            description = "hot-files, failing-checks: only of this repository.")
    private @Nullable String repository;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "50",
            description = "At most so many rows (default: 50).")
    private int limit = 50;

    @Option(names = "--json", description = "Print one JSON array.")
    private boolean json;

    GraphCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (limit < 1) {
            throw CliException.usage("--limit " + limit + " shows nothing", "give a number from 1");
        }
        Settings settings = node.settings(context.node());
        String uri = settings.get(FleetSettings.NEO4J_URI);
        try (Driver driver = driver(settings)) {
            answer(new GraphReads(driver, ""));
            return ExitCode.OK;
        } catch (AuthenticationException e) {
            throw new CliException(
                    ExitCode.ENVIRONMENT,
                    "Neo4j at " + uri + " does not accept the user '" + settings.get(FleetSettings.NEO4J_USER) + "'",
                    "set " + FleetSettings.NEO4J_USER.name() + " and " + FleetSettings.NEO4J_PASSWORD.name(),
                    e);
        } catch (ServiceUnavailableException | SessionExpiredException e) {
            throw new CliException(
                    ExitCode.ENVIRONMENT, "Neo4j at " + uri + " does not answer", "see `fleet doctor`", e);
        } catch (Neo4jException e) {
            throw new CliException(
                    ExitCode.USAGE,
                    "Neo4j refuses the query: " + inShort(String.valueOf(e.getMessage())),
                    "queries are Cypher that only reads; `fleet graph --help` shows some",
                    e);
        }
    }

    /** Connects to Neo4j. */
    static Driver driver(Settings settings) {
        String uri = settings.get(FleetSettings.NEO4J_URI);
        String user = settings.get(FleetSettings.NEO4J_USER);
        AuthToken token =
                user.isEmpty() ? AuthTokens.none() : AuthTokens.basic(user, settings.get(FleetSettings.NEO4J_PASSWORD));
        Config config = Config.builder()
                .withConnectionTimeout(5, TimeUnit.SECONDS)
                .withMaxTransactionRetryTime(5, TimeUnit.SECONDS)
                .build();
        try {
            return GraphDatabase.driver(uri, token, config);
        } catch (IllegalArgumentException e) {
            throw new CliException(
                    ExitCode.USAGE,
                    FleetSettings.NEO4J_URI.name() + " = " + uri + " is not an address of Neo4j",
                    "write bolt://host:port",
                    e);
        }
    }

    /** What and where, without the dozens of words that Neo4j would have expected there. */
    private static String inShort(String message) {
        String first = message.lines().findFirst().orElse("");
        return EXPECTED.matcher(first).replaceFirst("");
    }

    private void answer(GraphReads graph) {
        if (query == null) {
            List<GraphReads.Activity> activity = graph.activity(workflow, limit);
            if (json) {
                print(OutcomeJson.pretty(activityJson(activity)));
            } else {
                printActivity(activity);
            }
        } else if (query.equals("hot-files")) {
            table(new GraphReads.Table(
                    List.of("repository", "path", "score", "since"),
                    graph.hotFiles(repository, limit).stream()
                            .map(file -> Arrays.<@Nullable Object>asList(
                                    file.repository(), file.path(), file.score(), file.validAt()))
                            .toList()));
        } else if (query.equals("failing-checks")) {
            table(new GraphReads.Table(
                    List.of("repository", "subject", "message", "since"),
                    graph.failingChecks(repository, limit).stream()
                            .map(check -> Arrays.<@Nullable Object>asList(
                                    check.repository(), check.subject(), check.message(), check.validAt()))
                            .toList()));
        } else {
            table(graph.query(query));
        }
    }

    private void print(String text) {
        context.terminal().out().println(text);
    }

    private void printActivity(List<GraphReads.Activity> activity) {
        Terminal terminal = context.terminal();
        PrintStream out = terminal.out();
        Style style = terminal.outStyle();
        if (activity.isEmpty()) {
            terminal.err()
                    .println("the graph knows of no attempts" + (workflow == null ? "" : " of " + workflow) + " yet");
            return;
        }
        String current = "";
        for (GraphReads.Activity attempt : activity) {
            if (!attempt.workflow().equals(current)) {
                current = attempt.workflow();
                out.println(style.bold("workflow " + current));
            }
            out.println("  " + style.cyan(attempt.role().isEmpty() ? "agent" : attempt.role()) + " " + attempt.agent()
                    + "  " + attempt.task() + ", attempt " + attempt.attempt() + ": "
                    + attempt.status().toLowerCase(java.util.Locale.ROOT)
                    + (attempt.summary().isEmpty() ? "" : " — " + attempt.summary()));
            out.println("    touched   " + count(attempt.filesRead(), "file") + " read, "
                    + attempt.filesWritten().size() + " written"
                    + (attempt.filesWritten().isEmpty() ? "" : ": " + shortened(attempt.filesWritten())));
            for (GraphReads.Decision decision : attempt.decisions()) {
                out.println("    decided   " + decision.chosen()
                        + (decision.why().isEmpty() ? "" : " — " + decision.why()));
            }
            out.println("    produced  " + count(attempt.facts(), "fact")
                    + (attempt.artifacts().isEmpty() ? "" : ", " + String.join(", ", attempt.artifacts())));
        }
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private static String shortened(List<String> paths) {
        return paths.size() <= 8
                ? String.join(", ", paths)
                : String.join(", ", paths.subList(0, 8)) + " and " + (paths.size() - 8) + " more";
    }

    private static ArrayNode activityJson(List<GraphReads.Activity> activity) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (GraphReads.Activity attempt : activity) {
            ObjectNode object = array.addObject();
            object.put("workflow", attempt.workflow());
            object.put("task", attempt.task());
            object.put("attempt", attempt.attempt());
            object.put("agent", attempt.agent());
            object.put("role", attempt.role());
            object.put("status", attempt.status());
            object.put("summary", attempt.summary());
            object.put("filesRead", attempt.filesRead());
            ArrayNode written = object.putArray("filesWritten");
            attempt.filesWritten().forEach(written::add);
            ArrayNode decisions = object.putArray("decisions");
            for (GraphReads.Decision decision : attempt.decisions()) {
                ObjectNode each = decisions.addObject();
                each.put("at", decision.at() == null ? null : decision.at().toString());
                each.put("kind", decision.kind());
                each.put("chosen", decision.chosen());
                each.put("why", decision.why());
            }
            object.put("facts", attempt.facts());
            ArrayNode artifacts = object.putArray("artifacts");
            attempt.artifacts().forEach(artifacts::add);
        }
        return array;
    }

    private void table(GraphReads.Table answer) {
        Terminal terminal = context.terminal();
        if (json) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            for (List<@Nullable Object> row : answer.rows()) {
                ObjectNode object = array.addObject();
                for (int i = 0; i < row.size(); i++) {
                    object.set(answer.columns().get(i), node(row.get(i)));
                }
            }
            print(OutcomeJson.pretty(array));
            return;
        }
        if (answer.columns().isEmpty()) {
            return;
        }
        TextTable table = new TextTable(answer.columns().toArray(String[]::new));
        answer.rows()
                .forEach(row -> table.add(
                        TextTable.Emphasis.NONE,
                        row.stream()
                                .map(value -> value == null ? "" : text(value))
                                .collect(Collectors.toList())));
        table.lines(terminal.outStyle(), terminal.outIsTerminal() ? terminal.width() : 0)
                .forEach(terminal.out()::println);
    }

    private static String text(Object value) {
        return value instanceof Map || value instanceof List ? OutcomeJson.line(node(value)) : value.toString();
    }

    private static JsonNode node(@Nullable Object value) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        if (value == null) {
            return json.nullNode();
        }
        if (value instanceof Long number) {
            return json.numberNode(number);
        }
        if (value instanceof Double number) {
            return json.numberNode(number);
        }
        if (value instanceof Boolean bool) {
            return json.booleanNode(bool);
        }
        if (value instanceof List<?> list) {
            ArrayNode array = json.arrayNode();
            list.forEach(element -> array.add(node(element)));
            return array;
        }
        if (value instanceof Map<?, ?> map) {
            ObjectNode object = json.objectNode();
            map.forEach((key, element) -> object.set(String.valueOf(key), node(element)));
            return object;
        }
        return json.textNode(value.toString());
    }
}
