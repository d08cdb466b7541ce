package io.sweaifleet.deploy.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.server.common.KRaftVersion;
import org.junit.jupiter.api.Test;

/** When it passes without {@link LeaderlessPartitions#mend}, Kafka is mended, and that class can go. */
class LeaderlessPartitionsTest {

    private static final Uuid TOPIC = new Uuid(1, 2);

    @Test
    void shouldTellAPartitionWithoutALeaderFromOneThatIsNotThere() {
        // Given
        LeaderlessPartitions.mend();
        MetadataDelta delta =
                new MetadataDelta.Builder().setImage(MetadataImage.EMPTY).build();
        delta.replay(new TopicRecord().setName("events").setTopicId(TOPIC));
        delta.replay(new PartitionRecord()
                .setTopicId(TOPIC)
                .setPartitionId(0)
                .setReplicas(List.of(1))
                .setIsr(List.of(1))
                .setLeader(-1)
                .setDirectories(List.of(new Uuid(3, 4))));
        KRaftMetadataCache cache = new KRaftMetadataCache(1, () -> KRaftVersion.LATEST_PRODUCTION);
        cache.setImage(delta.apply(MetadataProvenance.EMPTY));
        ListenerName listener = new ListenerName("PLAINTEXT");

        // When
        var leaderless = cache.getPartitionLeaderEndpoint("events", 0, listener);
        var unknown = cache.getPartitionLeaderEndpoint("events", 1, listener);

        // Then
        assertThat(leaderless).contains(Node.noNode());
        assertThat(unknown).isEmpty();
    }
}
