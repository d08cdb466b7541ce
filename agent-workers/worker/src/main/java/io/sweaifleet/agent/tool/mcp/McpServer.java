package io.sweaifleet.agent.tool.mcp;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An MCP server that the operator configured. It is the operator's program, run as the worker's user and outside of the
 * sandbox, or a service at a URL; what it answers is data.
 *
 * @param name by which its tools are called: {@code mcp.<name>.<tool>}
 * @param command program and arguments that speak MCP on standard input and output; empty for a service
 * @param url where the service speaks MCP (streamable HTTP); null for a program
 * @param environment variables of the program besides PATH, HOME, LANG and TMPDIR; the worker's own are not passed on
 * @param timeout longest time of one call, and of its start
 */
public record McpServer(
        String name, List<String> command, @Nullable URI url, Map<String, String> environment, Duration timeout) {

    public McpServer {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }
}
