package io.sweaifleet.topology.query;

import io.sweaifleet.topology.core.CoreQueries;
import java.util.Optional;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.HostInfo;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/** Asks Streams' metadata, which every instance of core learns at each rebalance. */
public final class StreamsPoolStores implements PoolStores {

    private final KafkaStreams core;
    private final HostInfo self;

    /**
     * @param core core's application
     * @param self this instance's {@code application.server}
     */
    public StreamsPoolStores(KafkaStreams core, HostInfo self) {
        this.core = core;
        this.self = self;
    }

    @Override
    public Optional<Place> find(String pool) {
        if (!core.state().isRunningOrRebalancing()) {
            return Optional.empty();
        }
        try (StringSerializer keys = new StringSerializer()) {
            KeyQueryMetadata metadata = core.queryMetadataForKey(CoreQueries.STORE, pool, keys);
            if (metadata == null || metadata.equals(KeyQueryMetadata.NOT_AVAILABLE)) {
                return Optional.empty();
            }
            if (!metadata.activeHost().equals(self)) {
                return Optional.of(new Elsewhere(metadata.activeHost()));
            }
            ReadOnlyKeyValueStore<Bytes, byte[]> store = core.store(StoreQueryParameters.fromNameAndType(
                            CoreQueries.STORE, QueryableStoreTypes.<Bytes, byte[]>keyValueStore())
                    .withPartition(metadata.partition()));
            return Optional.of(new Here(store));
        } catch (InvalidStateStoreException moving) {
            return Optional.empty();
        }
    }
}
