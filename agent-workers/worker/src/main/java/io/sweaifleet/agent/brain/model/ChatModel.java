package io.sweaifleet.agent.brain.model;

import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.schemas.common.BrainKind;

/** A model that can be asked. For one attempt; thread-confined. */
public interface ChatModel extends AutoCloseable {

    /** RECORDED for one that plays back, CHAT_MODEL for one that is asked now. */
    BrainKind kind();

    /** How it is configured. */
    ModelConfig config();

    /**
     * What is known of it; the endpoint is asked at the first call.
     *
     * @throws InterruptedException when the attempt is stopped
     */
    ModelTraits traits() throws InterruptedException;

    /**
     * Asks once: no retry.
     *
     * @throws ModelException when there is no answer
     * @throws InterruptedException when the attempt is stopped
     */
    ChatAnswer ask(ChatRequest request, Cancellation cancellation) throws ModelException, InterruptedException;

    @Override
    default void close() {}
}
