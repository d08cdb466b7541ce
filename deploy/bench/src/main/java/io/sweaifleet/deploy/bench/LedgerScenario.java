package io.sweaifleet.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * How long the topology takes to come up on a machine that has none of its stores, with so many tasks in the ledger that have ended. One
 * task is done; what core's changelog then holds of it is copied under other ids, since doing them all would take an hour.
 *
 * @param tasks how many have ended
 */
record LedgerScenario(int tasks) implements Scenario {

    private static final int DIGITS = 10;
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    @Override
    public void measure(BenchNode node, ObjectNode document, PrintStream progress) throws Exception {
        String prefix = Submitter.freshPrefix();
        String sample = id(prefix, 0);
        awaitOutcome(node.settings(), sample);
        TopicPartition ledger;
        int entries;
        try (KafkaConsumer<byte[], byte[]> reader = new KafkaConsumer<>(
                reading(node.settings()), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<ConsumerRecord<byte[], byte[]>> kept = ofTask(reader, sample);
            ledger = new TopicPartition(kept.get(0).topic(), kept.get(0).partition());
            entries = kept.size();
            progress.println("bench: " + tasks + " ended tasks of " + entries + " entries each");
            copy(node.settings(), kept, prefix);
        }
        long bytes = size(node.settings(), ledger);

        progress.println("bench: a restart without the topology's stores");
        node.restartWithoutStores(progress);
        awaitOutcome(node.settings(), prefix + "after");
        double seconds =
                Duration.between(node.startOf("topology"), Instant.now()).toMillis() / 1000.0;

        ObjectNode restored = document.putObject("ledger");
        restored.put("tasks", tasks);
        restored.put("entriesPerTask", entries);
        restored.put("changelogBytes", bytes);
        restored.put("storeBytes", node.sizeOfStores());
        restored.put("outcomeAfterSeconds", Lines.round(seconds));
    }

    private static String id(String prefix, int number) {
        return prefix + String.format("%0" + DIGITS + "d", number);
    }

    private static void awaitOutcome(Settings settings, String id) {
        long giveUp = System.nanoTime() + PATIENCE.toNanos();
        try (Ends<TaskOutcome> outcomes = new Ends<>(settings, FleetTopic.RESULTS, TaskOutcome.class);
                Submitter submitter = new Submitter(settings)) {
            submitter.task(id, BenchNode.POOL, Job.NOOP);
            while (System.nanoTime() < giveUp) {
                for (TaskOutcome outcome : outcomes.poll(Duration.ofMillis(200))) {
                    if (outcome.getTaskId().equals(id)) {
                        return;
                    }
                }
            }
        }
        throw new IllegalStateException("task " + id + " had no outcome within " + PATIENCE.toMinutes() + " min");
    }

    private static Map<String, Object> reading(Settings settings) {
        Map<String, Object> config = FleetSettings.kafkaClient(settings);
        config.put("isolation.level", "read_committed");
        return config;
    }

    /** The entries of core's changelog that are left of a task which has ended. */
    private static List<ConsumerRecord<byte[], byte[]>> ofTask(KafkaConsumer<byte[], byte[]> reader, String id) {
        List<TopicPartition> changelogs = reader.listTopics().entrySet().stream()
                .filter(topic -> topic.getKey().startsWith("fleet-core")
                        && topic.getKey().endsWith("-changelog"))
                .flatMap(topic -> topic.getValue().stream())
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .toList();
        reader.assign(changelogs);
        reader.seekToBeginning(changelogs);
        Map<TopicPartition, Long> ends = reader.endOffsets(changelogs);
        Map<String, ConsumerRecord<byte[], byte[]>> latest = new LinkedHashMap<>();
        while (ends.entrySet().stream().anyMatch(end -> reader.position(end.getKey()) < end.getValue())) {
            for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofMillis(200))) {
                String key = latin(record.key());
                if (key.contains(id)) {
                    latest.put(key, record);
                }
            }
        }
        List<ConsumerRecord<byte[], byte[]>> kept = latest.values().stream()
                .filter(record -> record.value() != null)
                .toList();
        if (kept.isEmpty()) {
            throw new IllegalStateException("core's changelog has nothing of task " + id);
        }
        return kept;
    }

    private void copy(Settings settings, Collection<ConsumerRecord<byte[], byte[]>> kept, String prefix) {
        Map<String, Object> config = FleetSettings.kafkaClient(settings);
        config.put("linger.ms", "50");
        config.put("batch.size", "262144");
        AtomicReference<@Nullable Exception> failed = new AtomicReference<>();
        List<Template> templates =
                kept.stream().map(record -> Template.of(record, id(prefix, 0))).toList();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int number = 1; number < tasks && failed.get() == null; number++) {
                byte[] digits = id("", number).getBytes(StandardCharsets.US_ASCII);
                for (Template template : templates) {
                    var unused = producer.send(template.numbered(digits), (sent, problem) -> {
                        if (problem != null) {
                            failed.set(problem);
                        }
                    });
                }
            }
            producer.flush();
        }
        Exception problem = failed.get();
        if (problem != null) {
            throw new IllegalStateException("the ledger could not be filled: " + problem, problem);
        }
    }

    /** An entry, and where the digits of the task's id are in its key and its value. */
    private record Template(ConsumerRecord<byte[], byte[]> record, List<Integer> inKey, List<Integer> inValue) {

        static Template of(ConsumerRecord<byte[], byte[]> record, String id) {
            return new Template(record, places(record.key(), id), places(record.value(), id));
        }

        private static List<Integer> places(byte[] bytes, String id) {
            String text = latin(bytes);
            List<Integer> places = new ArrayList<>();
            for (int at = text.indexOf(id); at >= 0; at = text.indexOf(id, at + 1)) {
                places.add(at + id.length() - DIGITS);
            }
            return places;
        }

        ProducerRecord<byte[], byte[]> numbered(byte[] digits) {
            return new ProducerRecord<>(
                    record.topic(),
                    record.partition(),
                    replaced(record.key(), inKey, digits),
                    replaced(record.value(), inValue, digits));
        }

        private static byte[] replaced(byte[] bytes, List<Integer> places, byte[] digits) {
            byte[] copy = Arrays.copyOf(bytes, bytes.length);
            places.forEach(at -> System.arraycopy(digits, 0, copy, at, DIGITS));
            return copy;
        }
    }

    /** Bytes as characters, one each. */
    private static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static long size(Settings settings, TopicPartition partition) throws Exception {
        try (Admin admin = Admin.create(FleetSettings.kafkaClient(settings))) {
            List<Integer> brokers = admin.describeCluster().nodes().get().stream()
                    .map(node -> node.id())
                    .toList();
            return admin.describeLogDirs(brokers).allDescriptions().get().values().stream()
                    .flatMap(directories -> directories.values().stream())
                    .map(directory -> directory.replicaInfos().get(partition))
                    .filter(replica -> replica != null)
                    .mapToLong(replica -> replica.size())
                    .sum();
        }
    }

    @Override
    public void print(ObjectNode document, Lines out) {
        JsonNode ledger = document.get("ledger");
        out.line(
                String.format("%,d ended", ledger.get("tasks").asInt()),
                "an outcome %.1f s after the topology started without its stores; %,.0f MB of changelog, %,.0f MB of stores",
                ledger.get("outcomeAfterSeconds").asDouble(),
                ledger.get("changelogBytes").asDouble() / 1e6,
                ledger.get("storeBytes").asDouble() / 1e6);
    }
}
