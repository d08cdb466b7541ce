package io.sweaifleet.schemas.serde;

import io.sweaifleet.schemas.error.RegistryUnavailableException;
import io.sweaifleet.schemas.error.UndecodableException;
import io.sweaifleet.schemas.error.UnknownSchemaException;
import io.sweaifleet.schemas.registry.SchemaRegistryClient;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.IOException;
import java.time.DateTimeException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads Avro records in Confluent's wire format. Thread-safe once configured.
 *
 * <p>With {@code specific.avro.reader=true} a record is given as the generated class of its topic (or of
 * {@code specific.avro.value.type}), whatever version it was written with; else as a generic record of the schema it was
 * written with. What it cannot read is one of three things, each with its own exception: the bytes are bad
 * ({@link UndecodableException}), the schema is not known ({@link UnknownSchemaException}), or the registry cannot be
 * asked ({@link RegistryUnavailableException}, which says nothing about the record).
 *
 * @param <T> type of the records
 */
public final class FleetAvroDeserializer<T extends IndexedRecord> implements Deserializer<T> {

    private static final int READERS_PER_THREAD = 256;

    private final ThreadLocal<Readers> readers = ThreadLocal.withInitial(Readers::new);
    private @Nullable SchemaRegistryClient registry;
    private SerdeConfig config = new SerdeConfig(false, false, false, null);

    /** Made by Kafka, which configures it before use. */
    public FleetAvroDeserializer() {}

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        config = SerdeConfig.from(configs, isKey);
        registry = SchemaRegistryClient.of(configs);
    }

    /**
     * The record; null for null (a tombstone).
     *
     * @throws UndecodableException when the bytes are not a record of this topic's type
     * @throws UnknownSchemaException when the registry does not know the schema
     * @throws RegistryUnavailableException when the registry could not be asked; trying again helps
     */
    @Override
    public @Nullable T deserialize(String topic, byte @Nullable [] data) {
        if (data == null) {
            return null;
        }
        if (WireFormat.schemaId(data).isEmpty()) {
            throw new UndecodableException(
                    "A value in topic " + topic + " is not in the wire format: it has " + data.length
                            + " bytes" + (data.length > 0 ? " and begins with " + (data[0] & 0xff) : "")
                            + ", but must begin with a 0 byte and four bytes of schema id. Write it with a serializer that uses"
                            + " the schema registry.");
        }
        int id = WireFormat.id(data);
        Readers mine = readers.get();
        DatumReader<T> reader = mine.reader(topic, id);
        try {
            BinaryDecoder decoder = mine.decoder(data);
            T value = reader.read(null, decoder);
            if (!decoder.isEnd()) {
                throw undecodable(topic, id, "bytes are left over after the record", null);
            }
            return value;
        } catch (IOException
                | AvroRuntimeException
                | ClassCastException
                | IndexOutOfBoundsException
                | NegativeArraySizeException
                | UnsupportedOperationException
                | ArithmeticException
                | DateTimeException
                | StackOverflowError e) {
            throw undecodable(topic, id, String.valueOf(e), e);
        }
    }

    @Override
    public void close() {
        readers.remove();
    }

    private UndecodableException undecodable(String topic, int id, String problem, @Nullable Throwable cause) {
        return new UndecodableException(
                "A value in topic " + topic + " is not what its schema (id " + id + ") says: " + problem
                        + ". Write it with the schema whose id it bears.",
                cause);
    }

    private DatumReader<T> newReader(String topic, int id) {
        if (registry == null) {
            throw new IllegalStateException("The deserializer was not configured");
        }
        Schema writer = registry.schemaById(id);
        if (writer.getType() != Schema.Type.RECORD) {
            throw undecodable(
                    topic, id, "the schema is of a " + writer.getType().getName() + ", not of a record", null);
        }
        if (ZeroByteItems.in(writer)) {
            throw undecodable(
                    topic,
                    id,
                    "the schema has arrays whose items take no bytes, so that a short value could be endless",
                    null);
        }
        if (!config.specificReader()) {
            return new GenericDatumReader<>(writer, writer, new GenericData());
        }
        Class<? extends SpecificRecord> type = type(topic, writer);
        SpecificData model = RecordModel.of(type);
        Schema reader = model.getSchema(type);
        if (!writer.getFullName().equals(reader.getFullName())
                && !reader.getAliases().contains(writer.getFullName())) {
            throw undecodable(
                    topic,
                    id,
                    "it is a " + writer.getFullName() + ", but values there are " + reader.getFullName(),
                    null);
        }
        return new SpecificDatumReader<>(writer, reader, model);
    }

    private Class<? extends SpecificRecord> type(String topic, Schema writer) {
        if (config.valueType() != null) {
            return config.valueType();
        }
        return FleetTopic.byName(topic)
                .<Class<? extends SpecificRecord>>map(FleetTopic::valueType)
                .orElseGet(() -> namedType(topic, writer));
    }

    private static Class<? extends SpecificRecord> namedType(String topic, Schema writer) {
        try {
            return Class.forName(writer.getFullName(), false, SerdeConfig.classLoader())
                    .asSubclass(SpecificRecord.class);
        } catch (ClassNotFoundException | ClassCastException e) {
            throw new UndecodableException(
                    "A value in topic " + topic + " is a " + writer.getFullName()
                            + ", and there is no generated class of that name. Set " + SerdeConfig.SPECIFIC_READER
                            + "=false to read it as a generic record.",
                    e);
        }
    }

    /** What one thread has made so far: Avro's readers and decoders serve one thread best. */
    private final class Readers {

        private final Map<String, Map<Integer, DatumReader<T>>> byTopic = new HashMap<>();
        private String lastTopic = "";
        private int lastId;
        private @Nullable DatumReader<T> lastReader;
        private @Nullable BinaryDecoder decoder;

        DatumReader<T> reader(String topic, int id) {
            if (lastReader != null && lastId == id && lastTopic.equals(topic)) {
                return lastReader;
            }
            Map<Integer, DatumReader<T>> ofTopic = byTopic.computeIfAbsent(topic, none -> bounded());
            DatumReader<T> reader = ofTopic.get(id);
            if (reader == null) {
                reader = newReader(topic, id);
                ofTopic.put(id, reader);
            }
            lastTopic = topic;
            lastId = id;
            lastReader = reader;
            return reader;
        }

        BinaryDecoder decoder(byte[] data) {
            decoder = DecoderFactory.get()
                    .binaryDecoder(data, WireFormat.HEADER_BYTES, data.length - WireFormat.HEADER_BYTES, decoder);
            return decoder;
        }

        private Map<Integer, DatumReader<T>> bounded() {
            return new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Integer, DatumReader<T>> eldest) {
                    return size() > READERS_PER_THREAD;
                }
            };
        }
    }
}
