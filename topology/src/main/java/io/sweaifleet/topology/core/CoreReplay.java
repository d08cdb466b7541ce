package io.sweaifleet.topology.core;

import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.core.CoreInputType;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.topology.stream.SharedSerdes;
import io.sweaifleet.topology.stream.WireReader;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Spliterators;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Verifies that core's rules, fed with a recorded history, decide what was recorded. Reads only. */
public final class CoreReplay {

    private final CoreHistory history;
    private final int partitions;
    private final SharedSerdes serdes;

    /** A replay of this history. */
    public CoreReplay(CoreHistory history) {
        this.history = history;
        this.partitions = history.partitions(FleetTopic.CORE_INPUTS);
        this.serdes = new SharedSerdes(history.serdes());
    }

    /** Names of the pools that have a history. */
    public TreeSet<String> pools() {
        TreeSet<String> pools = new TreeSet<>();
        for (int partition = 0; partition < history.partitions(FleetTopic.TASK_EVENTS); partition++) {
            history.records(FleetTopic.TASK_EVENTS, partition).forEachRemaining(record -> {
                String key = PoolReplay.received(record).keyText();
                if (key != null) {
                    pools.add(Keys.pool(key));
                }
            });
        }
        return pools;
    }

    /**
     * Takes the decisions of a pool again.
     *
     * @throws UnverifiableException when something is missing in the records
     */
    public Verification verify(String pool) {
        int partition = Keys.partition(pool, partitions);
        refuseIfMoved(pool, partition);
        // The journal first: on a fleet that goes on working, everything that led to its events and came of them is
        // there then.
        RecordedEvents events =
                new RecordedEvents(pool, ofPool(FleetTopic.TASK_EVENTS, pool), serdes.reader(TaskEvent.class));
        Map<String, RecordedInput> inputs = CoreTopology.INPUTS.stream()
                .collect(Collectors.toMap(
                        FleetTopic::topicName,
                        topic -> new RecordedInput(history.records(topic, partition)),
                        (one, other) -> one,
                        TreeMap::new));
        RecordedValue values = new RecordedValue(history.serdes());
        RecordedOutcomes outcomes = new RecordedOutcomes(
                List.of(FleetTopic.RESULTS, FleetTopic.WORKFLOW_RESULTS).stream()
                        .collect(Collectors.toMap(Function.identity(), topic -> ofPool(topic, pool))),
                values);
        InputReader reader = new InputReader(serdes, partitions);
        return new PoolReplay(pool, reader, inputs, events, outcomes, values).run();
    }

    /** With other partitions the order of what core read was another one, which the journal does not tell of across the move. */
    private void refuseIfMoved(String pool, int partition) {
        WireReader<CoreInput> reader = serdes.reader(CoreInput.class);
        history.records(FleetTopic.CORE_INPUTS, partition).forEachRemaining(record -> {
            CoreInput input = reader.read(PoolReplay.received(record)).value();
            if (input != null
                    && input.getType() == CoreInputType.GENERATION
                    && input.getPool().equals(pool)) {
                throw new UnverifiableException("Pool " + pool + " was moved to partition " + partition
                        + " when the topics were enlarged; a history is verified within one generation only");
            }
        });
    }

    private List<Iterator<ConsumerRecord<byte[], byte[]>>> ofPool(FleetTopic topic, String pool) {
        return IntStream.range(0, history.partitions(topic))
                .mapToObj(partition -> StreamSupport.stream(
                                Spliterators.spliteratorUnknownSize(history.records(topic, partition), 0), false)
                        .filter(record -> PoolReplay.isOf(pool, record))
                        .iterator())
                .toList();
    }
}
