package io.sweaifleet.topology.generation;

import io.sweaifleet.topology.core.CoreTopology;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * The generation in which core lives: its application id, and with it its offsets and its state. The brokers tell which it is,
 * by the changelogs that they have; no setting does. A changelog of a later generation is whole once it is compacted: while
 * an enlargement fills it, it is not.
 *
 * @param number from 1
 * @param applicationId id of core in this generation
 * @param partitions number of partitions of its changelog; 0 when core has never run
 */
public record CoreGeneration(int number, String applicationId, int partitions) {

    private static final String SEPARATOR = "-generation-";

    /**
     * The newest generation whose state is whole.
     *
     * @param suffix what follows the application ids of this fleet
     * @throws KafkaException when the brokers cannot be asked
     */
    public static CoreGeneration current(Admin admin, String suffix) {
        String base = CoreTopology.APPLICATION + suffix;
        String rest = CoreTopology.changelogOf(base).substring(base.length());
        Pattern changelog =
                Pattern.compile(Pattern.quote(base) + "(?:" + SEPARATOR + "(\\d{1,6}))?" + Pattern.quote(rest));
        Map<String, Integer> numbers = new HashMap<>();
        for (String topic : get(admin.listTopics().names())) {
            Matcher matcher = changelog.matcher(topic);
            if (matcher.matches()) {
                numbers.put(topic, matcher.group(1) == null ? 1 : Integer.parseInt(matcher.group(1)));
            }
        }
        Map<String, Config> configs = configs(admin, List.copyOf(numbers.keySet()));
        Optional<String> newest = numbers.keySet().stream()
                .filter(topic -> numbers.getOrDefault(topic, 0) == 1 || isCompacted(configs.get(topic)))
                .max(Comparator.comparing(topic -> numbers.getOrDefault(topic, 0)));
        if (newest.isEmpty()) {
            return new CoreGeneration(1, base, 0);
        }
        int number = numbers.getOrDefault(newest.get(), 1);
        TopicDescription description = get(
                admin.describeTopics(List.of(newest.get())).topicNameValues().get(newest.get()));
        return new CoreGeneration(
                number, idOf(base, number), description.partitions().size());
    }

    /** The generation after this one, with so many partitions. */
    CoreGeneration next(String suffix, int newPartitions) {
        return new CoreGeneration(number + 1, idOf(CoreTopology.APPLICATION + suffix, number + 1), newPartitions);
    }

    /** Topic that has core's state in this generation. */
    public String changelog() {
        return CoreTopology.changelogOf(applicationId);
    }

    private static String idOf(String base, int number) {
        return number == 1 ? base : base + SEPARATOR + number;
    }

    private static Map<String, Config> configs(Admin admin, List<String> topics) {
        Map<String, Config> configs = new HashMap<>();
        get(admin.describeConfigs(topics.stream()
                                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                                .toList())
                        .all())
                .forEach((resource, config) -> configs.put(resource.name(), config));
        return configs;
    }

    private static boolean isCompacted(@Nullable Config config) {
        return config != null
                && Arrays.asList(config.get(TopicConfig.CLEANUP_POLICY_CONFIG)
                                .value()
                                .split(","))
                        .contains(TopicConfig.CLEANUP_POLICY_COMPACT);
    }

    /** What the brokers answer; of a map of answers, what was asked for is there. */
    static <T> T get(@Nullable KafkaFuture<T> future) {
        try {
            return Objects.requireNonNull(future, "an answer to what was asked").get();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException known ? known : new KafkaException(e.getCause());
        }
    }
}
