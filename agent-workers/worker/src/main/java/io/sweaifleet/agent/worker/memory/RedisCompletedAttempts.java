package io.sweaifleet.agent.worker.memory;

import io.sweaifleet.agent.worker.protocol.CompletedAttempts;
import io.sweaifleet.schemas.worker.AgentResult;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.redisson.Redisson;
import org.redisson.api.BatchOptions;
import org.redisson.api.RBatch;
import org.redisson.api.RedissonClient;
import org.redisson.api.options.KeysScanOptions;
import org.redisson.client.codec.ByteArrayCodec;
import org.redisson.config.Config;
import org.redisson.connection.ConnectionListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Results of completed attempts in Redis, one key each: {@code fleet:completed:<pool>:<worker>:<lease>}. Written behind,
 * in batches: a result that is acknowledged before its turn never travels. While Redis is away what is waiting stays in
 * memory up to a bound, oldest dropped first; Redisson reconnects by itself. When it has, everything that is not acknowledged is
 * written again: a Redis that lost what it had is rebuilt from what the worker holds anyway.
 */
public final class RedisCompletedAttempts implements CompletedAttempts, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RedisCompletedAttempts.class);
    private static final int MOST_WAITING = 20_000;
    private static final int BATCH = 500;
    private static final int SCAN = 500;
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final String url;
    private final String prefix;
    private final Duration timeToLive;
    private final RedissonClient redis;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** By lease: a result to keep, or empty for one to forget. */
    private final Map<String, Optional<AgentResult>> waiting = new LinkedHashMap<>();
    /** By lease: what is not acknowledged, written or not. */
    private final Map<String, AgentResult> held = new LinkedHashMap<>();

    private final Thread writer;
    private volatile boolean closed;
    private volatile boolean away;

    /**
     * @param url address of the server, redis://host:port
     * @param timeToLive how long a result is kept at most
     */
    public RedisCompletedAttempts(String url, String pool, String workerId, Duration timeToLive) {
        this.url = url;
        this.prefix = "fleet:completed:" + pool + ":" + workerId + ":";
        this.timeToLive = timeToLive;
        Config config = new Config().setLazyInitialization(true).setThreads(2).setNettyThreads(2);
        config.setCodec(ByteArrayCodec.INSTANCE);
        config.setConnectionListener(new ConnectionListener() {
            @Override
            public void onConnect(InetSocketAddress address) {
                writeHeldAgain();
            }

            @Override
            public void onDisconnect(InetSocketAddress address) {
                // The next batch finds out; nothing can be done before.
            }
        });
        config.useSingleServer()
                .setAddress(url)
                .setConnectionMinimumIdleSize(1)
                .setConnectionPoolSize(2)
                .setSubscriptionConnectionMinimumIdleSize(0)
                .setSubscriptionConnectionPoolSize(1)
                .setConnectTimeout(1_000)
                .setTimeout(1_000)
                .setRetryAttempts(1);
        this.redis = Redisson.create(config);
        this.writer = new Thread(this::write, "worker-completed");
        writer.setDaemon(true);
        writer.start();
    }

    @Override
    public void put(AgentResult result) {
        lock.lock();
        try {
            held.put(result.getLeaseId(), result);
            dropOldest(held);
            waiting.put(result.getLeaseId(), Optional.of(result));
            dropOldest(waiting);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void remove(String leaseId) {
        lock.lock();
        try {
            held.remove(leaseId);
            Optional<AgentResult> unwritten = waiting.remove(leaseId);
            if (unwritten == null || unwritten.isEmpty()) {
                waiting.put(leaseId, Optional.empty());
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private static void dropOldest(Map<String, ?> bounded) {
        if (bounded.size() > MOST_WAITING) {
            bounded.remove(bounded.keySet().iterator().next());
        }
    }

    /** Redis may have been started anew, without anything in it. */
    private void writeHeldAgain() {
        lock.lock();
        try {
            held.forEach((leaseId, result) -> waiting.putIfAbsent(leaseId, Optional.of(result)));
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<AgentResult> unacknowledged() {
        List<AgentResult> results = new ArrayList<>();
        try {
            for (String key : redis.getKeys()
                    .getKeys(KeysScanOptions.defaults().pattern(prefix + "*").chunkSize(SCAN))) {
                byte[] bytes = redis.<byte[]>getBucket(key).get();
                if (bytes != null) {
                    results.add(AgentResult.fromByteBuffer(ByteBuffer.wrap(bytes)));
                }
            }
            back();
        } catch (RuntimeException | IOException e) {
            wentAway(e);
        }
        return results;
    }

    private void write() {
        while (!closed) {
            Map<String, Optional<AgentResult>> batch;
            try {
                batch = take();
            } catch (InterruptedException e) {
                return;
            }
            if (!batch.isEmpty() && !written(batch)) {
                giveBack(batch);
            }
        }
    }

    private Map<String, Optional<AgentResult>> take() throws InterruptedException {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed) {
                changed.await();
            }
            if (away) {
                // Nothing is gained by knocking more often.
                lock.unlock();
                try {
                    TimeUnit.MILLISECONDS.sleep(RETRY.toMillis());
                } finally {
                    lock.lock();
                }
            }
            Map<String, Optional<AgentResult>> batch = new LinkedHashMap<>();
            for (Map.Entry<String, Optional<AgentResult>> entry : waiting.entrySet()) {
                if (batch.size() == BATCH) {
                    break;
                }
                batch.put(entry.getKey(), entry.getValue());
            }
            batch.keySet().forEach(waiting::remove);
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private boolean written(Map<String, Optional<AgentResult>> batch) {
        try {
            RBatch commands = redis.createBatch(BatchOptions.defaults().skipResult());
            for (Map.Entry<String, Optional<AgentResult>> entry : batch.entrySet()) {
                var bucket = commands.<byte[]>getBucket(prefix + entry.getKey());
                if (entry.getValue().isPresent()) {
                    ByteBuffer bytes = entry.getValue().get().toByteBuffer();
                    byte[] value = new byte[bytes.remaining()];
                    bytes.get(value);
                    var written = bucket.setAsync(value, timeToLive);
                    LOG.trace("queued {}", written);
                } else {
                    var deleted = bucket.deleteAsync();
                    LOG.trace("queued {}", deleted);
                }
            }
            commands.execute();
            back();
            return true;
        } catch (RuntimeException | IOException e) {
            wentAway(e);
            return false;
        }
    }

    /** Puts back what could not be written, unless something newer waits. */
    private void giveBack(Map<String, Optional<AgentResult>> batch) {
        lock.lock();
        try {
            if (waiting.size() + batch.size() <= MOST_WAITING) {
                batch.forEach(waiting::putIfAbsent);
            }
        } finally {
            lock.unlock();
        }
    }

    private void wentAway(Exception e) {
        if (!away && !closed) {
            away = true;
            LOG.warn(
                    "Redis at {} cannot be used ({}); going on without remembering completed attempts",
                    url,
                    e.toString());
        }
    }

    private void back() {
        if (away) {
            away = false;
            LOG.info("Redis at {} is back", url);
        }
    }

    @Override
    public void close() {
        closed = true;
        writer.interrupt();
        redis.shutdown(0, 1, TimeUnit.SECONDS);
    }
}
