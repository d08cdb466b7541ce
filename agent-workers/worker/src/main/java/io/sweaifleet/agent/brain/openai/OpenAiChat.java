package io.sweaifleet.agent.brain.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.TokenUsage;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.brain.model.ChatAnswer;
import io.sweaifleet.agent.brain.model.ChatModel;
import io.sweaifleet.agent.brain.model.ChatRequest;
import io.sweaifleet.agent.brain.model.Message;
import io.sweaifleet.agent.brain.model.ModelConfig;
import io.sweaifleet.agent.brain.model.ModelException;
import io.sweaifleet.agent.brain.model.ModelException.Cause;
import io.sweaifleet.agent.brain.model.ModelTraits;
import io.sweaifleet.agent.brain.model.Tokens;
import io.sweaifleet.agent.brain.model.ToolCall;
import io.sweaifleet.agent.policy.SecretMasker;
import io.sweaifleet.agent.tool.spec.ToolSpec;
import io.sweaifleet.schemas.common.BrainKind;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A model behind an OpenAI-compatible endpoint, asked over LangChain4j with streaming. One try each; thread-confined. */
public final class OpenAiChat implements ChatModel {

    private static final int SHOWN = 500;

    private final ModelConfig config;
    private final URI url;
    private final String apiKey;
    private final HttpClient http;
    private @Nullable ModelTraits traits;

    /**
     * @param config its {@code url} is given
     * @param apiKey the key; empty for none
     */
    public OpenAiChat(ModelConfig config, String apiKey, HttpClient http) {
        this.config = config;
        this.url = Objects.requireNonNull(config.url(), "url");
        this.apiKey = apiKey;
        this.http = http;
    }

    /** A client that several models share. Redirects are not followed: they could lead to a host that is not allowed. */
    public static HttpClient newHttp() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(10))
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    @Override
    public ModelConfig config() {
        return config;
    }

    @Override
    public ModelTraits traits(Cancellation cancellation) throws InterruptedException {
        if (traits == null) {
            traits = new EndpointProbe(http, url, config, apiKey, cancellation).probe();
        }
        return traits;
    }

    @Override
    public ChatAnswer ask(ChatRequest request, Cancellation cancellation) throws ModelException, InterruptedException {
        StreamingHttp streaming = new StreamingHttp(http, config.timeout(), cancellation);
        Answering answering = new Answering();
        try {
            OpenAiStreamingChatModel.builder()
                    .httpClientBuilder(streaming.builder())
                    .baseUrl(url.toString())
                    .apiKey(apiKey.isEmpty() ? "none" : apiKey)
                    .modelName(config.model())
                    .temperature(config.temperature())
                    .timeout(config.timeout())
                    .build()
                    .chat(converted(request), answering);
        } catch (RuntimeException e) {
            answering.onError(e);
        }
        cancellation.check();
        if (streaming.interrupted() || Thread.interrupted()) {
            throw new InterruptedException("stopped while a model was asked");
        }
        if (streaming.scripted() && config.kind() != BrainKind.SCRIPTED) {
            throw new ModelException(
                    Cause.REFUSED,
                    "model " + config.name() + " (" + config.model() + " at " + url
                            + ") is a script, by what its server"
                            + " says, and must not pass for a live model; give it an id that begins with "
                            + ModelConfig.SCRIPTED);
        }
        ChatResponse response = answering.response;
        if (response == null || streaming.failure() != null || !streaming.finished() || streaming.silent()) {
            throw problem(streaming, answering);
        }
        return answer(request, response);
    }

    private ChatAnswer answer(ChatRequest request, ChatResponse response) {
        AiMessage message = response.aiMessage();
        String text = message.text() == null ? "" : message.text();
        List<ToolCall> calls = new ArrayList<>();
        if (message.hasToolExecutionRequests()) {
            for (ToolExecutionRequest call : message.toolExecutionRequests()) {
                String id = call.id() == null || call.id().isBlank() ? "call-" + (calls.size() + 1) : call.id();
                calls.add(new ToolCall(id, text(call.name()), text(call.arguments())));
            }
        }
        TokenUsage usage = response.tokenUsage();
        Integer input = usage == null ? null : usage.inputTokenCount();
        Integer output = usage == null ? null : usage.outputTokenCount();
        boolean estimated = input == null || output == null || input == 0;
        String finish = response.finishReason() == null
                ? "stop"
                : response.finishReason().name().toLowerCase(Locale.ROOT);
        return new ChatAnswer(
                text,
                calls,
                finish,
                input == null || input == 0 ? Tokens.of(request) : input,
                output == null ? Tokens.of(Message.assistant(text, calls)) : output,
                estimated,
                text(response.modelName()));
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    private ModelException problem(StreamingHttp streaming, Answering answering) {
        Throwable error = answering.error;
        long came = Tokens.of(answering.came.toString());
        String where = "model " + config.name() + " (" + config.model() + " at " + url + ")";
        String said = SecretMasker.mask(shortened(streaming.errorBody().strip()));
        String lower = streaming.errorBody().toLowerCase(Locale.ROOT);
        int status = streaming.status();
        if (streaming.silent()) {
            return ModelException.inAnAnswer(
                    Cause.SILENT,
                    where + " said nothing for " + config.timeout().toMillis() + " ms; a slow model needs a longer "
                            + "fleet.models." + config.name() + ".timeout",
                    came);
        }
        if (status == 0) {
            return new ModelException(
                    Cause.UNREACHABLE, where + " cannot be reached: " + error + "; is the server running?");
        }
        if (status / 100 == 2) {
            if (said.isEmpty()) {
                return ModelException.inAnAnswer(
                        Cause.BROKEN_STREAM,
                        where + " broke off in the midst of an answer" + (error == null ? "" : ": " + error),
                        came);
            }
            String reported = where + " reported within its answer: " + said;
            ModelException told = ofError(lower, Cause.OVERLOADED, reported, null);
            return came > 0 ? ModelException.inAnAnswer(told.why(), reported, came) : told;
        }
        Duration wait = retryAfter(streaming.retryAfter());
        String what = where + " answered " + status + ": " + said;
        if (status == 429) {
            return new ModelException(Cause.RATE_LIMITED, what, wait);
        }
        if (status == 401 || status == 403) {
            return new ModelException(
                    Cause.UNAUTHORIZED,
                    what + "; put the key into the secret that fleet.models." + config.name()
                            + ".api-key-secret names");
        }
        return ofError(lower, status >= 500 || status == 408 ? Cause.OVERLOADED : Cause.REFUSED, what, wait);
    }

    /** Endpoints say in words what their status does not tell. */
    private static ModelException ofError(String lower, Cause otherwise, String what, @Nullable Duration wait) {
        boolean context = lower.contains("context length")
                || lower.contains("context size")
                || lower.contains("context_length")
                || lower.contains("exceeds the available context")
                || lower.contains("maximum context");
        if (context) {
            return new ModelException(Cause.CONTEXT_EXCEEDED, what);
        }
        boolean noTools = lower.contains("does not support tools")
                || lower.contains("tool choice requires")
                || lower.contains("requires --jinja")
                || lower.contains("tools param")
                || lower.contains("tool calling is not supported")
                || lower.contains("unknown field: tools")
                || lower.contains("unrecognized request argument supplied: tools");
        return noTools ? new ModelException(Cause.NO_TOOL_CALLING, what) : new ModelException(otherwise, what, wait);
    }

    /** Seconds, or a date. */
    static @Nullable Duration retryAfter(@Nullable String header) {
        if (header == null) {
            return null;
        }
        try {
            if (header.strip().matches("\\d{1,6}(\\.\\d+)?")) {
                return Duration.ofMillis((long) (Double.parseDouble(header.strip()) * 1000));
            }
            Duration until = Duration.between(
                    Instant.now(), ZonedDateTime.parse(header.strip(), DateTimeFormatter.RFC_1123_DATE_TIME));
            return until.isNegative() ? Duration.ZERO : until;
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static String shortened(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN - 1) + "…";
    }

    private dev.langchain4j.model.chat.request.ChatRequest converted(ChatRequest request) {
        var builder = dev.langchain4j.model.chat.request.ChatRequest.builder()
                .messages(request.messages().stream().map(OpenAiChat::converted).toList())
                .maxOutputTokens(request.maxOutputTokens());
        if (!request.tools().isEmpty()) {
            builder.toolSpecifications(
                    request.tools().stream().map(OpenAiChat::converted).toList());
        }
        return builder.build();
    }

    private static ChatMessage converted(Message message) {
        return switch (message.role()) {
            case SYSTEM -> SystemMessage.from(message.text());
            case USER -> UserMessage.from(message.text());
            case TOOL -> ToolExecutionResultMessage.from(message.callId(), message.toolName(), message.text());
            case ASSISTANT -> {
                List<ToolExecutionRequest> calls = message.calls().stream()
                        .map(call -> ToolExecutionRequest.builder()
                                .id(call.id())
                                .name(call.name())
                                .arguments(call.arguments())
                                .build())
                        .toList();
                yield calls.isEmpty()
                        ? AiMessage.from(message.text().isEmpty() ? "(nothing)" : message.text())
                        : message.text().isEmpty() ? AiMessage.from(calls) : AiMessage.from(message.text(), calls);
            }
        };
    }

    private static ToolSpecification converted(ToolSpec tool) {
        JsonObjectSchema.Builder schema = JsonObjectSchema.builder();
        JsonNode properties = tool.parameters().path("properties");
        if (properties instanceof ObjectNode object) {
            object.fields().forEachRemaining(entry -> schema.addProperty(entry.getKey(), raw(entry.getValue())));
        }
        Map<String, JsonSchemaElement> definitions = new LinkedHashMap<>();
        for (String place : List.of("$defs", "definitions")) {
            tool.parameters()
                    .path(place)
                    .properties()
                    .forEach(entry -> definitions.put(entry.getKey(), raw(entry.getValue())));
        }
        List<String> required = new ArrayList<>();
        tool.parameters().path("required").forEach(name -> required.add(name.asText()));
        return ToolSpecification.builder()
                .name(tool.functionName())
                .description(tool.description())
                .parameters(schema.required(required).definitions(definitions).build())
                .build();
    }

    /** As it is; what older schemas have under "definitions" is found where newer ones have it. */
    private static JsonSchemaElement raw(JsonNode schema) {
        return JsonRawSchema.from(schema.toString().replace("\"#/definitions/", "\"#/$defs/"));
    }

    /** Takes what LangChain4j makes of the stream. */
    private static final class Answering implements StreamingChatResponseHandler {

        private final StringBuilder came = new StringBuilder();
        private @Nullable ChatResponse response;
        private @Nullable Throwable error;

        @Override
        public void onPartialResponse(String part) {
            came.append(part);
        }

        @Override
        public void onPartialToolCall(PartialToolCall part) {
            came.append(part.partialArguments());
        }

        @Override
        public void onCompleteResponse(ChatResponse complete) {
            response = complete;
        }

        @Override
        public void onError(Throwable thrown) {
            if (error == null) {
                error = thrown;
            }
        }
    }
}
