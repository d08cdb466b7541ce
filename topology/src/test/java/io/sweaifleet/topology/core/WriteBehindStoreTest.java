package io.sweaifleet.topology.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WriteBehindStoreTest {

    private static final String STORE = "things";

    @TempDir
    Path directory;

    private TopologyTestDriver driver;
    private Consumer<KeyValueStore<Bytes, byte[]>> work = store -> {};

    @BeforeEach
    void start() {
        driver = driver();
    }

    @AfterEach
    void stop() {
        driver.close();
    }

    @Test
    void shouldWriteOneChangeForEachKeyBeforeTheCommit() {
        // Given
        work = store -> {
            store.put(key("counter"), value("1"));
            store.put(key("counter"), value("2"));
            store.putAll(List.of(new KeyValue<>(key("counter"), value("3"))));
        };

        // When
        commit();

        // Then
        assertThat(changelog()).containsExactly("counter=3");
    }

    @Test
    void shouldShowWhatIsHeldToReadsAndScans() {
        // Given
        work = store -> {
            store.put(key("a"), value("1"));
            store.put(key("b"), value("1"));
        };
        commit();
        List<String> seen = new ArrayList<>();
        work = store -> {
            store.put(key("a"), value("2"));
            seen.add("deleted " + text(store.delete(key("b"))));
            seen.add("kept " + text(store.putIfAbsent(key("a"), value("9"))));
            seen.add("absent " + text(store.putIfAbsent(key("c"), value("3"))));
            seen.add("get " + text(store.get(key("a"))) + text(store.get(key("b"))) + text(store.get(key("c"))));
            try (KeyValueIterator<Bytes, byte[]> found = store.range(key("a"), key("z"))) {
                found.forEachRemaining(next -> seen.add(next.key + "=" + text(next.value)));
            }
        };

        // When
        commit();

        // Then
        assertThat(seen).containsExactly("deleted 1", "kept 2", "absent null", "get 2null3", "a=2", "c=3");
    }

    @Test
    void shouldShowOtherThreadsWhatWasCommitted() {
        // Given
        work = store -> store.put(key("a"), value("committed"));
        commit();
        List<String> seen = new ArrayList<>();
        work = store -> {
            store.put(key("a"), value("held"));
            CompletableFuture.runAsync(() -> {
                        seen.add(text(store.get(key("a"))));
                        try (KeyValueIterator<Bytes, byte[]> found = store.range(key("a"), key("z"))) {
                            found.forEachRemaining(next -> seen.add(text(next.value)));
                        }
                    })
                    .join();
        };

        // When
        commit();

        // Then
        assertThat(seen).containsExactly("committed", "committed");
    }

    /** The driver commits after each record. */
    private void commit() {
        driver.createInputTopic("work", new StringSerializer(), new StringSerializer())
                .pipeInput("go");
    }

    private List<String> changelog() {
        return driver
                .createOutputTopic(
                        "write-behind-" + STORE + "-changelog", new StringDeserializer(), new StringDeserializer())
                .readKeyValuesToList()
                .stream()
                .map(change -> change.key + "=" + change.value)
                .toList();
    }

    private TopologyTestDriver driver() {
        Topology topology = new Topology();
        Deserializer<String> text = new StringDeserializer();
        topology.addSource("read-work", text, text, "work");
        topology.addProcessor("do-work", Worker::new, "read-work");
        topology.addStateStore(
                WriteBehindStore.before(Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(STORE), Serdes.Bytes(), Serdes.ByteArray())),
                "do-work");
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "write-behind");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:0");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        return new TopologyTestDriver(topology, properties);
    }

    private final class Worker implements Processor<String, String, Void, Void> {
        private KeyValueStore<Bytes, byte[]> store;

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            store = context.getStateStore(STORE);
        }

        @Override
        public void process(Record<String, String> record) {
            work.accept(store);
        }
    }

    private static Bytes key(String text) {
        return Bytes.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] value(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte @Nullable [] bytes) {
        return bytes == null ? "null" : new String(bytes, StandardCharsets.UTF_8);
    }
}
