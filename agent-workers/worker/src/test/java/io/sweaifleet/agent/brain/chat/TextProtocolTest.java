package io.sweaifleet.agent.brain.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.agent.brain.chat.TextProtocol.Parsed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextProtocolTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "I look.\n```json\n{\"tool\": \"read\", \"arguments\": {\"path\": \"a.py\"}}\n```",
                "```\n{\"name\": \"read\", \"parameters\": {\"path\": \"a.py\"}}\n```",
                "```json\n{'tool': 'read', 'arguments': {'path': 'a.py',},}\n```",
                "```tool_call\n{\"action\": \"read\", \"args\": {\"path\": \"a.py\"}}\n``` and so on",
                "<tool_call>\n{\"name\": \"read\", \"arguments\": {\"path\": \"a.py\"}}\n</tool_call>",
                "<tool_call>{\"name\": \"read\", \"arguments\": {\"path\": \"a.py\"}}",
                "<action tool=\"read\"><path>a.py</path></action>",
                "<function=read><parameter=path>a.py</parameter></function>",
                "<invoke name=\"read\"><parameter name=\"path\">a.py</parameter></invoke>",
                "I call {\"tool\": \"read\", \"path\": \"a.py\"}",
                "{\"function\": {\"name\": \"read\", \"arguments\": \"{\\\"path\\\": \\\"a.py\\\"}\"}}",
                "<think>I could ```json {\"tool\": \"run\"} ```</think>```json\n{\"tool\":\"read\",\"arguments\":{\"path\":\"a.py\"}}\n```"
            })
    void shouldFindTheCallHoweverItIsWritten(String answer) throws Exception {
        // When
        Parsed parsed = TextProtocol.parse(answer, 1);

        // Then
        assertThat(parsed.call()).as(parsed.problem()).isNotNull();
        assertThat(parsed.call().name()).isEqualTo("read");
        assertThat(JSON.readTree(parsed.call().arguments())).isEqualTo(JSON.readTree("{\"path\": \"a.py\"}"));
    }

    @Test
    void shouldKeepCodeWithinArgumentsAsItIs() throws Exception {
        // When
        Parsed parsed = TextProtocol.parse(
                "<action tool=\"edit\"><path>a.py</path><old>\nif a < b:\n    x = \"<y>\"\n</old><new></new></action>",
                1);

        // Then
        assertThat(JSON.readTree(parsed.call().arguments()).path("old").asText())
                .isEqualTo("if a < b:\n    x = \"<y>\"");
        assertThat(JSON.readTree(parsed.call().arguments()).path("new").asText())
                .isEmpty();
    }

    @Test
    void shouldTakeLineBreaksWithinStrings() throws Exception {
        // When
        Parsed parsed =
                TextProtocol.parse("```json\n{\"tool\": \"edit\", \"arguments\": {\"new\": \"one\n    two\"}}\n```", 1);

        // Then
        assertThat(JSON.readTree(parsed.call().arguments()).path("new").asText())
                .isEqualTo("one\n    two");
    }

    @Test
    void shouldMakeTheFirstOfSeveralCallsAndSaySo() {
        // When
        Parsed parsed = TextProtocol.parse("```json\n{\"tool\": \"read\"}\n```\n```json\n{\"tool\": \"run\"}\n```", 1);

        // Then
        assertThat(parsed.call().name()).isEqualTo("read");
        assertThat(parsed.problem()).contains("2 calls");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "It is all fine.", "```json\n{\"tool\": \"read\", \"arguments\": {\n```",
                "```json\n{\"path\": \"a.py\"}\n```", "```json\n{\"tool\": read me}\n```", "<tool_call>{\"name\": "
            })
    void shouldSayWhatIsMissingInANearMiss(String answer) {
        // When
        Parsed parsed = TextProtocol.parse(answer, 1);

        // Then
        assertThat(parsed.call()).isNull();
        assertThat(parsed.problem()).containsAnyOf("Call a tool", "Write", "cannot be read");
    }
}
