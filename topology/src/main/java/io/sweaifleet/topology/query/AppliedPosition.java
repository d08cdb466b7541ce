package io.sweaifleet.topology.query;

import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.topology.core.CoreQueries;
import io.sweaifleet.topology.core.CoreTopology;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A position that an answer must have come to: of a record that core reads, or of a submission as its producer was told it,
 * which core remembers for every one that intake passed on.
 *
 * @param topicId Kafka's id of a submission's topic; null for a topic of core's own
 * @param offset offset of the record that must have been applied
 */
record AppliedPosition(String topic, @Nullable String topicId, int partition, long offset) {

    private static final Pattern FORM = Pattern.compile("(.+)-(\\d{1,4})@(\\d{1,18})");

    /**
     * Reads {@code fleet.tasks-3@17}.
     *
     * @param topicIds Kafka's ids of the topics of submissions, by name
     * @param partitions number of partitions of core's inputs
     * @throws QueryException when it is not of that form, or the pool never comes to such a position
     */
    static AppliedPosition parse(String text, String pool, Map<String, String> topicIds, int partitions) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw QueryException.wrong(
                    "after",
                    "Parameter after = '" + text + "' is not TOPIC-PARTITION@OFFSET",
                    "Write it as the producer was told, such as fleet.tasks-3@17");
        }
        String topic = matcher.group(1);
        int partition = Integer.parseInt(matcher.group(2));
        String topicId = topicIds.get(topic);
        if (topicId == null) {
            refuseForeign(topic, partition, Keys.partition(pool, partitions), pool, topicIds);
        }
        return new AppliedPosition(topic, topicId, partition, Long.parseLong(matcher.group(3)));
    }

    private static void refuseForeign(String topic, int partition, int own, String pool, Map<String, String> topicIds) {
        TreeSet<String> known = new TreeSet<>(topicIds.keySet());
        CoreTopology.INPUTS.forEach(input -> known.add(input.topicName()));
        if (!known.contains(topic)) {
            throw QueryException.wrong(
                    "after",
                    "Parameter after names topic '" + topic + "', whose positions are not remembered",
                    "Use any of " + String.join(", ", known));
        }
        if (partition != own) {
            throw QueryException.wrong(
                    "after",
                    "Parameter after names partition " + partition + " of " + topic + ", which pool " + pool
                            + " does not read",
                    "The pool reads partition " + own);
        }
    }

    /** Whether the pool has come so far. */
    boolean isApplied(CoreQueries core) {
        long applied = topicId == null ? core.nextOffset(topic) - 1 : core.highestOffset(topicId, partition);
        return applied >= offset;
    }

    @Override
    public String toString() {
        return topic + "-" + partition + "@" + offset;
    }
}
