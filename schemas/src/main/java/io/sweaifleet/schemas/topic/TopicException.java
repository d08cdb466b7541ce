package io.sweaifleet.schemas.topic;

import org.jspecify.annotations.Nullable;

/** The brokers could not be asked about topics, or did not create one. The message names the topic and the remedy. */
public final class TopicException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Says what failed and what to do. */
    public TopicException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
