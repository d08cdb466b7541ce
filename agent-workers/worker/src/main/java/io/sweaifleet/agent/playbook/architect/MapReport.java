package io.sweaifleet.agent.playbook.architect;

import static io.sweaifleet.agent.playbook.support.Words.counted;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.PlaybookResult;
import io.sweaifleet.agent.playbook.support.Markdown;
import io.sweaifleet.agent.playbook.support.Report;
import io.sweaifleet.schemas.common.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Turns the map into findings, facts, the dependency-map artifact and the reports. */
final class MapReport {

    /** File imports stated as facts: those between modules first, then by path. The artifact and report count all. */
    static final int IMPORT_FACTS = 2_000;

    static final int CYCLE_FINDINGS = 100;
    static final int HOT_FINDINGS = 10;
    static final int DRAWN_MODULES = 25;
    static final int DRAWN_IMPORTS = 80;
    private static final int LISTED = 50;
    private static final int NAMED_MEMBERS = 12;

    private final PlaybookContext context;
    private final Report report;
    private final SourceTree tree;
    private final ImportResolution resolution;
    private final DependencyMap map;
    private final CycleSearch cycles;
    private final History past;
    private final List<HotFiles.Hot> hot;
    private final List<History.Pair> pairs;

    MapReport(
            PlaybookContext context,
            Report report,
            SourceTree tree,
            ImportResolution resolution,
            DependencyMap map,
            CycleSearch cycles,
            History past,
            List<HotFiles.Hot> hot,
            List<History.Pair> pairs) {
        this.context = context;
        this.report = report;
        this.tree = tree;
        this.resolution = resolution;
        this.map = map;
        this.cycles = cycles;
        this.past = past;
        this.hot = hot;
        this.pairs = pairs;
    }

    PlaybookResult write() {
        findings();
        int stated = importFacts();
        otherFacts();
        context.artifact("dependency-map.json", "dependency-map", "application/json", Report.toJson(dependencyMap()));
        details(stated);
        sections(stated);
        String summary = summary();
        report.publish(summary);
        return new PlaybookResult(summary, outputs());
    }

    private String summary() {
        String size = counted(map.modules().size(), "module") + ", "
                + counted(tree.sources().size(), "file") + ", "
                + counted(map.fileImports().size(), "import") + " between files";
        String found = cycles.modules().isEmpty()
                ? "no cycle between modules"
                : counted(cycles.modules().size(), "cycle") + " between modules";
        String hottest =
                hot.isEmpty() ? "no hot file" : "hottest file " + hot.get(0).path();
        return size + "; " + found + "; " + hottest;
    }

    private Map<String, String> outputs() {
        Map<String, String> outputs = new LinkedHashMap<>();
        outputs.put("files", String.valueOf(tree.sources().size()));
        outputs.put("modules", String.valueOf(map.modules().size()));
        outputs.put("imports", String.valueOf(map.fileImports().size()));
        outputs.put("cycles", String.valueOf(cycles.modules().size()));
        outputs.put("fileCycles", String.valueOf(cycles.files().size()));
        outputs.put("unresolved", String.valueOf(resolution.missing().size()));
        outputs.put("commits", String.valueOf(past.commits()));
        outputs.put(
                "hotFiles",
                hot.stream().limit(HOT_FINDINGS).map(HotFiles.Hot::path).collect(Collectors.joining("\n")));
        outputs.put(
                "languages",
                tree.sources().stream()
                        .map(source -> source.language().word())
                        .distinct()
                        .sorted()
                        .collect(Collectors.joining(",")));
        return outputs;
    }

    private void findings() {
        for (CycleSearch.Cycle cycle :
                cycles.modules().stream().limit(CYCLE_FINDINGS).toList()) {
            DependencyMap.FileImport first = cycle.edges().get(0);
            String others = cycle.members().size() > cycle.chain().size()
                    ? " It is part of a knot of " + cycle.members().size() + " modules: " + some(cycle.members()) + "."
                    : "";
            int weakest = cycle.weakest();
            String cut = cycle.chain().get(weakest) + " → "
                    + cycle.chain().get((weakest + 1) % cycle.chain().size());
            report.finding(
                    "architect.cycle",
                    Severity.WARNING,
                    first.from(),
                    first.line(),
                    "Modules import each other: " + loop(cycle.chain()) + " (" + steps(cycle) + ")." + others
                            + " The fewest imports to remove are " + cut + ".");
        }
        for (CycleSearch.Cycle cycle :
                cycles.files().stream().limit(CYCLE_FINDINGS).toList()) {
            DependencyMap.FileImport first = cycle.edges().get(0);
            String others = cycle.members().size() > cycle.chain().size()
                    ? " " + cycle.members().size() + " files are in the knot: " + some(cycle.members()) + "."
                    : "";
            report.finding(
                    "architect.file-cycle",
                    Severity.INFO,
                    first.from(),
                    first.line(),
                    "Files of one module import each other: " + loop(cycle.chain()) + "." + others);
        }
        for (HotFiles.Hot file : hot.stream().limit(HOT_FINDINGS).toList()) {
            report.finding(
                    "architect.hot-file",
                    Severity.INFO,
                    file.path(),
                    null,
                    String.format(
                            Locale.ROOT,
                            "Changed by %d of the last %d commits: %d lines of churn × %d lines = %d",
                            file.commits(),
                            past.commits(),
                            file.churn(),
                            file.lines(),
                            file.score()));
        }
    }

    /** States imports between files; bounded, since a large repository has more than anybody asks the graph for. */
    private int importFacts() {
        List<DependencyMap.FileImport> stated = map.fileImports().stream()
                .sorted(Comparator.<DependencyMap.FileImport, Boolean>comparing(edge -> !crossesModules(edge))
                        .thenComparing(DependencyMap.FileImport::from)
                        .thenComparing(DependencyMap.FileImport::to))
                .limit(IMPORT_FACTS)
                .toList();
        for (DependencyMap.FileImport edge : stated) {
            context.cancellation().check();
            context.fact(
                    "File",
                    edge.from(),
                    "IMPORTS",
                    "File",
                    edge.to(),
                    null,
                    Map.of("line", String.valueOf(edge.line()), "typeOnly", String.valueOf(edge.typeOnly())));
        }
        return stated.size();
    }

    private boolean crossesModules(DependencyMap.FileImport edge) {
        return !Objects.equals(map.moduleOf().get(edge.from()), map.moduleOf().get(edge.to()));
    }

    private void otherFacts() {
        for (CycleSearch.Cycle cycle :
                cycles.modules().stream().limit(CYCLE_FINDINGS).toList()) {
            context.fact(
                    "Repository",
                    "",
                    "HAS_CYCLE",
                    null,
                    null,
                    loop(cycle.chain()),
                    Map.of(
                            "modules", String.valueOf(cycle.members().size()),
                            "members", some(cycle.members()),
                            "files", steps(cycle)));
        }
        for (HotFiles.Hot file : hot) {
            context.fact(
                    "File",
                    file.path(),
                    "HOT",
                    null,
                    null,
                    String.valueOf(file.score()),
                    Map.of(
                            "commits", String.valueOf(file.commits()),
                            "churn", String.valueOf(file.churn()),
                            "lines", String.valueOf(file.lines()),
                            "window", String.valueOf(past.commits())));
        }
        for (History.Pair pair : pairs) {
            context.fact(
                    "File",
                    pair.a(),
                    "CHANGES_WITH",
                    "File",
                    pair.b(),
                    null,
                    Map.of(
                            "together",
                            String.valueOf(pair.together()),
                            "confidence",
                            String.format(Locale.ROOT, "%.3f", pair.confidence())));
        }
    }

    private ObjectNode dependencyMap() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        ArrayNode modules = root.putArray("modules");
        for (DependencyMap.Module module : map.modules()) {
            modules.addObject()
                    .put("id", module.id())
                    .put("language", module.language().word())
                    .put("path", module.path())
                    .put("files", module.files())
                    .put("lines", module.lines());
        }
        ArrayNode imports = root.putArray("imports");
        for (DependencyMap.ModuleImport edge : map.moduleImports()) {
            imports.addObject().put("from", edge.from()).put("to", edge.to()).put("count", edge.count());
        }
        ArrayNode loops = root.putArray("cycles");
        for (CycleSearch.Cycle cycle : cycles.modules()) {
            ArrayNode members = loops.addArray();
            cycle.members().forEach(members::add);
        }
        ArrayNode files = root.putArray("hotFiles");
        for (HotFiles.Hot file : hot) {
            files.addObject()
                    .put("path", file.path())
                    .put("commits", file.commits())
                    .put("churn", file.churn())
                    .put("lines", file.lines())
                    .put("score", file.score());
        }
        ArrayNode together = root.putArray("coChange");
        for (History.Pair pair : pairs) {
            together.addObject()
                    .put("a", pair.a())
                    .put("b", pair.b())
                    .put("together", pair.together())
                    .put("confidence", Math.round(pair.confidence() * 1000) / 1000.0);
        }
        return root;
    }

    private void details(int stated) {
        ObjectNode details = report.details();
        ObjectNode figures = details.putObject("figures");
        figures.put("files", tree.sources().size());
        figures.put("modules", map.modules().size());
        figures.put("fileImports", map.fileImports().size());
        figures.put("fileImportsStatedAsFacts", stated);
        figures.put("moduleImports", map.moduleImports().size());
        figures.put(
                "typeOnlyFileImports",
                map.fileImports().stream()
                        .filter(DependencyMap.FileImport::typeOnly)
                        .count());
        figures.put("commits", past.commits());
        ArrayNode loops = details.putArray("cycles");
        cycles.modules().forEach(cycle -> cycle(loops.addObject(), cycle));
        ArrayNode fileLoops = details.putArray("fileCycles");
        cycles.files().forEach(cycle -> cycle(fileLoops.addObject(), cycle));
        ArrayNode units = details.putArray("unitImports");
        unitImports().forEach((edge, count) -> units.addObject()
                .put("from", edge.get(0))
                .put("to", edge.get(1))
                .put("count", count));
        ObjectNode outside = details.putObject("libraries");
        resolution.outside().forEach((language, libraries) -> {
            ArrayNode list = outside.putArray(language);
            libraries.entrySet().stream()
                    .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                            .thenComparing(Map.Entry.comparingByKey()))
                    .limit(LISTED)
                    .forEach(library ->
                            list.addObject().put("name", library.getKey()).put("importingFiles", library.getValue()));
        });
        ArrayNode missing = details.putArray("unresolved");
        resolution.missing().forEach(one -> missing.addObject()
                .put("path", one.path())
                .put("line", one.line())
                .put("import", one.written()));
    }

    private static void cycle(ObjectNode node, CycleSearch.Cycle cycle) {
        ArrayNode members = node.putArray("members");
        cycle.members().forEach(members::add);
        ArrayNode chain = node.putArray("chain");
        cycle.chain().forEach(chain::add);
        ArrayNode edges = node.putArray("edges");
        for (DependencyMap.FileImport edge : cycle.edges()) {
            edges.addObject().put("from", edge.from()).put("line", edge.line()).put("to", edge.to());
        }
    }

    /** Imports between build units (Maven modules, npm packages, …), for repositories with more than one. */
    private Map<List<String>, Integer> unitImports() {
        Map<String, String> unitOf = new HashMap<>();
        map.modules().forEach(module -> unitOf.put(module.id(), module.unit().isEmpty() ? "." : module.unit()));
        Map<List<String>, Integer> counts = new TreeMap<>(Comparator.comparing(Object::toString));
        for (DependencyMap.ModuleImport edge : map.moduleImports()) {
            String from = unitOf.getOrDefault(edge.from(), ".");
            String to = unitOf.getOrDefault(edge.to(), ".");
            if (!from.equals(to)) {
                counts.merge(List.of(from, to), edge.count(), Integer::sum);
            }
        }
        return counts;
    }

    private void sections(int stated) {
        Markdown page = report.sections();
        if (!map.modules().isEmpty()) {
            page.heading(2, "Modules");
            Set<String> drawn = drawnModules();
            if (map.moduleImports().isEmpty()) {
                page.paragraph("No module imports another one.");
            } else {
                page.paragraph(
                        drawn.size() < map.modules().size()
                                ? "The " + drawn.size() + " modules with the most imports, of "
                                        + map.modules().size()
                                        + ", test code left out. Numbers are pairs of files; red lines are part of a cycle."
                                : "Numbers are pairs of files; red lines are part of a cycle.");
                page.block("mermaid", mermaid(drawn));
            }
            page.table(
                    List.of("Module", "Language", "Path", "Files", "Lines"),
                    map.modules().stream()
                            .sorted(Comparator.comparingLong(DependencyMap.Module::lines)
                                    .reversed()
                                    .thenComparing(DependencyMap.Module::id))
                            .limit(LISTED)
                            .map(module -> List.of(
                                    module.id(),
                                    module.language().word(),
                                    module.path().isEmpty() ? "." : module.path(),
                                    String.valueOf(module.files()),
                                    String.valueOf(module.lines())))
                            .toList());
            more(page, map.modules().size(), "modules, largest first; dependency-map.json has all");
        }
        Map<List<String>, Integer> units = unitImports();
        if (!units.isEmpty()) {
            page.heading(2, "Build units");
            page.table(
                    List.of("From", "To", "Imports"),
                    units.entrySet().stream()
                            .limit(LISTED)
                            .map(edge -> List.of(
                                    edge.getKey().get(0), edge.getKey().get(1), String.valueOf(edge.getValue())))
                            .toList());
            more(page, units.size(), "pairs of build units; report.json has all");
        }
        history(page);
        libraries(page);
        if (!resolution.missing().isEmpty()) {
            page.heading(2, "Imports without a file");
            page.paragraph(
                    "These should lead to a file of the repository; a build may generate it, or the import is broken.");
            page.table(
                    List.of("Where", "Import"),
                    resolution.missing().stream()
                            .limit(LISTED)
                            .map(one -> List.of(one.path() + ":" + one.line(), one.written()))
                            .toList());
            more(page, resolution.missing().size(), "such imports; report.json has all");
        }
        if (stated < map.fileImports().size()) {
            page.heading(2, "Facts");
            page.paragraph(stated + " of " + map.fileImports().size()
                    + " imports between files were stated as facts: those between modules first, then by path.");
        }
    }

    private void history(Markdown page) {
        if (!hot.isEmpty()) {
            page.heading(2, "Hot files");
            page.paragraph("Of the last " + past.commits()
                    + " commits, merges left out; score = lines of churn × lines. Lock files, change logs, generated and"
                    + " vendored files are left out.");
            page.table(
                    List.of("File", "Commits", "Churn", "Lines", "Score"),
                    hot.stream()
                            .map(file -> List.of(
                                    file.path(),
                                    String.valueOf(file.commits()),
                                    String.valueOf(file.churn()),
                                    String.valueOf(file.lines()),
                                    String.valueOf(file.score())))
                            .toList());
        }
        if (!pairs.isEmpty()) {
            page.heading(2, "Files that change together");
            Set<List<String>> imports = new HashSet<>();
            map.fileImports().forEach(edge -> imports.add(List.of(edge.from(), edge.to())));
            page.table(
                    List.of("When this changes", "this changes too", "Commits", "Confidence", "Import"),
                    pairs.stream()
                            .limit(LISTED)
                            .map(pair -> List.of(
                                    pair.a(),
                                    pair.b(),
                                    String.valueOf(pair.together()),
                                    percent(pair.confidence()),
                                    imports.contains(List.of(pair.a(), pair.b()))
                                                    || imports.contains(List.of(pair.b(), pair.a()))
                                            ? "yes"
                                            : "no"))
                            .toList());
            more(page, pairs.size(), "pairs; dependency-map.json has " + pairs.size());
        }
    }

    private void libraries(Markdown page) {
        List<List<String>> rows = new ArrayList<>();
        resolution.outside().forEach((language, libraries) -> libraries.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(10)
                .forEach(library -> rows.add(List.of(language, library.getKey(), String.valueOf(library.getValue())))));
        if (!rows.isEmpty()) {
            page.heading(2, "Libraries");
            page.table(List.of("Language", "Library", "Importing files"), rows);
        }
    }

    private static void more(Markdown page, int total, String of) {
        if (total > LISTED) {
            page.paragraph("The first " + LISTED + " of " + total + " " + of + ".");
        }
    }

    private Set<String> drawnModules() {
        Map<String, Integer> weight = new HashMap<>();
        Set<String> tests = map.modules().stream()
                .map(DependencyMap.Module::id)
                .filter(id -> id.contains(" (test)"))
                .collect(Collectors.toSet());
        for (DependencyMap.ModuleImport edge : map.moduleImports()) {
            if (!tests.contains(edge.from()) && !tests.contains(edge.to())) {
                weight.merge(edge.from(), edge.count(), Integer::sum);
                weight.merge(edge.to(), edge.count(), Integer::sum);
            }
        }
        return weight.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(DRAWN_MODULES)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private String mermaid(Set<String> drawn) {
        Map<String, Integer> knotOf = new HashMap<>();
        for (int i = 0; i < cycles.modules().size(); i++) {
            for (String member : cycles.modules().get(i).members()) {
                knotOf.put(member, i);
            }
        }
        List<DependencyMap.ModuleImport> edges = map.moduleImports().stream()
                .filter(edge -> drawn.contains(edge.from()) && drawn.contains(edge.to()))
                .sorted(Comparator.comparingInt(DependencyMap.ModuleImport::count)
                        .reversed()
                        .thenComparing(DependencyMap.ModuleImport::from)
                        .thenComparing(DependencyMap.ModuleImport::to))
                .limit(DRAWN_IMPORTS)
                .toList();
        Map<String, String> nodes = new HashMap<>();
        StringBuilder text = new StringBuilder("flowchart LR\n");
        for (String id : drawn.stream().sorted().toList()) {
            String node = "m" + nodes.size();
            nodes.put(id, node);
            text.append("  ").append(node).append("[\"").append(label(id)).append("\"]\n");
        }
        List<Integer> red = new ArrayList<>();
        for (int i = 0; i < edges.size(); i++) {
            DependencyMap.ModuleImport edge = edges.get(i);
            text.append("  ")
                    .append(nodes.get(edge.from()))
                    .append(" -->|")
                    .append(edge.count())
                    .append("| ")
                    .append(nodes.get(edge.to()))
                    .append('\n');
            Integer knot = knotOf.get(edge.from());
            if (knot != null && knot.equals(knotOf.get(edge.to())) && edge.runtime() > 0) {
                red.add(i);
            }
        }
        if (!red.isEmpty()) {
            text.append("  linkStyle ")
                    .append(red.stream().map(String::valueOf).collect(Collectors.joining(",")))
                    .append(" stroke:#d33\n");
        }
        return text.toString();
    }

    /** Mermaid reads entities in quoted labels; everything that could end one, or be taken for markup, is written so. */
    private static String label(String id) {
        StringBuilder label = new StringBuilder();
        id.chars().forEach(c -> {
            if (Character.isLetterOrDigit(c) || " ._-/@()[]:+".indexOf(c) >= 0) {
                label.append((char) c);
            } else {
                label.append('#').append(c).append(';');
            }
        });
        return label.toString();
    }

    private static String loop(List<String> chain) {
        return String.join(" → ", chain) + " → " + chain.get(0);
    }

    private static String steps(CycleSearch.Cycle cycle) {
        return cycle.edges().stream()
                .limit(NAMED_MEMBERS)
                .map(edge -> edge.from() + ":" + edge.line() + " imports " + edge.to())
                .collect(Collectors.joining(", "));
    }

    private static String some(List<String> members) {
        String named = members.stream().limit(NAMED_MEMBERS).collect(Collectors.joining(", "));
        return members.size() > NAMED_MEMBERS ? named + ", and " + (members.size() - NAMED_MEMBERS) + " more" : named;
    }

    private static String percent(double share) {
        return Math.round(share * 100) + " %";
    }
}
