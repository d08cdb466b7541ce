package io.sweaifleet.schemas.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeysTest {

    @Test
    void shouldJoinAndSplitPoolAndId() {
        // Given
        String key = Keys.of("blue", "task-1");

        // When / Then
        assertThat(key).isEqualTo("blue/task-1");
        assertThat(Keys.pool(key)).isEqualTo("blue");
        assertThat(Keys.id(key)).isEqualTo("task-1");
        assertThat(Keys.branch("blue", "task-1")).isEqualTo("fleet/blue/task-1");
    }

    @Test
    void shouldRefuseAKeyWithoutAPool() {
        // Given / When / Then
        assertThatThrownBy(() -> Keys.pool("task-1")).hasMessageContaining("task-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "blue/task-1", "", "größe", "任務", "a-very-long-key-0123456789-0123456789"})
    void shouldChooseThePartitionThatKafkasProducerChooses(String key) {
        // Given
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);

        // When / Then
        assertThat(Keys.partition(key, 12)).isEqualTo(BuiltInPartitioner.partitionForKey(bytes, 12));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "0", "task-1", "a-"})
    void shouldTakeIds(String id) {
        // Given / When / Then
        assertThat(Keys.isId(id)).isTrue();
        assertThat(Keys.isId("a".repeat(100))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-a", "A", "a/b", "a b", "ä", "a\n"})
    void shouldRefuseWhatIsNoId(String text) {
        // Given / When / Then
        assertThat(Keys.isId(text)).isFalse();
        assertThat(Keys.isId("a".repeat(101))).isFalse();
    }
}
