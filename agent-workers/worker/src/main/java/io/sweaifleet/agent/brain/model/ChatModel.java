package io.sweaifleet.agent.brain.model;

import io.sweaifleet.agent.attempt.Cancellation;

/** A model that can be asked. For one attempt; thread-confined. */
public interface ChatModel extends AutoCloseable {

    /** How it is configured. */
    ModelConfig config();

    /**
     * What is known of it; the endpoint is asked at the first call.
     *
     * @throws InterruptedException when the attempt is stopped
     */
    ModelTraits traits(Cancellation cancellation) throws InterruptedException;

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
