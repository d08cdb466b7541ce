package io.sweaifleet.topology.stream;

import io.sweaifleet.schemas.core.DeadLetterCause;
import io.sweaifleet.schemas.error.UndecodableException;
import io.sweaifleet.schemas.error.UnknownSchemaException;
import io.sweaifleet.schemas.rule.Problems;
import io.sweaifleet.schemas.topic.FleetTopic;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the value of a record, and says what is wrong with it when it cannot be read.
 *
 * <p>That the registry is away says nothing about the record: {@code RegistryUnavailableException} is passed on.
 */
public final class WireReader<T> {

    /** Largest value that a producer may send, in bytes. */
    public static final int VALUE_LIMIT = 1_048_576;

    private final Deserializer<T> deserializer;

    /** Reads with this deserializer. */
    public WireReader(Deserializer<T> deserializer) {
        this.deserializer = deserializer;
    }

    /**
     * What reading led to: exactly one of the two is set.
     */
    public record Reading<T>(@Nullable T value, @Nullable Refusal refusal) {}

    /** Reads the value of a record. */
    public Reading<T> read(Received record) {
        if (record.value() == null) {
            return refused(
                    DeadLetterCause.UNDECODABLE,
                    "NO_VALUE",
                    "The record at " + record.place() + " has no value",
                    "Send a value in the registry's wire format");
        }
        try {
            T value = deserializer.deserialize(record.topic(), record.headers(), record.value());
            return value == null
                    ? refused(
                            DeadLetterCause.UNDECODABLE,
                            "NO_VALUE",
                            "The record at " + record.place() + " has an empty value",
                            "Send a value in the registry's wire format")
                    : new Reading<>(value, null);
        } catch (UndecodableException e) {
            return refused(
                    DeadLetterCause.UNDECODABLE,
                    "UNDECODABLE",
                    "The record at " + record.place() + " cannot be read: " + e.getMessage(),
                    "Send the topic's Avro schema in the registry's wire format (byte 0, 4 bytes of schema id, Avro"
                            + " binary)");
        } catch (UnknownSchemaException e) {
            return refused(
                    DeadLetterCause.UNKNOWN_SCHEMA,
                    "UNKNOWN_SCHEMA",
                    "The record at " + record.place() + " cannot be read: " + e.getMessage(),
                    "Register the schema with the registry that the fleet uses"
                            + (FleetTopic.byName(record.topic())
                                            .map(FleetTopic::redrivable)
                                            .orElse(false)
                                    ? ", then redrive this dead letter"
                                    : "; the fleet goes on without it"));
        }
    }

    private static <T> Reading<T> refused(DeadLetterCause cause, String code, String message, String remedy) {
        return new Reading<>(null, Refusal.of(cause, Problems.of(code, message, remedy)));
    }
}
