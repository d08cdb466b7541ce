package io.sweaifleet.schemas.config;

import java.util.List;

/**
 * Tells which settings a part has, so that the reference page and the check for unknown names (by way of {@code setting-names.txt}) know them. Found by
 * {@link java.util.ServiceLoader}: name the implementation in
 * {@code META-INF/services/io.sweaifleet.schemas.config.SettingsProvider}.
 */
public interface SettingsProvider {

    /** Heading of the part on the reference page, such as "Topology: core". */
    String part();

    /** Its settings, in the order of the page. */
    List<Setting<?>> settings();

    /** Prefixes below which any name is passed on to a library, such as {@code fleet.kafka.client.}, with what they are for. */
    default List<PassedOn> passedOn() {
        return List.of();
    }

    /**
     * A prefix whose rest is passed on to a library.
     *
     * @param prefix begins with {@code fleet.} and ends with a dot
     * @param doc to what it is passed on, for the reference page
     */
    record PassedOn(String prefix, String doc) {}
}
