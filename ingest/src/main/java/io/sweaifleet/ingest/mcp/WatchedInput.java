package io.sweaifleet.ingest.mcp;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CountDownLatch;

/** An input that tells when its other end is closed: a client's way to say goodbye. */
final class WatchedInput extends FilterInputStream {

    private final CountDownLatch ended = new CountDownLatch(1);

    WatchedInput(InputStream in) {
        super(in);
    }

    @Override
    public int read() throws IOException {
        return seen(super.read());
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        try {
            return seen(super.read(bytes, offset, length));
        } catch (IOException e) {
            ended.countDown();
            throw e;
        }
    }

    private int seen(int read) {
        if (read < 0) {
            ended.countDown();
        }
        return read;
    }

    void awaitEnd() throws InterruptedException {
        ended.await();
    }
}
