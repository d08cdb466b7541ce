package io.sweaifleet.deploy.bench;

import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.serde.FleetSerdes;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Submits no-op tasks as any producer would and times their committed outcomes as any consumer would. Not thread-safe. */
final class LoadDriver implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final KafkaProducer<String, TaskSubmitted> producer;
    private final Consumer<String, TaskOutcome> outcomes;
    private int run;

    LoadDriver(Settings settings) {
        Map<String, Object> config = FleetSettings.kafkaClient(settings);
        config.put("linger.ms", "0");
        config.put("acks", "all");
        producer = new KafkaProducer<>(
                config,
                new StringSerializer(),
                FleetSerdes.value(TaskSubmitted.class, settings).serializer());
        Map<String, Object> reader = FleetSettings.kafkaClient(settings);
        reader.put("isolation.level", "read_committed");
        reader.put("fetch.min.bytes", "1");
        reader.put("max.poll.records", "5000");
        outcomes = new KafkaConsumer<>(
                reader,
                new StringDeserializer(),
                FleetSerdes.value(TaskOutcome.class, settings).deserializer());
        List<TopicPartition> partitions = outcomes.partitionsFor(FleetTopic.RESULTS.topicName()).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        outcomes.assign(partitions);
        outcomes.endOffsets(partitions).forEach(outcomes::seek);
    }

    /** A task under way: when it was given to the producer, by the wall clock (ms) and the monotonic one (ns). */
    private record Sent(long wallMs, long nanos) {}

    /** What came back. */
    record Result(Latencies submitToStart, Latencies submitToResult, double tasksPerSecond, int tasks) {}

    /**
     * Submits tasks at a steady rate and waits for all outcomes.
     *
     * @param ratePerSecond tasks per second
     * @param seconds how long to submit
     */
    Result paced(List<String> pools, int ratePerSecond, int seconds) {
        return drive(pools, ratePerSecond * seconds, ratePerSecond);
    }

    /** Submits all tasks as fast as the producer takes them and waits for all outcomes. */
    Result burst(List<String> pools, int tasks) {
        return drive(pools, tasks, 0);
    }

    private Result drive(List<String> pools, int tasks, int ratePerSecond) {
        String prefix = "bench-" + Long.toString(Instant.now().toEpochMilli(), 36) + "-" + ++run + "-";
        Map<String, Sent> sent = new HashMap<>(tasks * 2);
        List<double[]> times = new ArrayList<>(tasks);
        Pace pace = Pace.from(tasks, ratePerSecond);
        int submitted = 0;
        long lastOutcome = pace.began();
        long giveUp = pace.began() + PATIENCE.toNanos() + pace.gapNanos() * tasks;
        while (times.size() < tasks) {
            for (int i = 0; i < Pace.AT_ONCE && pace.isDue(submitted); i++) {
                submit(prefix + submitted, pools.get(submitted % pools.size()), sent);
                submitted++;
            }
            for (ConsumerRecord<String, TaskOutcome> record : outcomes.poll(pace.untilNext(submitted))) {
                Sent task = sent.remove(record.value().getTaskId());
                if (task != null) {
                    lastOutcome = System.nanoTime();
                    times.add(times(task, lastOutcome, record.value()));
                }
            }
            if (System.nanoTime() > giveUp) {
                throw new IllegalStateException((tasks - times.size()) + " of " + tasks
                        + " no-op tasks had no outcome within " + PATIENCE.toSeconds() + " s; first missing: "
                        + sent.keySet().stream().sorted().findFirst().orElse("-"));
            }
        }
        double seconds = (lastOutcome - pace.began()) / 1e9;
        return new Result(
                Latencies.of(times.stream().mapToDouble(time -> time[0]).toArray()),
                Latencies.of(times.stream().mapToDouble(time -> time[1]).toArray()),
                tasks / seconds,
                tasks);
    }

    private void submit(String id, String pool, Map<String, Sent> sent) {
        TaskSubmitted task = TaskSubmitted.newBuilder()
                .setId(id)
                .setPool(pool)
                .setKind(BenchRole.KIND)
                .setRole(BenchRole.NAME)
                .setTitle("no-op")
                .build();
        sent.put(id, new Sent(System.currentTimeMillis(), System.nanoTime()));
        // A failed send shows as a missing outcome, which is reported with the task's id.
        var unused = producer.send(new ProducerRecord<>(FleetTopic.TASKS.topicName(), id, task));
    }

    // The agent's start is stamped by the worker in ms on the same machine; the result is timed here.
    private static double[] times(Sent task, long nanos, TaskOutcome outcome) {
        if (outcome.getStatus() != TaskStatus.SUCCEEDED || outcome.getStartedAt() == null) {
            throw new IllegalStateException("no-op task " + outcome.getTaskId() + " ended as " + outcome.getStatus()
                    + ": " + outcome.getFailure());
        }
        return new double[] {
            Math.max(0, outcome.getStartedAt().toEpochMilli() - task.wallMs()), (nanos - task.nanos()) / 1e6
        };
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
        outcomes.close();
    }
}
