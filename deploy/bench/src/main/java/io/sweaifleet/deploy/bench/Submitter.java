package io.sweaifleet.deploy.bench;

import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.serde.FleetSerdes;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Submits work as any producer would. */
final class Submitter implements AutoCloseable {

    private final KafkaProducer<String, TaskSubmitted> tasks;
    private final KafkaProducer<String, WorkflowSubmitted> workflows;

    Submitter(Settings settings) {
        tasks = producer(settings, TaskSubmitted.class);
        workflows = producer(settings, WorkflowSubmitted.class);
    }

    private static <T extends SpecificRecord> KafkaProducer<String, T> producer(Settings settings, Class<T> type) {
        Map<String, Object> config = FleetSettings.kafkaClient(settings);
        config.put("linger.ms", "0");
        config.put("acks", "all");
        return new KafkaProducer<>(
                config,
                new StringSerializer(),
                FleetSerdes.value(type, settings).serializer());
    }

    /** Beginning of ids that no other measurement uses. */
    static String freshPrefix() {
        return "bench-" + Long.toString(Instant.now().toEpochMilli(), 36) + "-";
    }

    // A send that fails shows as a missing outcome, which is reported with the task's id.

    void task(String id, String pool, Job job) {
        var unused = tasks.send(new ProducerRecord<>(
                FleetTopic.TASKS.topicName(), id, task(id, job).setPool(pool).build()));
    }

    /** A workflow whose tasks run one after the other; they do nothing. */
    void chain(String id, String pool, int length) {
        List<TaskSubmitted> steps = new ArrayList<>(length);
        for (int step = 0; step < length; step++) {
            TaskSubmitted.Builder task = task(id + "-" + step, Job.NOOP);
            if (step > 0) {
                task.setDependsOn(List.of(id + "-" + (step - 1)));
            }
            steps.add(task.build());
        }
        WorkflowSubmitted chain = WorkflowSubmitted.newBuilder()
                .setId(id)
                .setPool(pool)
                .setTitle("chain of no-ops")
                .setTasks(steps)
                .build();
        var unused = workflows.send(new ProducerRecord<>(FleetTopic.WORKFLOWS.topicName(), id, chain));
    }

    private static TaskSubmitted.Builder task(String id, Job job) {
        return TaskSubmitted.newBuilder()
                .setId(id)
                .setKind(BenchRole.KIND)
                .setRole(job.role())
                .setInputs(job.inputs())
                .setTitle("no-op");
    }

    @Override
    public void close() {
        tasks.close(Duration.ofSeconds(5));
        workflows.close(Duration.ofSeconds(5));
    }
}
