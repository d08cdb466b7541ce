package io.sweaifleet.agent.kafka;

import io.sweaifleet.schemas.error.RegistryUnavailableException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer and the daemon thread that reads it, until it is closed. What can pass by itself, a broker or a registry
 * that is away, is waited for; the consumer is closed by the thread that owns it.
 */
public final class ConsumerThread implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ConsumerThread.class);

    private final Consumer<String, byte[]> consumer;
    private final String reads;
    private final Duration retry;
    private final Duration closeTimeout;
    private final Thread thread;
    private volatile Round round = () -> {};
    private volatile boolean closed;

    /** One turn of reading: a poll, and what its records ask for. */
    @FunctionalInterface
    public interface Round {
        /**
         * Reads.
         *
         * @throws InterruptedException to end the thread
         */
        void read() throws InterruptedException;
    }

    /**
     * @param name name of the thread
     * @param reads what is read, for the log
     * @param retry pause after something that did not work
     * @param closeTimeout how long {@link #close} waits for the round under way
     */
    public ConsumerThread(
            Consumer<String, byte[]> consumer, String name, String reads, Duration retry, Duration closeTimeout) {
        this.consumer = consumer;
        this.reads = reads;
        this.retry = retry;
        this.closeTimeout = closeTimeout;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    /** Begins to read, round after round. */
    public void start(Round rounds) {
        this.round = rounds;
        thread.start();
    }

    private void run() {
        try (consumer) {
            while (!closed) {
                once(round);
            }
        } catch (WakeupException e) {
            LOG.debug("the reader of {} was asked to end", reads);
        } catch (InterruptedException e) {
            LOG.debug("the reader of {} was interrupted", reads);
        }
    }

    /**
     * One round, on the calling thread. What Kafka refuses is logged, and the next round tries on after a pause.
     *
     * @throws WakeupException when the reader is to end
     */
    public void once(Round one) throws InterruptedException {
        try {
            one.read();
        } catch (WakeupException e) {
            throw e;
        } catch (KafkaException e) {
            LOG.warn("cannot read {}: {}; trying on", reads, e.toString());
            pause();
        }
    }

    /** Tries a step until Kafka takes it or the reader is closed; the first refusal is logged. */
    public void untilTaken(Runnable step) {
        boolean told = false;
        while (!closed) {
            try {
                step.run();
                return;
            } catch (WakeupException e) {
                return;
            } catch (KafkaException e) {
                if (!told) {
                    LOG.warn("cannot begin to read {} yet: {}; trying on", reads, e.toString());
                    told = true;
                }
                pause();
            }
        }
    }

    /**
     * The value of a record, once the schema registry can be asked; empty when the reader was closed meanwhile.
     *
     * @throws org.apache.kafka.common.errors.SerializationException when it can never be read
     */
    public <T> Optional<T> decode(ConsumerRecord<String, byte[]> record, Deserializer<T> deserializer) {
        while (!closed) {
            try {
                return Optional.of(deserializer.deserialize(record.topic(), record.headers(), record.value()));
            } catch (RegistryUnavailableException e) {
                LOG.warn(
                        "record {} at {}-{}@{} waits for the schema registry: {}",
                        record.key(),
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        e.getMessage());
                pause();
            }
        }
        return Optional.empty();
    }

    /** Lets some time pass after something that did not work. */
    public void pause() {
        if (!closed) {
            LockSupport.parkNanos(retry.toNanos());
        }
    }

    /** True once {@link #close} was called. */
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        consumer.wakeup();
        try {
            thread.join(closeTimeout.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
