package io.sweaifleet.agent.brain.model;

import java.util.List;

/**
 * One message of a conversation.
 *
 * @param role who says it
 * @param text what is said; may be empty for an assistant that only calls tools
 * @param calls calls that an assistant asks for
 * @param callId for a tool's result, the call it answers; empty otherwise
 * @param toolName for a tool's result, the tool; empty otherwise
 */
public record Message(Role role, String text, List<ToolCall> calls, String callId, String toolName) {

    /** Who speaks. */
    public enum Role {
        SYSTEM,
        USER,
        ASSISTANT,
        TOOL
    }

    public Message {
        calls = List.copyOf(calls);
    }

    public static Message system(String text) {
        return new Message(Role.SYSTEM, text, List.of(), "", "");
    }

    public static Message user(String text) {
        return new Message(Role.USER, text, List.of(), "", "");
    }

    public static Message assistant(String text, List<ToolCall> calls) {
        return new Message(Role.ASSISTANT, text, calls, "", "");
    }

    public static Message result(ToolCall call, String text) {
        return new Message(Role.TOOL, text, List.of(), call.id(), call.name());
    }
}
