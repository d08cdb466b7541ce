package io.sweaifleet.agent.brain.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.brain.model.ChatAnswer;
import io.sweaifleet.agent.brain.model.ChatRequest;
import io.sweaifleet.agent.brain.model.Message;
import io.sweaifleet.agent.brain.model.ModelTraits;
import io.sweaifleet.agent.brain.model.ToolCall;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecordingTest {

    private static final ModelTraits TRAITS = new ModelTraits(8_192, "the test", 1_024, true);

    @Test
    void shouldPlayBackPathsOfTheFolderInWhichItIsPlayed() throws Exception {
        // Given: a model that called a tool with a path of where it worked.
        Normaliser there = Normaliser.of(Map.of("/work/one/clone", "/workspace", "/work/one/scratch", "/scratch"));
        Normaliser here = Normaliser.of(Map.of("/elsewhere/two", "/workspace", "/tmp/other", "/scratch"));
        ToolCall call = new ToolCall("c1", "read", "{\"path\": \"/work/one/clone/a.py\"}");
        ChatAnswer answer = new ChatAnswer(
                "I read /work/one/clone/a.py, not /workspace/a.py", List.of(call), "tool_calls", 1, 1, false, "m");
        Recorder recorder = new Recorder(there);
        recorder.add("m", Instant.EPOCH, 5, asked("/work/one/clone"), TRAITS, answer);
        byte[] lines = recorder.bytes();

        // When
        ChatAnswer played = Recording.of(lines).play(asked("/elsewhere/two"), here);

        // Then
        assertThat(new String(lines, StandardCharsets.UTF_8)).doesNotContain("/work/one");
        assertThat(played.text()).isEqualTo("I read /elsewhere/two/a.py, not /workspace/a.py");
        assertThat(played.calls()).singleElement().satisfies(played1 -> assertThat(played1.arguments())
                .isEqualTo("{\"path\":\"/elsewhere/two/a.py\"}"));
    }

    private static ChatRequest asked(String root) {
        return new ChatRequest(List.of(Message.user("work in " + root)), List.of(), 1_024);
    }
}
