package io.sweaifleet.agent.brain.limit;

import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.brain.model.ModelConfig;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.redisson.Redisson;
import org.redisson.api.RPermitExpirableSemaphore;
import org.redisson.api.RRateLimiter;
import org.redisson.api.RateType;
import org.redisson.api.RedissonClient;
import org.redisson.client.RedisException;
import org.redisson.config.Config;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slots, rates and pauses that all workers share by way of Redis. Within a worker it is first come, first served; between
 * workers whoever is told first. A slot of a worker that died is free again after {@value #LEASE_SECONDS} s. While Redis cannot be
 * reached, the worker's own agents still keep to the limits.
 */
public final class RedisGate implements InferenceGate {

    private static final Logger log = LoggerFactory.getLogger(RedisGate.class);

    static final long LEASE_SECONDS = 30;

    private static final long LOOK_AGAIN_MS = 500;

    private final LocalGate local = new LocalGate();
    private final Map<String, Integer> declared = new ConcurrentHashMap<>();
    private final ScheduledExecutorService renewals = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "model-slots");
        thread.setDaemon(true);
        return thread;
    });
    private final String url;
    private @Nullable RedissonClient redis;

    /** @param url redis://host:port; connected at the first use */
    public RedisGate(String url) {
        this.url = url;
    }

    private synchronized RedissonClient redis() {
        if (redis == null) {
            Config config =
                    new Config().setLazyInitialization(true).setThreads(2).setNettyThreads(2);
            config.useSingleServer()
                    .setAddress(url)
                    .setConnectionMinimumIdleSize(0)
                    .setConnectionPoolSize(8)
                    .setSubscriptionConnectionMinimumIdleSize(0)
                    .setSubscriptionConnectionPoolSize(2)
                    .setConnectTimeout(1_000)
                    .setTimeout(1_000)
                    .setRetryAttempts(1);
            redis = Redisson.create(config);
        }
        return redis;
    }

    @Override
    public Slot enter(ModelConfig model, Cancellation cancellation) throws InterruptedException {
        Slot own = local.enter(model, cancellation);
        try {
            Slot shared = enterShared(model, cancellation);
            return () -> {
                try {
                    shared.close();
                } finally {
                    own.close();
                }
            };
        } catch (RedisException e) {
            log.warn("slots of models are not shared with other workers, Redis cannot be used: {}", e.getMessage());
            return own;
        } catch (InterruptedException | RuntimeException e) {
            own.close();
            throw e;
        }
    }

    private Slot enterShared(ModelConfig model, Cancellation cancellation) throws InterruptedException {
        RedissonClient client = redis();
        String key = key(model);
        while (true) {
            cancellation.check();
            long paused = client.getBucket(key + ":pause").remainTimeToLive();
            if (paused <= 0) {
                break;
            }
            pauseFor(Math.min(paused, LOOK_AGAIN_MS), cancellation);
        }
        if (model.requestsPerMinute() > 0) {
            RRateLimiter limiter = client.getRateLimiter(key + ":rate");
            if (!limiter.isExists() || limiter.getConfig().getRate() != model.requestsPerMinute()) {
                // Also one that was changed; what was used of it is forgotten then.
                limiter.setRate(RateType.OVERALL, model.requestsPerMinute(), Duration.ofMinutes(1));
            }
            while (!limiter.tryAcquire(1)) {
                pauseFor(LOOK_AGAIN_MS, cancellation);
            }
        }
        if (model.slots() <= 0) {
            return () -> {};
        }
        RPermitExpirableSemaphore slots = client.getPermitExpirableSemaphore(key + ":slots");
        Integer known = declared.put(key, model.slots());
        if (known == null || known != model.slots()) {
            slots.setPermits(model.slots());
        }
        String permit = null;
        while (permit == null) {
            cancellation.check();
            permit = slots.tryAcquire(LOOK_AGAIN_MS, TimeUnit.SECONDS.toMillis(LEASE_SECONDS), TimeUnit.MILLISECONDS);
        }
        return held(slots, permit);
    }

    private Slot held(RPermitExpirableSemaphore slots, String permit) {
        ScheduledFuture<?> renewal = renewals.scheduleWithFixedDelay(
                () -> {
                    try {
                        slots.updateLeaseTime(permit, LEASE_SECONDS, TimeUnit.SECONDS);
                    } catch (RedisException e) {
                        log.debug("a slot is not renewed: {}", e.getMessage());
                    }
                },
                LEASE_SECONDS / 3,
                LEASE_SECONDS / 3,
                TimeUnit.SECONDS);
        return () -> {
            renewal.cancel(false);
            try {
                slots.tryRelease(permit);
            } catch (RedisException e) {
                log.debug("a slot is not given back, it ends by itself: {}", e.getMessage());
            }
        };
    }

    /** Waits, unless the attempt is stopped. */
    private static void pauseFor(long ms, Cancellation cancellation) throws InterruptedException {
        CountDownLatch stopped = new CountDownLatch(1);
        try (Cancellation.Registration ignored = cancellation.onCancel(stopped::countDown)) {
            if (stopped.await(ms, TimeUnit.MILLISECONDS)) {
                cancellation.check();
            }
        }
    }

    @Override
    public void pause(ModelConfig model, Duration time) {
        local.pause(model, time);
        try {
            redis().getBucket(key(model) + ":pause").set("1", time);
        } catch (RedisException e) {
            log.warn("other workers are not told to pause, Redis cannot be used: {}", e.getMessage());
        }
    }

    private static String key(ModelConfig model) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(InferenceGate.endpoint(model).getBytes(StandardCharsets.UTF_8));
            return "fleet:models:" + HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public void close() {
        renewals.shutdownNow();
        synchronized (this) {
            if (redis != null) {
                redis.shutdown();
            }
        }
    }
}
