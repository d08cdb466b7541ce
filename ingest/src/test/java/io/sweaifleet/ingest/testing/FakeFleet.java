package io.sweaifleet.ingest.testing;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.client.TopicReader;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** Topics in memory with 12 partitions each, for commands and followers without a broker. */
public final class FakeFleet implements Fleet {

    private static final int PARTITIONS = 12;

    private final Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> log = new HashMap<>();
    private Settings settings;
    private Instant now = Instant.parse("2026-01-31T12:00:00Z");
    private BiConsumer<FleetTopic, SpecificRecord> onSend = (topic, value) -> {};

    public FakeFleet(Map<String, String> settings) {
        this.settings = Settings.of(settings);
    }

    public FakeFleet() {
        this(Map.of("fleet.kafka.bootstrap-servers", "fake:1", "fleet.registry.url", "mock://fake"));
    }

    /** The same fleet with the settings a command came up with. */
    public Fleet with(Settings effective) {
        settings = effective;
        return this;
    }

    /** Is called with everything that is sent, after it was appended: the rest of the fleet. */
    public FakeFleet answering(BiConsumer<FleetTopic, SpecificRecord> answer) {
        onSend = answer;
        return this;
    }

    /** Timestamp of what is appended from now on. */
    public FakeFleet at(Instant time) {
        now = time;
        return this;
    }

    /** Everything in a topic, by partition and offset. */
    public synchronized List<ConsumerRecord<byte[], byte[]>> records(FleetTopic topic) {
        List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
        for (int i = 0; i < PARTITIONS; i++) {
            all.addAll(log.getOrDefault(new TopicPartition(topic.topicName(), i), List.of()));
        }
        return all;
    }

    /** Drops the first records of a partition, as retention does. */
    public synchronized void deleteBefore(TopicPartition partition, long offset) {
        List<ConsumerRecord<byte[], byte[]>> records = log.getOrDefault(partition, new ArrayList<>());
        records.removeIf(record -> record.offset() < offset);
    }

    @Override
    public Settings settings() {
        return settings;
    }

    @Override
    public TopicReader reader() {
        return new Reader();
    }

    @Override
    public <T extends SpecificRecord> T decode(Class<T> type, ConsumerRecord<byte[], byte[]> record) {
        try {
            SpecificDatumReader<T> reader = new SpecificDatumReader<>(
                    SpecificData.get().getSchema(type),
                    SpecificData.get().getSchema(type),
                    SpecificData.getForClass(type));
            return reader.read(null, DecoderFactory.get().binaryDecoder(record.value(), null));
        } catch (IOException e) {
            throw new org.apache.kafka.common.errors.SerializationException(e);
        }
    }

    @Override
    public Appended send(FleetTopic topic, String key, SpecificRecord value) {
        Appended at = append(topic, key, encode(value));
        onSend.accept(topic, value);
        return at;
    }

    @Override
    public byte[] encode(FleetTopic topic, SpecificRecord value) {
        return encode(value);
    }

    @Override
    public Appended sendTombstone(FleetTopic topic, String key) {
        return append(topic, key, null);
    }

    @Override
    public Appended sendRaw(ProducerRecord<byte[], byte[]> record) {
        return append(record.topic(), record.key(), record.value(), new RecordHeaders(record.headers()));
    }

    private Appended append(FleetTopic topic, String key, byte[] value) {
        return append(topic.topicName(), key.getBytes(StandardCharsets.UTF_8), value, new RecordHeaders());
    }

    private synchronized Appended append(String topic, byte[] key, byte[] value, RecordHeaders headers) {
        String text = key == null ? "" : new String(key, StandardCharsets.UTF_8);
        TopicPartition partition = new TopicPartition(topic, Keys.partition(text, PARTITIONS));
        List<ConsumerRecord<byte[], byte[]>> records = log.computeIfAbsent(partition, p -> new ArrayList<>());
        long offset = records.isEmpty() ? 0 : records.get(records.size() - 1).offset() + 1;
        records.add(new ConsumerRecord<>(
                topic,
                partition.partition(),
                offset,
                now.toEpochMilli(),
                TimestampType.LOG_APPEND_TIME,
                key == null ? -1 : key.length,
                value == null ? -1 : value.length,
                key,
                value,
                headers,
                java.util.Optional.empty()));
        notifyAll();
        return new Appended(partition, offset);
    }

    /** Avro binary, without the wire format's prefix. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    public static byte[] encode(SpecificRecord value) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            var encoder = EncoderFactory.get().binaryEncoder(out, null);
            new SpecificDatumWriter(value.getSchema(), SpecificData.getForClass(value.getClass()))
                    .write(value, encoder);
            encoder.flush();
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String topicId(FleetTopic topic) {
        return "fake-" + topic.topicName();
    }

    @Override
    public Map<String, Object> clientConfig() {
        return Map.of();
    }

    @Override
    public void close() {}

    private final class Reader implements TopicReader {

        private final Map<TopicPartition, Long> positions = new LinkedHashMap<>();
        private volatile boolean wakeup;
        private Collection<TopicPartition> unpaused;

        @Override
        public List<TopicPartition> partitions(String topic) {
            return Arrays.stream(FleetTopic.values())
                            .anyMatch(t -> t.topicName().equals(topic))
                    ? IntStream.range(0, PARTITIONS)
                            .mapToObj(i -> new TopicPartition(topic, i))
                            .toList()
                    : List.of();
        }

        @Override
        public Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) {
            synchronized (FakeFleet.this) {
                Map<TopicPartition, Long> ends = new LinkedHashMap<>();
                partitions.forEach(p -> ends.put(
                        p,
                        log.getOrDefault(p, List.of()).stream()
                                .mapToLong(r -> r.offset() + 1)
                                .max()
                                .orElse(0)));
                return ends;
            }
        }

        @Override
        public Map<TopicPartition, Long> beginnings(Collection<TopicPartition> partitions) {
            synchronized (FakeFleet.this) {
                Map<TopicPartition, Long> beginnings = new LinkedHashMap<>();
                partitions.forEach(p -> beginnings.put(
                        p,
                        log.getOrDefault(p, List.of()).stream()
                                .mapToLong(ConsumerRecord::offset)
                                .min()
                                .orElse(0)));
                return beginnings;
            }
        }

        @Override
        public Map<TopicPartition, Long> offsetsAt(Collection<TopicPartition> partitions, Instant time) {
            synchronized (FakeFleet.this) {
                Map<TopicPartition, Long> offsets = new LinkedHashMap<>(ends(partitions));
                offsets.replaceAll((p, end) -> log.getOrDefault(p, List.of()).stream()
                        .filter(r -> r.timestamp() >= time.toEpochMilli())
                        .mapToLong(ConsumerRecord::offset)
                        .min()
                        .orElse(end));
                return offsets;
            }
        }

        @Override
        public void start(Map<TopicPartition, Long> offsets) {
            positions.clear();
            positions.putAll(offsets);
            unpaused = positions.keySet();
        }

        @Override
        public List<ConsumerRecord<byte[], byte[]>> poll(Duration timeout) {
            synchronized (FakeFleet.this) {
                List<ConsumerRecord<byte[], byte[]>> records = take();
                if (records.isEmpty() && !wakeup) {
                    try {
                        FakeFleet.this.wait(Math.max(1, timeout.toMillis()));
                    } catch (InterruptedException e) {
                        throw new org.apache.kafka.common.errors.InterruptException(e);
                    }
                    records = take();
                }
                if (wakeup) {
                    throw new WakeupException();
                }
                return records;
            }
        }

        private List<ConsumerRecord<byte[], byte[]>> take() {
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            positions.replaceAll((partition, position) -> {
                if (!unpaused.contains(partition)) {
                    return position;
                }
                List<ConsumerRecord<byte[], byte[]>> fresh = log.getOrDefault(partition, List.of()).stream()
                        .filter(record -> record.offset() >= position)
                        .toList();
                records.addAll(fresh);
                return fresh.isEmpty()
                        ? position
                        : (Long) (fresh.get(fresh.size() - 1).offset() + 1);
            });
            return records;
        }

        @Override
        public boolean reached(Map<TopicPartition, Long> ends) {
            return ends.entrySet().stream().allMatch(end -> positions.getOrDefault(end.getKey(), 0L) >= end.getValue());
        }

        @Override
        public void only(Collection<TopicPartition> partitions) {
            unpaused = partitions;
        }

        @Override
        public void wakeup() {
            wakeup = true;
            synchronized (FakeFleet.this) {
                FakeFleet.this.notifyAll();
            }
        }

        @Override
        public void close() {}
    }
}
