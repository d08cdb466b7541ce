package io.sweaifleet.schemas.serde;

import io.sweaifleet.schemas.error.RegistryUnavailableException;
import io.sweaifleet.schemas.error.SchemaNotRegisteredException;
import io.sweaifleet.schemas.registry.SchemaRegistryClient;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes Avro records in Confluent's wire format. Thread-safe once configured.
 *
 * <p>Configured by {@code schema.registry.url} and the further keys of Confluent's clients. By default nothing is
 * registered: the record's schema must be a version of the topic's subject. The id of a schema never changes, so it is
 * asked for once, and a registry that goes away later does not stop a producer.
 *
 * @param <T> type of the records
 */
public final class FleetAvroSerializer<T extends IndexedRecord> implements Serializer<T> {

    private static final int KEPT_BUFFER_BYTES = 1024 * 1024;

    private final Map<SubjectSchema, Integer> ids = new ConcurrentHashMap<>();
    private final Map<Schema, DatumWriter<IndexedRecord>> writers = new ConcurrentHashMap<>();
    private final ThreadLocal<Scratch> scratches = ThreadLocal.withInitial(Scratch::new);
    private @Nullable SchemaRegistryClient registry;
    private SerdeConfig config = new SerdeConfig(false, false, false, null);

    /** Made by Kafka, which configures it before use. */
    public FleetAvroSerializer() {}

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        config = SerdeConfig.from(configs, isKey);
        registry = SchemaRegistryClient.of(configs);
    }

    /**
     * The record in the wire format; null for null (a tombstone).
     *
     * @throws SchemaNotRegisteredException when the record's schema is not registered for the topic
     * @throws RegistryUnavailableException when the registry could not be asked; trying again helps
     * @throws SerializationException when a field is missing or has a value its type does not take
     */
    @Override
    public byte @Nullable [] serialize(String topic, @Nullable T data) {
        if (data == null) {
            return null;
        }
        Schema schema = data.getSchema();
        int id = id(topic, schema);
        Scratch scratch = scratches.get();
        ByteArrayOutputStream out = scratch.buffer();
        WireFormat.writeHeader(out, id);
        try {
            BinaryEncoder encoder = scratch.encoder(out);
            writer(schema, data).write(data, encoder);
            encoder.flush();
        } catch (IOException | AvroRuntimeException | ClassCastException | NullPointerException e) {
            // The encoder may hold part of the broken record: the next one starts with a new one.
            scratches.remove();
            throw new SerializationException(
                    "Cannot write a " + schema.getFullName() + " to topic " + topic + ": " + e.getMessage()
                            + ". Give every field without a default a value of its type.",
                    e);
        }
        return out.toByteArray();
    }

    @Override
    public void close() {
        scratches.remove();
    }

    private int id(String topic, Schema schema) {
        // Avro computes a schema's hash once, so this lookup costs little.
        SubjectSchema key = new SubjectSchema(topic, schema);
        Integer known = ids.get(key);
        if (known == null) {
            known = ask(topic, schema);
            ids.put(key, known);
        }
        return known;
    }

    private int ask(String topic, Schema schema) {
        if (registry == null) {
            throw new IllegalStateException("The serializer was not configured");
        }
        String subject = topic + "-value";
        SchemaRegistryClient asked = registry;
        if (config.autoRegister()) {
            return asked.register(subject, schema);
        }
        // Ours may be an older version while producers are being upgraded one by one: every version reads every
        // other, so it is as good as the newest.
        return asked.lookup(subject, schema)
                .orElseThrow(() -> {
                    String problem = asked.latest(subject)
                            .map(latest -> "the newest version there is " + latest.version() + " with id " + latest.id()
                                    + ", and none equals ours")
                            .orElse("there is no such subject");
                    return new SchemaNotRegisteredException("Cannot write to topic " + topic + ": the schema "
                            + schema.getFullName() + " is not registered as " + subject + " in " + asked.address()
                            + " ("
                            + problem + "). " + remedy(topic));
                })
                .id();
    }

    private static String remedy(String topic) {
        return FleetTopic.byName(topic).isPresent()
                ? "Run 'fleet schemas register' with this version of the fleet."
                : "Register it there, or set " + SerdeConfig.AUTO_REGISTER + "=true.";
    }

    private DatumWriter<IndexedRecord> writer(Schema schema, IndexedRecord data) {
        return writers.computeIfAbsent(
                schema,
                none -> data instanceof SpecificRecord
                        ? new OfRecords(schema, SpecificData.getForClass(data.getClass()))
                        : new GenericDatumWriter<>(schema));
    }

    /** Avro looks a union's branch up by its name. Of null and something else it is known which. */
    private static final class OfRecords extends SpecificDatumWriter<IndexedRecord> {

        OfRecords(Schema schema, SpecificData data) {
            super(schema, data);
        }

        @Override
        protected int resolveUnion(Schema union, @Nullable Object datum) {
            List<Schema> branches = union.getTypes();
            if (branches.size() == 2) {
                if (branches.get(0).getType() == Schema.Type.NULL) {
                    return datum == null ? 0 : 1;
                }
                if (branches.get(1).getType() == Schema.Type.NULL) {
                    return datum == null ? 1 : 0;
                }
            }
            return super.resolveUnion(union, datum);
        }
    }

    private record SubjectSchema(String topic, Schema schema) {}

    /** What a thread uses again for each record. */
    private static final class Scratch {
        private ByteArrayOutputStream buffer = new ByteArrayOutputStream(1024);
        private @Nullable BinaryEncoder encoder;
        private int lastSize;

        ByteArrayOutputStream buffer() {
            lastSize = Math.max(lastSize, buffer.size());
            if (lastSize > KEPT_BUFFER_BYTES) {
                buffer = new ByteArrayOutputStream(1024);
                lastSize = 0;
            } else {
                buffer.reset();
            }
            return buffer;
        }

        BinaryEncoder encoder(ByteArrayOutputStream out) {
            encoder = EncoderFactory.get().binaryEncoder(out, encoder);
            return encoder;
        }
    }
}
