package io.sweaifleet.deploy.node;

import io.sweaifleet.connect.avro.AvroConverter;
import io.sweaifleet.connect.neo4j.Neo4jSinkTask;
import io.sweaifleet.graph.GraphWrites;
import io.sweaifleet.ingest.rebuild.GraphWriter;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;

/** The sink's own task with the sink's own converter and statements, given records as Connect would. */
public final class SinkGraphWriter implements GraphWriter {

    /** Records in a transaction, as in {@code connectors/neo4j-sink.json}. */
    private static final String BATCH = "500";

    /** How long Neo4j or the registry may be away before the rebuilding is given up. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Duration RETRY = Duration.ofSeconds(2);

    /** For the service loader. */
    public SinkGraphWriter() {}

    @Override
    public Session open(Settings settings, Consumer<String> refused) {
        AvroConverter converter = new AvroConverter();
        converter.configure(FleetSettings.registryClient(settings), false);
        Neo4jSinkTask sink = new Neo4jSinkTask();
        sink.initialize(new SinkSurroundings(refused));
        sink.start(config(settings));
        return new OfSink(converter, sink, refused);
    }

    private static Map<String, String> config(Settings settings) {
        Map<String, String> config = new HashMap<>();
        config.put("topics", String.join(",", GraphWrites.byTopic().keySet()));
        config.put("neo4j.uri", settings.get(FleetSettings.NEO4J_URI));
        String user = settings.get(FleetSettings.NEO4J_USER);
        config.put("neo4j.authentication.type", user.isEmpty() ? "NONE" : "BASIC");
        if (!user.isEmpty()) {
            config.put("neo4j.authentication.basic.username", user);
            config.put("neo4j.authentication.basic.password", settings.get(FleetSettings.NEO4J_PASSWORD));
        }
        config.put("neo4j.batch-size", BATCH);
        config.put("neo4j.max-retry-time", "10s");
        GraphWrites.byTopic().forEach((topic, cypher) -> config.put("neo4j.cypher.topic." + topic, cypher));
        return config;
    }

    private static final class OfSink implements Session {
        private final AvroConverter converter;
        private final Neo4jSinkTask sink;
        private final Consumer<String> refused;

        OfSink(AvroConverter converter, Neo4jSinkTask sink, Consumer<String> refused) {
            this.converter = converter;
            this.sink = sink;
            this.refused = refused;
        }

        @Override
        public List<String> topics() {
            return List.copyOf(GraphWrites.byTopic().keySet());
        }

        @Override
        public void write(List<ConsumerRecord<byte[], byte[]>> records) {
            long giveUpAt = System.nanoTime() + PATIENCE.toNanos();
            while (true) {
                try {
                    sink.put(converted(records));
                    return;
                } catch (RetriableException away) {
                    if (System.nanoTime() > giveUpAt) {
                        throw new UnwrittenException(String.valueOf(away.getMessage()), away);
                    }
                    pause();
                } catch (ConnectException failure) {
                    throw new UnwrittenException(String.valueOf(failure.getMessage()), failure);
                }
            }
        }

        private List<SinkRecord> converted(List<ConsumerRecord<byte[], byte[]>> records) {
            List<SinkRecord> converted = new ArrayList<>(records.size());
            for (ConsumerRecord<byte[], byte[]> record : records) {
                try {
                    SchemaAndValue value = converter.toConnectData(record.topic(), record.value());
                    converted.add(new SinkRecord(
                            record.topic(),
                            record.partition(),
                            Schema.OPTIONAL_STRING_SCHEMA,
                            record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8),
                            value.schema(),
                            value.value(),
                            record.offset(),
                            record.timestamp(),
                            TimestampType.CREATE_TIME));
                } catch (DataException unreadable) {
                    refused.accept(record.topic() + "-" + record.partition() + "@" + record.offset()
                            + " cannot be read and is left out: " + unreadable.getMessage());
                }
            }
            return converted;
        }

        private static void pause() {
            try {
                TimeUnit.MILLISECONDS.sleep(RETRY.toMillis());
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            }
        }

        @Override
        public void close() {
            sink.stop();
        }
    }
}
