package io.sweaifleet.schemas.registry;

import io.sweaifleet.schemas.error.RegistryUnavailableException;
import io.sweaifleet.schemas.error.UndecodableException;
import io.sweaifleet.schemas.error.UnknownSchemaException;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A schema registry that speaks Confluent's REST protocol. Thread-safe. Every method may throw
 * {@link RegistryUnavailableException} when the registry cannot be asked, which says nothing about the question.
 */
public interface SchemaRegistryClient {

    /**
     * The schema with this id. Cached, since an id never changes its meaning.
     *
     * @throws UnknownSchemaException when the registry does not know the id; remembered for a short while
     * @throws UndecodableException when the id is of something else than a usable Avro schema
     */
    Schema schemaById(int id);

    /** The newest version of a subject; empty when there is no such subject. */
    Optional<RegisteredSchema> latest(String subject);

    /** The version of a subject that equals this schema; empty when there is none. */
    Optional<RegisteredSchema> lookup(String subject, Schema schema);

    /** Every version of a subject, oldest first; empty when there is no such subject. */
    List<Integer> versions(String subject);

    /**
     * Registers a schema; one that is registered already keeps its id.
     *
     * @return the schema's id
     * @throws SchemaRefusedException when the registry refuses it
     */
    int register(String subject, Schema schema);

    /**
     * What speaks against the schema as the subject's next version, by the registry's own rules for the subject.
     *
     * @return nothing when it is compatible; else one message each, at least one
     */
    List<String> incompatibilities(String subject, Schema schema);

    /** Sets which versions of a subject must be able to read which. */
    void setCompatibility(String subject, Compatibility compatibility);

    /** Where it is, for messages. */
    String address();

    /**
     * The client for a configuration, as Kafka clients are configured; shared by all who ask with an equal one, so that
     * schemas are fetched and kept once. {@code mock://name} is a registry inside this process, for tests.
     *
     * @throws org.apache.kafka.common.config.ConfigException when the configuration cannot be used
     */
    static SchemaRegistryClient of(Map<String, ?> config) {
        return Shared.get(RegistryConfig.from(config));
    }

    /** Clients in use, by configuration. Those that nobody uses any more are collected. */
    final class Shared {

        private static final Map<RegistryConfig, WeakReference<SchemaRegistryClient>> CLIENTS = new HashMap<>();

        private Shared() {}

        static synchronized SchemaRegistryClient get(RegistryConfig config) {
            String url = config.urls().get(0);
            if (url.startsWith(InMemorySchemaRegistry.SCHEME)) {
                return InMemorySchemaRegistry.named(url.substring(InMemorySchemaRegistry.SCHEME.length()));
            }
            WeakReference<SchemaRegistryClient> reference = CLIENTS.get(config);
            @Nullable SchemaRegistryClient client = reference == null ? null : reference.get();
            if (client == null) {
                client = new HttpSchemaRegistryClient(config);
                CLIENTS.values().removeIf(other -> other.get() == null);
                CLIENTS.put(config, new WeakReference<>(client));
            }
            return client;
        }
    }
}
