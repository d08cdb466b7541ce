package io.sweaifleet.deploy.chaos.run;

import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.serde.FleetSerdes;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** Writes to the public topics as any producer would, and writes down what brokers acknowledged. */
final class Submitter implements AutoCloseable {

    private final KafkaProducer<String, byte[]> producer;
    private final Serializer<TaskSubmitted> tasks;
    private final Serializer<WorkflowSubmitted> workflows;
    private final Serializer<TaskControl> controls;
    private final BufferedWriter log;
    /** Tasks that an outcome is owed for, as pool/id; the producer's thread adds, others look. */
    private final Set<String> owed = new HashSet<>();

    private int refused;

    Submitter(Settings settings, Path acknowledged) throws IOException {
        Map<String, Object> config = FleetSettings.kafkaClient(settings);
        config.put("linger.ms", "0");
        config.put("acks", "all");
        // A dead broker comes back; until then records wait.
        config.put("delivery.timeout.ms", "600000");
        config.put("max.block.ms", "600000");
        producer = new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
        tasks = FleetSerdes.value(TaskSubmitted.class, settings).serializer();
        workflows = FleetSerdes.value(WorkflowSubmitted.class, settings).serializer();
        controls = FleetSerdes.value(TaskControl.class, settings).serializer();
        log = Files.newBufferedWriter(acknowledged);
        // The schemas' ids are learnt now, not while the registry may be away.
        tasks.serialize(FleetTopic.TASKS.topicName(), sample());
        workflows.serialize(
                FleetTopic.WORKFLOWS.topicName(),
                WorkflowSubmitted.newBuilder()
                        .setTasks(java.util.List.of(sample()))
                        .build());
        controls.serialize(
                FleetTopic.TASK_CONTROL.topicName(), TaskControl.newBuilder().build());
    }

    private static TaskSubmitted sample() {
        return TaskSubmitted.newBuilder().setKind("").setRole("").build();
    }

    /** Submits a lone task. A repeated one goes the same way as the first, so that brokers keep their order. */
    void task(String pool, TaskSubmitted task) {
        String id = String.valueOf(task.getId());
        send(FleetTopic.TASKS, id, tasks.serialize(FleetTopic.TASKS.topicName(), task), () -> {
            owed.add(Keys.of(pool, id));
            write(pool, id);
        });
    }

    void workflow(String pool, WorkflowSubmitted workflow) {
        String id = String.valueOf(workflow.getId());
        send(FleetTopic.WORKFLOWS, id, workflows.serialize(FleetTopic.WORKFLOWS.topicName(), workflow), () -> {
            workflow.getTasks().forEach(task -> owed.add(Keys.of(pool, String.valueOf(task.getId()))));
            write(pool, id);
        });
    }

    void control(TaskControl control) {
        // Under the pool's name: a pause and its resumption are taken in their order.
        send(
                FleetTopic.TASK_CONTROL,
                control.getPool(),
                controls.serialize(FleetTopic.TASK_CONTROL.topicName(), control),
                () -> {});
    }

    /** Something that is no record of any schema. */
    void garbage(byte[] bytes) {
        send(FleetTopic.TASKS, null, bytes, () -> {});
    }

    private void send(FleetTopic topic, @Nullable String key, byte[] value, Runnable acknowledged) {
        var unused = producer.send(new ProducerRecord<>(topic.topicName(), key, value), (metadata, failure) -> {
            synchronized (owed) {
                if (failure == null) {
                    acknowledged.run();
                } else {
                    refused++;
                }
            }
        });
    }

    private void write(String pool, String id) {
        try {
            log.write(pool + "\t" + id + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("what was acknowledged cannot be written down", e);
        }
    }

    /** Waits until brokers have answered about everything. */
    void flush() {
        producer.flush();
    }

    /** Tasks that an outcome is owed for, as pool/id. */
    Set<String> owed() {
        synchronized (owed) {
            return Set.copyOf(owed);
        }
    }

    /** Records that no broker took. */
    int refused() {
        synchronized (owed) {
            return refused;
        }
    }

    @Override
    public void close() throws IOException {
        producer.close(Duration.ofSeconds(10));
        log.close();
    }
}
