package io.sweaifleet.deploy.eval;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A server of the OpenAI-compatible API on this machine, behind which is no model but a {@link ScriptedAgent} for each task.
 * Recordings are made with it, so that the real client, loop and tools run.
 */
public final class ScriptedModel implements AutoCloseable {

    /** Id of the model that it says it has; by its beginning, workers know that it is no live one. */
    public static final String MODEL = "scripted-agent";

    /** Header that says the same, so that it is not believed to be live under another id. */
    private static final String SCRIPTED = "Fleet-Scripted";

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int CONTEXT_TOKENS = 32_768;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, ScriptedAgent> agents = new ConcurrentHashMap<>();

    /** Listens on a free port of the loopback address. */
    public ScriptedModel(List<EvalTask> tasks) throws IOException {
        for (EvalTask task : tasks) {
            agents.put(task.name(), new ScriptedAgent(task));
        }
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** The base URL for a task. */
    public String url(EvalTask task) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + task.name() + "/v1";
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set(SCRIPTED, "true");
            String[] path = exchange.getRequestURI().getPath().substring(1).split("/", 2);
            ScriptedAgent agent = agents.get(path[0]);
            String rest = path.length > 1 ? path[1] : "";
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (agent == null || !rest.startsWith("v1/")) {
                send(exchange, 404, error("there is no " + exchange.getRequestURI()));
            } else if (rest.equals("v1/models")) {
                ObjectNode models = MAPPER.createObjectNode().put("object", "list");
                models.putArray("data")
                        .addObject()
                        .put("id", MODEL)
                        .put("object", "model")
                        .put("owned_by", "fleet eval")
                        .put("max_model_len", CONTEXT_TOKENS);
                send(exchange, 200, models);
            } else if (rest.equals("v1/chat/completions")) {
                complete(exchange, agent, body);
            } else {
                send(exchange, 404, error("there is no " + rest));
            }
        }
    }

    private static void complete(HttpExchange exchange, ScriptedAgent agent, byte[] body) throws IOException {
        JsonNode request;
        try {
            request = MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            send(exchange, 400, error("the body is not JSON: " + e.getOriginalMessage()));
            return;
        }
        ScriptedAgent.Turn turn = agent.answer(request);
        if (request.path("stream").asBoolean()) {
            stream(exchange, request, turn, body.length);
        } else {
            ObjectNode answer = head("chat.completion");
            ObjectNode choice = answer.putArray("choices").addObject().put("index", 0);
            choice.set("message", message(request, turn, false));
            choice.put("finish_reason", turn.tool().isEmpty() ? "stop" : "tool_calls");
            answer.set("usage", usage(turn, body.length));
            send(exchange, 200, answer);
        }
    }

    private static void stream(HttpExchange exchange, JsonNode request, ScriptedAgent.Turn turn, int bodyLength)
            throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        StringBuilder events = new StringBuilder();
        ObjectNode first = head("chat.completion.chunk");
        ObjectNode delta = first.putArray("choices").addObject().put("index", 0);
        delta.set("delta", message(request, turn, true));
        delta.putNull("finish_reason");
        event(events, first);
        ObjectNode last = head("chat.completion.chunk");
        ObjectNode end = last.putArray("choices").addObject().put("index", 0);
        end.putObject("delta");
        end.put("finish_reason", turn.tool().isEmpty() ? "stop" : "tool_calls");
        event(events, last);
        if (request.at("/stream_options/include_usage").asBoolean()) {
            ObjectNode used = head("chat.completion.chunk");
            used.putArray("choices");
            used.set("usage", usage(turn, bodyLength));
            event(events, used);
        }
        events.append("data: [DONE]\n\n");
        exchange.getResponseBody().write(events.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void event(StringBuilder events, ObjectNode chunk) {
        events.append("data: ").append(chunk).append("\n\n");
    }

    private static ObjectNode head(String object) {
        return MAPPER.createObjectNode()
                .put("id", "chatcmpl-scripted")
                .put("object", object)
                .put("created", 1_767_225_600)
                .put("model", MODEL);
    }

    private static ObjectNode message(JsonNode request, ScriptedAgent.Turn turn, boolean delta) {
        ObjectNode message = MAPPER.createObjectNode().put("role", "assistant").put("content", turn.text());
        if (!turn.tool().isEmpty()) {
            ObjectNode call = message.putArray("tool_calls").addObject();
            if (delta) {
                call.put("index", 0);
            }
            call.put("id", "call_" + request.path("messages").size()).put("type", "function");
            call.putObject("function")
                    .put("name", turn.tool())
                    .put("arguments", turn.arguments().toString());
        }
        return message;
    }

    /** There is no tokenizer behind it: four bytes count as a token. */
    private static ObjectNode usage(ScriptedAgent.Turn turn, int bodyLength) {
        int prompt = Math.max(1, bodyLength / 4);
        int completion =
                Math.max(1, (turn.text().length() + turn.arguments().toString().length()) / 4);
        return MAPPER.createObjectNode()
                .put("prompt_tokens", prompt)
                .put("completion_tokens", completion)
                .put("total_tokens", prompt + completion);
    }

    private static ObjectNode error(String message) {
        ObjectNode error = MAPPER.createObjectNode();
        error.putObject("error").put("message", message).put("type", "invalid_request_error");
        return error;
    }

    private static void send(HttpExchange exchange, int status, ObjectNode body) throws IOException {
        byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
