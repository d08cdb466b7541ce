package io.sweaifleet.agent.playbook.architect;

import io.sweaifleet.agent.playbook.support.Texts;
import io.sweaifleet.agent.playbook.support.WorkFiles;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Ranks files by how much they change and how large they are: where work is spent and where mistakes are made. */
final class HotFiles {

    /** A file that changed less often is not hot, however large the change was. */
    static final int LEAST_COMMITS = 3;

    private static final Pattern CHANGELOG =
            Pattern.compile("(?i)(change(s|log)|history|news|release[-_]?notes)([-_.].*)?");
    private static final Set<String> WRITTEN_BY_PROGRAMS =
            Set.of("map", "snap", "svg", "min", "lock", "sum", "csv", "tsv", "parquet", "ipynb", "po", "pot");

    /**
     * A file with its figures.
     *
     * @param path where
     * @param commits commits of the window that changed it, its creation not counted
     * @param churn lines added and deleted in them
     * @param lines its present length
     * @param score churn × lines
     */
    record Hot(String path, int commits, long churn, long lines, long score) {}

    private HotFiles() {}

    /** Whether a file's history says something about work on it: no lock files, change logs, minified, vendored or data files. */
    static boolean counts(String path) {
        String name = Texts.name(path).toLowerCase(Locale.ROOT);
        return !WorkFiles.isForeign(path)
                && !WorkFiles.isLock(path)
                && !name.contains(".min.")
                && !CHANGELOG.matcher(name).matches()
                && !WRITTEN_BY_PROGRAMS.contains(Texts.extension(path));
    }

    /**
     * The hottest files, highest score first.
     *
     * @param history changes of files that still exist
     * @param linesOf number of lines of each file that may count; files not in it (binary, generated, too large) are left out
     */
    static List<Hot> rank(History history, Map<String, Integer> linesOf, int limit) {
        List<Hot> hot = new ArrayList<>();
        history.files().forEach((path, changes) -> {
            Integer lines = linesOf.get(path);
            if (lines != null && lines > 0 && changes.commits() >= LEAST_COMMITS && changes.churn() > 0) {
                hot.add(new Hot(path, changes.commits(), changes.churn(), lines, changes.churn() * lines));
            }
        });
        hot.sort(Comparator.comparingLong(Hot::score).reversed().thenComparing(Hot::path));
        return hot.size() > limit ? List.copyOf(hot.subList(0, limit)) : List.copyOf(hot);
    }
}
