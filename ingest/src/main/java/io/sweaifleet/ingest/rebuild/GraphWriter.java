package io.sweaifleet.ingest.rebuild;

import io.sweaifleet.schemas.config.Settings;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Writes records into the graph as the sink does, being the sink. Found by {@link java.util.ServiceLoader}. */
public interface GraphWriter {

    /**
     * Connects.
     *
     * @param settings addresses of Neo4j and of the registry
     * @param refused told, for people, of each record that cannot be written; the others are
     */
    Session open(Settings settings, Consumer<String> refused);

    /** A connection. */
    interface Session extends AutoCloseable {

        /** Topics that become graph. */
        List<String> topics();

        /**
         * Writes records of one topic; those of a partition in their order. Writing them again changes nothing.
         *
         * @throws UnwrittenException when Neo4j or the registry is away or refuses all work
         */
        void write(List<ConsumerRecord<byte[], byte[]>> records);

        @Override
        void close();
    }

    /** Neo4j or the registry does not do its part; what was not written can be written later. */
    final class UnwrittenException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** With what is wrong. */
        public UnwrittenException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
