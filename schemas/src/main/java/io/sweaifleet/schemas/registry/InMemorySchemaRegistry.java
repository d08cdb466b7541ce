package io.sweaifleet.schemas.registry;

import io.sweaifleet.schemas.error.UnknownSchemaException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.avro.Schema;

/**
 * A registry inside this process, for tests and for what an archive holds: {@code schema.registry.url=mock://name} is the same one
 * for everybody who uses the same name. Starts empty; every subject is FULL_TRANSITIVE until told otherwise.
 */
public final class InMemorySchemaRegistry implements SchemaRegistryClient {

    /** Beginning of the addresses that mean a registry inside this process. */
    public static final String SCHEME = "mock://";

    private static final Map<String, InMemorySchemaRegistry> BY_NAME = new ConcurrentHashMap<>();

    private final String name;
    private final Map<Integer, Schema> schemas = new TreeMap<>();
    private final Map<String, List<Schema>> subjects = new LinkedHashMap<>();
    private final Map<String, Compatibility> compatibilities = new LinkedHashMap<>();

    private InMemorySchemaRegistry(String name) {
        this.name = name;
    }

    /** The registry with this name, made when it is first asked for. */
    public static InMemorySchemaRegistry named(String name) {
        return BY_NAME.computeIfAbsent(name, InMemorySchemaRegistry::new);
    }

    @Override
    public synchronized Schema schemaById(int id) {
        Schema schema = schemas.get(id);
        if (schema == null) {
            throw new UnknownSchemaException(
                    "The schema registry " + address() + " does not know schema id " + id + ".");
        }
        return schema;
    }

    /** Makes an id stand for a schema that another registry gave it. */
    public synchronized void hold(int id, Schema schema) {
        schemas.put(id, schema);
    }

    @Override
    public synchronized Optional<RegisteredSchema> latest(String subject) {
        List<Schema> versions = subjects.getOrDefault(subject, List.of());
        return versions.isEmpty() ? Optional.empty() : Optional.of(version(subject, versions.size()));
    }

    @Override
    public synchronized Optional<RegisteredSchema> lookup(String subject, Schema schema) {
        int at = subjects.getOrDefault(subject, List.of()).indexOf(ContractSchemas.contract(schema));
        return at < 0 ? Optional.empty() : Optional.of(version(subject, at + 1));
    }

    @Override
    public synchronized List<Integer> versions(String subject) {
        return IntStream.rangeClosed(
                        1, subjects.getOrDefault(subject, List.of()).size())
                .boxed()
                .toList();
    }

    @Override
    public synchronized int register(String subject, Schema schema) {
        Optional<RegisteredSchema> known = lookup(subject, schema);
        if (known.isPresent()) {
            return known.get().id();
        }
        List<String> incompatibilities = incompatibilities(subject, schema);
        if (!incompatibilities.isEmpty()) {
            throw new SchemaRefusedException("Subject " + subject + ": " + String.join("; ", incompatibilities));
        }
        Schema contract = ContractSchemas.contract(schema);
        if (!schemas.containsValue(contract)) {
            schemas.put(schemas.size() + 1, contract);
        }
        subjects.computeIfAbsent(subject, none -> new ArrayList<>()).add(contract);
        return idOf(contract);
    }

    @Override
    public synchronized List<String> incompatibilities(String subject, Schema schema) {
        return ContractSchemas.incompatibilities(
                schema,
                subjects.getOrDefault(subject, List.of()),
                compatibilities.getOrDefault(subject, Compatibility.FULL_TRANSITIVE));
    }

    @Override
    public synchronized void setCompatibility(String subject, Compatibility compatibility) {
        compatibilities.put(subject, compatibility);
    }

    @Override
    public String address() {
        return SCHEME + name;
    }

    private RegisteredSchema version(String subject, int version) {
        Schema schema = subjects.getOrDefault(subject, List.of()).get(version - 1);
        return new RegisteredSchema(subject, version, idOf(schema), schema);
    }

    private int idOf(Schema schema) {
        return schemas.entrySet().stream()
                .filter(entry -> entry.getValue().equals(schema))
                .findFirst()
                .orElseThrow()
                .getKey();
    }
}
