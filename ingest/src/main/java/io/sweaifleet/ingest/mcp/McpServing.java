package io.sweaifleet.ingest.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.jackson.JacksonMcpJsonMapper;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpServerFeatures.SyncResourceTemplateSpecification;
import io.modelcontextprotocol.server.McpServerFeatures.SyncToolSpecification;
import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.server.transport.StdioServerTransportProvider;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema;
import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.ingest.submit.RunIds;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Serves one client over a pair of streams until it closes its end. Each call has a connection of its own to the fleet. */
public final class McpServing {

    private static final int MOST_WAIT_SECONDS = 300;
    private static final int WAIT_SECONDS = 50;
    private static final Pattern URI = Pattern.compile("fleet://tasks/([a-z0-9][a-z0-9-]{0,99})/(patch|report)");

    private static final String ID =
            """
            {"type": "object", "properties": {"id": {"type": "string", "description": "Id of a task or workflow"}}, "required": ["id"]}""";

    private final Supplier<Fleet> fleets;
    private final Function<Exception, String> words;
    private final Path directory;
    private final Clock clock;
    private final RunIds ids;
    private final McpJsonMapper mapper = new JacksonMcpJsonMapper(new ObjectMapper());

    /**
     * @param fleets connects to the fleet; what it throws is told to the client
     * @param words what failed, in words for the client
     * @param directory the client's current directory: the default repository
     * @param clock the time
     * @param ids makes ids
     */
    public McpServing(
            Supplier<Fleet> fleets, Function<Exception, String> words, Path directory, Clock clock, RunIds ids) {
        this.fleets = fleets;
        this.words = words;
        this.directory = directory;
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * Serves until the client closes the input.
     *
     * @param version version of the fleet
     */
    public void serve(InputStream in, OutputStream out, String version) throws InterruptedException {
        WatchedInput watched = new WatchedInput(in);
        McpSyncServer server = McpServer.sync(new StdioServerTransportProvider(mapper, watched, out))
                .serverInfo("swe-ai-fleet", version)
                .instructions("Submit work on git repositories to a fleet of software-engineering agents: `do` takes a"
                        + " sentence, `wait` follows it, `results` has the outcome; the change is a branch of the"
                        + " repository that a person merges.")
                .capabilities(McpSchema.ServerCapabilities.builder()
                        .tools(false)
                        .resources(false, false)
                        .build())
                .tools(tools())
                .resourceTemplates(
                        template("patch", "text/x-diff", "The change of a task as a unified diff", FleetCalls::patch),
                        template("report", "text/markdown", "What the agent of a task did", FleetCalls::report))
                .build();
        try {
            watched.awaitEnd();
        } finally {
            server.closeGracefully();
        }
    }

    private interface Call {
        JsonNode answer(FleetCalls calls, Arguments arguments) throws InterruptedException;
    }

    private List<SyncToolSpecification> tools() {
        return List.of(
                tool(
                        "do",
                        "Let an agent with a chat model do what the instructions say, on a branch of its own. Returns the id"
                                + " of the task at once.",
                        """
                        {"type": "object", "properties": {
                          "instructions": {"type": "string", "description": "What is to be done, in plain words"},
                          "repository": {"type": "string", "description": "Path or URL; default: the server's current directory"},
                          "ref": {"type": "string", "description": "Branch, tag or commit to start from; default HEAD"},
                          "role": {"type": "string", "description": "Role of the agent; default developer"},
                          "model": {"type": "string", "description": "Name of a configured model"},
                          "model_url": {"type": "string", "description": "OpenAI-compatible endpoint instead"},
                          "model_name": {"type": "string", "description": "Id of the model at model_url"},
                          "recording": {"type": "string", "description": "Directory of recorded exchanges to play back instead"},
                          "test": {"type": "array", "items": {"type": "string"}, "description": "Words of the test command; default: found out"},
                          "budget": {"type": "string", "description": "Time, tokens, money, as 30m,200k tokens,$0.50"}},
                         "required": ["instructions"]}""",
                        hints(false, false, false),
                        FleetCalls::doWork),
                tool(
                        "submit_task",
                        "Submit a task or workflow in the form of `fleet submit`, such as"
                                + " {\"kind\": \"qa.run-tests\", \"role\": \"qa\", \"repository\": \"/path\"}. An id makes it"
                                + " idempotent.",
                        """
                        {"type": "object", "properties": {"task": {"type": "object", "description": "kind, role, repository, inputs, id, priority and so on; with tasks it is a workflow"}},
                         "required": ["task"]}""",
                        hints(false, false, false),
                        FleetCalls::submit),
                tool(
                        "status",
                        "Where a task or workflow stands, step by step.",
                        ID,
                        hints(true, false, true),
                        FleetCalls::status),
                tool(
                        "wait",
                        "As status, once the task or workflow has ended or the time is over; call it again while `ended` is"
                                + " false.",
                        """
                        {"type": "object", "properties": {"id": {"type": "string"},
                          "timeout_seconds": {"type": "integer", "minimum": 1, "maximum": 300, "description": "default 50"}},
                         "required": ["id"]}""",
                        hints(true, false, true),
                        (calls, arguments) -> calls.await(arguments, MOST_WAIT_SECONDS, WAIT_SECONDS)),
                tool(
                        "results",
                        "Outcomes of a task or workflow: status, summary, findings, diff, branch with its merge command, which"
                                + " brain ran, usage.",
                        ID,
                        hints(true, false, true),
                        FleetCalls::results),
                tool(
                        "cancel",
                        "Cancel a task or workflow; an attempt that runs is stopped.",
                        """
                        {"type": "object", "properties": {"id": {"type": "string"}, "reason": {"type": "string"}}, "required": ["id"]}""",
                        hints(false, true, true),
                        FleetCalls::cancel),
                tool(
                        "list_agents",
                        "Workers with the agents they hold, and the chat models that are configured.",
                        "{\"type\": \"object\", \"properties\": {}}",
                        hints(true, false, true),
                        (calls, arguments) -> calls.agents()));
    }

    private static McpSchema.ToolAnnotations hints(boolean readOnly, boolean destructive, boolean idempotent) {
        return new McpSchema.ToolAnnotations("", readOnly, destructive, idempotent, false, false);
    }

    private SyncToolSpecification tool(
            String name, String description, String schema, McpSchema.ToolAnnotations hints, Call call) {
        return SyncToolSpecification.builder()
                .tool(McpSchema.Tool.builder()
                        .name(name)
                        .description(description)
                        .inputSchema(mapper, schema)
                        .annotations(hints)
                        .build())
                .callHandler((exchange, request) -> answer(request, call))
                .build();
    }

    private McpSchema.CallToolResult answer(McpSchema.CallToolRequest request, Call call) {
        try (Fleet fleet = fleets.get()) {
            JsonNode answer = call.answer(calls(fleet), Arguments.of(request.arguments()));
            return McpSchema.CallToolResult.builder()
                    .addTextContent(OutcomeJson.pretty(answer))
                    .build();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failed("the call was interrupted");
        } catch (McpProblem e) {
            return failed(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            return failed(words.apply(e));
        }
    }

    /** As a result, so that a model reads it and can do better. */
    private static McpSchema.CallToolResult failed(String text) {
        return McpSchema.CallToolResult.builder()
                .addTextContent(text)
                .isError(true)
                .build();
    }

    private FleetCalls calls(Fleet fleet) {
        return new FleetCalls(fleet, directory, clock, ids);
    }

    private SyncResourceTemplateSpecification template(
            String what, String mediaType, String description, BiFunction<FleetCalls, String, String> read) {
        McpSchema.ResourceTemplate template = McpSchema.ResourceTemplate.builder()
                .uriTemplate("fleet://tasks/{id}/" + what)
                .name(what)
                .description(description)
                .mimeType(mediaType)
                .build();
        return new SyncResourceTemplateSpecification(template, (exchange, request) -> {
            Matcher uri = URI.matcher(request.uri());
            if (!uri.matches()) {
                throw refused("'" + request.uri() + "' is not the URI of a task's patch or report");
            }
            try (Fleet fleet = fleets.get()) {
                String text = read.apply(calls(fleet), uri.group(1));
                return new McpSchema.ReadResourceResult(
                        List.of(new McpSchema.TextResourceContents(request.uri(), mediaType, text)));
            } catch (McpProblem e) {
                throw refused(String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                throw refused(words.apply(e));
            }
        });
    }

    private static McpError refused(String message) {
        return McpError.builder(McpSchema.ErrorCodes.INVALID_PARAMS)
                .message(message)
                .build();
    }
}
