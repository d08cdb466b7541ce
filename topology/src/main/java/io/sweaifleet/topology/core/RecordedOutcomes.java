package io.sweaifleet.topology.core;

import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.WorkflowOutcome;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.topology.core.Verification.Difference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The outcomes of a pool's tasks and workflows as recorded; a replay must give the same, each partition in its order. */
final class RecordedOutcomes {

    private final Map<FleetTopic, List<Iterator<ConsumerRecord<byte[], byte[]>>>> records;
    private final RecordedValue values;
    private long compared;

    /**
     * @param records records of the pool, by partition
     */
    RecordedOutcomes(Map<FleetTopic, List<Iterator<ConsumerRecord<byte[], byte[]>>>> records, RecordedValue values) {
        this.records = records;
        this.values = values;
    }

    /** Outcomes compared so far. */
    long compared() {
        return compared;
    }

    List<Difference> compareTask(long sequence, String cause, TaskOutcome outcome) {
        return compare(FleetTopic.RESULTS, sequence, cause, outcome, Keys.of(outcome.getPool(), outcome.getTaskId()));
    }

    List<Difference> compareWorkflow(long sequence, String cause, WorkflowOutcome outcome) {
        return compare(
                FleetTopic.WORKFLOW_RESULTS,
                sequence,
                cause,
                outcome,
                Keys.of(outcome.getPool(), outcome.getWorkflowId()));
    }

    /**
     * What is recorded beyond the replayed outcomes. On a fleet that goes on working there is more, but not of what had ended.
     *
     * @param ended whether the task or workflow of a topic with this key had ended at the end of the replay
     */
    List<Difference> compareRest(long sequence, BiPredicate<FleetTopic, String> ended) {
        List<Difference> differences = new ArrayList<>();
        records.forEach((topic, partitions) -> partitions.forEach(rest -> rest.forEachRemaining(record -> {
            String key = String.valueOf(PoolReplay.received(record).keyText());
            if (ended.test(topic, Keys.id(key))) {
                differences.add(new Difference(
                        sequence, "none", "outcome in " + topic.topicName(), "a further outcome of " + key, "nothing"));
            }
        })));
        return differences;
    }

    private List<Difference> compare(
            FleetTopic topic, long sequence, String cause, SpecificRecord outcome, String key) {
        List<Iterator<ConsumerRecord<byte[], byte[]>>> partitions = records.getOrDefault(topic, List.of());
        Iterator<ConsumerRecord<byte[], byte[]>> recorded = partitions.get(Keys.partition(key, partitions.size()));
        Function<String, List<Difference>> otherwise =
                was -> List.of(new Difference(sequence, cause, "outcome in " + topic.topicName(), was, key));
        if (!recorded.hasNext()) {
            return otherwise.apply("nothing");
        }
        ConsumerRecord<byte[], byte[]> next = recorded.next();
        String nextKey = PoolReplay.received(next).keyText();
        if (!key.equals(nextKey)) {
            return otherwise.apply(String.valueOf(nextKey));
        }
        compared++;
        return values.compare(sequence, cause, next.value(), outcome);
    }
}
