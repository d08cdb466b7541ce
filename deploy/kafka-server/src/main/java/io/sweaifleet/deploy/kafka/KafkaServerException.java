package io.sweaifleet.deploy.kafka;

import org.jspecify.annotations.Nullable;

/** A broker that does not start; the message names its directory, the reason and, where there is one, the address. */
public final class KafkaServerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KafkaServerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
