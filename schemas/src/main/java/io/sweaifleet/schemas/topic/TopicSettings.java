package io.sweaifleet.schemas.topic;

import io.sweaifleet.schemas.config.Setting;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.config.SettingsProvider;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What an operator may choose about the topics.
 *
 * @param partitions number of partitions with which keyed topics are created; those that exist keep theirs
 * @param replication copies of each partition; {@value #BROKER_DEFAULT} leaves it to the broker
 * @param queueRetention how long records of class QUEUE are kept
 * @param publicRetention how long records of class PUBLIC are kept
 * @param journalRetention how long records of class JOURNAL are kept
 */
public record TopicSettings(
        int partitions, int replication, Duration queueRetention, Duration publicRetention, Duration journalRetention) {

    /** Replication that the broker chooses ({@code default.replication.factor}). */
    public static final int BROKER_DEFAULT = -1;

    /** Retention without end. */
    public static final Duration UNLIMITED = Duration.ofMillis(-1);

    /** Most partitions that keyed topics may have. */
    public static final int MOST_PARTITIONS = 1_000;

    /** {@link #partitions}. */
    public static final Setting<Integer> PARTITIONS = Setting.integer(
            "fleet.topics.partitions",
            "Partitions with which the fleet's keyed topics are created; a pool lives in one. Topics that exist keep"
                    + " theirs: fleet topics enlarge gives them more.",
            "12",
            1,
            MOST_PARTITIONS);

    /** {@link #replication}. */
    public static final Setting<Integer> REPLICATION = Setting.integer(
            "fleet.topics.replication",
            "Copies of each partition of the fleet's topics; -1 leaves it to the broker's default.replication.factor."
                    + " From 3 on, two copies must have a record before it counts as written.",
            "-1",
            -1,
            100);

    /** {@link #queueRetention}. */
    public static final Setting<Duration> QUEUE_RETENTION = retention(
            "fleet.topics.queue-retention",
            "How long commands to workers are kept; long enough for any worker to read.",
            "24h");

    /** {@link #publicRetention}. */
    public static final Setting<Duration> PUBLIC_RETENTION = retention(
            "fleet.topics.public-retention", "How long submissions and results are kept on their topics.", "30d");

    /** {@link #journalRetention}. */
    public static final Setting<Duration> JOURNAL_RETENTION = retention(
            "fleet.topics.journal-retention",
            "How long events, audit, knowledge and dead letters are kept on their topics.",
            "unlimited");

    public TopicSettings {
        if (replication != BROKER_DEFAULT && replication < 1) {
            throw new IllegalArgumentException("Replication " + replication + " is neither -1 nor at least 1");
        }
    }

    /** Everything as documented, replication by the broker. */
    public static TopicSettings defaults() {
        return from(Settings.of(Map.of()));
    }

    /** As {@link #defaults}, with this many copies. */
    public static TopicSettings replicated(int copies) {
        TopicSettings defaults = defaults();
        return new TopicSettings(
                defaults.partitions,
                copies,
                defaults.queueRetention,
                defaults.publicRetention,
                defaults.journalRetention);
    }

    /** As the operator chose. */
    public static TopicSettings from(Settings settings) {
        return new TopicSettings(
                settings.get(PARTITIONS),
                settings.get(REPLICATION),
                settings.get(QUEUE_RETENTION),
                settings.get(PUBLIC_RETENTION),
                settings.get(JOURNAL_RETENTION));
    }

    /** How long records of a topic are kept; {@link #UNLIMITED} where time does not matter. */
    public Duration retention(FleetTopic topic) {
        return switch (topic.topicClass()) {
            case QUEUE -> queueRetention;
            case PUBLIC -> publicRetention;
            case JOURNAL -> journalRetention;
            case INPUT, COMPACTED -> UNLIMITED;
        };
    }

    /** As this, with another number of partitions. */
    public TopicSettings withPartitions(int number) {
        return new TopicSettings(number, replication, queueRetention, publicRetention, journalRetention);
    }

    /** Number of partitions with which a topic is created. */
    public int partitions(FleetTopic topic) {
        return topic.keyed() ? partitions : topic.partitions();
    }

    private static Setting<Duration> retention(String name, String doc, String defaultText) {
        Setting<Duration> duration = Setting.duration(name, doc, defaultText);
        return new Setting<>(name, doc, defaultText, duration.form() + ", or unlimited", false, text -> {
            if (text.equals("unlimited")) {
                return UNLIMITED;
            }
            Duration parsed = duration.parser().apply(text);
            if (parsed.compareTo(Duration.ofMinutes(1)) < 0) {
                throw new IllegalArgumentException(
                        "is shorter than a minute, so records would be lost before they are read");
            }
            return parsed;
        });
    }

    /** Tells the reference page. */
    public static final class Provider implements SettingsProvider {

        /** For the service loader. */
        public Provider() {}

        @Override
        public String part() {
            return "Topics";
        }

        @Override
        public List<Setting<?>> settings() {
            return List.of(PARTITIONS, REPLICATION, QUEUE_RETENTION, PUBLIC_RETENTION, JOURNAL_RETENTION);
        }
    }
}
