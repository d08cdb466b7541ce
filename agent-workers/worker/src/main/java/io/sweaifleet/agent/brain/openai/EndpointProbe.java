package io.sweaifleet.agent.brain.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.brain.model.ModelConfig;
import io.sweaifleet.agent.brain.model.ModelTraits;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds out how long a context an endpoint has: Ollama tells it under /api/ps and /api/show, llama.cpp under /props, vLLM under
 * /models. What is not found out is taken from the settings, else assumed. No answer here is an error.
 */
final class EndpointProbe {

    /** What is assumed when nothing is known, in tokens. */
    static final int ASSUMED = 8192;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Pattern NUM_CTX = Pattern.compile("(?m)^\\s*num_ctx\\s+(\\d{1,9})");

    private final HttpClient http;
    private final URI url;
    private final ModelConfig config;
    private final String apiKey;
    private final Cancellation cancellation;

    EndpointProbe(HttpClient http, URI url, ModelConfig config, String apiKey, Cancellation cancellation) {
        this.http = http;
        this.url = url;
        this.config = config;
        this.apiKey = apiKey;
        this.cancellation = cancellation;
    }

    private record Found(
            int tokens, String source, @Nullable Boolean tools) {}

    ModelTraits probe() throws InterruptedException {
        String root = url.toString().replaceFirst("/v\\d+$", "");
        Found found = ollama(root);
        if (found == null) {
            found = llamaCpp(root);
        }
        if (found == null) {
            found = listed();
        }
        boolean tools =
                switch (config.toolCalling()) {
                    case NATIVE -> true;
                    case TEXT -> false;
                    case AUTO -> found == null || found.tools() == null || found.tools();
                };
        int set = config.contextTokens();
        int tokens = found == null || found.tokens() <= 0 ? 0 : found.tokens();
        String source = found == null ? "" : found.source();
        if (set > 0 && (tokens == 0 || set < tokens)) {
            tokens = set;
            source = "the settings";
        } else if (tokens == 0) {
            tokens = ASSUMED;
            source = "nothing: it is assumed";
        }
        return ModelTraits.of(tokens, source, config.maxOutputTokens(), tools);
    }

    private @Nullable Found ollama(String root) throws InterruptedException {
        JsonNode shown = call(root + "/api/show", Map.of("model", config.model()));
        if (!shown.has("model_info")) {
            return null;
        }
        Boolean tools = null;
        if (shown.path("capabilities").isArray()) {
            tools = false;
            for (JsonNode capability : shown.path("capabilities")) {
                tools |= capability.asText().equals("tools");
            }
        }
        for (JsonNode loaded : call(root + "/api/ps", null).path("models")) {
            boolean same = loaded.path("model").asText().equals(config.model())
                    || loaded.path("name").asText().equals(config.model());
            if (same && loaded.path("context_length").asInt() > 0) {
                return new Found(loaded.path("context_length").asInt(), "Ollama's /api/ps", tools);
            }
        }
        Matcher set = NUM_CTX.matcher(shown.path("parameters").asText());
        if (set.find()) {
            return new Found(Integer.parseInt(set.group(1)), "Ollama's num_ctx", tools);
        }
        int trained = 0;
        for (Map.Entry<String, JsonNode> entry : shown.path("model_info").properties()) {
            if (entry.getKey().endsWith(".context_length")) {
                trained = entry.getValue().asInt();
            }
        }
        // What the model was trained for is not what the server gives it: that is little unless it is told.
        return new Found(trained > 0 ? Math.min(trained, ASSUMED) : 0, "Ollama's /api/show", tools);
    }

    private @Nullable Found llamaCpp(String root) throws InterruptedException {
        int tokens = call(root + "/props", null)
                .path("default_generation_settings")
                .path("n_ctx")
                .asInt();
        return tokens > 0 ? new Found(tokens, "llama.cpp's /props", null) : null;
    }

    private @Nullable Found listed() throws InterruptedException {
        for (JsonNode model : call(url + "/models", null).path("data")) {
            int tokens = Math.max(
                    model.path("max_model_len").asInt(),
                    model.path("context_length").asInt());
            if (model.path("id").asText().equals(config.model()) && tokens > 0) {
                return new Found(tokens, "the endpoint's /models", null);
            }
        }
        return null;
    }

    /** The JSON that a path gives, or a missing node. */
    private JsonNode call(String address, @Nullable Map<String, String> body) throws InterruptedException {
        cancellation.check();
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address)).header("Accept", "application/json");
        if (!apiKey.isEmpty()) {
            request.header("Authorization", "Bearer " + apiKey);
        }
        if (body != null) {
            request.header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(JSON.valueToTree(body).toString()));
        }
        // HttpRequest's own timeout ends with the headers; a body may come in drops.
        CompletableFuture<HttpResponse<String>> asked = http.sendAsync(request.build(), BodyHandlers.ofString());
        try (Cancellation.Registration ignored = cancellation.onCancel(() -> asked.cancel(true))) {
            HttpResponse<String> response = asked.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            return response.statusCode() == 200 ? parsed(response.body()) : MissingNode.getInstance();
        } catch (CancellationException e) {
            cancellation.check();
            return MissingNode.getInstance();
        } catch (ExecutionException e) {
            return MissingNode.getInstance();
        } catch (TimeoutException e) {
            asked.cancel(true);
            return MissingNode.getInstance();
        } catch (InterruptedException e) {
            asked.cancel(true);
            throw e;
        }
    }

    private static JsonNode parsed(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }
}
