package io.sweaifleet.topology;

import io.sweaifleet.schemas.archive.Archive;
import io.sweaifleet.schemas.archive.Archiver;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes inputs of core that are both behind its committed offsets and older than they need to be kept. Never by time
 * alone: what core has not read stays, however old it is. Where an archive is kept, they are archived first.
 */
public final class InputPurge implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(InputPurge.class);
    private static final long WAIT_MS = 30_000;

    private final Admin admin;
    private final String applicationId;
    private final Set<String> topics;
    private final Duration keep;
    private final InstantSource clock;
    private final @Nullable Archiver archiver;

    /**
     * A purge that nothing runs yet.
     *
     * @param admin stays open as long as this is used; not closed here
     * @param applicationId of core, whose committed offsets count
     * @param inputs topics to purge
     * @param keep how long a record stays after its time, however long ago it was done with
     * @param archiver archives what there is before each purge, and what is not archived is not purged; null: no archive is kept
     */
    public InputPurge(
            Admin admin,
            String applicationId,
            Collection<FleetTopic> inputs,
            Duration keep,
            InstantSource clock,
            @Nullable Archiver archiver) {
        this.admin = admin;
        this.applicationId = applicationId;
        this.topics = inputs.stream().map(FleetTopic::topicName).collect(Collectors.toUnmodifiableSet());
        this.keep = keep;
        this.clock = clock;
        this.archiver = archiver;
    }

    /** Deletes what may be deleted now; a failure is logged, since the next run makes up for it. */
    @Override
    public void run() {
        try {
            if (archiver != null) {
                archiver.run(Archiver.TOPICS);
            }
            purge();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            LOG.warn("Inputs of core were not archived or purged, which is tried again later: {}", e.toString());
        }
    }

    private void purge() throws ExecutionException, InterruptedException, TimeoutException {
        Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(applicationId)
                .partitionsToOffsetAndMetadata()
                .get(WAIT_MS, TimeUnit.MILLISECONDS);
        long since = clock.millis() - keep.toMillis();
        Map<TopicPartition, OffsetSpec> young = new HashMap<>();
        committed.forEach((partition, offset) -> {
            if (offset != null && topics.contains(partition.topic())) {
                young.put(partition, OffsetSpec.forTimestamp(since));
            }
        });
        Map<TopicPartition, ListOffsetsResultInfo> firstKept =
                admin.listOffsets(young).all().get(WAIT_MS, TimeUnit.MILLISECONDS);
        Archive archive = archiver == null ? null : archiver.archive();
        Map<TopicPartition, RecordsToDelete> deletable = new HashMap<>();
        firstKept.forEach((partition, info) -> {
            OffsetAndMetadata processed = committed.get(partition);
            if (processed == null) {
                return;
            }
            long done = processed.offset();
            // No record that young: everything that is done with may go.
            long before = info.offset() < 0 ? done : Math.min(done, info.offset());
            if (archive != null) {
                before = Math.min(before, archive.next(partition));
            }
            if (before > 0) {
                deletable.put(partition, RecordsToDelete.beforeOffset(before));
            }
        });
        admin.deleteRecords(deletable).all().get(WAIT_MS, TimeUnit.MILLISECONDS);
    }
}
