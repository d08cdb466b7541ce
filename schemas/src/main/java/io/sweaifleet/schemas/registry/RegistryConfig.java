package io.sweaifleet.schemas.registry;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/**
 * How to reach the registry, under the names that Confluent's clients use.
 *
 * @param urls base addresses, tried in turn; or one {@code mock://name} for a registry inside this process (tests)
 * @param authorization value of the Authorization header, or null
 * @param tls key and trust stores
 * @param connectTimeout longest time to connect
 * @param readTimeout longest time from request to answer
 * @param maxRetries how often a request that failed for a passing reason is repeated
 * @param retryWait wait before the first repetition; doubles with each
 * @param retryMaxWait longest wait before a repetition
 * @param cacheSize schemas kept by id
 * @param missingCacheSize unknown ids kept
 * @param missingTtl how long an id that the registry did not know is not asked for again
 */
public record RegistryConfig(
        List<String> urls,
        @Nullable String authorization,
        Tls tls,
        Duration connectTimeout,
        Duration readTimeout,
        int maxRetries,
        Duration retryWait,
        Duration retryMaxWait,
        int cacheSize,
        int missingCacheSize,
        Duration missingTtl) {

    /** Base addresses, separated by commas. */
    public static final String URL = "schema.registry.url";

    /** Where user name and password come from: USER_INFO or URL. */
    public static final String BASIC_AUTH_SOURCE = "basic.auth.credentials.source";

    /** {@code user:password}, with USER_INFO. */
    public static final String BASIC_AUTH_USER_INFO = "basic.auth.user.info";

    /** Where a bearer token comes from: STATIC_TOKEN. */
    public static final String BEARER_SOURCE = "bearer.auth.credentials.source";

    /** The token, with STATIC_TOKEN. */
    public static final String BEARER_TOKEN = "bearer.auth.token";

    /** Beginning of the names of the TLS settings, which are Kafka's own after it. */
    public static final String TLS_PREFIX = "schema.registry.";

    /**
     * Key and trust stores for TLS; all null for those of the JVM.
     *
     * @param trustStore path of the trust store
     * @param trustStorePassword its password
     * @param trustStoreType PKCS12 or JKS
     * @param keyStore path of the key store, for servers that ask for a client's certificate
     * @param keyStorePassword its password
     * @param keyStoreType PKCS12 or JKS
     * @param keyPassword password of the key; null is the store's
     */
    public record Tls(
            @Nullable String trustStore,
            @Nullable String trustStorePassword,
            String trustStoreType,
            @Nullable String keyStore,
            @Nullable String keyStorePassword,
            String keyStoreType,
            @Nullable String keyPassword) {

        boolean isDefault() {
            return trustStore == null && keyStore == null;
        }

        /** Keeps passwords out of messages. */
        @Override
        public String toString() {
            return "Tls[trustStore=" + trustStore + ", keyStore=" + keyStore + "]";
        }
    }

    public RegistryConfig {
        urls = List.copyOf(urls);
    }

    /**
     * Reads the configuration that a Kafka client was given.
     *
     * @throws ConfigException when a value is missing, cannot be used, or is not supported
     */
    public static RegistryConfig from(Map<String, ?> config) {
        String text = text(config, URL)
                .orElseThrow(() -> new ConfigException("Missing required configuration \"" + URL
                        + "\": the base address of the schema registry, such as"
                        + " http://127.0.0.1:8081/apis/ccompat/v7"));
        List<String> urls = new ArrayList<>();
        String userInfoOfUrl = null;
        for (String part : text.split(",")) {
            String url = part.strip().replaceAll("/+$", "");
            if (url.isEmpty()) {
                continue;
            }
            URI uri = uri(url);
            if (uri.getUserInfo() != null) {
                userInfoOfUrl = uri.getUserInfo();
                url = url.replaceFirst("//[^@/]*@", "//");
            }
            urls.add(url);
        }
        if (urls.isEmpty()) {
            throw new ConfigException(URL, text, "names no address");
        }
        return new RegistryConfig(
                urls,
                authorization(config, userInfoOfUrl),
                tls(config),
                millis(config, "http.connect.timeout.ms", 5_000),
                millis(config, "http.read.timeout.ms", 10_000),
                number(config, "max.retries", 3, 0, 100),
                millis(config, "retries.wait.ms", 200),
                millis(config, "retries.max.wait.ms", 5_000),
                number(config, "max.schemas.per.subject", 1_000, 1, 1_000_000),
                number(config, "missing.cache.size", 10_000, 1, 1_000_000),
                Duration.ofSeconds(number(config, "missing.id.cache.ttl.sec", 10, 0, 86_400)));
    }

    /** Keeps credentials out of messages. */
    @Override
    public String toString() {
        return "RegistryConfig" + urls;
    }

    private static URI uri(String url) {
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(URL, hideUserInfo(url), "is not an address: " + e.getMessage());
        }
        String scheme = uri.getScheme();
        if (!List.of("http", "https", "mock").contains(scheme == null ? "" : scheme)) {
            throw new ConfigException(URL, hideUserInfo(url), "must begin with http:// or https://");
        }
        return uri;
    }

    private static String hideUserInfo(String url) {
        return url.replaceFirst("//[^@/]*@", "//****@");
    }

    private static @Nullable String authorization(Map<String, ?> config, @Nullable String userInfoOfUrl) {
        Optional<String> token = text(config, BEARER_TOKEN);
        if (token.isPresent()) {
            String source = text(config, BEARER_SOURCE).orElse("STATIC_TOKEN");
            if (!source.equals("STATIC_TOKEN")) {
                throw new ConfigException(BEARER_SOURCE, source, "is not supported; use STATIC_TOKEN");
            }
            return "Bearer " + token.get();
        }
        String source = text(config, BASIC_AUTH_SOURCE).orElse("URL");
        String userInfo =
                switch (source) {
                    case "URL" -> userInfoOfUrl;
                    case "USER_INFO" ->
                        text(config, BASIC_AUTH_USER_INFO)
                                .or(() -> text(config, "schema.registry." + BASIC_AUTH_USER_INFO))
                                .orElseThrow(() -> new ConfigException(BASIC_AUTH_SOURCE + " is USER_INFO, but "
                                        + BASIC_AUTH_USER_INFO + " is not given; give it as user:password"));
                    default ->
                        throw new ConfigException(BASIC_AUTH_SOURCE, source, "is not supported; use USER_INFO or URL");
                };
        if (userInfo == null) {
            return null;
        }
        return "Basic " + Base64.getEncoder().encodeToString(userInfo.getBytes(StandardCharsets.UTF_8));
    }

    private static Tls tls(Map<String, ?> config) {
        return new Tls(
                text(config, TLS_PREFIX + "ssl.truststore.location").orElse(null),
                text(config, TLS_PREFIX + "ssl.truststore.password").orElse(null),
                text(config, TLS_PREFIX + "ssl.truststore.type").orElse("JKS"),
                text(config, TLS_PREFIX + "ssl.keystore.location").orElse(null),
                text(config, TLS_PREFIX + "ssl.keystore.password").orElse(null),
                text(config, TLS_PREFIX + "ssl.keystore.type").orElse("JKS"),
                text(config, TLS_PREFIX + "ssl.key.password").orElse(null));
    }

    private static Duration millis(Map<String, ?> config, String name, int otherwise) {
        return Duration.ofMillis(number(config, name, otherwise, 0, Integer.MAX_VALUE));
    }

    private static int number(Map<String, ?> config, String name, int otherwise, int min, int max) {
        Optional<String> text = text(config, name);
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            int value = Integer.parseInt(text.get());
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new ConfigException(name, text.get(), "is not a whole number");
        }
        throw new ConfigException(name, text.get(), "is not between " + min + " and " + max);
    }

    /** The value as text; lists (as Kafka gives them) are joined by commas, passwords are opened. */
    private static Optional<String> text(Map<String, ?> config, String name) {
        Object value = config.get(name);
        if (value == null) {
            return Optional.empty();
        }
        String text;
        if (value instanceof List<?> list) {
            text = String.join(",", list.stream().map(String::valueOf).toList());
        } else if (value instanceof Password password) {
            text = password.value();
        } else {
            text = value.toString();
        }
        return text.isBlank() ? Optional.empty() : Optional.of(text.strip());
    }
}
