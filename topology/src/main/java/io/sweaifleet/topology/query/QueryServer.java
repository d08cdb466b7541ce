package io.sweaifleet.topology.query;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sweaifleet.schemas.query.QueryJson;
import io.sweaifleet.schemas.query.QueryProblem;
import io.sweaifleet.topology.core.UnsteadyException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves {@link Queries} over HTTP. It only reads, and asks nobody for a name or a password: keep it on a private network. */
public final class QueryServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(QueryServer.class);

    /** Queries at once, but for those that other instances pass on: if they had to wait too, two could wait for each other. */
    private static final int AT_ONCE = 16;

    private final HttpServer server;
    private final ExecutorService threads;
    private final Semaphore free = new Semaphore(AT_ONCE);

    private QueryServer(HttpServer server) {
        AtomicInteger numbers = new AtomicInteger();
        this.server = server;
        this.threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "queries-" + numbers.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Takes an address; port 0 takes a free port. Nothing is answered before {@link #start}.
     *
     * @throws IOException when the address cannot be taken
     */
    public static QueryServer bind(InetSocketAddress address) throws IOException {
        return new QueryServer(HttpServer.create(address, 0));
    }

    /** Port that it listens at. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Begins to answer. */
    public void start(Queries queries) {
        server.createContext("/", exchange -> {
            try (exchange) {
                send(exchange, reply(queries, exchange));
            }
        });
        server.setExecutor(threads);
        server.start();
    }

    private Reply reply(Queries queries, HttpExchange exchange) {
        if (!exchange.getRequestMethod().equals("GET")) {
            return problem(405, "READ_ONLY", "Queries are asked with GET", "To change anything, produce to a topic");
        }
        if (exchange.getRequestHeaders().containsKey(Forwarding.HEADER)) {
            return answer(queries, exchange, true);
        }
        if (!free.tryAcquire()) {
            return problem(503, "BUSY", AT_ONCE + " queries are under way at this instance", "Ask again in a second");
        }
        try {
            return answer(queries, exchange, false);
        } finally {
            free.release();
        }
    }

    private static Reply answer(Queries queries, HttpExchange exchange, boolean forwarded) {
        try {
            return queries.answer(exchange.getRequestURI(), forwarded);
        } catch (QueryException e) {
            return new Reply(e.status(), QueryJson.write(e.problem()));
        } catch (InvalidStateStoreException e) {
            return problem(503, "NOT_AVAILABLE", "The state moved while it was read", "Ask again in a second");
        } catch (UnsteadyException e) {
            return problem(503, "UNSTEADY", String.valueOf(e.getMessage()), "Ask again");
        } catch (InterruptException e) {
            return problem(503, "STOPPING", "This instance is being stopped", "Ask again in a second");
        } catch (RuntimeException e) {
            LOG.error("Query {} failed", exchange.getRequestURI(), e);
            return problem(500, "INTERNAL", "The query failed: " + e, "This is a defect: report it with the log");
        }
    }

    private static Reply problem(int status, String code, String message, String remedy) {
        return new Reply(status, QueryJson.write(new QueryProblem(code, message, remedy, "")));
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        if (reply.status() == 503) {
            exchange.getResponseHeaders().set("Retry-After", "1");
        }
        exchange.sendResponseHeaders(reply.status(), reply.body().length);
        exchange.getResponseBody().write(reply.body());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
