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

/**
 * Configuration of the sink. Key names, defaults and meaning are those of Neo4j's own connector, for the part of it that
 * this sink has. A key of the other part is refused: ignored, it would write otherwise, or less safely, than it says.
 */
final class SinkConfig extends AbstractConfig {

    static final String URI_KEY = "neo4j.uri";
    static final String DATABASE = "neo4j.database";
    static final String AUTHENTICATION_TYPE = "neo4j.authentication.type";
    static final String USERNAME = "neo4j.authentication.basic.username";
    static final String PASSWORD = "neo4j.authentication.basic.password";
    static final String REALM = "neo4j.authentication.basic.realm";
    static final String BEARER_TOKEN = "neo4j.authentication.bearer.token";
    static final String KERBEROS_TICKET = "neo4j.authentication.kerberos.ticket";
    static final String CUSTOM_PRINCIPAL = "neo4j.authentication.custom.principal";
    static final String CUSTOM_CREDENTIALS = "neo4j.authentication.custom.credentials";
    static final String CUSTOM_REALM = "neo4j.authentication.custom.realm";
    static final String CUSTOM_SCHEME = "neo4j.authentication.custom.scheme";
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
        checkKeys();
        checkTopics();
    }

    static ConfigDef definition() {
        return new ConfigDef()
                .define(
                        URI_KEY,
                        Type.LIST,
                        ConfigDef.NO_DEFAULT_VALUE,
                        Importance.HIGH,
                        "Bolt or neo4j URI of the server, with +s or +ssc for TLS. Further ones, of the same scheme, are other members of its cluster.")
                .define(DATABASE, Type.STRING, "", Importance.HIGH, "Database name; empty for the server's default.")
                .define(
                        AUTHENTICATION_TYPE,
                        Type.STRING,
                        "BASIC",
                        ConfigDef.ValidString.in("NONE", "BASIC", "KERBEROS", "BEARER", "CUSTOM"),
                        Importance.HIGH,
                        "How to authenticate.")
                .define(USERNAME, Type.STRING, "", Importance.HIGH, "User, for BASIC.")
                .define(PASSWORD, Type.PASSWORD, "", Importance.HIGH, "Password, for BASIC.")
                .define(REALM, Type.STRING, "", Importance.LOW, "Realm, for BASIC.")
                .define(BEARER_TOKEN, Type.PASSWORD, "", Importance.HIGH, "Token, for BEARER.")
                .define(KERBEROS_TICKET, Type.PASSWORD, "", Importance.HIGH, "Ticket, for KERBEROS.")
                .define(CUSTOM_PRINCIPAL, Type.STRING, "", Importance.HIGH, "Principal, for CUSTOM.")
                .define(CUSTOM_CREDENTIALS, Type.PASSWORD, "", Importance.HIGH, "Credentials, for CUSTOM.")
                .define(CUSTOM_REALM, Type.STRING, "", Importance.LOW, "Realm, for CUSTOM.")
                .define(CUSTOM_SCHEME, Type.STRING, "", Importance.HIGH, "Scheme, for CUSTOM.")
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

    private void checkKeys() {
        for (String key : originals().keySet()) {
            if (key.startsWith("neo4j.")
                    && !key.startsWith(CYPHER_TOPIC_PREFIX)
                    && !definition().configKeys().containsKey(key)) {
                throw new ConfigException("this sink has no " + key + "; remove it"
                        + (key.startsWith("neo4j.security.")
                                ? " and give " + URI_KEY + " the scheme neo4j+s or bolt+s"
                                : "")
                        + ", or use Neo4j's own connector if that has it");
            }
        }
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

    /** Where to connect: the first is asked, through whichever of all answers. */
    List<URI> uris() {
        return getList(URI_KEY).stream().map(URI::create).toList();
    }

    AuthToken authToken() {
        return switch (getString(AUTHENTICATION_TYPE)) {
            case "NONE" -> AuthTokens.none();
            case "BEARER" -> AuthTokens.bearer(getPassword(BEARER_TOKEN).value());
            case "KERBEROS" -> AuthTokens.kerberos(getPassword(KERBEROS_TICKET).value());
            case "CUSTOM" ->
                AuthTokens.custom(
                        getString(CUSTOM_PRINCIPAL),
                        getPassword(CUSTOM_CREDENTIALS).value(),
                        getString(CUSTOM_REALM).isEmpty() ? null : getString(CUSTOM_REALM),
                        getString(CUSTOM_SCHEME));
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
