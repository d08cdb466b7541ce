package io.sweaifleet.agent.brain.openai;

import io.sweaifleet.agent.attempt.Cancellation;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A stream that is closed when nothing comes for too long, or when the attempt is cancelled: a blocked read then ends. */
final class WatchedStream extends FilterInputStream {

    private static final ScheduledExecutorService CLOCK = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "model-silence");
        thread.setDaemon(true);
        return thread;
    });

    private final Cancellation.Registration registration;
    private final ScheduledFuture<?> watch;
    private volatile long heardAt = System.nanoTime();
    private volatile boolean silent;

    WatchedStream(InputStream in, Duration silence, Cancellation cancellation) {
        super(in);
        long period = Math.max(10, Math.min(500, silence.toMillis() / 4));
        this.registration = cancellation.onCancel(this::closeQuietly);
        this.watch = CLOCK.scheduleWithFixedDelay(
                () -> {
                    if (System.nanoTime() - heardAt > silence.toNanos()) {
                        silent = true;
                        closeQuietly();
                    }
                },
                period,
                period,
                TimeUnit.MILLISECONDS);
    }

    /** Whether it was closed because nothing came. */
    boolean silent() {
        return silent;
    }

    @Override
    public int read() throws IOException {
        int read = in.read();
        heardAt = System.nanoTime();
        return read;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
        int read = in.read(bytes, from, length);
        heardAt = System.nanoTime();
        return read;
    }

    private void closeQuietly() {
        try {
            in.close();
        } catch (IOException e) {
            // It is as good as closed.
        }
    }

    @Override
    public void close() throws IOException {
        watch.cancel(false);
        registration.close();
        super.close();
    }
}
