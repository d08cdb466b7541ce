package io.sweaifleet.connect.neo4j;

import io.sweaifleet.graph.GraphSchema;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.jspecify.annotations.Nullable;
import org.neo4j.driver.Config;
import org.neo4j.driver.Driver;
import org.neo4j.driver.GraphDatabase;
import org.neo4j.driver.SessionConfig;
import org.neo4j.driver.exceptions.ClientException;
import org.neo4j.driver.exceptions.Neo4jException;
import org.neo4j.driver.exceptions.RetryableException;
import org.neo4j.driver.net.ServerAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes records in order, one transaction per batch of one partition. A transient error repeats the batch; a record that
 * the server refuses is found by halving the batch, reported as errant, and the others go on.
 */
public final class Neo4jSinkTask extends SinkTask {

    private static final Logger log = LoggerFactory.getLogger(Neo4jSinkTask.class);

    /** How long Connect waits before it gives a batch again after a transient error, in ms. */
    private static final long RETRY_MS = 2_000;

    private static final int BOLT_PORT = 7687;

    private record State(SinkConfig config, Driver driver, SessionConfig session, Map<String, String> statements) {}

    private @Nullable State state;
    private boolean schemaApplied;

    @Override
    public void start(Map<String, String> properties) {
        SinkConfig config = new SinkConfig(properties);
        Config.ConfigBuilder client = Config.builder()
                .withUserAgent("fleet-neo4j-sink/" + version())
                .withMaxTransactionRetryTime(
                        config.duration(SinkConfig.MAX_RETRY_TIME).toMillis(), TimeUnit.MILLISECONDS)
                .withConnectionTimeout(
                        config.duration(SinkConfig.CONNECTION_TIMEOUT).toMillis(), TimeUnit.MILLISECONDS);
        List<URI> uris = config.uris();
        if (uris.size() > 1) {
            Set<ServerAddress> members =
                    uris.stream().map(Neo4jSinkTask::address).collect(Collectors.toSet());
            client.withResolver(ignored -> members);
        }
        Driver driver = GraphDatabase.driver(uris.get(0), config.authToken(), client.build());
        String database = config.getString(SinkConfig.DATABASE);
        SessionConfig session =
                database.isEmpty() ? SessionConfig.defaultConfig() : SessionConfig.forDatabase(database);
        state = new State(config, driver, session, config.statements());
    }

    private static ServerAddress address(URI uri) {
        return ServerAddress.of(uri.getHost(), uri.getPort() == -1 ? BOLT_PORT : uri.getPort());
    }

    @Override
    public void put(Collection<SinkRecord> records) {
        State current = started();
        if (records.isEmpty()) {
            return;
        }
        applySchemaOnce(current);
        int size = current.config().getInt(SinkConfig.BATCH_SIZE);
        byPartition(records).forEach((partition, list) -> {
            for (int from = 0; from < list.size(); from += size) {
                write(current, partition.topic(), list.subList(from, Math.min(list.size(), from + size)));
            }
        });
    }

    private static Map<TopicPartition, List<SinkRecord>> byPartition(Collection<SinkRecord> records) {
        Map<TopicPartition, List<SinkRecord>> byPartition = new LinkedHashMap<>();
        for (SinkRecord record : records) {
            // A tombstone says nothing that a statement could use.
            if (record.value() != null) {
                byPartition
                        .computeIfAbsent(
                                new TopicPartition(record.topic(), record.kafkaPartition()), key -> new ArrayList<>())
                        .add(record);
            }
        }
        return byPartition;
    }

    private void applySchemaOnce(State current) {
        if (!schemaApplied) {
            try {
                GraphSchema.apply(current.driver(), current.config().getString(SinkConfig.DATABASE));
            } catch (Neo4jException e) {
                throw failure("the graph's constraints could not be created", e);
            }
            schemaApplied = true;
        }
    }

    private void write(State current, String topic, List<SinkRecord> batch) {
        String statement = current.statements().get(topic);
        if (statement == null) {
            throw new ConnectException(
                    "no statement for topic " + topic + "; set " + SinkConfig.CYPHER_TOPIC_PREFIX + topic);
        }
        try {
            List<Map<String, @Nullable Object>> events =
                    batch.stream().map(Neo4jSinkTask::message).toList();
            try (var session = current.driver().session(current.session())) {
                session.executeWriteWithoutResult(
                        tx -> tx.run(statement, Map.of("events", events)).consume());
            }
        } catch (DataException | ClientException e) {
            if (e instanceof ClientException refused && !concernsData(refused)) {
                throw failure("the server refused the statement for " + topic, refused);
            }
            if (batch.size() == 1) {
                report(batch.get(0), e);
            } else {
                int half = batch.size() / 2;
                write(current, topic, batch.subList(0, half));
                write(current, topic, batch.subList(half, batch.size()));
            }
        } catch (Neo4jException e) {
            throw failure("a batch of " + batch.size() + " records of " + topic + " was not written", e);
        }
    }

    /** Wrong credentials or a wrong statement would fail for every record, so only faults of the values count as the record's own. */
    private static boolean concernsData(ClientException e) {
        String code = e.code() == null ? "" : e.code();
        return code.startsWith("Neo.ClientError.Statement.TypeError")
                || code.startsWith("Neo.ClientError.Statement.ArgumentError")
                || code.startsWith("Neo.ClientError.Statement.SemanticError")
                || code.startsWith("Neo.ClientError.Statement.ArithmeticError")
                || code.startsWith("Neo.ClientError.Statement.EntityNotFound")
                || code.startsWith("Neo.ClientError.Schema.ConstraintValidationFailed")
                || code.startsWith("Neo.ClientError.Statement.PropertyNotFound");
    }

    private ConnectException failure(String what, Neo4jException e) {
        if (e instanceof RetryableException) {
            context.timeout(RETRY_MS);
            log.warn("{}; trying again in {} ms: {}", what, RETRY_MS, e.getMessage());
            return new RetriableException(what + ": " + e.getMessage(), e);
        }
        return new ConnectException(what + ": " + e.getMessage(), e);
    }

    private void report(SinkRecord record, RuntimeException cause) {
        String where = record.topic() + "-" + record.kafkaPartition() + "@" + record.kafkaOffset();
        ErrantRecordReporter reporter = context.errantRecordReporter();
        if (reporter == null) {
            throw new ConnectException(
                    "record " + where + " was refused: " + cause.getMessage()
                            + "; set errors.tolerance=all to go on without it",
                    cause);
        }
        log.warn("record {} was refused and is reported as errant: {}", where, cause.getMessage());
        // Connect itself waits for the report before it commits the record's offset.
        var unused = reporter.report(record, cause);
    }

    private static Map<String, @Nullable Object> message(SinkRecord record) {
        Map<String, @Nullable Object> headers = new HashMap<>();
        record.headers().forEach(header -> headers.put(header.key(), CypherValues.of(header.value())));
        Map<String, @Nullable Object> message = new HashMap<>();
        message.put("timestamp", record.timestamp());
        message.put("header", headers);
        message.put("key", CypherValues.of(record.key()));
        message.put("value", CypherValues.of(record.value()));
        return message;
    }

    private State started() {
        if (state == null) {
            throw new ConnectException("the task was not started");
        }
        return state;
    }

    @Override
    public void stop() {
        if (state != null) {
            state.driver().close();
            state = null;
        }
    }

    @Override
    public String version() {
        return Version.get();
    }
}
