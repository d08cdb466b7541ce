package io.sweaifleet.schemas.config;

import io.sweaifleet.schemas.key.Keys;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Settings that several parts share. */
public final class FleetSettings implements SettingsProvider {

    /** Where a single node keeps its state. */
    public static final Setting<Path> DATA_DIR = Setting.path(
            "fleet.data-dir",
            "Directory in which a single node keeps its state: broker, registry, graph, artifacts.",
            "~/.fleet/node");

    /** Key of those who answer what agents ask. */
    public static final Setting<Path> APPROVAL_KEY = Setting.path(
            "fleet.approvals.key-file",
            "File with the operator's key, readable by its owner alone: fleet approve and fleet reject sign with it what they"
                    + " answer running agents, and intake takes no other answer. Without the file no answer is taken.",
            "${fleet.data-dir}/secrets/operator-approvals");

    /** Brokers to connect to first. */
    public static final Setting<String> BOOTSTRAP = Setting.text(
            "fleet.kafka.bootstrap-servers",
            "Kafka brokers to connect to first, as host:port, separated by commas.",
            null);

    /** The registry's base address. */
    public static final Setting<String> REGISTRY_URL = Setting.text(
            "fleet.registry.url",
            "Base address of the schema registry's REST API (Confluent's protocol), such as"
                    + " http://127.0.0.1:8081/apis/ccompat/v7; several are separated by commas.",
            null);

    /** Class of the serde for values. */
    public static final Setting<String> SERDE_CLASS = Setting.text(
            "fleet.serde.class",
            "Class of the Kafka Serde for record values. It is given the registry's address and settings under the names"
                    + " that Confluent's clients use.",
            // By name, as every class is that a user may put in its place: the serdes know their settings, not the
            // reverse.
            "io.sweaifleet.schemas.serde.FleetAvroSerde");

    /** Redis. */
    public static final Setting<String> REDIS_URL = Setting.text(
            "fleet.redis.url", "Address of the Redis server that holds short-term state, redis://host:port.", null);

    /** Neo4j's Bolt address. */
    public static final Setting<String> NEO4J_URI =
            Setting.text("fleet.neo4j.uri", "Bolt address of Neo4j, such as bolt://127.0.0.1:7687.", null);

    /** Neo4j's user. */
    public static final Setting<String> NEO4J_USER =
            Setting.text("fleet.neo4j.user", "User name at Neo4j; empty when the server does not ask for one.", "");

    /** Neo4j's password. */
    public static final Setting<String> NEO4J_PASSWORD = Setting.secret(
            "fleet.neo4j.password", "Password at Neo4j; empty when the server does not ask for one.", "");

    /** Kafka Connect's REST address. */
    public static final Setting<String> CONNECT_URL =
            Setting.text("fleet.connect.url", "REST address of Kafka Connect, such as http://127.0.0.1:8083.", null);

    /** The topology's queries. */
    public static final Setting<String> QUERY_URL = Setting.text(
            "fleet.query.url",
            "Address of the queries of any topology instance, such as http://127.0.0.1:8090; see"
                    + " fleet.topology.query-listen.",
            null);

    /** How long a worker that is told to end goes on. */
    public static final Setting<Duration> DRAIN_TIMEOUT = Setting.duration(
            "fleet.worker.drain-timeout",
            "How long a worker that is told to end (SIGTERM, fleet down) goes on with what it was given, while it takes nothing new; what"
                    + " is left then begins again elsewhere. 0s ends it at once.",
            "10s");

    /** Where artifacts are kept. */
    public static final Setting<Path> ARTIFACTS_DIR = Setting.path(
            "fleet.artifacts.dir",
            "Directory of the artifact store: patches, reports, logs and bundles, named by their SHA-256.",
            "${fleet.data-dir}/artifacts");

    /** Where topics are archived. */
    public static final Setting<Optional<Path>> ARCHIVE_DIR = Setting.optionalPath(
            "fleet.archive.dir",
            "Directory of the archive of topics; empty for none. When it is given, core's inputs are not purged before they are archived, and"
                    + " a replay reads what the topics no longer hold from there.");

    /** Pool to work in. */
    public static final Setting<String> POOL = new Setting<>(
            "fleet.pool",
            "Pool that a worker serves and that the command line submits to.",
            "default",
            "id: lower-case letters, digits and dashes, 1 to 100",
            false,
            FleetSettings::id);

    /** Prefix of settings passed on to every Kafka client. */
    public static final String KAFKA_CLIENT_PREFIX = "fleet.kafka.client.";

    /** Prefix of settings passed on to the registry client and the serdes. */
    public static final String REGISTRY_CLIENT_PREFIX = "fleet.registry.client.";

    private static final List<Setting<?>> ALL = List.of(
            DATA_DIR,
            APPROVAL_KEY,
            BOOTSTRAP,
            REGISTRY_URL,
            SERDE_CLASS,
            REDIS_URL,
            NEO4J_URI,
            NEO4J_USER,
            NEO4J_PASSWORD,
            CONNECT_URL,
            QUERY_URL,
            DRAIN_TIMEOUT,
            ARTIFACTS_DIR,
            ARCHIVE_DIR,
            POOL);

    private static final Map<String, Setting<?>> BY_NAME =
            ALL.stream().collect(Collectors.toUnmodifiableMap(Setting::name, Function.identity()));

    /** For the service loader; the settings themselves are constants. */
    public FleetSettings() {}

    /**
     * What every Kafka client is configured with: {@code bootstrap.servers} and everything below
     * {@value #KAFKA_CLIENT_PREFIX} (such as {@code security.protocol}), without the prefix. The map may be changed.
     */
    public static Map<String, Object> kafkaClient(Settings settings) {
        Map<String, Object> client = new LinkedHashMap<>(settings.withPrefix(KAFKA_CLIENT_PREFIX));
        client.put("bootstrap.servers", settings.get(BOOTSTRAP));
        return client;
    }

    /**
     * What registry clients and serdes are configured with, under Confluent's names: the address, no automatic
     * registration, the schemas that are registered, and everything below {@value #REGISTRY_CLIENT_PREFIX} without the
     * prefix. The map may be changed.
     */
    public static Map<String, Object> registryClient(Settings settings) {
        Map<String, Object> client = new LinkedHashMap<>();
        client.put("auto.register.schemas", "false");
        client.put("use.latest.version", "true");
        client.put(SERDE_CLASS.name(), settings.get(SERDE_CLASS));
        client.putAll(settings.withPrefix(REGISTRY_CLIENT_PREFIX));
        client.put("schema.registry.url", settings.get(REGISTRY_URL));
        return client;
    }

    @Override
    public String part() {
        return "Everywhere";
    }

    @Override
    public List<Setting<?>> settings() {
        return ALL;
    }

    @Override
    public List<PassedOn> passedOn() {
        return List.of(
                new PassedOn(KAFKA_CLIENT_PREFIX, "Passed on to every Kafka client, such as security.protocol."),
                new PassedOn(
                        REGISTRY_CLIENT_PREFIX,
                        "Passed on to the registry client and the serdes, such as basic.auth.user.info."));
    }

    /** Default of a shared setting that others may refer to, or null. */
    static @Nullable String defaultOf(String name) {
        Setting<?> setting = BY_NAME.get(name);
        return setting == null ? null : setting.defaultText();
    }

    private static String id(String text) {
        if (!Keys.isId(text)) {
            throw new IllegalArgumentException("is not an id");
        }
        return text;
    }
}
