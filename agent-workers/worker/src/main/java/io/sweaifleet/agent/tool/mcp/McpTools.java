package io.sweaifleet.agent.tool.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelcontextprotocol.spec.McpSchema;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.tool.spec.Arguments;
import io.sweaifleet.agent.tool.spec.Fence;
import io.sweaifleet.agent.tool.spec.ModelTool;
import io.sweaifleet.agent.tool.spec.ToolCallResult;
import io.sweaifleet.agent.tool.spec.ToolSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Tools of MCP servers as a model's tools, under {@code mcp.<server>.<tool>}. A server is started only when the role lists one
 * of its tools, and only those are shown; the policy judges each call under that name, so that nothing is allowed unless a rule
 * says so.
 */
public final class McpTools implements AutoCloseable {

    /** Before the name of the server in the name of a tool. */
    public static final String PREFIX = "mcp.";

    /** Longest answer that is shown, in characters. */
    static final int MAX_TEXT = 10_000;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<McpConnection> connections = new ArrayList<>();
    private final List<ModelTool> tools = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    private McpTools() {}

    /** Starts what the role may use. A server that cannot be used is a problem, and its tools are missing. */
    public static McpTools start(List<McpServer> servers, Toolbox toolbox, Cancellation cancellation)
            throws InterruptedException {
        McpTools started = new McpTools();
        try {
            for (McpServer server : servers) {
                String prefix = PREFIX + server.name() + ".";
                if (toolbox.offered().stream().anyMatch(name -> name.startsWith(prefix))) {
                    started.add(server, prefix, toolbox, cancellation);
                }
            }
            for (String name : toolbox.offered()) {
                boolean there = started.tools.stream()
                        .anyMatch(tool -> tool.spec().name().equals(name));
                boolean reported = started.problems.stream()
                        .anyMatch(problem -> name.startsWith(
                                PREFIX + problem.substring(0, Math.max(0, problem.indexOf(' '))) + "."));
                if (name.startsWith(PREFIX) && !there && !reported) {
                    started.problems.add(name + " is listed by the role, but no configured MCP server has it");
                }
            }
            return started;
        } catch (InterruptedException | RuntimeException e) {
            started.close();
            throw e;
        }
    }

    private void add(McpServer server, String prefix, Toolbox toolbox, Cancellation cancellation)
            throws InterruptedException {
        try {
            McpConnection connection = McpConnection.open(server, cancellation);
            connections.add(connection);
            for (McpSchema.Tool tool : connection.tools()) {
                if (toolbox.offered().contains(prefix + tool.name())) {
                    tools.add(new Remote(connection, tool, prefix + tool.name(), toolbox));
                }
            }
        } catch (IOException e) {
            problems.add(server.name() + " cannot be used: " + e.getMessage());
        }
    }

    /** Its tools, in the order of the servers. */
    public List<ModelTool> tools() {
        return List.copyOf(tools);
    }

    /** What could not be used, and why. */
    public List<String> problems() {
        return List.copyOf(problems);
    }

    @Override
    public void close() {
        connections.forEach(McpConnection::close);
    }

    /** A tool of a server. */
    private static final class Remote implements ModelTool {

        private final McpConnection connection;
        private final String remoteName;
        private final ToolSpec spec;
        private final Toolbox toolbox;

        Remote(McpConnection connection, McpSchema.Tool tool, String name, Toolbox toolbox) {
            this.connection = connection;
            this.remoteName = tool.name();
            this.toolbox = toolbox;
            JsonNode schema = JSON.valueToTree(tool.inputSchema());
            ObjectNode parameters = schema instanceof ObjectNode object ? object : JSON.createObjectNode();
            parameters.put("type", "object");
            McpSchema.ToolAnnotations said = tool.annotations();
            // What a server does not say is taken for the worse, as the protocol has it.
            boolean readOnly = said != null && Boolean.TRUE.equals(said.readOnlyHint());
            this.spec = new ToolSpec(
                    name,
                    tool.description() == null ? "" : tool.description(),
                    parameters,
                    new ToolSpec.Hints(
                            readOnly,
                            !readOnly && !(said != null && Boolean.FALSE.equals(said.destructiveHint())),
                            said != null && Boolean.TRUE.equals(said.idempotentHint())));
        }

        @Override
        public ToolSpec spec() {
            return spec;
        }

        @Override
        public ToolCallResult call(Arguments arguments) throws ToolDenied, InterruptedException {
            boolean[] error = new boolean[1];
            String text = toolbox.outside(
                    spec.name(),
                    null,
                    List.of(),
                    Map.of("arguments", arguments.json().toString()),
                    () -> {
                        McpConnection.Answer answer = connection.call(remoteName, arguments.json());
                        error[0] = answer.error();
                        return answer.text();
                    });
            String shown = text.length() <= MAX_TEXT
                    ? text
                    : text.substring(0, MAX_TEXT) + "\n… " + (text.length() - MAX_TEXT) + " more characters left out";
            return new ToolCallResult(!error[0], Fence.around(spec.name(), shown), false);
        }
    }
}
