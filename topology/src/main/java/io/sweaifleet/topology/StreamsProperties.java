package io.sweaifleet.topology;

import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.topology.core.BoundedRocksDb;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.state.HostInfo;
import org.jspecify.annotations.Nullable;

/** How the two applications are configured. The figures are those of architecture.md's trial. */
final class StreamsProperties {

    private final Settings settings;

    StreamsProperties(Settings settings) {
        this.settings = settings;
    }

    /** Intake: at least once, no delay. */
    Properties intake(String applicationId) {
        Properties properties = common(applicationId, settings.get(TopologySettings.INTAKE_THREADS));
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 200);
        // Producers may write in transactions: what was rolled back was never submitted.
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.ISOLATION_LEVEL_CONFIG), "read_committed");
        return properties;
    }

    /**
     * Core: exactly once; commits are asked for by the processor, the interval takes the rest.
     *
     * @param queries where the other instances ask this one, or null when it answers no queries
     */
    Properties core(String applicationId, @Nullable HostInfo queries) {
        Properties properties = common(applicationId, settings.get(TopologySettings.CORE_THREADS));
        if (queries != null) {
            properties.put(StreamsConfig.APPLICATION_SERVER_CONFIG, queries.host() + ":" + queries.port());
        }
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        // In a burst the processor's own rule is to decide, so the interval is no shorter than its gaps usually are.
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 250);
        // The default of 100 ms delays commits and timers when little arrives.
        properties.put(StreamsConfig.POLL_MS_CONFIG, 5);
        properties.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, settings.get(TopologySettings.STANDBYS));
        properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), sessionTimeoutMs());
        // What is buffered is taken at once, results and heartbeats first; nothing waits for a fetch.
        properties.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
        // Nobody reads before the commit, which sends what lingers. So a transaction is few requests, not one for each
        // record, and its partitions are added at once.
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 100);
        // Room for what a partition gets between two commits: while a full batch waits, each record wakes the sender.
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 512 * 1024);
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), 64L << 20);
        // The first request of a transaction is refused until the markers of the one before are written, a few ms; the
        // default pause of 100 ms would be most of the latency.
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MS_CONFIG), 2);
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG), 100);
        return properties;
    }

    private Properties common(String applicationId, int threads) {
        Properties properties = new Properties();
        properties.putAll(FleetSettings.kafkaClient(settings));
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
        properties.put(
                StreamsConfig.STATE_DIR_CONFIG,
                settings.get(TopologySettings.STATE_DIR).toString());
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
        properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        properties.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG),
                settings.get(TopologySettings.INSTANCE_ID));
        int sessionTimeoutMs = sessionTimeoutMs();
        properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), sessionTimeoutMs);
        properties.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), sessionTimeoutMs / 4);
        // While a request is under way the next records gather into one: fewer requests when much is sent, and no delay
        // when little is. It spares core the retries of batches that overtake the first of their transaction.
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION), 1);
        // The default of 100 ms in Streams costs 60 ms on the way.
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 0);
        properties.put(
                StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), FleetTopic.largestMessageBytes());
        return properties;
    }

    private int sessionTimeoutMs() {
        return Math.toIntExact(settings.get(TopologySettings.SESSION_TIMEOUT).toMillis());
    }
}
