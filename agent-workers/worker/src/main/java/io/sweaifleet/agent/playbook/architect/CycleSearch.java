package io.sweaifleet.agent.playbook.architect;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The cycles of a dependency map. Imports that are only for types make no cycle, since nothing of them is left at run time.
 *
 * @param modules cycles between modules
 * @param files cycles between files of one module, for Python and scripts, where they break loading; for Java and Go they are
 *     ordinary inside a package
 */
record CycleSearch(List<Cycle> modules, List<Cycle> files) {

    /**
     * Nodes that all depend on each other, with one example.
     *
     * @param members all of them, sorted
     * @param chain a shortest cycle among them; the last leads back to the first
     * @param edges for each step of the chain an import between two files
     * @param weakest index of the step with the fewest imports, where the cycle is cut most easily
     */
    record Cycle(List<String> members, List<String> chain, List<DependencyMap.FileImport> edges, int weakest) {}

    static CycleSearch of(DependencyMap map) {
        return new CycleSearch(betweenModules(map), insideModules(map));
    }

    private static List<Cycle> betweenModules(DependencyMap map) {
        Cycles search = new Cycles();
        Map<List<String>, DependencyMap.ModuleImport> edges = new HashMap<>();
        for (DependencyMap.ModuleImport edge : map.moduleImports()) {
            if (edge.runtime() > 0) {
                search.edge(edge.from(), edge.to());
                edges.put(List.of(edge.from(), edge.to()), edge);
            }
        }
        List<Cycle> cycles = new ArrayList<>();
        for (List<String> members : search.components()) {
            List<String> chain = search.shortest(members);
            List<DependencyMap.FileImport> examples = new ArrayList<>();
            int weakest = 0;
            int fewest = Integer.MAX_VALUE;
            for (int i = 0; i < chain.size(); i++) {
                DependencyMap.ModuleImport edge = Objects.requireNonNull(edges.get(step(chain, i)));
                examples.add(edge.example());
                if (edge.runtime() < fewest) {
                    fewest = edge.runtime();
                    weakest = i;
                }
            }
            cycles.add(new Cycle(members, chain, examples, weakest));
        }
        return List.copyOf(cycles);
    }

    private static List<Cycle> insideModules(DependencyMap map) {
        Cycles search = new Cycles();
        Map<List<String>, DependencyMap.FileImport> edges = new HashMap<>();
        for (DependencyMap.FileImport edge : map.fileImports()) {
            boolean sameModule = Objects.equals(
                    map.moduleOf().get(edge.from()), map.moduleOf().get(edge.to()));
            Language language = Language.of(edge.from()).orElse(Language.JAVA);
            if (sameModule && !edge.typeOnly() && (language.isScript() || language == Language.PYTHON)) {
                search.edge(edge.from(), edge.to());
                edges.put(List.of(edge.from(), edge.to()), edge);
            }
        }
        List<Cycle> cycles = new ArrayList<>();
        for (List<String> members : search.components()) {
            List<String> chain = search.shortest(members);
            List<DependencyMap.FileImport> steps = new ArrayList<>();
            for (int i = 0; i < chain.size(); i++) {
                steps.add(Objects.requireNonNull(edges.get(step(chain, i))));
            }
            cycles.add(new Cycle(members, chain, steps, 0));
        }
        return List.copyOf(cycles);
    }

    private static List<String> step(List<String> chain, int i) {
        return List.of(chain.get(i), chain.get((i + 1) % chain.size()));
    }
}
