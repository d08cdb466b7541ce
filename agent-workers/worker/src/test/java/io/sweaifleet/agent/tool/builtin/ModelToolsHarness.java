package io.sweaifleet.agent.tool.builtin;

import static io.sweaifleet.agent.run.Steps.doing;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.run.PlaybookHarness;
import io.sweaifleet.agent.run.PlaybookHarness.Run;
import io.sweaifleet.agent.tool.mcp.McpServer;
import io.sweaifleet.agent.tool.spec.ToolCallResult;
import io.sweaifleet.schemas.role.PolicyRule;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.role.RuleEffect;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/** Calls a model's tools on a real clone, as an attempt of a role that may do everything unless other rules are given. */
public final class ModelToolsHarness {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> TOOLS = List.of("read", "search", "edit", "run", "test", "git");

    private final Path repository;
    private List<String> tools = TOOLS;
    private List<PolicyRule> rules = List.of(PlaybookHarness.rule("all", RuleEffect.ALLOW, "*", null, List.of()));
    private List<McpServer> servers = List.of();
    private PlaybookHarness harness = PlaybookHarness.create();

    public ModelToolsHarness(Path repository) {
        this.repository = repository;
    }

    /** What to do with the tools. */
    public interface Session {
        void run(FleetModelTools tools, PlaybookContext context) throws InterruptedException, IOException;
    }

    public ModelToolsHarness withTools(String... names) {
        tools = List.of(names);
        return this;
    }

    public ModelToolsHarness withRules(PolicyRule... given) {
        rules = List.of(given);
        return this;
    }

    public ModelToolsHarness withServers(McpServer... given) {
        servers = List.of(given);
        return this;
    }

    public ModelToolsHarness on(PlaybookHarness given) {
        harness = given;
        return this;
    }

    /** Runs a session; what it throws fails the test. */
    public Run run(Session session) {
        RoleDefinition role = RoleDefinition.newBuilder(PlaybookHarness.role("tester", List.of("test.kind"), rules))
                .setTools(tools)
                .build();
        Run run = harness.withRole(role)
                .on(
                        doing(context -> {
                            try (FleetModelTools opened = FleetModelTools.open(context, servers, Clock.systemUTC())) {
                                session.run(opened, context);
                            }
                        }),
                        repository.toString(),
                        Map.of());
        assertThat(run.end().failure()).isNull();
        return run;
    }

    /** Calls a tool with arguments in JSON, where single quotes stand for double ones. */
    public static ToolCallResult call(FleetModelTools tools, String name, String arguments)
            throws InterruptedException {
        return tools.call(name, json(arguments.replace('\'', '"')));
    }

    /** Calls a tool with these arguments, names and values in turn. */
    public static ToolCallResult with(FleetModelTools tools, String name, String... arguments)
            throws InterruptedException {
        var object = JSON.createObjectNode();
        for (int i = 0; i < arguments.length; i += 2) {
            object.put(arguments[i], arguments[i + 1]);
        }
        return tools.call(name, object);
    }

    public static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
