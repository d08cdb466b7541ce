import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.task.*;
import java.time.*;
import java.util.*;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.TopicPartition;
/** Submit a task, wait for its outcome and patch, then replay that stretch of fleet.task-events. Argument: REPOSITORY */
class FleetClient {
    public static void main(String[] args) throws Exception {
        Map<String, Object> config = Map.of(
                "bootstrap.servers", System.getenv("FLEET_KAFKA_BOOTSTRAP_SERVERS"),
                "schema.registry.url", System.getenv("FLEET_REGISTRY_URL"),
                "auto.register.schemas", false, "use.latest.version", true, "specific.avro.reader", true, "isolation.level", "read_committed",
                "key.serializer", "org.apache.kafka.common.serialization.StringSerializer", "value.serializer", "io.sweaifleet.schemas.serde.FleetAvroSerializer",
                "key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer", "value.deserializer", "io.sweaifleet.schemas.serde.FleetAvroDeserializer");
        String id = "java-" + UUID.randomUUID().toString().substring(0, 13);
        long began = System.currentTimeMillis() - 1000;
        TaskOutcome outcome = null;
        try (var consumer = new KafkaConsumer<String, Object>(config); var producer = new KafkaProducer<String, TaskSubmitted>(config)) {
            consumer.assign(partitions(consumer, "fleet.results"));
            consumer.endOffsets(consumer.assignment()).forEach(consumer::seek);
            TaskSubmitted task = TaskSubmitted.newBuilder().setId(id).setKind("devops.check-files").setRole("devops").setRepository(args[0]).build();
            producer.send(new ProducerRecord<>("fleet.tasks", id, task)).get();
            for (Instant end = Instant.now().plusSeconds(300); outcome == null && Instant.now().isBefore(end); )
                for (var record : consumer.poll(Duration.ofSeconds(1)))
                    if (record.value() instanceof TaskOutcome found && found.getTaskId().equals(id)) outcome = found;
            System.out.println(outcome == null ? "no outcome of " + id + " within 300 s" : outcome.getStatus() + " " + id + "\n" + (outcome.getResult() == null ? outcome.getFailure() : outcome.getResult().getPatch()));
            List<TopicPartition> events = partitions(consumer, "fleet.task-events");
            consumer.assign(events);
            consumer.seekToEnd(events);
            consumer.offsetsForTimes(events.stream().collect(Collectors.toMap(p -> p, p -> began))).forEach((p, at) -> { if (at != null) consumer.seek(p, at.offset()); });
            for (var batch = consumer.poll(Duration.ofSeconds(2)); !batch.isEmpty(); batch = consumer.poll(Duration.ofSeconds(2)))
                batch.forEach(r -> System.out.println(r.partition() + "@" + r.offset() + " " + ((TaskEvent) r.value()).getType() + " " + ((TaskEvent) r.value()).getWorkflowId()));
        }
        System.exit(outcome != null && outcome.getStatus() == TaskStatus.SUCCEEDED ? 0 : 1);
    }
    static List<TopicPartition> partitions(KafkaConsumer<?, ?> consumer, String topic) { return consumer.partitionsFor(topic).stream().map(p -> new TopicPartition(topic, p.partition())).toList(); }
}
