package io.sweaifleet.agent.playbook.architect;

import io.sweaifleet.agent.playbook.support.Texts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The modules of a repository and who imports whom.
 *
 * @param modules sorted by id
 * @param moduleOf id of the module of each mapped file
 * @param fileImports between files, sorted by from and to
 * @param moduleImports between different modules, sorted by from and to
 */
record DependencyMap(
        List<Module> modules,
        Map<String, String> moduleOf,
        List<FileImport> fileImports,
        List<ModuleImport> moduleImports) {

    /**
     * A Java or Python package, a directory of scripts, or a Go package; test code apart.
     *
     * @param id unique name
     * @param language language of most of its files
     * @param path directory that all its files are in, empty for the root
     * @param unit directory of the build file that it belongs to, empty for the root
     * @param files number of files
     * @param lines number of lines
     */
    record Module(String id, Language language, String path, String unit, int files, long lines) {}

    /**
     * One file imports another.
     *
     * @param line where, in the importing file, first
     * @param count how often (statements)
     * @param typeOnly whether no statement leaves anything at run time
     */
    record FileImport(String from, String to, int line, int count, boolean typeOnly) {}

    /**
     * One module imports another.
     *
     * @param count number of pairs of files
     * @param runtime number of pairs of files that are not only for types
     * @param example the first of them in order, one that is not only for types if there is any
     */
    record ModuleImport(String from, String to, int count, int runtime, FileImport example) {}

    /** How a module is called before it is made unique. */
    record Name(String base, boolean test) {
        String shown() {
            return test ? base + " (test)" : base;
        }
    }

    /** Names the module of a file. */
    interface Naming {
        Name nameOf(SourceFile file);

        String unitOf(String path);
    }

    /** Groups files into modules and their imports into imports of modules. */
    static DependencyMap of(List<SourceFile> files, List<FileImport> imports, Naming naming) {
        Map<String, String> moduleOf = ids(files, naming);
        Map<String, List<SourceFile>> members = new TreeMap<>();
        for (SourceFile file : files) {
            members.computeIfAbsent(moduleOf.getOrDefault(file.path(), ""), id -> new ArrayList<>())
                    .add(file);
        }
        List<Module> modules = members.entrySet().stream()
                .map(entry -> module(entry.getKey(), entry.getValue(), naming))
                .toList();
        List<FileImport> sorted = imports.stream()
                .sorted(Comparator.comparing(FileImport::from).thenComparing(FileImport::to))
                .toList();
        return new DependencyMap(modules, moduleOf, sorted, betweenModules(sorted, moduleOf));
    }

    /** Two languages, or two build units of Java, may use one name for different modules: these get the difference added. */
    private static Map<String, String> ids(List<SourceFile> files, Naming naming) {
        Map<String, Set<String>> families = new HashMap<>();
        Map<String, Set<String>> units = new HashMap<>();
        for (SourceFile file : files) {
            String shown = naming.nameOf(file).shown();
            families.computeIfAbsent(shown, name -> new TreeSet<>()).add(family(file));
            if (file.language() == Language.JAVA) {
                units.computeIfAbsent(shown, name -> new TreeSet<>()).add(naming.unitOf(file.path()));
            }
        }
        Map<String, String> ids = new HashMap<>();
        for (SourceFile file : files) {
            String id = naming.nameOf(file).shown();
            boolean manyFamilies = families.getOrDefault(id, Set.of()).size() > 1;
            boolean manyUnits = file.language() == Language.JAVA
                    && units.getOrDefault(id, Set.of()).size() > 1;
            if (manyFamilies) {
                id += " [" + family(file) + "]";
            }
            if (manyUnits) {
                String unit = naming.unitOf(file.path());
                id += " @ " + (unit.isEmpty() ? "." : unit);
            }
            ids.put(file.path(), id);
        }
        return ids;
    }

    private static String family(SourceFile file) {
        return file.language().isScript() ? "script" : file.language().word();
    }

    private static Module module(String id, List<SourceFile> members, Naming naming) {
        Map<Language, Integer> languages = new EnumMap<>(Language.class);
        long lines = 0;
        String path = Texts.directory(members.get(0).path());
        for (SourceFile member : members) {
            languages.merge(member.language(), 1, Integer::sum);
            lines += member.lines();
            path = commonDirectory(path, Texts.directory(member.path()));
        }
        Language language = languages.entrySet().stream()
                .max(Map.Entry.<Language, Integer>comparingByValue()
                        .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
                .map(Map.Entry::getKey)
                .orElseThrow();
        return new Module(id, language, path, naming.unitOf(members.get(0).path()), members.size(), lines);
    }

    private static String commonDirectory(String left, String right) {
        String common = left;
        while (!common.isEmpty() && !right.equals(common) && !right.startsWith(common + "/")) {
            common = Texts.directory(common);
        }
        return common;
    }

    private static List<ModuleImport> betweenModules(List<FileImport> imports, Map<String, String> moduleOf) {
        Map<String, Map<String, ModuleImport>> edges = new TreeMap<>();
        for (FileImport edge : imports) {
            String from = moduleOf.get(edge.from());
            String to = moduleOf.get(edge.to());
            if (from == null || to == null || from.equals(to)) {
                continue;
            }
            int runtime = edge.typeOnly() ? 0 : 1;
            edges.computeIfAbsent(from, id -> new TreeMap<>())
                    .merge(to, new ModuleImport(from, to, 1, runtime, edge), DependencyMap::plus);
        }
        return edges.values().stream().flatMap(to -> to.values().stream()).toList();
    }

    private static ModuleImport plus(ModuleImport sum, ModuleImport one) {
        FileImport example = sum.example().typeOnly() && !one.example().typeOnly() ? one.example() : sum.example();
        return new ModuleImport(
                sum.from(), sum.to(), sum.count() + one.count(), sum.runtime() + one.runtime(), example);
    }
}
