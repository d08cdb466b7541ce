package io.sweaifleet.agent.worker.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.AgentResultType;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.embedded.RedisServer;

/** Completed attempts in a real Redis. */
@Timeout(120)
class RedisCompletedAttemptsIT {

    private int port;
    private RedisServer server;

    @BeforeEach
    void startRedis() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        server = server();
        server.start();
    }

    @AfterEach
    void stopRedis() throws IOException {
        server.stop();
    }

    @Test
    void shouldGiveTheNextProcessWhatWasNotAcknowledged() {
        // Given
        try (RedisCompletedAttempts memory = memory("w1");
                RedisCompletedAttempts other = memory("w2")) {
            memory.put(result("l1"));
            memory.put(result("l2"));
            memory.put(result("l3"));
            other.put(result("l9"));
            waitUntil(() -> memory.unacknowledged().size() == 3
                    && other.unacknowledged().size() == 1);
            memory.remove("l2");
            waitUntil(() -> memory.unacknowledged().size() == 2);
        }

        // When
        List<AgentResult> left;
        try (RedisCompletedAttempts next = memory("w1")) {
            left = next.unacknowledged();
        }

        // Then
        assertThat(left).extracting(AgentResult::getLeaseId).containsExactlyInAnyOrder("l1", "l3");
        assertThat(left).allSatisfy(result -> assertThat(result).isEqualTo(result(result.getLeaseId())));
    }

    @Test
    void shouldForgetAfterItsTimeToLive() {
        // Given
        try (RedisCompletedAttempts memory =
                new RedisCompletedAttempts("redis://127.0.0.1:" + port, "default", "w1", Duration.ofMillis(300))) {
            memory.put(result("l1"));

            // When / Then
            waitUntil(() -> memory.unacknowledged().size() == 1);
            waitUntil(() -> memory.unacknowledged().isEmpty());
        }
    }

    @Test
    void shouldGoOnWithoutRedisAndRememberAgainWhenItIsBack() throws IOException {
        // Given
        server.stop();
        try (RedisCompletedAttempts memory = memory("w1")) {
            Instant begun = Instant.now();
            assertThat(memory.unacknowledged()).isEmpty();
            memory.put(result("l1"));
            memory.remove("l0");
            assertThat(Duration.between(begun, Instant.now())).isLessThan(Duration.ofSeconds(15));

            // When
            server = server();
            server.start();

            // Then
            waitUntil(() -> memory.unacknowledged().size() == 1);
        }
    }

    @Test
    void shouldWriteAgainWhatAnEmptyRedisHasLost() throws IOException {
        // Given
        try (RedisCompletedAttempts memory = memory("w1")) {
            memory.put(result("l1"));
            memory.put(result("l2"));
            waitUntil(() -> memory.unacknowledged().size() == 2);
            memory.remove("l2");
            waitUntil(() -> memory.unacknowledged().size() == 1);

            // When
            server.stop();
            server = server();
            server.start();

            // Then: nobody wrote anything meanwhile
            waitUntil(() -> leases("w1").equals(List.of("l1")));
        }
    }

    /** What another process finds. */
    private List<String> leases(String worker) {
        try (RedisCompletedAttempts next = memory(worker)) {
            return next.unacknowledged().stream().map(AgentResult::getLeaseId).toList();
        }
    }

    private RedisServer server() throws IOException {
        return RedisServer.newRedisServer()
                .port(port)
                .bind("127.0.0.1")
                .setting("save \"\"")
                .build();
    }

    private RedisCompletedAttempts memory(String worker) {
        return new RedisCompletedAttempts("redis://127.0.0.1:" + port, "default", worker, Duration.ofMinutes(5));
    }

    private static AgentResult result(String lease) {
        return AgentResult.newBuilder()
                .setPool("default")
                .setTenant("default")
                .setWorkflowId("wf")
                .setTaskId("t")
                .setAttempt(1)
                .setLeaseId(lease)
                .setWorkerId("w1")
                .setIncarnation(1)
                .setAgentId("qa-1@w1")
                .setRole("qa")
                .setSequence(2)
                .setType(AgentResultType.SUCCEEDED)
                .setAt(Instant.EPOCH)
                .build();
    }

    private static void waitUntil(BooleanSupplier condition) {
        Instant deadline = Instant.now().plusSeconds(40);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as("deadline").isBefore(deadline);
            LockSupport.parkNanos(5_000_000);
        }
    }
}
