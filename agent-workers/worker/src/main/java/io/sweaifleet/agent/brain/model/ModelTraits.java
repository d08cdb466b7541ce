package io.sweaifleet.agent.brain.model;

/**
 * What is known of a model before it is asked.
 *
 * @param contextTokens prompt and answer together, in tokens
 * @param contextSource where that is known from, for people
 * @param maxOutputTokens longest answer, in tokens
 * @param toolCalling whether tools may be passed to the endpoint
 */
public record ModelTraits(int contextTokens, String contextSource, int maxOutputTokens, boolean toolCalling) {

    /** Traits of a model with a context; the answer gets what is set, else a quarter of the context, at most 4,096 tokens. */
    public static ModelTraits of(int contextTokens, String contextSource, int setOutputTokens, boolean toolCalling) {
        int output = setOutputTokens > 0 ? setOutputTokens : Math.min(4_096, contextTokens / 4);
        return new ModelTraits(contextTokens, contextSource, Math.min(output, contextTokens / 2), toolCalling);
    }

    /** The same without tool calling. */
    public ModelTraits withoutToolCalling() {
        return new ModelTraits(contextTokens, contextSource, maxOutputTokens, false);
    }

    /** The same with a shorter context. */
    public ModelTraits withContext(int tokens, String source) {
        return new ModelTraits(tokens, source, Math.min(maxOutputTokens, tokens / 2), toolCalling);
    }
}
