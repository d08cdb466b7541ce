package io.sweaifleet.agent.brain.model;

import io.sweaifleet.schemas.common.BrainKind;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One configured model.
 *
 * @param name name in the settings, or {@code url} for one that a task named by its address
 * @param url OpenAI-compatible base address, such as http://127.0.0.1:11434/v1; null for one that only plays back
 * @param model model id at the endpoint
 * @param apiKeySecret name of the secret that holds the key; empty when none is needed
 * @param contextTokens upper bound of prompt and answer together, in tokens; 0 when it is not set
 * @param maxOutputTokens longest answer, in tokens; 0 when it is not set
 * @param inputPrice micro-USD for a million prompt tokens
 * @param outputPrice micro-USD for a million completion tokens
 * @param timeout longest silence of the endpoint, before and between the parts of an answer
 * @param toolCalling how tools are called
 * @param recording directory of recorded exchanges to play back, or null
 * @param slots requests that may be under way at once, of all agents; 0 is no bound
 * @param requestsPerMinute requests in a minute, of all agents; 0 is no bound
 * @param temperature sampling temperature, or null for the endpoint's own
 */
public record ModelConfig(
        String name,
        @Nullable URI url,
        String model,
        String apiKeySecret,
        int contextTokens,
        int maxOutputTokens,
        long inputPrice,
        long outputPrice,
        Duration timeout,
        ToolCalling toolCalling,
        @Nullable Path recording,
        int slots,
        int requestsPerMinute,
        @Nullable Double temperature) {

    /** Beginning of the ids of models behind which is a script. */
    public static final String SCRIPTED = "scripted-";

    /** How tools are called. */
    public enum ToolCalling {
        /** Native, unless the endpoint says that it has none. */
        AUTO,
        /** By the endpoint's tool calling. */
        NATIVE,
        /** By a block in the text of the answer. */
        TEXT
    }

    /** What answers: a recording, a script, or a live model. */
    public BrainKind kind() {
        if (recording != null) {
            return BrainKind.RECORDED;
        }
        return model.startsWith(SCRIPTED) ? BrainKind.SCRIPTED : BrainKind.CHAT_MODEL;
    }

    /** What an exchange costs, in micro-USD, rounded up. */
    public long cost(long inputTokens, long outputTokens) {
        long millionths = inputTokens * inputPrice + outputTokens * outputPrice;
        return (millionths + 999_999) / 1_000_000;
    }

    /** The same, played back from a directory. */
    public ModelConfig playedBackFrom(Path directory) {
        return new ModelConfig(
                name,
                url,
                model,
                apiKeySecret,
                contextTokens,
                maxOutputTokens,
                inputPrice,
                outputPrice,
                timeout,
                toolCalling,
                directory,
                slots,
                requestsPerMinute,
                temperature);
    }
}
