package io.sweaifleet.deploy.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The floor that the fleet is measured against: records of the same size through the same number of topics, each hop a
 * plain consumer and producer that copy bytes, with no rules, no transactions and no Avro. The hops run in a JVM of
 * their own, as the fleet's parts do.
 */
final class RawChain {

    /** Hops of a task: tasks → core-inputs → worker-commands → agent-results → results. */
    static final int HOPS = 4;

    private static final int RECORD_BYTES = 500;

    /** As warm as the fleet's parts are when they are measured. */
    private static final int WARM_UP_RECORDS = 60_000;

    private RawChain() {}

    /** Times of the chain: at a steady rate, and the throughput of a burst. */
    record Result(Latencies endToEnd, double recordsPerSecond) {}

    /** Entry point of the hops' JVM: bootstrap servers and the prefix of the topics. Ends when its standard input does. */
    public static void main(String[] args) throws Exception {
        List<Thread> threads = new ArrayList<>();
        CountDownLatch ready = new CountDownLatch(HOPS);
        for (int hop = 0; hop < HOPS; hop++) {
            String from = args[1] + hop;
            String to = args[1] + (hop + 1);
            Thread thread = new Thread(() -> copy(args[0], from, to, ready), "hop-" + hop);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        ready.await();
        System.out.println("READY");
        while (System.in.read() >= 0) {
            // Nothing is sent: the stream's end is the sign to stop.
        }
    }

    private static void copy(String bootstrap, String from, String to, CountDownLatch ready) {
        try (var consumer = consumer(bootstrap, from);
                var producer = producer(bootstrap)) {
            ready.countDown();
            while (!Thread.currentThread().isInterrupted()) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    var unused = producer.send(new ProducerRecord<>(to, 0, record.key(), record.value()));
                }
            }
        }
    }

    /**
     * Runs the chain, warmed up as the fleet is: at a steady rate, and in a burst.
     *
     * @param client the broker, as Kafka's clients are configured
     * @param records records of the burst
     */
    static Result run(Properties client, int records, int ratePerSecond, int seconds, int pacedWarmUpSeconds)
            throws Exception {
        String bootstrap = client.getProperty("bootstrap.servers");
        String prefix = "fleet.bench-raw-" + UUID.randomUUID().toString().substring(0, 8) + "-";
        List<String> topics = new ArrayList<>();
        for (int hop = 0; hop <= HOPS; hop++) {
            topics.add(prefix + hop);
        }
        try (Admin admin = Admin.create(client)) {
            admin.createTopics(topics.stream()
                            .map(topic -> new NewTopic(topic, 1, (short) 1))
                            .toList())
                    .all()
                    .get();
            Process hops = new ProcessBuilder(
                            ProcessHandle.current().info().command().orElse("java"),
                            "-XX:+UseSerialGC",
                            "-Xmx256m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            RawChain.class.getName(),
                            bootstrap,
                            prefix)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                awaitReady(hops);
                measure(bootstrap, prefix, WARM_UP_RECORDS, 0);
                measure(bootstrap, prefix, ratePerSecond * pacedWarmUpSeconds, ratePerSecond);
                Result paced = measure(bootstrap, prefix, ratePerSecond * seconds, ratePerSecond);
                Result burst = measure(bootstrap, prefix, records, 0);
                return new Result(paced.endToEnd(), burst.recordsPerSecond());
            } finally {
                hops.getOutputStream().close();
                hops.waitFor();
                admin.deleteTopics(topics).all().get();
            }
        }
    }

    private static void awaitReady(Process hops) throws java.io.IOException {
        var reader = hops.inputReader();
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            if (line.equals("READY")) {
                return;
            }
        }
        throw new IllegalStateException("the raw chain's process ended before it was ready");
    }

    private static Result measure(String bootstrap, String prefix, int records, int ratePerSecond)
            throws ExecutionException {
        byte[] value = new byte[RECORD_BYTES];
        double[] millis = new double[records];
        long[] sentAt = new long[records];
        try (var consumer = consumer(bootstrap, prefix + HOPS);
                var producer = producer(bootstrap)) {
            int sent = 0;
            int received = 0;
            Pace pace = Pace.from(records, ratePerSecond);
            long last = pace.began();
            while (received < records) {
                for (int i = 0; i < Pace.AT_ONCE && pace.isDue(sent); i++) {
                    sentAt[sent] = System.nanoTime();
                    byte[] key = java.nio.ByteBuffer.allocate(4).putInt(sent).array();
                    var unused = producer.send(new ProducerRecord<>(prefix + 0, 0, key, value));
                    sent++;
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(pace.untilNext(sent))) {
                    last = System.nanoTime();
                    int index = java.nio.ByteBuffer.wrap(record.key()).getInt();
                    millis[index] = (last - sentAt[index]) / 1e6;
                    received++;
                }
            }
            return new Result(Latencies.of(millis), records / ((last - pace.began()) / 1e9));
        }
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String bootstrap, String topic) {
        var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", bootstrap, "fetch.min.bytes", 1, "max.poll.records", 5000),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        TopicPartition partition = new TopicPartition(topic, 0);
        consumer.assign(Collections.singletonList(partition));
        consumer.seekToEnd(Collections.singletonList(partition));
        // The position is taken now, not at the first poll, so that nothing sent after this is missed.
        consumer.position(partition);
        return consumer;
    }

    private static KafkaProducer<byte[], byte[]> producer(String bootstrap) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap, "linger.ms", 0, "acks", "all"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }
}
