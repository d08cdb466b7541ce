package io.sweaifleet.agent.tool.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.policy.SecretMasker;
import io.sweaifleet.agent.tool.map.RepositoryMap;
import io.sweaifleet.agent.tool.mcp.McpServer;
import io.sweaifleet.agent.tool.mcp.McpTools;
import io.sweaifleet.agent.tool.spec.Arguments;
import io.sweaifleet.agent.tool.spec.ModelTool;
import io.sweaifleet.agent.tool.spec.ModelTools;
import io.sweaifleet.agent.tool.spec.ToolCallResult;
import io.sweaifleet.agent.tool.spec.ToolSpec;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tools of one attempt: those that the role lists, {@code submit}, and those of MCP servers. All that they do goes through
 * the attempt's toolbox, so policy, audit and sandbox apply; what goes wrong is an observation with a remedy.
 */
public final class FleetModelTools implements ModelTools {

    private final PlaybookContext context;
    private final Map<String, ModelTool> tools = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();
    private final McpTools mcp;

    private FleetModelTools(PlaybookContext context, McpTools mcp) {
        this.context = context;
        this.mcp = mcp;
        this.problems.addAll(mcp.problems());
    }

    /**
     * Opens the tools of an attempt. MCP servers are started now, those only of which the role lists a tool; close ends them.
     *
     * @param servers MCP servers that the operator configured
     */
    public static FleetModelTools open(PlaybookContext context, List<McpServer> servers, Clock clock)
            throws InterruptedException {
        Set<String> offered = context.tools().offered();
        FleetModelTools opened =
                new FleetModelTools(context, McpTools.start(servers, context.tools(), context.cancellation()));
        List<ModelTool> all = new ArrayList<>(List.of(
                new ReadTool(context.tools()),
                new SearchTool(context.tools()),
                new EditTool(context.tools()),
                new PatchTool(context.tools()),
                new RunTool(context.tools()),
                new TestTool(context, clock),
                new GitTool(context.tools()),
                new HttpGetTool(context.tools(), context.cancellation())));
        all.removeIf(tool -> !offered.contains(tool.policyName()));
        all.addAll(opened.mcp.tools());
        all.add(new SubmitTool());
        all.forEach(opened::add);
        return opened;
    }

    private void add(ModelTool tool) {
        ModelTool taken = byFunctionName(tool.spec().functionName());
        if (taken == null) {
            tools.put(tool.spec().name(), tool);
        } else {
            problems.add(tool.spec().name() + " is left out: as a function it would have the same name as "
                    + taken.spec().name() + "; rename one of them at its server");
        }
    }

    @Override
    public List<ToolSpec> specs() {
        return tools.values().stream().map(ModelTool::spec).toList();
    }

    @Override
    public ToolCallResult call(String name, JsonNode arguments) throws InterruptedException {
        context.cancellation().check();
        ModelTool tool = tools.getOrDefault(name, byFunctionName(name));
        if (tool == null) {
            return Results.refused(unknown(name));
        }
        try {
            ToolCallResult result = tool.call(Arguments.of(tool.spec(), arguments));
            // Here, since tools read in many ways: no model is shown a secret that a command of this worker was given.
            return new ToolCallResult(result.ok(), SecretMasker.maskRegistered(result.text()), result.ends());
        } catch (Arguments.Mistake e) {
            return Results.refused(e.getMessage());
        } catch (ToolDenied e) {
            return Results.refused(
                    e.getMessage() + "\nThis will not change by trying again; do it another way, or submit and"
                            + " say what you may not do.");
        } catch (UncheckedIOException e) {
            return Results.refused(name + " failed: " + e.getMessage());
        }
    }

    private @Nullable ModelTool byFunctionName(String name) {
        return tools.values().stream()
                .filter(tool -> tool.spec().functionName().equals(name))
                .findFirst()
                .orElse(null);
    }

    private String unknown(String name) {
        String plain = name.replaceFirst("^(functions|tools)\\.", "");
        String meant = tools.containsKey(plain)
                ? plain
                : switch (plain) {
                    case "bash", "shell", "execute", "exec", "terminal" -> "run";
                    case "grep", "find", "glob", "list", "ls" -> "search";
                    case "cat", "open", "view", "read_file" -> "read";
                    case "write", "write_file", "create", "str_replace", "replace" -> "edit";
                    case "finish", "done", "final_answer" -> SubmitTool.NAME;
                    default -> plain.startsWith("git") ? "git" : "";
                };
        return "there is no tool " + name + "; there are " + String.join(", ", tools.keySet())
                + (tools.containsKey(meant) ? ". Use " + meant + "." : ".");
    }

    @Override
    public String repositoryMap(int tokens) throws InterruptedException {
        String instructions = context.assignment().getInstructions();
        String words = context.assignment().getTitle() + " " + (instructions == null ? "" : instructions);
        return RepositoryMap.of(context.tools(), words, tokens, context.cancellation());
    }

    /** MCP servers and tools that could not be used, and why; for the attempt's report. */
    public List<String> problems() {
        return List.copyOf(problems);
    }

    @Override
    public void close() {
        mcp.close();
    }
}
