package io.sweaifleet.schemas.serde;

import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * What the serializer and the deserializer take from their configuration, under Confluent's names.
 *
 * @param autoRegister register a schema that is not registered yet ({@value #AUTO_REGISTER}; default false)
 * @param useLatest write with the newest registered version, which must be ours or have ours before it
 *     ({@value #USE_LATEST}; default false: ours must be registered)
 * @param specificReader give generated classes instead of generic records ({@value #SPECIFIC_READER}; default false)
 * @param valueType the generated class to give ({@value #VALUE_TYPE}); null: the topic's, else the one that bears the
 *     schema's name
 */
record SerdeConfig(
        boolean autoRegister,
        boolean useLatest,
        boolean specificReader,
        @Nullable Class<? extends SpecificRecord> valueType) {

    static final String AUTO_REGISTER = "auto.register.schemas";
    static final String USE_LATEST = "use.latest.version";
    static final String SPECIFIC_READER = "specific.avro.reader";
    static final String VALUE_TYPE = "specific.avro.value.type";
    static final String STRATEGY = "value.subject.name.strategy";
    private static final String TOPIC_NAME_STRATEGY = "TopicNameStrategy";

    static SerdeConfig from(Map<String, ?> config, boolean isKey) {
        if (isKey) {
            throw new ConfigException(
                    "Keys are UTF-8 strings, not Avro: use StringSerializer and StringDeserializer for"
                            + " keys, and this class for values only");
        }
        Object strategy = config.get(STRATEGY);
        String strategyName = strategy instanceof Class<?> type ? type.getName() : String.valueOf(strategy);
        if (strategy != null && !strategyName.endsWith("." + TOPIC_NAME_STRATEGY)) {
            throw new ConfigException(
                    STRATEGY,
                    strategyName,
                    "is not supported: subjects are named by " + TOPIC_NAME_STRATEGY
                            + " (<topic>-value); leave it out");
        }
        boolean autoRegister = bool(config, AUTO_REGISTER);
        boolean useLatest = bool(config, USE_LATEST);
        if (autoRegister && useLatest) {
            throw new ConfigException(
                    AUTO_REGISTER + "=true and " + USE_LATEST
                            + "=true contradict each other: registering makes ours the newest version; set one of them to false");
        }
        return new SerdeConfig(autoRegister, useLatest, bool(config, SPECIFIC_READER), type(config.get(VALUE_TYPE)));
    }

    private static boolean bool(Map<String, ?> config, String name) {
        Object value = config.get(name);
        if (value == null || value.toString().equals("false")) {
            return false;
        }
        if (value.toString().equals("true")) {
            return true;
        }
        throw new ConfigException(name, value, "is neither true nor false");
    }

    private static @Nullable Class<? extends SpecificRecord> type(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        try {
            Class<?> type =
                    value instanceof Class<?> given ? given : Class.forName(value.toString(), false, classLoader());
            return type.asSubclass(SpecificRecord.class);
        } catch (ClassNotFoundException | ClassCastException e) {
            throw new ConfigException(VALUE_TYPE, value, "is not a generated Avro class on the class path (" + e + ")");
        }
    }

    static ClassLoader classLoader() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return context != null ? context : SerdeConfig.class.getClassLoader();
    }
}
