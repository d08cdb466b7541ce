package io.sweaifleet.agent.brain.model;

import io.sweaifleet.agent.tool.spec.ToolSpec;
import java.util.List;

/**
 * What a model is asked.
 *
 * @param messages the conversation so far
 * @param tools tools that it may call; empty when the endpoint has no tool calling
 * @param maxOutputTokens longest answer, in tokens
 */
public record ChatRequest(List<Message> messages, List<ToolSpec> tools, int maxOutputTokens) {
    public ChatRequest {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
    }
}
