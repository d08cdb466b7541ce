package io.sweaifleet.agent.brain.openai;

import dev.langchain4j.exception.HttpException;
import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.ServerSentEvent;
import dev.langchain4j.http.client.sse.ServerSentEventContext;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import io.sweaifleet.agent.attempt.Cancellation;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP side of a streamed answer, for one attempt: it runs on the caller's thread, ends when nothing comes for too long or
 * when the attempt is cancelled, and keeps what LangChain4j does not hand on: the status, {@code Retry-After}, and whether the
 * stream came to its end. Thread-confined.
 */
final class StreamingHttp implements HttpClient {

    /** Header by which a server says that it answers by a script. */
    static final String SCRIPTED = "Fleet-Scripted";

    private static final int MAX_ERROR_BYTES = 64 * 1024;
    private static final Pattern FINISHED = Pattern.compile("\"finish_reason\"\\s*:\\s*\"");
    private static final Pattern ERROR = Pattern.compile("^\\s*\\{\\s*\"(?:error|object\"\\s*:\\s*\"error)\"");

    private final java.net.http.HttpClient http;
    private final Duration silence;
    private final Cancellation cancellation;

    private int status;
    private String errorBody = "";
    private @Nullable String retryAfter;
    private boolean scripted;
    private boolean finished;
    private boolean silent;
    private boolean interrupted;
    private @Nullable Throwable failure;

    /** @param silence longest time without anything from the endpoint */
    StreamingHttp(java.net.http.HttpClient http, Duration silence, Cancellation cancellation) {
        this.http = http;
        this.silence = silence;
        this.cancellation = cancellation;
    }

    /** Hands this client to LangChain4j. */
    HttpClientBuilder builder() {
        return new HttpClientBuilder() {
            @Override
            public Duration connectTimeout() {
                return silence;
            }

            @Override
            public HttpClientBuilder connectTimeout(Duration timeout) {
                return this;
            }

            @Override
            public Duration readTimeout() {
                return silence;
            }

            @Override
            public HttpClientBuilder readTimeout(Duration timeout) {
                return this;
            }

            @Override
            public HttpClient build() {
                return StreamingHttp.this;
            }
        };
    }

    /** HTTP status, 0 when there was none. */
    int status() {
        return status;
    }

    /** Body of an answer that is no success, or of an error event within a stream; at most 64 KB. */
    String errorBody() {
        return errorBody;
    }

    /** Value of {@code Retry-After}, or null. */
    @Nullable
    String retryAfter() {
        return retryAfter;
    }

    /** Whether the server says that it answers by a script. */
    boolean scripted() {
        return scripted;
    }

    /** Whether the answer was said to be complete. */
    boolean finished() {
        return finished;
    }

    /** Whether the endpoint said nothing for too long. */
    boolean silent() {
        return silent;
    }

    /** Whether the thread was interrupted. */
    boolean interrupted() {
        return interrupted;
    }

    /** What went wrong, or null. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    @Override
    public SuccessfulHttpResponse execute(HttpRequest request) {
        throw new UnsupportedOperationException("answers are streamed");
    }

    @Override
    public void execute(HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener) {
        CompletableFuture<HttpResponse<InputStream>> sending =
                http.sendAsync(converted(request), BodyHandlers.ofInputStream());
        try (Cancellation.Registration ignored = cancellation.onCancel(() -> sending.cancel(true))) {
            HttpResponse<InputStream> response = sending.get(silence.toMillis(), TimeUnit.MILLISECONDS);
            status = response.statusCode();
            scripted = response.headers().firstValue(SCRIPTED).isPresent();
            retryAfter = response.headers().firstValue("Retry-After").orElse(null);
            try (InputStream body = new WatchedStream(response.body(), silence, cancellation)) {
                if (status / 100 != 2) {
                    errorBody = new String(body.readNBytes(MAX_ERROR_BYTES), StandardCharsets.UTF_8);
                    fail(listener, new HttpException(status, errorBody));
                    return;
                }
                parser.parse(body, new Listening(listener));
                silent |= ((WatchedStream) body).silent();
                listener.onClose();
            }
        } catch (TimeoutException e) {
            sending.cancel(true);
            silent = true;
            fail(listener, e);
        } catch (InterruptedException e) {
            sending.cancel(true);
            interrupted = true;
            fail(listener, e);
        } catch (ExecutionException e) {
            fail(listener, e.getCause() == null ? e : e.getCause());
        } catch (IOException | RuntimeException e) {
            fail(listener, e);
        }
    }

    private void fail(ServerSentEventListener listener, Throwable why) {
        if (failure == null) {
            failure = why;
        }
        listener.onError(why);
    }

    private java.net.http.HttpRequest converted(HttpRequest request) {
        java.net.http.HttpRequest.Builder builder = java.net.http.HttpRequest.newBuilder(URI.create(request.url()))
                .method(request.method().name(), BodyPublishers.ofString(request.body() == null ? "" : request.body()));
        request.headers().forEach((name, values) -> each(values, value -> builder.header(name, value)));
        return builder.build();
    }

    private static void each(@Nullable List<String> values, java.util.function.Consumer<String> action) {
        if (values != null) {
            values.forEach(action);
        }
    }

    /** Looks at the events on their way. */
    private final class Listening implements ServerSentEventListener {

        private final ServerSentEventListener to;

        Listening(ServerSentEventListener to) {
            this.to = to;
        }

        @Override
        public void onEvent(ServerSentEvent event, ServerSentEventContext context) {
            String data = event.data() == null ? "" : event.data();
            if (data.startsWith("[DONE]") || FINISHED.matcher(data).find()) {
                finished = true;
            }
            if (ERROR.matcher(data).find()) {
                errorBody = data.length() > MAX_ERROR_BYTES ? data.substring(0, MAX_ERROR_BYTES) : data;
                fail(to, new IOException("the stream holds an error"));
                return;
            }
            try {
                to.onEvent(event, context);
            } catch (RuntimeException e) {
                // The parser would log it and go on with a part missing.
                fail(to, e);
            }
        }

        @Override
        public void onEvent(ServerSentEvent event) {
            throw new UnsupportedOperationException("events come with their context");
        }

        @Override
        public void onError(Throwable thrown) {
            fail(to, thrown);
        }
    }
}
