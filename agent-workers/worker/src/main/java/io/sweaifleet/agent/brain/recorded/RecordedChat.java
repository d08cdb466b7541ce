package io.sweaifleet.agent.brain.recorded;

import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.brain.model.ChatAnswer;
import io.sweaifleet.agent.brain.model.ChatModel;
import io.sweaifleet.agent.brain.model.ChatRequest;
import io.sweaifleet.agent.brain.model.ModelConfig;
import io.sweaifleet.agent.brain.model.ModelException;
import io.sweaifleet.agent.brain.model.ModelTraits;

/** A model that plays back what was recorded. It asks nobody. */
public final class RecordedChat implements ChatModel {

    private final ModelConfig config;
    private final Recording recording;
    private final Normaliser normaliser;

    public RecordedChat(ModelConfig config, Recording recording, Normaliser normaliser) {
        this.config = config;
        this.recording = recording;
        this.normaliser = normaliser;
    }

    @Override
    public ModelConfig config() {
        return config;
    }

    @Override
    public ModelTraits traits(Cancellation cancellation) {
        return recording.traits();
    }

    @Override
    public ChatAnswer ask(ChatRequest request, Cancellation cancellation) throws ModelException {
        cancellation.check();
        return recording.play(request, normaliser);
    }
}
