package io.sweaifleet.agent.brain.limit;

import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.brain.model.ModelConfig;
import java.time.Duration;

/** Lets a request to a model's endpoint pass when a slot is free and the rate allows it. Thread-safe. */
public interface InferenceGate extends AutoCloseable {

    /**
     * Waits for a slot of the model's endpoint.
     *
     * @throws Cancellation.CancelledException when the attempt is stopped
     */
    Slot enter(ModelConfig model, Cancellation cancellation) throws InterruptedException;

    /** Tells that the endpoint wants no request for some time. All agents keep to it. */
    void pause(ModelConfig model, Duration time);

    @Override
    void close();

    /** A slot that is held until it is closed. */
    interface Slot extends AutoCloseable {
        @Override
        void close();
    }

    /** Identity of what is shared: the endpoint, whatever the models are called. */
    static String endpoint(ModelConfig model) {
        return model.url() == null ? "recording" : model.url().toString();
    }
}
