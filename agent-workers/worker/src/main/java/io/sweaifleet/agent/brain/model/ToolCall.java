package io.sweaifleet.agent.brain.model;

/**
 * A call that a model asks for.
 *
 * @param id identity within the conversation, as the endpoint gave it or made up; never empty
 * @param name name of the tool, as the model wrote it
 * @param arguments JSON text of the arguments, as the model wrote it: it may be malformed
 */
public record ToolCall(String id, String name, String arguments) {}
