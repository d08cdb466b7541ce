package io.sweaifleet.ingest.query;

import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.query.CheckAnswer;
import io.sweaifleet.schemas.query.QueryJson;
import io.sweaifleet.schemas.query.QueryProblem;
import io.sweaifleet.schemas.query.QueuesAnswer;
import io.sweaifleet.schemas.query.SchedulesAnswer;
import io.sweaifleet.schemas.query.StatusAnswer;
import io.sweaifleet.schemas.query.TasksAnswer;
import io.sweaifleet.schemas.query.WorkflowsAnswer;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.errors.InterruptException;

/** Asks the topology's queries; see docs/queries.md. */
public final class QueryClient {

    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(2);

    /** Longer than any query may wait, and than an instance waits for another. */
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(45);

    /** How often a question is asked that cannot be answered just now, a second between. */
    private static final int TRIES = 3;

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(CONNECT_WITHIN).build();
    private final Optional<String> address;

    /** @param settings those of the fleet, of which {@link FleetSettings#QUERY_URL} may be missing */
    public QueryClient(Settings settings) {
        this.address = settings.isGiven(FleetSettings.QUERY_URL)
                ? Optional.of(settings.get(FleetSettings.QUERY_URL).replaceAll("/+$", ""))
                : Optional.empty();
    }

    /** One parameter of a query. */
    public record Parameter(String name, String value) {}

    /**
     * Where a workflow or task stands; empty when the fleet's state does not have it.
     *
     * @throws QueriesAwayException when nobody answers
     */
    public Optional<StatusAnswer> status(String pool, String id) throws QueriesAwayException {
        try {
            return Optional.of(ask(StatusAnswer.class, pool, "status/" + encoded(id), List.of()));
        } catch (QueryRefusedException e) {
            if (e.isUnknown()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * What waits in a pool.
     *
     * @throws QueriesAwayException when nobody answers
     * @throws QueryRefusedException when there is no such pool
     */
    public QueuesAnswer queues(String pool) throws QueriesAwayException {
        return ask(QueuesAnswer.class, pool, "queues", List.of());
    }

    /**
     * Whether everything of a pool that has not ended has something that takes it further.
     *
     * @throws QueriesAwayException when nobody answers
     * @throws QueryRefusedException when there is no such pool
     */
    public CheckAnswer check(String pool) throws QueriesAwayException {
        return ask(CheckAnswer.class, pool, "check", List.of());
    }

    /**
     * The schedules of a pool.
     *
     * @throws QueriesAwayException when nobody answers
     * @throws QueryRefusedException when there is no such pool
     */
    public SchedulesAnswer schedules(String pool) throws QueriesAwayException {
        return ask(SchedulesAnswer.class, pool, "schedules", List.of());
    }

    /**
     * A page of tasks.
     *
     * @throws QueriesAwayException when nobody answers
     * @throws QueryRefusedException when a parameter is wrong, or there is no such pool
     */
    public TasksAnswer tasks(String pool, List<Parameter> parameters) throws QueriesAwayException {
        return ask(TasksAnswer.class, pool, "tasks", parameters);
    }

    /** A page of workflows, as {@link #tasks}. */
    public WorkflowsAnswer workflows(String pool, List<Parameter> parameters) throws QueriesAwayException {
        return ask(WorkflowsAnswer.class, pool, "workflows", parameters);
    }

    private <T> T ask(Class<T> type, String pool, String what, List<Parameter> parameters) throws QueriesAwayException {
        String base = address.orElseThrow(() -> new QueriesAwayException(
                "the address of the topology's queries, " + FleetSettings.QUERY_URL.name() + ", is not given"));
        List<String> pairs = new ArrayList<>();
        parameters.forEach(parameter -> pairs.add(encoded(parameter.name()) + "=" + encoded(parameter.value())));
        String path =
                "/v1/pools/" + encoded(pool) + "/" + what + (pairs.isEmpty() ? "" : "?" + String.join("&", pairs));
        try {
            HttpResponse<byte[]> response = send(base, path);
            if (response.statusCode() == 200) {
                return QueryJson.read(type, response.body());
            }
            QueryProblem problem = QueryJson.read(QueryProblem.class, response.body());
            if (response.statusCode() == 400 || response.statusCode() == 404) {
                throw new QueryRefusedException(problem, response.statusCode() == 404);
            }
            throw new QueriesAwayException(
                    "the topology's queries at " + base + " have no answer now: " + problem.message());
        } catch (IOException e) {
            throw new QueriesAwayException("the topology's queries at " + base + " do not answer: " + e);
        }
    }

    private HttpResponse<byte[]> send(String base, String path) throws IOException, QueriesAwayException {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(base + path))
                    .timeout(ANSWER_WITHIN)
                    .build();
            HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            for (int tries = 1; response.statusCode() == 503 && tries < TRIES; tries++) {
                Thread.sleep(1_000);
                response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            }
            return response;
        } catch (IllegalArgumentException e) {
            throw new QueriesAwayException(FleetSettings.QUERY_URL.name() + " = '" + base
                    + "' is not an address such as http://127.0.0.1:8090");
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
