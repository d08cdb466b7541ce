package io.sweaifleet.agent.tool.mcp;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.client.transport.ServerParameters;
import io.modelcontextprotocol.client.transport.StdioClientTransport;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.jackson.JacksonMcpJsonMapper;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema;
import io.sweaifleet.agent.attempt.Cancellation;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** A connection to one MCP server, for one attempt. Calls are made by a thread of its own, so that they can be left. */
final class McpConnection implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(McpConnection.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> VARIABLES = List.of("PATH", "HOME", "LANG", "TMPDIR");

    private final McpServer server;
    private final Cancellation cancellation;
    private final ExecutorService executor;
    private final McpSyncClient client;
    private final @Nullable Program program;

    private McpConnection(McpServer server, Cancellation cancellation) {
        this.server = server;
        this.cancellation = cancellation;
        this.executor = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "mcp-" + server.name());
            thread.setDaemon(true);
            return thread;
        });
        McpJsonMapper json = new JacksonMcpJsonMapper(new ObjectMapper());
        this.program = server.url() == null ? new Program(server, json) : null;
        McpClientTransport transport = program == null ? service(server.url(), json) : program;
        this.client = McpClient.sync(transport)
                .requestTimeout(server.timeout())
                .initializationTimeout(server.timeout())
                .clientInfo(new McpSchema.Implementation("swe-ai-fleet", "1"))
                // Answers are text for a model; whether they have the form that the server promised is no matter of
                // ours.
                .jsonSchemaValidator((schema, content) ->
                        io.modelcontextprotocol.json.schema.JsonSchemaValidator.ValidationResponse.asValid(null))
                .build();
    }

    private static McpClientTransport service(@Nullable URI url, McpJsonMapper json) {
        if (url == null) {
            throw new IllegalArgumentException("a server without command needs a url");
        }
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/mcp" : url.getRawPath();
        return HttpClientStreamableHttpTransport.builder(url.getScheme() + "://" + url.getRawAuthority())
                .endpoint(url.getRawQuery() == null ? path : path + "?" + url.getRawQuery())
                .jsonMapper(json)
                .build();
    }

    /** A server that is a program of the operator. */
    private static final class Program extends StdioClientTransport {

        private static final int SAID_LINES = 5;

        private final McpServer server;
        private final CompletableFuture<Void> exited = new CompletableFuture<>();
        private final Deque<String> said = new ConcurrentLinkedDeque<>();

        Program(McpServer server, McpJsonMapper json) {
            super(
                    ServerParameters.builder(server.command().get(0))
                            .args(server.command().subList(1, server.command().size()))
                            .build(),
                    json);
            this.server = server;
            setStdErrorHandler(line -> {
                log.debug("mcp server {}: {}", server.name(), line);
                said.add(line);
                if (said.size() > SAID_LINES) {
                    said.poll();
                }
            });
        }

        /** The SDK does not notice that the program ends: without this, a call would wait for its whole time. */
        @Override
        public Mono<Void> connect(Function<Mono<McpSchema.JSONRPCMessage>, Mono<McpSchema.JSONRPCMessage>> handler) {
            return super.connect(handler).doOnSuccess(ignored -> {
                Thread watch = new Thread(
                        () -> {
                            awaitForExit();
                            exited.complete(null);
                        },
                        "mcp-" + server.name() + "-exit");
                watch.setDaemon(true);
                watch.start();
            });
        }

        /** What it said last on its standard error, as the end of a sentence. */
        String said() {
            return said.isEmpty() ? "" : "; it said: " + String.join(" / ", said);
        }

        /** The SDK adds to the environment what it takes for harmless; the worker's secrets must not be there before. */
        @Override
        protected ProcessBuilder getProcessBuilder() {
            ProcessBuilder builder = new ProcessBuilder();
            Map<String, String> own = new TreeMap<>(server.environment());
            for (String name : VARIABLES) {
                String value = System.getenv(name);
                if (value != null) {
                    own.putIfAbsent(name, value);
                }
            }
            builder.environment().clear();
            builder.environment().putAll(own);
            return builder;
        }
    }

    /**
     * Starts the server, or reaches it, and agrees on the protocol.
     *
     * @throws IOException when it cannot be used; the message says why
     */
    static McpConnection open(McpServer server, Cancellation cancellation) throws IOException, InterruptedException {
        if (server.url() == null && !isProgram(server.command().get(0))) {
            throw new IOException("there is no program " + server.command().get(0) + " that the worker may run");
        }
        McpConnection connection = new McpConnection(server, cancellation);
        try {
            connection.within("start", connection.client::initialize);
            return connection;
        } catch (IOException | InterruptedException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private static boolean isProgram(String name) {
        if (name.contains("/")) {
            return Files.isExecutable(Path.of(name));
        }
        return Arrays.stream(
                        Objects.requireNonNullElse(System.getenv("PATH"), "").split(File.pathSeparator))
                .anyMatch(folder -> !folder.isEmpty() && Files.isExecutable(Path.of(folder, name)));
    }

    /** All tools that it has. */
    List<McpSchema.Tool> tools() throws IOException, InterruptedException {
        List<McpSchema.Tool> tools = new ArrayList<>();
        String cursor = null;
        do {
            String from = cursor;
            McpSchema.ListToolsResult page =
                    within("list its tools", () -> from == null ? client.listTools() : client.listTools(from));
            tools.addAll(page.tools());
            cursor = page.nextCursor();
        } while (cursor != null && !cursor.isEmpty());
        return tools;
    }

    /** What a call gave. */
    record Answer(boolean error, String text) {}

    Answer call(String tool, ObjectNode arguments) throws IOException, InterruptedException {
        Map<String, Object> values =
                JSON.convertValue(arguments, new com.fasterxml.jackson.core.type.TypeReference<>() {});
        McpSchema.CallToolResult result =
                within("answer", () -> client.callTool(new McpSchema.CallToolRequest(tool, values)));
        StringBuilder text = new StringBuilder();
        for (McpSchema.Content content : result.content() == null ? List.<McpSchema.Content>of() : result.content()) {
            if (text.length() > 0) {
                text.append('\n');
            }
            text.append(
                    content instanceof McpSchema.TextContent words
                            ? words.text()
                            : "(content of type " + content.type() + " is left out)");
        }
        if (text.length() == 0 && result.structuredContent() != null) {
            text.append(JSON.valueToTree(result.structuredContent()).toString());
        }
        return new Answer(Boolean.TRUE.equals(result.isError()), text.toString());
    }

    /** A call to the SDK. */
    private interface Request<T> {
        T run();
    }

    /** Makes a request in the connection's thread; waits for it no longer than the server's time, nor beyond a cancellation. */
    private <T> T within(String what, Request<T> request) throws IOException, InterruptedException {
        CompletableFuture<T> future = CompletableFuture.supplyAsync(request::run, executor);
        try (Cancellation.Registration ignored = cancellation.onCancel(() -> future.cancel(true))) {
            if (program != null) {
                CompletableFuture.anyOf(future, program.exited)
                        .get(server.timeout().toMillis() + 1_000, TimeUnit.MILLISECONDS);
                if (!future.isDone()) {
                    throw new IOException(
                            "MCP server " + server.name() + " ended before it could " + what + program.said());
                }
            }
            return future.get(server.timeout().toMillis() + 1_000, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException(late(what), e);
        } catch (CancellationException e) {
            throw new IOException("the attempt was stopped", e);
        } catch (ExecutionException e) {
            if (future.isCancelled()) {
                throw new IOException("the attempt was stopped", e);
            }
            Throwable cause = e.getCause() == null ? e : e.getCause();
            for (Throwable inner = cause; inner != null; inner = inner.getCause()) {
                if (inner instanceof TimeoutException) {
                    throw new IOException(late(what), e);
                }
            }
            throw new IOException("MCP server " + server.name() + " did not " + what + ": " + cause.getMessage(), e);
        }
    }

    private String late(String what) {
        return "MCP server " + server.name() + " did not " + what + " within "
                + server.timeout().toSeconds() + " s" + (program == null ? "" : program.said());
    }

    @Override
    public void close() {
        executor.shutdownNow();
        try {
            client.closeGracefully();
        } catch (RuntimeException e) {
            log.debug("MCP server {} did not close well", server.name(), e);
        }
    }
}
