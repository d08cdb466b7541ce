package io.sweaifleet.topology;

import io.sweaifleet.schemas.topic.FleetTopic;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where an application begins to read.
 *
 * <p>The reset policy of every source is {@code none}: an application that lost its place must say so, and not silently
 * begin somewhere. So before its first start, this class commits the earliest offset of every partition; an application is
 * new when it has no committed offsets at all and no state (no changelog) on the brokers. Later starts find offsets
 * everywhere.
 */
final class SourceOffsets {

    private static final Logger LOG = LoggerFactory.getLogger(SourceOffsets.class);
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final Admin admin;
    private final Duration limit;

    /**
     * @param limit how long to wait for brokers and for other instances that start at the same time
     */
    SourceOffsets(Admin admin, Duration limit) {
        this.admin = admin;
        this.limit = limit;
    }

    /**
     * Sees to it that every partition has a committed offset.
     *
     * @param changelog topic that exists once the application has run, or null for one without state
     * @throws StartException when the offsets of an application that has run are gone
     */
    void prepare(String applicationId, Collection<FleetTopic> sources, @Nullable String changelog) {
        long giveUpAt = System.nanoTime() + limit.toNanos();
        while (true) {
            Map<TopicPartition, OffsetAndMetadata> committed =
                    get(admin.listConsumerGroupOffsets(applicationId).partitionsToOffsetAndMetadata());
            Set<TopicPartition> all = partitions(sources);
            Set<TopicPartition> missing = new HashSet<>(all);
            committed.forEach((partition, offset) -> {
                if (offset != null) {
                    missing.remove(partition);
                }
            });
            if (missing.isEmpty()) {
                return;
            }
            refuseLostOffsets(applicationId, missing, all.size(), changelog);
            try {
                begin(applicationId, missing);
                LOG.info(
                        "{} starts for the first time: it reads {} partitions from their beginning",
                        applicationId,
                        missing.size());
                return;
            } catch (ExecutionException e) {
                // Another instance is faster, and its members are in the group already: look again.
                if (System.nanoTime() > giveUpAt) {
                    throw new StartException(
                            "The offsets of " + applicationId + " cannot be set: " + e.getCause()
                                    + ". Check that the brokers are up and that no other program uses this group.",
                            e);
                }
                pause();
            }
        }
    }

    private void refuseLostOffsets(
            String applicationId, Set<TopicPartition> missing, int all, @Nullable String changelog) {
        boolean ranBefore = changelog != null && get(admin.listTopics().names()).contains(changelog);
        Set<String> topicsWithoutAny = new HashSet<>();
        missing.forEach(partition -> topicsWithoutAny.add(partition.topic()));
        if (ranBefore && missing.size() == all) {
            throw new StartException("Application " + applicationId + " has state (topic " + changelog
                    + ") but no committed offsets: they expired or were deleted. Reading from the beginning could repeat"
                    + " decisions. Set the offsets by hand (kafka-consumer-groups --group " + applicationId
                    + " --reset-offsets --to-latest takes what comes from now on; the last events on "
                    + FleetTopic.TASK_EVENTS.topicName()
                    + " say how far it had come), or start anew with another fleet.topology.application-id-suffix.");
        }
    }

    private void begin(String applicationId, Set<TopicPartition> missing) throws ExecutionException {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        missing.forEach(partition -> wanted.put(partition, OffsetSpec.earliest()));
        Map<TopicPartition, OffsetAndMetadata> begins = new HashMap<>();
        Map<TopicPartition, ListOffsetsResult.ListOffsetsResultInfo> earliest =
                get(admin.listOffsets(wanted).all());
        earliest.forEach((partition, info) -> begins.put(partition, new OffsetAndMetadata(info.offset())));
        try {
            admin.alterConsumerGroupOffsets(applicationId, begins).all().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (TimeoutException e) {
            throw new ExecutionException(e);
        }
    }

    private Set<TopicPartition> partitions(Collection<FleetTopic> topics) {
        Set<TopicPartition> partitions = new HashSet<>();
        List<String> names = topics.stream().map(FleetTopic::topicName).toList();
        get(admin.describeTopics(names).allTopicNames()).forEach((name, topic) -> topic.partitions()
                .forEach(partition -> partitions.add(new TopicPartition(name, partition.partition()))));
        return partitions;
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private <T> T get(KafkaFuture<T> future) {
        try {
            return future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException | TimeoutException e) {
            throw new StartException(
                    "The brokers cannot be asked about offsets: " + e + ". Check that they are up.", e);
        }
    }
}
