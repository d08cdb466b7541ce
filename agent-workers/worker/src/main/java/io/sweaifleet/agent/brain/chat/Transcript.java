package io.sweaifleet.agent.brain.chat;

import io.sweaifleet.agent.brain.model.ChatAnswer;
import io.sweaifleet.agent.brain.model.ToolCall;
import java.nio.charset.StandardCharsets;

/** What an agent did, for people. */
final class Transcript {

    private static final int SHOWN = 2_000;

    private final StringBuilder text = new StringBuilder();

    void begin(String task) {
        text.append("# What the agent did\n\n").append(block(task));
    }

    void step(int number, String model, ChatAnswer answer, String said) {
        text.append("\n## Step ").append(number).append(" (").append(model).append(", ");
        text.append(answer.inputTokens())
                .append(" + ")
                .append(answer.outputTokens())
                .append(" tokens");
        text.append(answer.estimated() ? ", estimated)\n\n" : ")\n\n");
        text.append(said.isBlank() ? "" : said.strip() + "\n");
    }

    void call(ToolCall call, boolean ok, String observation) {
        text.append("\n**").append(call.name()).append("** `").append(Conversation.line(call.arguments(), 300));
        text.append("`").append(ok ? "" : " — failed").append("\n\n").append(block(observation));
    }

    void note(String note) {
        text.append("\n*").append(note).append("*\n");
    }

    private static String block(String content) {
        String shown = Conversation.cut(content.strip(), SHOWN);
        String fence = shown.contains("```") ? "~~~~" : "```";
        return fence + "\n" + shown + "\n" + fence + "\n";
    }

    byte[] bytes() {
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
