package io.sweaifleet.agent.playbook.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DataRuleTest {

    @Test
    void shouldStandInTheDocumentation() throws IOException {
        // Given
        String page = Files.readString(Path.of("../../docs/playbooks.md"));

        // Then
        assertThat(DataRule.values()).allSatisfy(rule -> assertThat(page)
                .contains("| `" + rule.id() + "` | " + rule.severity() + " | " + rule.what() + " |"));
    }
}
