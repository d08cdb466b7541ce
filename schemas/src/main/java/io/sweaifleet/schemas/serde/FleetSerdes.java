package io.sweaifleet.schemas.serde;

import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.SettingException;
import io.sweaifleet.schemas.config.Settings;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;

/** Makes serdes of the class that the configuration names. */
public final class FleetSerdes {

    private FleetSerdes() {}

    /**
     * A serde for values of a generated type, of the class named by {@code fleet.serde.class}.
     *
     * @throws SettingException when the class cannot be used
     */
    public static <T extends SpecificRecord> Serde<T> value(Class<T> type, Settings settings) {
        return value(type, FleetSettings.registryClient(settings));
    }

    /**
     * As {@link #value(Class, Settings)}, from a configuration as Kafka's clients take it: {@code schema.registry.url}
     * and so on, and {@code fleet.serde.class} (left out: {@link FleetAvroSerde}).
     *
     * @throws SettingException when the class cannot be used
     */
    public static <T extends SpecificRecord> Serde<T> value(Class<T> type, Map<String, ?> config) {
        Map<String, Object> effective = new HashMap<>(config);
        Object className = effective.remove(FleetSettings.SERDE_CLASS.name());
        effective.put(SerdeConfig.SPECIFIC_READER, "true");
        effective.put(SerdeConfig.VALUE_TYPE, type);
        Serde<T> serde = instance(className == null ? FleetAvroSerde.class.getName() : className.toString());
        serde.configure(effective, false);
        return serde;
    }

    @SuppressWarnings(
            "unchecked") // The serde's own type argument cannot be looked at; it gives what it is configured to.
    private static <T extends SpecificRecord> Serde<T> instance(String className) {
        try {
            return (Serde<T>) Class.forName(className, true, SerdeConfig.classLoader())
                    .asSubclass(Serde.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new SettingException(
                    FleetSettings.SERDE_CLASS.name(),
                    "Setting " + FleetSettings.SERDE_CLASS.name() + " = '" + className
                            + "' cannot be used (" + e + "). Name a class that implements Kafka's Serde, has a public"
                            + " constructor without parameters and is on the class path.");
        }
    }
}
