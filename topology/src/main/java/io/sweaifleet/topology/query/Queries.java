package io.sweaifleet.topology.query;

import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.query.QueryJson;
import io.sweaifleet.topology.core.CoreQueries;
import io.sweaifleet.topology.core.TaskFilter;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * Answers queries.
 *
 * <table>
 * <caption>Paths and their parameters; all take after and wait too</caption>
 * <tr><td>{@code /v1/pools/POOL/status/ID}</td><td></td><td>a workflow or a task, and why it waits</td></tr>
 * <tr><td>{@code /v1/pools/POOL/queues}</td><td></td><td>depths, and what is held back</td></tr>
 * <tr><td>{@code /v1/pools/POOL/leases}</td><td></td><td>attempts at workers</td></tr>
 * <tr><td>{@code /v1/pools/POOL/schedules}</td><td></td><td>schedules and their next firings</td></tr>
 * <tr><td>{@code /v1/pools/POOL/check}</td><td></td><td>whether all that has not ended goes on</td></tr>
 * <tr><td>{@code /v1/pools/POOL/tasks}</td><td>state, role, tenant, label, since, until, limit, cursor</td>
 * <td>a page of tasks</td></tr>
 * <tr><td>{@code /v1/pools/POOL/workflows}</td><td>the same but for role</td><td>a page of workflows</td></tr>
 * </table>
 *
 * <p>An instance that does not hold the pool asks the one that does, once: one that is asked so does not pass it on.
 */
public final class Queries {

    private static final Set<String> POSITION = Set.of("after", "wait");
    private static final Set<String> PAGE = Set.of("state", "tenant", "label", "since", "until", "limit", "cursor");
    private static final String PATHS =
            "Ask for /v1/pools/POOL/status/ID, or queues, leases, schedules, check, tasks or workflows in place of status/ID";
    private static final Duration WAIT = Duration.ofSeconds(5);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

    private final PoolStores stores;
    private final Map<String, String> topicIds;
    private final int partitions;
    private final Forwarding forwarding = new Forwarding();

    /**
     * @param stores where the pools are
     * @param topicIds Kafka's ids of the topics of submissions, by name
     * @param partitions number of partitions of core's inputs
     */
    public Queries(PoolStores stores, Map<String, String> topicIds, int partitions) {
        this.partitions = partitions;
        this.stores = stores;
        this.topicIds = Map.copyOf(topicIds);
    }

    /**
     * Answers one query.
     *
     * @param uri its path and parameters
     * @param forwarded whether another instance passed it on
     * @throws QueryException when it has no answer
     */
    Reply answer(URI uri, boolean forwarded) {
        List<String> path = List.of(uri.getPath().substring(1).split("/"));
        if (path.size() < 4 || !path.get(0).equals("v1") || !path.get(1).equals("pools")) {
            throw QueryException.unknown("UNKNOWN_PATH", "There is nothing at " + uri.getPath(), PATHS);
        }
        String pool = path.get(2);
        if (!Keys.isId(pool)) {
            throw QueryException.wrong("pool", "Pool '" + pool + "' is not an id", "Name a pool of `fleet pools list`");
        }
        String what = String.join("/", path.subList(3, path.size()));
        Parameters parameters = new Parameters(uri.getRawQuery(), known(what));
        PoolStores.Place place = placeOf(pool);
        if (place instanceof PoolStores.Elsewhere elsewhere) {
            if (forwarded) {
                throw moving(pool);
            }
            return forwarding.ask(elsewhere.holder(), uri);
        }
        return new Reply(200, QueryJson.write(answer(what, pool, parameters)));
    }

    private static Set<String> known(String what) {
        Set<String> known = new HashSet<>(POSITION);
        if (what.equals("tasks") || what.equals("workflows")) {
            known.addAll(PAGE);
        }
        if (what.equals("tasks")) {
            known.add("role");
        }
        return known;
    }

    private PoolStores.Place placeOf(String pool) {
        return stores.find(pool).orElseThrow(() -> moving(pool));
    }

    private static QueryException moving(String pool) {
        return QueryException.later(
                "NOT_AVAILABLE",
                "The state of pool " + pool + " is moving between instances, or being restored",
                "Ask again in a second");
    }

    private Object answer(String what, String pool, Parameters parameters) {
        CoreQueries core = upToDate(pool, parameters);
        if (!core.poolIsKnown()) {
            throw QueryException.unknown(
                    "UNKNOWN_POOL", "Pool " + pool + " is not declared", "Name a pool of `fleet pools list`");
        }
        if (what.startsWith("status/")) {
            String id = what.substring("status/".length());
            return core.status(id)
                    .orElseThrow(() -> QueryException.unknown(
                            "UNKNOWN_ID",
                            "Pool " + pool + " has no task or workflow " + id,
                            "Check the id; what ended longer ago than the pool's dedupe retention is on fleet.results,"
                                    + " what was refused on fleet.dead-letters"));
        }
        return switch (what) {
            case "queues" -> core.queues();
            case "leases" -> core.leases();
            case "schedules" -> core.schedules();
            case "check" -> core.check();
            case "tasks" ->
                core.tasks(
                        filter(parameters, TaskFilter.STATES_OF_TASKS, parameters.id("role")),
                        cursor(parameters),
                        limit(parameters));
            case "workflows" ->
                core.workflows(
                        filter(parameters, TaskFilter.STATES_OF_WORKFLOWS, null),
                        cursor(parameters),
                        limit(parameters));
            default -> throw QueryException.unknown("UNKNOWN_PATH", "There is nothing at '" + what + "'", PATHS);
        };
    }

    /** The pool's state, once it has come to the position that is asked for. */
    private CoreQueries upToDate(String pool, Parameters parameters) {
        Duration wait = parameters.duration("wait", WAIT, LONGEST_WAIT);
        Optional<AppliedPosition> position = Optional.ofNullable(parameters.one("after"))
                .map(text -> AppliedPosition.parse(text, pool, topicIds, partitions));
        long giveUpAt = System.nanoTime() + wait.toNanos();
        while (true) {
            if (!(placeOf(pool) instanceof PoolStores.Here here)) {
                throw moving(pool);
            }
            CoreQueries core = new CoreQueries(here.store(), pool);
            if (position.isEmpty() || position.get().isApplied(core)) {
                return core;
            }
            if (System.nanoTime() > giveUpAt) {
                throw QueryException.later(
                        "NOT_YET",
                        "Pool " + pool + " had not come to " + position.get() + " in " + wait.toMillis() + " ms",
                        "Ask again, or wait longer; what was refused before it came to a pool is on fleet.dead-letters");
            }
            pause();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN.toMillis());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private static TaskFilter filter(Parameters parameters, Set<String> known, @Nullable String role) {
        Set<String> states = new TreeSet<>();
        for (String value : parameters.all("state")) {
            String state = value.toUpperCase(Locale.ROOT);
            if (!known.contains(state)) {
                throw QueryException.wrong(
                        "state",
                        "Parameter state = '" + value + "' is not a state",
                        "Use any of " + String.join(", ", known).toLowerCase(Locale.ROOT));
            }
            states.add(state);
        }
        return new TaskFilter(
                states,
                role,
                parameters.id("tenant"),
                parameters.pairs("label"),
                parameters.time("since"),
                parameters.time("until"));
    }

    private static int limit(Parameters parameters) {
        return parameters.number("limit", 100, 1, 1_000);
    }

    private static @Nullable String cursor(Parameters parameters) {
        return parameters.id("cursor");
    }
}
