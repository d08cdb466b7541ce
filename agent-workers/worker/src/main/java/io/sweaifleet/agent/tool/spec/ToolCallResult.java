package io.sweaifleet.agent.tool.spec;

/**
 * What a call gave.
 *
 * @param ok whether it did what it was asked to; if not, the text says why and what to do instead
 * @param text the observation for the model, bounded
 * @param ends whether the attempt is to end, as after {@code submit}
 */
public record ToolCallResult(boolean ok, String text, boolean ends) {}
