package io.sweaifleet.agent.tool.mcp;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.jackson.JacksonMcpJsonMapper;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpServerFeatures;
import io.modelcontextprotocol.server.transport.StdioServerTransportProvider;
import io.modelcontextprotocol.spec.McpSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

/** A real MCP server on standard input and output: keeps notes in memory. Run as a process of its own. */
public final class NotesServer {

    private NotesServer() {}

    public static void main(String[] args) throws InterruptedException {
        McpJsonMapper json = new JacksonMcpJsonMapper(new ObjectMapper());
        List<String> notes = new ArrayList<>();
        McpServer.sync(new StdioServerTransportProvider(json))
                .serverInfo("notes", "1")
                .capabilities(McpSchema.ServerCapabilities.builder().tools(true).build())
                .jsonSchemaValidator((schema, content) ->
                        io.modelcontextprotocol.json.schema.JsonSchemaValidator.ValidationResponse.asValid(null))
                .tools(
                        tool(json, "add", "Adds a note.", false, arguments -> {
                            notes.add(String.valueOf(arguments.get("text")));
                            return new McpSchema.CallToolResult("now " + notes.size() + " notes", false);
                        }),
                        tool(
                                json,
                                "list",
                                "Lists notes.",
                                true,
                                arguments -> new McpSchema.CallToolResult(String.join("\n", notes), false)),
                        same(json, "list.all"),
                        same(json, "list_all"),
                        tool(
                                json,
                                "fail",
                                "Fails.",
                                false,
                                arguments -> new McpSchema.CallToolResult("it broke", true)),
                        tool(
                                json,
                                "environment",
                                "Names of variables.",
                                true,
                                arguments -> new McpSchema.CallToolResult(
                                        String.join(" ", System.getenv().keySet()), false)),
                        tool(json, "hang", "Does not answer.", true, arguments -> {
                            try {
                                new CountDownLatch(1).await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            return new McpSchema.CallToolResult("", false);
                        }))
                .build();
        new CountDownLatch(1).await();
    }

    /** One of several whose names differ for MCP, and not as a function's. */
    private static McpServerFeatures.SyncToolSpecification same(McpJsonMapper json, String name) {
        return tool(json, name, "Says its name.", true, arguments -> new McpSchema.CallToolResult(name, false));
    }

    private static McpServerFeatures.SyncToolSpecification tool(
            McpJsonMapper json,
            String name,
            String description,
            boolean readOnly,
            Function<Map<String, Object>, McpSchema.CallToolResult> body) {
        return McpServerFeatures.SyncToolSpecification.builder()
                .tool(McpSchema.Tool.builder()
                        .name(name)
                        .description(description)
                        .inputSchema(
                                json,
                                "{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\",\"description\":\"the note\"}}}")
                        .annotations(new McpSchema.ToolAnnotations(null, readOnly, false, readOnly, false, null))
                        .build())
                .callHandler((exchange, request) -> body.apply(request.arguments()))
                .build();
    }
}
