package io.sweaifleet.agent.brain.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An OpenAI-compatible endpoint on the loopback that answers as scripted: real HTTP, streamed events, and everything that goes
 * wrong with such servers. Each request to {@code /v1/chat/completions} takes the next answer of the script; when it is used up,
 * the {@link #otherwise} answer. It says of itself that it is a script, so the model's id has to begin with {@code scripted-}.
 *
 * <pre>{@code
 * try (ScriptedEndpoint endpoint = ScriptedEndpoint.start()) {
 *     endpoint.then(Reply.call("read", "{\"path\": \"a.py\"}")).then(Reply.status(429).retryAfter("1"));
 *     … endpoint.url() …
 *     endpoint.requests();
 * }
 * }</pre>
 */
public final class ScriptedEndpoint implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final BlockingDeque<Reply> script = new LinkedBlockingDeque<>();
    private final List<JsonNode> requests = new CopyOnWriteArrayList<>();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private final Map<String, String> pages = new ConcurrentHashMap<>();
    private final Map<String, CountDownLatch> silentPages = new ConcurrentHashMap<>();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger mostUnderWay = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Reply otherwise = Reply.status(500).body("the script is used up");

    private ScriptedEndpoint(HttpServer server) {
        this.server = server;
    }

    /** Starts one on a free port of the loopback. */
    public static ScriptedEndpoint start() {
        return start(0);
    }

    /** Starts one on a port of the loopback; 0 is a free one. */
    public static ScriptedEndpoint start(int port) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            ScriptedEndpoint endpoint = new ScriptedEndpoint(server);
            server.setExecutor(endpoint.threads);
            server.createContext("/", endpoint::handle);
            server.start();
            return endpoint;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Base address, such as http://127.0.0.1:41234/v1. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    /** Adds an answer to the script. */
    public ScriptedEndpoint then(Reply reply) {
        script.add(reply);
        return this;
    }

    /** What is answered when the script is used up. */
    public ScriptedEndpoint otherwise(Reply reply) {
        otherwise = reply;
        return this;
    }

    /** Serves JSON under another path, such as /props or /api/show. */
    public ScriptedEndpoint page(String path, String json) {
        pages.put(path, json);
        return this;
    }

    /** Begins to answer under another path, and does not go on; what is given back says that it has begun. */
    public CountDownLatch silentPage(String path) {
        CountDownLatch begun = new CountDownLatch(1);
        silentPages.put(path, begun);
        return begun;
    }

    /** Bodies of the requests for completions so far. */
    public List<JsonNode> requests() {
        return List.copyOf(requests);
    }

    /** Authorization headers of those requests. */
    public List<String> authorizations() {
        return List.copyOf(authorizations);
    }

    /** Most requests that were under way at once. */
    public int mostUnderWay() {
        return mostUnderWay.get();
    }

    /** One answer. Immutable: each method gives another. */
    public record Reply(
            int status,
            String body,
            String retryAfter,
            String text,
            List<String[]> calls,
            String finish,
            Fault fault,
            boolean usage,
            long pauseMs) {

        /** What goes wrong with a stream. */
        public enum Fault {
            NONE,
            /** The connection is cut in the midst. */
            CUT,
            /** The stream ends properly, but the answer is not complete. */
            ENDED_EARLY,
            /** Nothing comes any more, and the connection stays. */
            SILENT,
            /** An event within the stream says that something went wrong. */
            ERROR_EVENT,
            /** Not JSON. */
            GARBAGE
        }

        /** An answer of text. */
        public static Reply text(String text) {
            return new Reply(200, "", "", text, List.of(), "stop", Fault.NONE, true, 0);
        }

        /** An answer that calls a tool; arguments are passed on as they are, malformed or not. */
        public static Reply call(String tool, String arguments) {
            return text("I call " + tool + ".").andCall(tool, arguments);
        }

        /** An answer that is no success. */
        public static Reply status(int status) {
            return new Reply(
                    status,
                    "{\"error\":{\"message\":\"scripted " + status + "\"}}",
                    "",
                    "",
                    List.of(),
                    "",
                    Fault.NONE,
                    true,
                    0);
        }

        public Reply andCall(String tool, String arguments) {
            List<String[]> more = new ArrayList<>(calls);
            more.add(new String[] {tool, arguments});
            return new Reply(status, body, retryAfter, text, more, "tool_calls", fault, usage, pauseMs);
        }

        public Reply saying(String said) {
            return new Reply(status, body, retryAfter, said, calls, finish, fault, usage, pauseMs);
        }

        public Reply body(String content) {
            return new Reply(status, content, retryAfter, text, calls, finish, fault, usage, pauseMs);
        }

        public Reply retryAfter(String value) {
            return new Reply(status, body, value, text, calls, finish, fault, usage, pauseMs);
        }

        public Reply with(Fault wrong) {
            return new Reply(status, body, retryAfter, text, calls, finish, wrong, usage, pauseMs);
        }

        public Reply finish(String reason) {
            return new Reply(status, body, retryAfter, text, calls, reason, fault, usage, pauseMs);
        }

        public Reply withoutUsage() {
            return new Reply(status, body, retryAfter, text, calls, finish, fault, false, pauseMs);
        }

        /** Waits between the parts of the answer. */
        public Reply slow(long betweenPartsMs) {
            return new Reply(status, body, retryAfter, text, calls, finish, fault, usage, betweenPartsMs);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set(StreamingHttp.SCRIPTED, "true");
            byte[] body = exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().getPath();
            CountDownLatch silent = silentPages.get(path);
            if (silent != null) {
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().write('{');
                exchange.getResponseBody().flush();
                silent.countDown();
                pause(60_000);
            }
            if (!path.equals("/v1/chat/completions")) {
                String page = pages.get(path);
                send(exchange, page == null ? 404 : 200, page == null ? "{}" : page);
                return;
            }
            mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            try {
                JsonNode request = JSON.readTree(body);
                requests.add(request);
                authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
                Reply next = script.poll();
                answer(exchange, request, next == null ? otherwise : next);
            } finally {
                underWay.decrementAndGet();
            }
        }
    }

    private void answer(HttpExchange exchange, JsonNode request, Reply reply) throws IOException {
        if (!reply.retryAfter().isEmpty()) {
            exchange.getResponseHeaders().set("Retry-After", reply.retryAfter());
        }
        if (reply.status() != 200) {
            send(exchange, reply.status(), reply.body());
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        List<ObjectNode> parts = parts(request, reply);
        int whole = reply.fault() == Reply.Fault.NONE ? parts.size() : Math.max(1, parts.size() / 2);
        for (ObjectNode part : parts.subList(0, whole)) {
            event(out, part.toString());
            if (reply.pauseMs() > 0) {
                pause(reply.pauseMs());
            }
        }
        switch (reply.fault()) {
            case NONE -> {
                if (reply.usage()) {
                    ObjectNode last = chunk(request);
                    last.putArray("choices");
                    last.putObject("usage")
                            .put("prompt_tokens", 100)
                            .put("completion_tokens", 10)
                            .put("total_tokens", 110);
                    event(out, last.toString());
                }
                event(out, "[DONE]");
            }
            case ENDED_EARLY -> {
                return;
            }
            case CUT -> throw new IOException("cut as scripted");
            case SILENT -> pause(60_000);
            case ERROR_EVENT -> event(out, "{\"error\":{\"message\":\"scripted error event\",\"code\":500}}");
            case GARBAGE -> event(out, "{this is no JSON");
        }
    }

    private List<ObjectNode> parts(JsonNode request, Reply reply) {
        List<ObjectNode> parts = new ArrayList<>();
        for (String piece : reply.text().split("(?<=\\G.{12})", -1)) {
            delta(parts, request, "").put("content", piece);
        }
        for (int i = 0; i < reply.calls().size(); i++) {
            String[] call = reply.calls().get(i);
            ObjectNode begin = delta(parts, request, "").putArray("tool_calls").addObject();
            begin.put("index", i).put("id", "call_" + requests.size() + "_" + i).put("type", "function");
            begin.putObject("function").put("name", call[0]).put("arguments", "");
            int half = call[1].length() / 2;
            for (String piece : List.of(call[1].substring(0, half), call[1].substring(half))) {
                ObjectNode more =
                        delta(parts, request, "").putArray("tool_calls").addObject();
                more.put("index", i);
                more.putObject("function").put("arguments", piece);
            }
        }
        delta(parts, request, reply.finish());
        return parts;
    }

    private static ObjectNode delta(List<ObjectNode> parts, JsonNode request, String finish) {
        ObjectNode part = chunk(request);
        ObjectNode choice = part.putArray("choices").addObject();
        choice.put("index", 0).put("finish_reason", finish.isEmpty() ? null : finish);
        parts.add(part);
        return choice.putObject("delta");
    }

    private static ObjectNode chunk(JsonNode request) {
        ObjectNode part = JSON.createObjectNode();
        part.put("id", "chatcmpl-1").put("object", "chat.completion.chunk").put("created", 1);
        return part.put("model", request.path("model").asText() + "-served");
    }

    private static void event(OutputStream out, String data) throws IOException {
        out.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** Ends early when the endpoint is closed. */
    private void pause(long ms) throws IOException {
        try {
            if (closed.await(ms, TimeUnit.MILLISECONDS)) {
                throw new IOException("closed");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** JSON of values, for arguments of calls. */
    public static String json(Map<String, ?> values) {
        try {
            return JSON.writeValueAsString(values);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
