package io.sweaifleet.schemas.topic;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** Creates the topics of the catalogue on any cluster, and refuses those that exist but would break a promise. */
public final class TopicAdmin {

    private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(100);
    /** Segments of topics that are purged from behind: only whole segments free space. */
    private static final int PURGED_SEGMENT_BYTES = 64 * 1024 * 1024;
    /** How long a removal stays readable in a compacted topic: a reader away for less than this learns of it. */
    private static final Duration REMOVAL_VISIBLE = Duration.ofDays(7);

    private static final String NO_LIMIT = "-1";

    private TopicAdmin() {}

    /**
     * As {@link #ensure(Admin, TopicSettings)}, with documented retention.
     *
     * @param replication copies of each partition, or -1 for the broker's default
     */
    public static List<FleetTopic> ensure(Admin admin, int replication) {
        return ensure(admin, TopicSettings.replicated(replication));
    }

    /**
     * Creates every topic that is missing, and checks the others. Repeating it changes nothing; several may do it at the
     * same time.
     *
     * @return the topics that were created, none when all were there
     * @throws TopicMismatchException when an existing topic cannot be worked with; then none is created
     * @throws TopicException when the brokers cannot be asked or do not create a topic
     */
    public static List<FleetTopic> ensure(Admin admin, TopicSettings settings) {
        Map<FleetTopic, TopicState> states = new EnumMap<>(FleetTopic.class);
        describe(admin, settings).forEach(state -> states.put(state.topic(), state));
        refuse(states.values());
        List<FleetTopic> missing = states.values().stream()
                .filter(state -> !state.exists())
                .map(TopicState::topic)
                .toList();
        // A topic that is new to a release gets as many partitions as the others have.
        int partitions = keyedPartitions(states.values()).orElse(settings.partitions());
        List<FleetTopic> created = create(admin, settings.withPartitions(partitions), missing);
        if (!missing.isEmpty()) {
            // Streams refuses to start on a topic that its broker does not know yet, so wait until all are visible.
            // Those
            // that somebody else made in the meantime are checked like any other.
            refuse(awaitVisible(admin, settings));
        }
        return created;
    }

    /**
     * Every topic of the catalogue as the brokers have it, in the order of the catalogue.
     *
     * @throws TopicException when the brokers cannot be asked
     */
    public static List<TopicState> describe(Admin admin, TopicSettings settings) {
        Map<String, TopicDescription> descriptions = describeExisting(admin);
        List<ConfigResource> resources = descriptions.keySet().stream()
                .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                .toList();
        Map<ConfigResource, Config> configs = resources.isEmpty()
                ? Map.of()
                : get("describe the topics", admin.describeConfigs(resources).all());
        TopicDescription counts = descriptions.getOrDefault(
                FleetTopic.CORE_INPUTS.topicName(),
                Arrays.stream(FleetTopic.values())
                        .filter(FleetTopic::keyed)
                        .flatMap(topic -> Stream.ofNullable(descriptions.get(topic.topicName())))
                        .findFirst()
                        .orElse(null));
        TopicSettings wanted = counts == null
                ? settings
                : settings.withPartitions(counts.partitions().size());
        return Arrays.stream(FleetTopic.values())
                .map(topic -> state(topic, wanted, descriptions.get(topic.topicName()), configs))
                .toList();
    }

    /**
     * Number of partitions that the keyed topics have.
     *
     * @throws TopicException when the brokers cannot be asked, or have no keyed topic
     */
    public static int partitions(Admin admin) {
        return keyedPartitions(describe(admin, TopicSettings.defaults()))
                .orElseThrow(() -> new TopicException(
                        "The brokers have none of the fleet's topics. Create them with: fleet topics create", null));
    }

    /** What core's inputs have counts, since its state is divided likewise. */
    private static OptionalInt keyedPartitions(Collection<TopicState> states) {
        return states.stream()
                .filter(state -> state.exists() && state.topic().keyed())
                .min(Comparator.comparing(state -> state.topic() == FleetTopic.CORE_INPUTS ? 0 : 1))
                .map(state -> OptionalInt.of(state.partitions()))
                .orElse(OptionalInt.empty());
    }

    /**
     * The settings that a topic is created with, by the broker's names. What is not named is the broker's default.
     *
     * @param topic the topic
     * @param settings what the operator chose
     */
    public static Map<String, String> config(FleetTopic topic, TopicSettings settings) {
        Map<String, String> config = new LinkedHashMap<>();
        boolean compacted = topic.topicClass() == TopicClass.COMPACTED;
        config.put(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                compacted ? TopicConfig.CLEANUP_POLICY_COMPACT : TopicConfig.CLEANUP_POLICY_DELETE);
        if (compacted) {
            config.put(TopicConfig.DELETE_RETENTION_MS_CONFIG, Long.toString(REMOVAL_VISIBLE.toMillis()));
        } else {
            config.put(
                    TopicConfig.RETENTION_MS_CONFIG,
                    Long.toString(settings.retention(topic).toMillis()));
            // A cluster-wide limit by size would delete what was promised to stay.
            config.put(TopicConfig.RETENTION_BYTES_CONFIG, NO_LIMIT);
        }
        config.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, topic.logAppendTime() ? "LogAppendTime" : "CreateTime");
        config.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(topic.maxMessageBytes()));
        if (topic.topicClass() == TopicClass.INPUT || topic.topicClass() == TopicClass.QUEUE) {
            config.put(TopicConfig.SEGMENT_BYTES_CONFIG, Integer.toString(PURGED_SEGMENT_BYTES));
        }
        if (settings.replication() >= 3) {
            config.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, "2");
        }
        return config;
    }

    private static void refuse(Collection<TopicState> states) {
        List<TopicMismatch> mismatches =
                states.stream().flatMap(state -> state.mismatches().stream()).toList();
        if (!mismatches.isEmpty()) {
            throw new TopicMismatchException(mismatches);
        }
    }

    private static List<FleetTopic> create(Admin admin, TopicSettings settings, List<FleetTopic> topics) {
        List<NewTopic> newTopics = topics.stream()
                .map(topic -> new NewTopic(
                                topic.topicName(),
                                Optional.of(settings.partitions(topic)),
                                settings.replication() == TopicSettings.BROKER_DEFAULT
                                        ? Optional.empty()
                                        : Optional.of((short) settings.replication()))
                        .configs(config(topic, settings)))
                .toList();
        Map<String, KafkaFuture<Void>> results =
                newTopics.isEmpty() ? Map.of() : admin.createTopics(newTopics).values();
        List<FleetTopic> created = new ArrayList<>();
        for (FleetTopic topic : topics) {
            KafkaFuture<Void> result = results.get(topic.topicName());
            if (result != null && !existedAlready(topic, settings, result)) {
                created.add(topic);
            }
        }
        return List.copyOf(created);
    }

    private static boolean existedAlready(FleetTopic topic, TopicSettings settings, KafkaFuture<Void> result) {
        try {
            result.get();
            return false;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TopicExistsException) {
                return true;
            }
            throw failure(
                    "create topic " + topic.topicName() + " with " + settings.partitions(topic) + " partitions", e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private static List<TopicState> awaitVisible(Admin admin, TopicSettings settings) {
        long deadline = System.nanoTime() + VISIBLE_WITHIN.toNanos();
        while (true) {
            List<TopicState> states = describe(admin, settings);
            if (states.stream().allMatch(TopicState::exists)) {
                return states;
            }
            if (System.nanoTime() > deadline) {
                List<String> absent = states.stream()
                        .filter(state -> !state.exists())
                        .map(state -> state.topic().topicName())
                        .toList();
                throw new TopicException(
                        "Topics " + absent + " were created, but after " + VISIBLE_WITHIN.toSeconds()
                                + " s the brokers do not know them yet. Look at the brokers' logs and try again.",
                        null);
            }
            try {
                Thread.sleep(POLL.toMillis());
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            }
        }
    }

    private static Map<String, TopicDescription> describeExisting(Admin admin) {
        Set<String> existing =
                new HashSet<>(get("list the topics", admin.listTopics().names()));
        List<String> names = Arrays.stream(FleetTopic.values())
                .map(FleetTopic::topicName)
                .filter(existing::contains)
                .toList();
        Map<String, TopicDescription> descriptions = new LinkedHashMap<>();
        admin.describeTopics(names).topicNameValues().forEach((name, description) -> {
            try {
                descriptions.put(name, description.get());
            } catch (ExecutionException e) {
                // Just created: listed by one broker, not known to the one that was asked.
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw failure("describe topic " + name, e);
                }
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            }
        });
        return descriptions;
    }

    private static TopicState state(
            FleetTopic topic,
            TopicSettings settings,
            @Nullable TopicDescription description,
            Map<ConfigResource, Config> configs) {
        Config config = configs.get(new ConfigResource(ConfigResource.Type.TOPIC, topic.topicName()));
        if (description == null || config == null) {
            return new TopicState(topic, false, 0, 0, Map.of(), List.of());
        }
        Map<String, String> found = new LinkedHashMap<>();
        Map<String, String> wanted = config(topic, settings);
        wanted.keySet().forEach(name -> {
            ConfigEntry entry = config.get(name);
            if (entry != null && entry.value() != null) {
                found.put(name, entry.value());
            }
        });
        int partitions = description.partitions().size();
        int replication = description.partitions().stream()
                .mapToInt(partition -> partition.replicas().size())
                .min()
                .orElse(0);
        List<TopicMismatch> mismatches = new ArrayList<>();
        if (partitions != settings.partitions(topic)) {
            mismatches.add(
                    new TopicMismatch(
                            topic.topicName(),
                            "partitions",
                            Integer.toString(partitions),
                            Integer.toString(settings.partitions(topic)),
                            topic.keyed()
                                    ? "All keyed topics have the number of partitions of fleet.core-inputs. If an enlargement was"
                                            + " cut short, repeat it: fleet topics enlarge --partitions "
                                            + Math.max(partitions, settings.partitions(topic))
                                    : "The number of partitions is fixed at creation, because keys would move. Export what you"
                                            + " need, delete the topic and run 'fleet topics create', or use another cluster."));
        }
        if (settings.replication() > replication) {
            mismatches.add(new TopicMismatch(
                    topic.topicName(),
                    "replication",
                    Integer.toString(replication),
                    "at least " + settings.replication(),
                    "Add copies with kafka-reassign-partitions, or lower " + TopicSettings.REPLICATION.name() + "."));
        }
        wanted.forEach((name, value) -> mismatch(topic, name, found.getOrDefault(name, "nothing"), value)
                .ifPresent(mismatches::add));
        return new TopicState(topic, true, partitions, replication, found, mismatches);
    }

    private static Optional<TopicMismatch> mismatch(FleetTopic topic, String name, String found, String wanted) {
        boolean fits =
                switch (name) {
                    case TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG ->
                        found.equals(wanted);
                    // More is always welcome: an operator may keep records longer or take larger ones.
                    case TopicConfig.RETENTION_MS_CONFIG,
                            TopicConfig.RETENTION_BYTES_CONFIG,
                            TopicConfig.DELETE_RETENTION_MS_CONFIG,
                            TopicConfig.MAX_MESSAGE_BYTES_CONFIG -> atLeast(found, wanted);
                    // How a broker lays out its files, and how many copies must have a record, is the operator's
                    // choice.
                    default -> true;
                };
        if (fits) {
            return Optional.empty();
        }
        String remedy = "Change it: kafka-configs --bootstrap-server … --alter --entity-type topics --entity-name "
                + topic.topicName() + " --add-config " + name + "=" + wanted;
        String setting = name.equals(TopicConfig.RETENTION_MS_CONFIG) ? retentionSetting(topic) : "";
        if (!setting.isEmpty()) {
            remedy += "; or set " + setting + " to what the topic has";
        }
        boolean minimum = !name.equals(TopicConfig.CLEANUP_POLICY_CONFIG)
                && !name.equals(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG)
                && !wanted.equals(NO_LIMIT);
        return Optional.of(
                new TopicMismatch(topic.topicName(), name, found, (minimum ? "at least " : "") + wanted, remedy + "."));
    }

    private static String retentionSetting(FleetTopic topic) {
        return switch (topic.topicClass()) {
            case QUEUE -> TopicSettings.QUEUE_RETENTION.name();
            case PUBLIC -> TopicSettings.PUBLIC_RETENTION.name();
            case JOURNAL -> TopicSettings.JOURNAL_RETENTION.name();
            case INPUT, COMPACTED -> "";
        };
    }

    /** Numbers where -1 means without limit; a text that is no number is too little. */
    private static boolean atLeast(String found, String wanted) {
        if (found.equals(NO_LIMIT)) {
            return true;
        }
        if (wanted.equals(NO_LIMIT)) {
            return false;
        }
        try {
            return Long.parseLong(found) >= Long.parseLong(wanted);
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static <T> T get(String what, KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw failure(what, e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private static TopicException failure(String what, ExecutionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return new TopicException(
                "Cannot " + what + ": " + cause
                        + ". Is the broker up, may we do that there, and are there enough brokers" + " for "
                        + TopicSettings.REPLICATION.name() + "?",
                cause);
    }
}
