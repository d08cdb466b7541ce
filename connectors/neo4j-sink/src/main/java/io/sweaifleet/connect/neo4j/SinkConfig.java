package io.sweaifleet.connect.neo4j;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.sink.SinkTask;
import org.neo4j.driver.AuthToken;
import org.neo4j.driver.AuthTokens;

/** Configuration of the sink. Key names, defaults and meaning are those of Neo4j's own connector, for the part of it that this sink has. */
final class SinkConfig extends AbstractConfig {

    static final String URI_KEY = "neo4j.uri";
    static final String DATABASE = "neo4j.database";
    static final String AUTHENTICATION_TYPE = "neo4j.authentication.type";
    static final String USERNAME = "neo4j.authentication.basic.username";
    static final String PASSWORD = "neo4j.authentication.basic.password";
    static final String REALM = "neo4j.authentication.basic.realm";
    static final String BEARER_TOKEN = "neo4j.authentication.bearer.token";
    static final String MAX_RETRY_TIME = "neo4j.max-retry-time";
    static final String CONNECTION_TIMEOUT = "neo4j.connection-timeout";
    static final String BATCH_SIZE = "neo4j.batch-size";
    static final String CYPHER_TOPIC_PREFIX = "neo4j.cypher.topic.";
    static final String BIND_TIMESTAMP_AS = "neo4j.cypher.bind-timestamp-as";
    static final String BIND_HEADER_AS = "neo4j.cypher.bind-header-as";
    static final String BIND_KEY_AS = "neo4j.cypher.bind-key-as";
    static final String BIND_VALUE_AS = "neo4j.cypher.bind-value-as";
    static final String BIND_VALUE_AS_EVENT = "neo4j.cypher.bind-value-as-event";

    private static final Pattern DURATION = Pattern.compile("(\\d+)(ms|s|m|h|d)");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    SinkConfig(Map<String, String> properties) {
        super(definition(), properties, false);
        checkTopics();
    }

    static ConfigDef definition() {
        return new ConfigDef()
                .define(
                        URI_KEY,
                        Type.LIST,
                        ConfigDef.NO_DEFAULT_VALUE,
                        Importance.HIGH,
                        "Bolt or neo4j URI of the server.")
                .define(DATABASE, Type.STRING, "", Importance.HIGH, "Database name; empty for the server's default.")
                .define(
                        AUTHENTICATION_TYPE,
                        Type.STRING,
                        "BASIC",
                        ConfigDef.ValidString.in("NONE", "BASIC", "BEARER"),
                        Importance.HIGH,
                        "How to authenticate.")
                .define(USERNAME, Type.STRING, "", Importance.HIGH, "User, for BASIC.")
                .define(PASSWORD, Type.PASSWORD, "", Importance.HIGH, "Password, for BASIC.")
                .define(REALM, Type.STRING, "", Importance.LOW, "Realm, for BASIC.")
                .define(BEARER_TOKEN, Type.PASSWORD, "", Importance.HIGH, "Token, for BEARER.")
                .define(
                        MAX_RETRY_TIME,
                        Type.STRING,
                        "30s",
                        durationValidator(),
                        Importance.LOW,
                        "How long the driver repeats a transaction after a transient error; Connect repeats the batch after that.")
                .define(
                        CONNECTION_TIMEOUT,
                        Type.STRING,
                        "30s",
                        durationValidator(),
                        Importance.LOW,
                        "How long to wait for a connection.")
                .define(
                        BATCH_SIZE,
                        Type.INT,
                        1000,
                        ConfigDef.Range.atLeast(1),
                        Importance.MEDIUM,
                        "Most records of one partition in a transaction.")
                .define(
                        BIND_TIMESTAMP_AS,
                        Type.STRING,
                        "__timestamp",
                        Importance.MEDIUM,
                        "Variable for the record's time.")
                .define(BIND_HEADER_AS, Type.STRING, "__header", Importance.LOW, "Variable for the record's headers.")
                .define(BIND_KEY_AS, Type.STRING, "__key", Importance.LOW, "Variable for the record's key.")
                .define(BIND_VALUE_AS, Type.STRING, "__value", Importance.LOW, "Variable for the record's value.")
                .define(
                        BIND_VALUE_AS_EVENT,
                        Type.STRING,
                        "true",
                        ConfigDef.ValidString.in("true", "false"),
                        Importance.LOW,
                        "Whether the value is also bound as 'event'.");
    }

    private static ConfigDef.Validator durationValidator() {
        return ConfigDef.LambdaValidator.with(
                (name, value) -> duration(name, String.valueOf(value)), () -> "a number and one of ms, s, m, h, d");
    }

    /** Statement for each topic, wrapped so that it runs once per record of a batch given as {@code $events}. */
    Map<String, String> statements() {
        Map<String, String> statements = new LinkedHashMap<>();
        originalsWithPrefix(CYPHER_TOPIC_PREFIX)
                .forEach((topic, cypher) -> statements.put(topic, perRecord(String.valueOf(cypher))));
        return statements;
    }

    private String perRecord(String cypher) {
        List<String> bindings = new ArrayList<>();
        if (Boolean.parseBoolean(getString(BIND_VALUE_AS_EVENT))) {
            bindings.add("message.value AS event");
        }
        bind(bindings, "timestamp", BIND_TIMESTAMP_AS);
        bind(bindings, "header", BIND_HEADER_AS);
        bind(bindings, "key", BIND_KEY_AS);
        bind(bindings, "value", BIND_VALUE_AS);
        if (bindings.isEmpty()) {
            throw new ConfigException("at least one of " + BIND_VALUE_AS_EVENT + ", " + BIND_VALUE_AS + ", "
                    + BIND_KEY_AS + ", " + BIND_HEADER_AS + " and " + BIND_TIMESTAMP_AS + " must bind a variable");
        }
        return "UNWIND $events AS message WITH " + String.join(", ", bindings) + " CALL { WITH * " + cypher + " }";
    }

    private void bind(List<String> bindings, String part, String key) {
        String name = getString(key);
        if (name.isEmpty()) {
            return;
        }
        if (!NAME.matcher(name).matches()) {
            throw new ConfigException(key, name, "must be a Cypher variable name");
        }
        bindings.add("message." + part + " AS " + name);
    }

    private void checkTopics() {
        var subscribed = new TreeSet<String>();
        for (String topic : String.valueOf(originals().getOrDefault(SinkTask.TOPICS_CONFIG, ""))
                .split(",")) {
            if (!topic.isBlank()) {
                subscribed.add(topic.strip());
            }
        }
        var handled = new TreeSet<>(originalsWithPrefix(CYPHER_TOPIC_PREFIX).keySet());
        if (!subscribed.equals(handled)) {
            throw new ConfigException(SinkTask.TOPICS_CONFIG + " names " + subscribed + " but statements are given for "
                    + handled + "; give one " + CYPHER_TOPIC_PREFIX + "<topic> for each topic");
        }
    }

    URI uri() {
        return URI.create(getList(URI_KEY).get(0));
    }

    AuthToken authToken() {
        return switch (getString(AUTHENTICATION_TYPE)) {
            case "NONE" -> AuthTokens.none();
            case "BEARER" -> AuthTokens.bearer(getPassword(BEARER_TOKEN).value());
            default ->
                AuthTokens.basic(
                        getString(USERNAME),
                        getPassword(PASSWORD).value(),
                        getString(REALM).isEmpty() ? null : getString(REALM));
        };
    }

    Duration duration(String key) {
        return duration(key, getString(key));
    }

    private static Duration duration(String key, String text) {
        Matcher matcher = DURATION.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new ConfigException(key, text, "must be a number and one of ms, s, m, h, d, such as 30s");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }
}
