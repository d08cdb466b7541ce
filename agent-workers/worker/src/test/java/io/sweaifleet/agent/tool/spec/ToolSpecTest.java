package io.sweaifleet.agent.tool.spec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.junit.jupiter.api.Test;

class ToolSpecTest {

    private static String functionName(String name) {
        return new ToolSpec(name, "", JsonNodeFactory.instance.objectNode(), new ToolSpec.Hints(true, false, true))
                .functionName();
    }

    @Test
    void shouldKeepWhatEndpointsTake() {
        assertThat(functionName("apply_patch")).isEqualTo("apply_patch");
        assertThat(functionName("mcp.issues.get-one")).isEqualTo("mcp_issues_get-one");
    }

    @Test
    void shouldReplaceEverythingElse() {
        assertThat(functionName("mcp.files.read/all ü")).isEqualTo("mcp_files_read_all__");
    }

    @Test
    void shouldKeepTheEndOfALongName() {
        assertThat(functionName("mcp.server." + "x".repeat(60) + ".create"))
                .hasSize(64)
                .endsWith("x_create");
    }
}
