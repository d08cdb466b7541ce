package io.sweaifleet.schemas.registry;

import io.sweaifleet.schemas.topic.FleetTopic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.apache.avro.Schema;

/** Registers the schemas of the topic catalogue, and compares them with what is registered. */
public final class SchemaRegistration {

    private final SchemaRegistryClient registry;

    /** Works on this registry. */
    public SchemaRegistration(SchemaRegistryClient registry) {
        this.registry = registry;
    }

    /** What became of a subject's schema, or would. */
    public enum State {
        /** Registered before, as the newest version or an earlier one. */
        REGISTERED,
        /** Registered by this call. */
        NEWLY_REGISTERED,
        /** Not registered; the registry would take it. */
        ABSENT,
        /** Not registered, and the registry would refuse it. */
        INCOMPATIBLE
    }

    /**
     * One subject.
     *
     * @param topic topic whose values it is for
     * @param subject name of the subject
     * @param state what became of it
     * @param id id of the schema, 0 when it has none
     * @param problems why it would be refused; empty unless INCOMPATIBLE
     */
    public record Subject(FleetTopic topic, String subject, State state, int id, List<String> problems) {}

    /**
     * Registers the schema of every topic, after setting FULL_TRANSITIVE on its subject. Repeating it changes nothing.
     *
     * @throws SchemaRefusedException at the first schema that the registry refuses
     */
    public List<Subject> registerAll() {
        return register(Arrays.asList(FleetTopic.values()));
    }

    /** As {@link #registerAll}, for some topics. */
    public List<Subject> register(Collection<FleetTopic> topics) {
        List<Subject> subjects = new ArrayList<>();
        for (FleetTopic topic : topics) {
            Schema schema = ContractSchemas.of(topic);
            String subject = topic.valueSubject();
            registry.setCompatibility(subject, Compatibility.FULL_TRANSITIVE);
            boolean known = registry.lookup(subject, schema).isPresent();
            int id = registry.register(subject, schema);
            subjects.add(new Subject(topic, subject, known ? State.REGISTERED : State.NEWLY_REGISTERED, id, List.of()));
        }
        return List.copyOf(subjects);
    }

    /** Compares every topic's schema with what is registered. Changes nothing. */
    public List<Subject> check() {
        return Arrays.stream(FleetTopic.values()).map(this::check).toList();
    }

    private Subject check(FleetTopic topic) {
        Schema schema = ContractSchemas.of(topic);
        String subject = topic.valueSubject();
        return registry.lookup(subject, schema)
                .map(found -> new Subject(topic, subject, State.REGISTERED, found.id(), List.of()))
                .orElseGet(() -> {
                    List<String> problems = registry.latest(subject).isEmpty()
                            ? List.of()
                            : registry.incompatibilities(subject, schema);
                    return new Subject(
                            topic, subject, problems.isEmpty() ? State.ABSENT : State.INCOMPATIBLE, 0, problems);
                });
    }
}
