package io.sweaifleet.topology;

import io.sweaifleet.schemas.error.RegistryUnavailableException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What passes by itself gets a new thread, which reads the record again; anything else stops the process loudly. */
final class ThreadFailures implements StreamsUncaughtExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ThreadFailures.class);
    private static final long FIRST_PAUSE_MS = 100;
    private static final long LONGEST_PAUSE_MS = 5_000;
    private static final long CALM_MS = 60_000;

    private final String application;
    private final Consumer<Throwable> fatal;
    private long pauseMs = FIRST_PAUSE_MS;
    private long lastAt = Long.MIN_VALUE / 2;

    /**
     * @param fatal told of a failure that does not pass
     */
    ThreadFailures(String application, Consumer<Throwable> fatal) {
        this.application = application;
        this.fatal = fatal;
    }

    @Override
    public synchronized StreamThreadExceptionResponse handle(Throwable failure) {
        if (!passes(failure)) {
            LOG.error("{} stops: a failure that does not pass by itself", application, failure);
            fatal.accept(failure);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
        long now = System.nanoTime() / 1_000_000;
        pauseMs = now - lastAt > CALM_MS ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
        lastAt = now;
        LOG.warn("{} begins again with a new thread in {} ms", application, pauseMs, failure);
        try {
            // The dying thread waits: a service that is away must not be asked as fast as threads can be made.
            TimeUnit.MILLISECONDS.sleep(pauseMs);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }

    static boolean passes(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof MissingSourceTopicException
                    || at instanceof UnknownTopicOrPartitionException
                    || at instanceof AuthenticationException
                    || at instanceof AuthorizationException) {
                return false;
            }
            if (at instanceof RegistryUnavailableException
                    || at instanceof RetriableException
                    || at instanceof TimeoutException
                    || at instanceof TaskMigratedException
                    || at instanceof TaskCorruptedException
                    || at instanceof ProducerFencedException
                    || at instanceof InvalidProducerEpochException
                    // A commit that meets the broker's own abort of the transaction, as after a broker stood still.
                    || at instanceof InvalidTxnStateException) {
                return true;
            }
        }
        return false;
    }
}
