package io.sweaifleet.agent.tool.builtin;

import io.sweaifleet.agent.attempt.Cancellation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.select.NodeTraversor;

/** Fetches documents within limits of time and size, and turns them into text. */
final class HttpFetch {

    /** Longest body that is read, in bytes. */
    static final int MAX_BYTES = 2 << 20;

    /** Longest time of one fetch, connecting and reading included. */
    static final Duration TIMEOUT = Duration.ofSeconds(20);

    private static final Pattern CHARSET = Pattern.compile("charset=\"?([\\w.:-]+)");

    private final Cancellation cancellation;
    private final Duration timeout;

    HttpFetch(Cancellation cancellation) {
        this(cancellation, TIMEOUT);
    }

    HttpFetch(Cancellation cancellation, Duration timeout) {
        this.cancellation = cancellation;
        this.timeout = timeout;
    }

    /** One client for the worker, made at the first use; its threads are daemons. */
    private static final class Client {
        private static final HttpClient INSTANCE = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(TIMEOUT)
                .build();
    }

    /**
     * What a server answered.
     *
     * @param redirect where it leads instead; empty when it does not
     * @param cut whether the body was longer than is read
     */
    record Page(int status, String type, String text, String redirect, boolean cut) {}

    Page get(URI uri) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(timeout)
                .header("User-Agent", "swe-ai-fleet")
                .header("Accept", "text/html, text/*, application/json, application/xml;q=0.9, */*;q=0.1")
                .GET()
                .build();
        CompletableFuture<HttpResponse<Body>> answer = Client.INSTANCE.sendAsync(request, info -> new Bounded());
        try (Cancellation.Registration ignored = cancellation.onCancel(() -> answer.cancel(true))) {
            HttpResponse<Body> response = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return page(response);
        } catch (TimeoutException e) {
            throw new IOException("no whole answer from " + uri.getHost() + " within " + timeout.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(
                    uri.getHost() + " cannot be reached: "
                            + (cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage()),
                    e);
        } catch (java.util.concurrent.CancellationException e) {
            throw new IOException("the attempt was stopped", e);
        } finally {
            answer.cancel(true);
        }
    }

    private static Page page(HttpResponse<Body> response) throws IOException {
        String type = response.headers()
                .firstValue("content-type")
                .orElse("text/plain")
                .toLowerCase(Locale.ROOT);
        String location = response.headers().firstValue("location").orElse("");
        boolean redirected = response.statusCode() / 100 == 3 && !location.isEmpty();
        if (!redirected && !isText(type)) {
            throw new IOException("the document is of type " + type + ", which is not text");
        }
        byte[] bytes = response.body().bytes();
        String text = new String(bytes, charset(type));
        if (type.contains("html")) {
            text = readable(Jsoup.parse(text, response.uri().toString()));
        }
        return new Page(
                response.statusCode(),
                type,
                text,
                redirected ? location : "",
                response.body().cut());
    }

    private static boolean isText(String type) {
        return type.startsWith("text/")
                || List.of("json", "xml", "javascript", "yaml", "toml").stream().anyMatch(type::contains);
    }

    private static Charset charset(String type) {
        Matcher named = CHARSET.matcher(type);
        try {
            return named.find() ? Charset.forName(named.group(1)) : StandardCharsets.UTF_8;
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            return StandardCharsets.UTF_8;
        }
    }

    /** The text of a page with a line for each block, without scripts, and with the addresses of links. */
    private static String readable(Document page) {
        page.select("script, style, noscript, template, svg, iframe").remove();
        StringBuilder text = new StringBuilder();
        if (!page.title().isBlank()) {
            text.append(page.title().strip()).append("\n\n");
        }
        NodeTraversor.traverse(
                (node, depth) -> {
                    if (node instanceof org.jsoup.nodes.TextNode words) {
                        Element parent = words.parent() instanceof Element ? (Element) words.parent() : null;
                        boolean preformatted = parent != null && parent.closest("pre") != null;
                        text.append(preformatted ? words.getWholeText() : words.text());
                    } else if (node instanceof Element element
                            && (element.isBlock() || element.normalName().equals("br"))) {
                        text.append('\n').append(element.normalName().equals("li") ? "- " : "");
                    }
                },
                page.body());
        return text.toString()
                .replaceAll("[ \\t]+\\n", "\n")
                .replaceAll("\\n{3,}", "\n\n")
                .strip();
    }

    /** A body, as far as it is read. */
    private record Body(byte[] bytes, boolean cut) {}

    /** Reads up to the limit and then lets go of the connection. */
    private static final class Bounded implements HttpResponse.BodySubscriber<Body> {

        private final CompletableFuture<Body> body = new CompletableFuture<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private Flow.@org.jspecify.annotations.Nullable Subscription subscription;

        @Override
        public CompletionStage<Body> getBody() {
            return body;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            for (ByteBuffer buffer : buffers) {
                byte[] part = new byte[Math.min(buffer.remaining(), MAX_BYTES - bytes.size())];
                buffer.get(part);
                bytes.writeBytes(part);
                if (buffer.hasRemaining() && subscription != null) {
                    subscription.cancel();
                    body.complete(new Body(bytes.toByteArray(), true));
                    return;
                }
            }
        }

        @Override
        public void onError(Throwable error) {
            body.completeExceptionally(error);
        }

        @Override
        public void onComplete() {
            body.complete(new Body(bytes.toByteArray(), false));
        }
    }
}
