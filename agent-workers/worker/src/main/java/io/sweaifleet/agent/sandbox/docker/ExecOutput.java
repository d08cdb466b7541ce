package io.sweaifleet.agent.sandbox.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Frame;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Writes what a command prints into its log, up to a bound. Called on the connection's thread. */
final class ExecOutput extends ResultCallback.Adapter<Frame> {

    private final OutputStream out;
    private final long max;
    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
    private volatile long bytes;

    /** @param max bytes after which nothing is written any more, as the command is about to be ended */
    ExecOutput(Path log, long max) throws IOException {
        this.out = Files.newOutputStream(log);
        this.max = max;
    }

    @Override
    public void onNext(Frame frame) {
        byte[] payload = frame.getPayload();
        if (payload == null) {
            return;
        }
        long before = bytes;
        bytes = before + payload.length;
        if (before > max) {
            return;
        }
        try {
            out.write(payload);
        } catch (IOException e) {
            throw new UncheckedIOException("the command's log cannot be written: " + e.getMessage(), e);
        }
    }

    @Override
    public void onComplete() {
        super.onComplete();
        ended.complete(true);
    }

    @Override
    public void onError(Throwable failure) {
        super.onError(failure);
        ended.completeExceptionally(failure);
    }

    /**
     * Waits for the end of the output. The library's own {@code awaitCompletion} closes the stream when it returns, also
     * when the time was over.
     *
     * @return whether it has ended
     * @throws ExecutionException when the connection broke
     */
    boolean awaitEnd(long ms) throws InterruptedException, ExecutionException {
        try {
            return ended.get(ms, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** What the command has printed so far. */
    long bytes() {
        return bytes;
    }

    /** Ends the stream and the log. */
    @Override
    public void close() throws IOException {
        try {
            super.close();
        } finally {
            out.close();
        }
    }
}
