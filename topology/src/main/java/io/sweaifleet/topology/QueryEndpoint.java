package io.sweaifleet.topology;

import io.sweaifleet.schemas.config.Setting;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.topology.query.PoolStores;
import io.sweaifleet.topology.query.Queries;
import io.sweaifleet.topology.query.QueryServer;
import io.sweaifleet.topology.query.StreamsPoolStores;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.state.HostInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The address at which this process answers queries: taken before core starts, which tells it to the other instances. */
final class QueryEndpoint implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(QueryEndpoint.class);

    private final QueryServer server;
    private final HostInfo advertised;

    private QueryEndpoint(QueryServer server, HostInfo advertised) {
        this.server = server;
        this.advertised = advertised;
    }

    /**
     * Takes the address that the settings name; empty when they name none.
     *
     * @throws StartException when it cannot be taken, or others could not reach it
     */
    static Optional<QueryEndpoint> bind(Settings settings) {
        String listen = settings.get(TopologySettings.QUERY_LISTEN);
        if (listen.isEmpty()) {
            return Optional.empty();
        }
        HostInfo wanted = parse(TopologySettings.QUERY_LISTEN, listen);
        String others = settings.get(TopologySettings.QUERY_ADVERTISED);
        try {
            InetAddress address = InetAddress.getByName(wanted.host());
            if (address.isAnyLocalAddress() && others.isEmpty()) {
                throw new StartException("Setting " + TopologySettings.QUERY_LISTEN.name() + " = '" + listen
                        + "' listens at every address, and none is told to other instances. Give "
                        + TopologySettings.QUERY_ADVERTISED.name() + " the one they reach this instance at.");
            }
            QueryServer server = QueryServer.bind(new InetSocketAddress(address, wanted.port()));
            HostInfo advertised = others.isEmpty()
                    ? new HostInfo(wanted.host(), server.port())
                    : parse(TopologySettings.QUERY_ADVERTISED, others);
            LOG.info("Queries are answered at http://{}:{}", advertised.host(), advertised.port());
            return Optional.of(new QueryEndpoint(server, advertised));
        } catch (UnknownHostException e) {
            throw new StartException(
                    "Setting " + TopologySettings.QUERY_LISTEN.name() + " = '" + listen
                            + "' names a host that is not known. Use an address of this machine, such as 127.0.0.1:0.",
                    e);
        } catch (IOException e) {
            throw new StartException(
                    "Setting " + TopologySettings.QUERY_LISTEN.name() + " = '" + listen + "' cannot be taken: "
                            + e.getMessage() + ". Choose another port, or 0 for a free one.",
                    e);
        }
    }

    private static HostInfo parse(Setting<String> setting, String value) {
        int colon = value.lastIndexOf(':');
        try {
            int port = Integer.parseInt(value.substring(colon + 1));
            if (colon > 0 && port >= 0 && port <= 65_535) {
                return new HostInfo(value.substring(0, colon), port);
            }
        } catch (NumberFormatException notAPort) {
            // Told below, as a missing colon is.
        }
        throw new StartException(
                "Setting " + setting.name() + " = '" + value + "' is not host:port. Write 127.0.0.1:8090.");
    }

    /** Where other instances ask this one. */
    HostInfo advertised() {
        return advertised;
    }

    /**
     * Begins to answer.
     *
     * @param topicIds Kafka's ids of the topics that intake reads, by name
     * @param partitions number of partitions of core's inputs
     */
    void start(KafkaStreams core, Map<String, String> topicIds, int partitions) {
        PoolStores stores = new StreamsPoolStores(core, advertised);
        server.start(new Queries(stores, topicIds, partitions));
    }

    @Override
    public void close() {
        server.close();
    }
}
