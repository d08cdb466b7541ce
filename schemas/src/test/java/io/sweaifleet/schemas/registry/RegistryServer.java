package io.sweaifleet.schemas.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.sweaifleet.schemas.error.UnknownSchemaException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** A registry on a loopback port that speaks the protocol, and that can be told to fail. */
public final class RegistryServer implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern SUBJECT = Pattern.compile("/subjects/([^/]+)(/versions)?(/latest|/\\d+)?");
    private static final Pattern COMPATIBILITY = Pattern.compile("/compatibility/subjects/([^/]+)/versions(/latest)?");
    private static final Pattern ID = Pattern.compile("/schemas/ids/(\\d+)");
    private static final Pattern CONFIG = Pattern.compile("/config/([^/]+)");

    static {
        // Without it the JDK's server sits on each answer for 40 ms.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;
    private final String scheme;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<Handler> scripted = new ConcurrentLinkedQueue<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private final InMemorySchemaRegistry registry =
            InMemorySchemaRegistry.named("server-" + System.identityHashCode(this) + "-" + System.nanoTime());

    /** Answers one request. */
    public interface Handler {
        void handle(HttpExchange exchange) throws IOException;
    }

    private RegistryServer(HttpServer server, String scheme) {
        this.server = server;
        this.scheme = scheme;
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public static RegistryServer start() throws IOException {
        return new RegistryServer(
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0), "http");
    }

    public static RegistryServer startTls(SSLContext context) throws IOException {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        return new RegistryServer(server, "https");
    }

    public String url() {
        return scheme + "://localhost:" + server.getAddress().getPort();
    }

    /** What it holds. */
    public SchemaRegistryClient contents() {
        return registry;
    }

    /** Method and path of every request so far. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    /** Authorization header of every request so far; empty text where there was none. */
    public List<String> authorizations() {
        return List.copyOf(authorizations);
    }

    /** The next request is answered like this instead. */
    public void next(Handler handler) {
        scripted.add(handler);
    }

    /** The next request is answered with this status and body. */
    public void next(int status, String body) {
        next(exchange -> answer(exchange, status, body));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getRawPath();
        requests.add(exchange.getRequestMethod() + " " + path);
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        authorizations.add(authorization == null ? "" : authorization);
        Handler handler = scripted.poll();
        if (handler != null) {
            handler.handle(exchange);
            return;
        }
        try {
            route(exchange, path);
        } catch (SchemaRefusedException e) {
            error(exchange, 409, 409, e.getMessage());
        }
    }

    private void route(HttpExchange exchange, String path) throws IOException {
        Matcher subject = SUBJECT.matcher(path);
        Matcher compatibility = COMPATIBILITY.matcher(path);
        Matcher id = ID.matcher(path);
        Matcher config = CONFIG.matcher(path);
        if (id.matches()) {
            byId(exchange, Integer.parseInt(id.group(1)));
        } else if (compatibility.matches()) {
            List<String> problems = registry.incompatibilities(decode(compatibility.group(1)), schema(exchange));
            ObjectNode body = JSON.createObjectNode().put("is_compatible", problems.isEmpty());
            problems.forEach(body.putArray("messages")::add);
            answer(exchange, 200, body.toString());
        } else if (config.matches()) {
            JsonNode body = JSON.readTree(exchange.getRequestBody());
            registry.setCompatibility(
                    decode(config.group(1)),
                    Compatibility.valueOf(body.path("compatibility").asText()));
            answer(exchange, 200, body.toString());
        } else if (subject.matches()) {
            subject(exchange, decode(subject.group(1)), subject.group(2) != null, subject.group(3));
        } else {
            answer(exchange, 404, "<html>no such page</html>");
        }
    }

    private void subject(HttpExchange exchange, String subject, boolean versions, @Nullable String version)
            throws IOException {
        boolean post = exchange.getRequestMethod().equals("POST");
        if (post && versions) {
            answer(
                    exchange,
                    200,
                    JSON.createObjectNode()
                            .put("id", registry.register(subject, schema(exchange)))
                            .toString());
        } else if (post) {
            registered(exchange, registry.lookup(subject, schema(exchange)).orElse(null), 40403);
        } else if (version != null) {
            registered(exchange, registry.latest(subject).orElse(null), 40401);
        } else if (registry.versions(subject).isEmpty()) {
            error(exchange, 404, 40401, "Subject '" + subject + "' not found.");
        } else {
            answer(exchange, 200, registry.versions(subject).toString());
        }
    }

    private void byId(HttpExchange exchange, int id) throws IOException {
        try {
            answer(
                    exchange,
                    200,
                    JSON.createObjectNode()
                            .put("schema", registry.schemaById(id).toString())
                            .toString());
        } catch (UnknownSchemaException e) {
            error(exchange, 404, 40403, "Schema " + id + " not found");
        }
    }

    private static void registered(HttpExchange exchange, @Nullable RegisteredSchema found, int absent)
            throws IOException {
        if (found == null) {
            error(exchange, 404, absent, "not found");
            return;
        }
        answer(
                exchange,
                200,
                JSON.createObjectNode()
                        .put("subject", found.subject())
                        .put("version", found.version())
                        .put("id", found.id())
                        .put("schema", found.schema().toString())
                        .toString());
    }

    private static Schema schema(HttpExchange exchange) {
        try {
            return new Schema.Parser()
                    .parse(JSON.readTree(exchange.getRequestBody())
                            .path("schema")
                            .asText());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static void error(HttpExchange exchange, int status, int code, String message) throws IOException {
        answer(
                exchange,
                status,
                JSON.createObjectNode()
                        .put("error_code", code)
                        .put("message", message)
                        .toString());
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/vnd.schemaregistry.v1+json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
