package io.sweaifleet.agent.brain.model;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What a model answered.
 *
 * @param text what it said; may be empty
 * @param calls calls that it asks for
 * @param finish why it ended: stop, tool_calls, length or content_filter
 * @param inputTokens prompt tokens
 * @param outputTokens completion tokens
 * @param estimated whether the tokens were counted here, because the endpoint told none
 * @param modelId model that the endpoint says it was; empty when it says nothing
 */
public record ChatAnswer(
        String text,
        List<ToolCall> calls,
        String finish,
        long inputTokens,
        long outputTokens,
        boolean estimated,
        String modelId) {
    public ChatAnswer {
        calls = List.copyOf(calls);
    }

    /** The same with its texts changed: what was said, and the arguments of its calls. */
    public ChatAnswer mapped(UnaryOperator<String> change) {
        return new ChatAnswer(
                change.apply(text),
                calls.stream()
                        .map(call -> new ToolCall(call.id(), call.name(), change.apply(call.arguments())))
                        .toList(),
                finish,
                inputTokens,
                outputTokens,
                estimated,
                modelId);
    }
}
