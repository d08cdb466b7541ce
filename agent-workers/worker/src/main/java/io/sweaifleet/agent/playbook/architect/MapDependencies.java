package io.sweaifleet.agent.playbook.architect;

import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.PlaybookFailure;
import io.sweaifleet.agent.playbook.PlaybookResult;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox.CommandResult;
import io.sweaifleet.agent.playbook.support.Denials;
import io.sweaifleet.agent.playbook.support.Inputs;
import io.sweaifleet.agent.playbook.support.Pace;
import io.sweaifleet.agent.playbook.support.Report;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Maps modules and import dependencies of Java, Python, JavaScript, TypeScript and Go sources, finds cycles, and ranks the files
 * that change most. Inputs: {@code languages} (words separated by commas, all by default), {@code history} (commits to look back, 0
 * for none, 500 by default) and {@code maxFiles} (sources to parse, 20,000 by default).
 */
public final class MapDependencies implements Playbook {

    private static final int DEFAULT_HISTORY = 500;
    private static final int LONGEST_HISTORY = 20_000;
    private static final int DEFAULT_FILES = 20_000;
    private static final int MOST_FILES = 200_000;
    private static final int HOT_FILES = 50;
    private static final int PAIRS = 100;
    private static final int LEAST_TOGETHER = 3;
    /** Files of other languages whose length is read for their score, most churn first. */
    private static final int MEASURED_FILES = 1_000;

    private final InstantSource clock;

    /** For the service loader. */
    public MapDependencies() {
        this(InstantSource.system());
    }

    MapDependencies(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public String kind() {
        return "architect.map-dependencies";
    }

    @Override
    public String version() {
        return "1";
    }

    @Override
    public PlaybookResult run(PlaybookContext context) throws PlaybookFailure, InterruptedException {
        Inputs inputs = new Inputs(context.assignment().getInputs());
        Set<Language> languages = inputs.words("languages", Language.words()).stream()
                .map(word -> Language.valueOf(word.toUpperCase(Locale.ROOT)))
                .collect(Collectors.toSet());
        int history = inputs.integer("history", DEFAULT_HISTORY, 0, LONGEST_HISTORY);
        int maxFiles = inputs.integer("maxFiles", DEFAULT_FILES, 1, MOST_FILES);
        try {
            return map(context, languages, history, maxFiles);
        } catch (ToolDenied e) {
            throw Denials.failure(e);
        }
    }

    private PlaybookResult map(PlaybookContext context, Set<Language> languages, int history, int maxFiles)
            throws PlaybookFailure, ToolDenied, InterruptedException {
        Pace pace = Pace.of(context, clock);
        Report report = new Report(context, this, "Dependencies and hot files");
        context.step("Listing files");
        SourceTree tree = SourceTree.read(context, languages, maxFiles, pace);
        sayWhatIsLeft(tree, languages, maxFiles, report);

        context.step("Resolving imports");
        ImportResolution resolution = ImportResolution.of(tree, pace);
        DependencyMap map = DependencyMap.of(tree.sources(), resolution.imports(), resolution.naming());
        CycleSearch cycles = CycleSearch.of(map);

        context.step("Reading the history");
        History past = history(context, report, tree, history);
        List<HotFiles.Hot> hot = HotFiles.rank(past, lines(context, tree, past), HOT_FILES);
        List<History.Pair> pairs = past.pairs(LEAST_TOGETHER, PAIRS);

        context.step("Writing the map");
        MapReport written = new MapReport(context, report, tree, resolution, map, cycles, past, hot, pairs);
        PlaybookResult result = written.write();
        if (tree.sources().isEmpty() && past.files().isEmpty()) {
            throw PlaybookFailure.skipped(
                    "NOTHING_TO_DO",
                    "The repository has neither sources of " + String.join(", ", Language.words())
                            + " nor a history of changed files: " + tree.all().size() + " files were looked at",
                    "");
        }
        return result;
    }

    private static void sayWhatIsLeft(SourceTree tree, Set<Language> languages, int maxFiles, Report report) {
        SourceTree.Left left = tree.left();
        if (tree.sources().isEmpty()) {
            report.skip(
                    "dependency map",
                    "NOTHING_TO_DO",
                    "No file of "
                            + languages.stream().map(Language::word).sorted().collect(Collectors.joining(", "))
                            + " is in the repository",
                    "");
        }
        left.unmapped()
                .forEach((language, count) -> report.skip(
                        "imports of " + language,
                        "UNSUPPORTED",
                        count + " files: imports of this language are not mapped; their history is",
                        ""));
        if (left.foreign() > 0) {
            report.skip(
                    "copies of other projects",
                    "UNSUPPORTED",
                    left.foreign()
                            + " sources in directories such as node_modules and vendor are not this project's own",
                    "");
        }
        if (left.built() > 0) {
            report.skip(
                    "built scripts",
                    "UNSUPPORTED",
                    left.built() + " scripts in dist directories are made by a build from other files",
                    "");
        }
        if (left.overLimit() > 0) {
            report.skip(
                    "sources beyond the limit",
                    "UNSUPPORTED",
                    left.overLimit() + " sources come after the first " + maxFiles + " by path",
                    "Raise the input maxFiles.");
        }
        if (left.outOfTime() > 0) {
            report.skip(
                    "sources not read in time",
                    "DEADLINE",
                    left.outOfTime() + " sources were not read, since the deadline came near",
                    "Give the task a longer timeout, or fewer languages.");
        }
        for (String path : left.tooLarge()) {
            report.skip(
                    path,
                    "UNSUPPORTED",
                    "The file has more than " + SourceTree.LARGEST_SOURCE
                            + " bytes, so it is taken for data or a bundle",
                    "");
        }
        left.denied()
                .forEach((path, reason) ->
                        report.skip(path, "POLICY_DENIED", reason, "Allow it in the rules of the role."));
        for (String path : left.binary()) {
            report.skip(path, "UNSUPPORTED", "The file is binary in spite of its name", "");
        }
    }

    private static History history(PlaybookContext context, Report report, SourceTree tree, int commits)
            throws ToolDenied, InterruptedException {
        History none = new History(0, Map.of(), List.of());
        if (commits == 0) {
            report.skip("history", "NOTHING_TO_DO", "The input history is 0", "Give a number of commits.");
            return none;
        }
        List<String> arguments = new ArrayList<>(List.of("log"));
        arguments.addAll(History.LOG_OPTIONS);
        arguments.add("-n" + commits);
        CommandResult log = context.tools().git(arguments.toArray(String[]::new));
        if (!log.ok()) {
            report.skip(
                    "history",
                    log.timedOut() ? "DEADLINE" : "ENVIRONMENT",
                    log.timedOut() ? "git log did not end in time" : "git log failed: " + lastLine(log.output()),
                    log.timedOut() ? "Give a smaller number in the input history." : "");
            return none;
        }
        Set<String> present = new HashSet<>(tree.all());
        History past;
        try (InputStream in = Files.newInputStream(log.log())) {
            past = History.parse(in, path -> present.contains(path) && HotFiles.counts(path));
        } catch (IOException e) {
            report.skip("history", "ENVIRONMENT", "The output of git log could not be read: " + e.getMessage(), "");
            return none;
        }
        if (past.commits() < 2) {
            report.skip(
                    "hot files",
                    "NOTHING_TO_DO",
                    past.commits() == 0
                            ? "There is no history of changed files"
                            : "The history has one commit, which says nothing about change",
                    shallow(context) ? "This clone lacks its history: run 'git fetch --unshallow' in it." : "");
        }
        return past;
    }

    private static boolean shallow(PlaybookContext context) throws ToolDenied, InterruptedException {
        CommandResult answer = context.tools().git("rev-parse", "--is-shallow-repository");
        return answer.ok() && answer.output().strip().equals("true");
    }

    /** Lengths of the files that may be hot: those of mapped sources are known, the others are read for it. */
    private static Map<String, Integer> lines(PlaybookContext context, SourceTree tree, History past)
            throws ToolDenied, InterruptedException {
        Map<String, Integer> lines = new HashMap<>();
        Set<String> known = new HashSet<>();
        for (SourceFile source : tree.sources()) {
            known.add(source.path());
            if (!source.generated()) {
                lines.put(source.path(), source.lines());
            }
        }
        Set<String> others = past.files().entrySet().stream()
                .filter(file -> !known.contains(file.getKey()))
                .filter(file -> file.getValue().commits() >= HotFiles.LEAST_COMMITS)
                .sorted(Comparator.<Map.Entry<String, History.Changes>>comparingLong(
                                file -> file.getValue().churn())
                        .reversed()
                        .thenComparing(Map.Entry::getKey))
                .limit(MEASURED_FILES)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        lines.putAll(SourceTree.lines(context.tools(), others));
        return lines;
    }

    private static String lastLine(String output) {
        String text = output.strip();
        return text.substring(text.lastIndexOf('\n') + 1);
    }
}
