package io.sweaifleet.schemas.rule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Graphs of names that need each other. */
public final class Graphs {

    private Graphs() {}

    /**
     * A cycle, its first name repeated at the end; empty when there is none.
     *
     * @param needs what each name needs, all of which are names too
     */
    public static List<String> cycle(Map<String, List<String>> needs) {
        // Takes away what depends on nothing that is left. What stays lies on a cycle or depends on one.
        Map<String, Set<String>> left = new HashMap<>();
        Map<String, List<String>> dependents = new HashMap<>();
        needs.forEach((id, ids) -> {
            left.put(id, new HashSet<>(ids));
            ids.forEach(needed -> dependents
                    .computeIfAbsent(needed, none -> new ArrayList<>())
                    .add(id));
        });
        List<String> free = new ArrayList<>();
        left.forEach((id, ids) -> {
            if (ids.isEmpty()) {
                free.add(id);
            }
        });
        for (int i = 0; i < free.size(); i++) {
            left.remove(free.get(i));
            for (String dependent : dependents.getOrDefault(free.get(i), List.of())) {
                Set<String> ids = left.get(dependent);
                if (ids != null && ids.remove(free.get(i)) && ids.isEmpty()) {
                    free.add(dependent);
                }
            }
        }
        if (left.isEmpty()) {
            return List.of();
        }
        // Every task that is left needs another one that is left: walking on must meet itself.
        List<String> path = new ArrayList<>();
        String at = left.keySet().stream().sorted().findFirst().orElseThrow();
        while (!path.contains(at)) {
            path.add(at);
            at = Objects.requireNonNull(left.get(at)).stream()
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
        List<String> cycle = new ArrayList<>(path.subList(path.indexOf(at), path.size()));
        cycle.add(at);
        return cycle;
    }
}
