package io.sweaifleet.agent.run;

import io.sweaifleet.agent.playbook.Playbook;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;

/** The playbooks of this worker, by kind. */
public final class Playbooks {

    private final Map<String, Playbook> byKind;

    private Playbooks(Map<String, Playbook> byKind) {
        this.byKind = byKind;
    }

    /** Those that the class path declares as services. */
    public static Playbooks installed() {
        return of(ServiceLoader.load(Playbook.class, Playbooks.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList());
    }

    /**
     * These.
     *
     * @throws IllegalArgumentException when two do the same kind
     */
    public static Playbooks of(Collection<? extends Playbook> playbooks) {
        Map<String, Playbook> byKind = new TreeMap<>();
        for (Playbook playbook : playbooks) {
            Playbook other = byKind.put(playbook.kind(), playbook);
            if (other != null) {
                throw new IllegalArgumentException("two playbooks do " + playbook.kind() + ": "
                        + other.getClass().getName() + " and "
                        + playbook.getClass().getName());
            }
        }
        return new Playbooks(byKind);
    }

    /** The one that does a kind. */
    public Optional<Playbook> find(String kind) {
        return Optional.ofNullable(byKind.get(kind));
    }

    /** Kinds that can be done, sorted. */
    public Set<String> kinds() {
        return byKind.keySet();
    }
}
