package io.sweaifleet.agent.brain.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.brain.model.ModelConfig;
import io.sweaifleet.agent.brain.model.ModelSettings;
import io.sweaifleet.schemas.config.Settings;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.embedded.RedisServer;

class RedisGateIT {

    private static final ModelConfig MODEL = ModelSettings.ofUrl(URI.create("http://127.0.0.1:1/v1"), "m");

    private RedisServer server;
    private String url;

    @BeforeEach
    void begin() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        server = RedisServer.newRedisServer()
                .port(port)
                .setting("bind 127.0.0.1")
                .build();
        server.start();
        url = "redis://127.0.0.1:" + port;
    }

    @AfterEach
    void end() throws Exception {
        server.stop();
    }

    @Test
    void shouldLetTheWorkersTakeTurnsAtOneSlot() throws Exception {
        // Given
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger passed = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (RedisGate one = new RedisGate(url);
                RedisGate other = new RedisGate(url)) {
            // When
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                RedisGate gate = i % 2 == 0 ? one : other;
                all.add(threads.submit(() -> {
                    for (int turn = 0; turn < 5; turn++) {
                        try (InferenceGate.Slot slot = gate.enter(MODEL, new Cancellation())) {
                            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                            passed.incrementAndGet();
                            inside.decrementAndGet();
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get(60, TimeUnit.SECONDS);
            }

            // Then
            assertThat(passed).hasValue(20);
            assertThat(most).hasValue(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void shouldPauseTheOtherWorkersToo() throws Exception {
        try (RedisGate one = new RedisGate(url);
                RedisGate other = new RedisGate(url)) {
            // Given
            long begun = System.nanoTime();
            one.pause(MODEL, Duration.ofMillis(800));

            // When
            other.enter(MODEL, new Cancellation()).close();

            // Then
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(700));
        }
    }

    @Test
    @Timeout(30)
    void shouldKeepToARateThatWasChanged() throws Exception {
        // Given: the one request that was allowed in a minute.
        try (RedisGate before = new RedisGate(url)) {
            before.enter(limited(1), new Cancellation()).close();
        }

        // When: the operator allows more.
        try (RedisGate after = new RedisGate(url);
                InferenceGate.Slot slot = after.enter(limited(600), new Cancellation())) {
            // Then
            assertThat(slot).isNotNull();
        }
    }

    private static ModelConfig limited(int requestsPerMinute) {
        return ModelSettings.read(Settings.of(Map.of(
                        "fleet.models.m.url",
                        "http://127.0.0.1:1/v1",
                        "fleet.models.m.model",
                        "m",
                        "fleet.models.m.requests-per-minute",
                        Integer.toString(requestsPerMinute))))
                .get("m");
    }

    @Test
    void shouldGoOnAloneWhenRedisIsAway() throws Exception {
        // Given
        server.stop();

        try (RedisGate gate = new RedisGate(url);
                // When
                InferenceGate.Slot slot = gate.enter(MODEL, new Cancellation())) {
            // Then
            assertThat(slot).isNotNull();
        }
    }
}
