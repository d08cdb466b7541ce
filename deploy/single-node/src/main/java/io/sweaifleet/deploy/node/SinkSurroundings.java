package io.sweaifleet.deploy.node;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkTaskContext;

/** What a sink's task has around it where there is no Connect: nobody to move offsets for, and a person to report to. */
final class SinkSurroundings implements SinkTaskContext {

    private final Consumer<String> refused;

    SinkSurroundings(Consumer<String> refused) {
        this.refused = refused;
    }

    @Override
    public Map<String, String> configs() {
        return Map.of();
    }

    @Override
    public void offset(Map<TopicPartition, Long> offsets) {}

    @Override
    public void offset(TopicPartition partition, long offset) {}

    /** How long to wait is the caller's to decide. */
    @Override
    public void timeout(long timeoutMs) {}

    @Override
    public Set<TopicPartition> assignment() {
        return Set.of();
    }

    @Override
    public void pause(TopicPartition... partitions) {}

    @Override
    public void resume(TopicPartition... partitions) {}

    @Override
    public void requestCommit() {}

    /** The sink measures nothing; a task that does needs Connect. */
    @Override
    public PluginMetrics pluginMetrics() {
        throw new UnsupportedOperationException("there is no Connect that keeps metrics");
    }

    @Override
    public ErrantRecordReporter errantRecordReporter() {
        return (record, cause) -> {
            refused.accept(record.topic() + "-" + record.kafkaPartition() + "@" + record.kafkaOffset()
                    + " is refused and left out: " + cause.getMessage());
            return CompletableFuture.completedFuture(null);
        };
    }
}
