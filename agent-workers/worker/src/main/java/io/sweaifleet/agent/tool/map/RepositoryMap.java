package io.sweaifleet.agent.tool.map;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.playbook.support.Texts;
import io.sweaifleet.agent.playbook.support.WorkFiles;
import io.sweaifleet.agent.tool.map.Ranking.Ranked;
import io.sweaifleet.agent.tool.syntax.Grammar;
import io.sweaifleet.agent.tool.syntax.Tags;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Shows a model what is where in a repository, within a budget of tokens: the definitions that matter most, by file. */
public final class RepositoryMap {

    /** Files that are looked at; the rest of a larger repository is not on the map. */
    static final int MAX_FILES = 20_000;

    /** Larger files are generated, or data, in bytes. */
    static final long MAX_FILE_BYTES = 512 << 10;

    /** Time for parsing in one call; what it was too short for is parsed in the next. */
    private static final Duration MAX_PARSING = Duration.ofSeconds(30);

    /** Longest line that is shown, in characters. */
    static final int MAX_LINE = 120;

    private static final Pattern LINE_ENDS = Pattern.compile("[\\p{Cntrl}\\u0085\\u2028\\u2029]");

    private static final TagCache CACHE = new TagCache();

    private RepositoryMap() {}

    /** Encodings are large and thread-safe; loaded at the first use. */
    private static final class Tokens {
        private static final Encoding ENCODING =
                Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.CL100K_BASE);
    }

    /** Length of a text in tokens of cl100k_base. */
    public static int tokens(String text) {
        return Tokens.ENCODING.countTokensOrdinary(text);
    }

    /**
     * Makes the map.
     *
     * @param task words of the task; what they name comes first
     * @param tokens its length at most; see {@link #tokens(String)}
     * @return the map; empty when the role may not search or read, or there is nothing to show in so few tokens
     */
    public static String of(Toolbox tools, String task, int tokens, Cancellation cancellation)
            throws InterruptedException {
        if (tokens < 8 || !tools.offered().containsAll(Set.of("read", "search"))) {
            return "";
        }
        try {
            return render(Ranking.of(tags(tools, cancellation), words(task)), tokens);
        } catch (ToolDenied e) {
            return "";
        }
    }

    private static Map<String, Tags> tags(Toolbox tools, Cancellation cancellation)
            throws ToolDenied, InterruptedException {
        List<String> globs = new ArrayList<>();
        for (Grammar grammar : Grammar.values()) {
            if (Tags.has(grammar) && grammar.problem().isEmpty()) {
                grammar.extensions().forEach(extension -> globs.add("**/*." + extension));
            }
        }
        Map<String, Tags> tags = new TreeMap<>();
        if (globs.isEmpty()) {
            return tags;
        }
        List<String> files = tools.files(globs.toArray(String[]::new)).stream()
                .filter(path -> !WorkFiles.isForeign(path) && !path.endsWith(".min.js"))
                .limit(MAX_FILES)
                .toList();
        if (!files.isEmpty()) {
            long end = System.nanoTime() + MAX_PARSING.toNanos();
            tools.readAll(files, MAX_FILE_BYTES, (path, content) -> {
                cancellation.check();
                if (!Texts.isBinary(content)) {
                    Grammar.of(path)
                            .ifPresent(grammar -> tags.put(path, CACHE.of(grammar, content, System.nanoTime() < end)));
                }
            });
        }
        return tags;
    }

    static Set<String> words(String task) {
        Set<String> words = new HashSet<>();
        for (String word : task.split("[^\\p{L}\\p{N}_/.-]+")) {
            String trimmed = word.replaceAll("^[./-]+|[./-]+$", "");
            if (trimmed.length() > 2) {
                words.add(trimmed.toLowerCase(Locale.ROOT));
                for (String part : trimmed.split("[/.]")) {
                    if (part.length() > 2) {
                        words.add(part.toLowerCase(Locale.ROOT));
                    }
                }
            }
        }
        return words;
    }

    /** As many of the first definitions as fit. */
    static String render(List<Ranked> ranked, int tokens) {
        int fits = 0;
        // A line of a definition has three tokens at least.
        int tooMany = Math.min(ranked.size(), tokens / 3 + 1) + 1;
        String best = "";
        while (fits + 1 < tooMany) {
            int middle = (fits + tooMany) >>> 1;
            String text = shown(ranked.subList(0, middle));
            if (tokens(text) <= tokens) {
                fits = middle;
                best = text;
            } else {
                tooMany = middle;
            }
        }
        return best;
    }

    /** Files in the order of their weightiest definition, definitions in the order of the file. */
    private static String shown(List<Ranked> ranked) {
        Map<String, List<Ranked>> byFile = new LinkedHashMap<>();
        ranked.forEach(one ->
                byFile.computeIfAbsent(one.path(), any -> new ArrayList<>()).add(one));
        StringBuilder text = new StringBuilder();
        byFile.forEach((path, definitions) -> {
            text.append(onOneLine(path)).append(":\n");
            definitions.stream()
                    .sorted(Comparator.comparingInt(one -> one.definition().line()))
                    .forEach(one -> text.append(' ')
                            .append(one.definition().line())
                            .append('|')
                            .append(line(one.definition().text()))
                            .append('\n'));
        });
        return text.toString();
    }

    private static String line(String text) {
        String one = onOneLine(text);
        String bare = one.endsWith("{") ? one.substring(0, one.length() - 1).strip() : one;
        return bare.length() <= MAX_LINE ? bare : bare.substring(0, MAX_LINE - 1) + "…";
    }

    /** Sources and names of files may hold characters that end a line elsewhere; here they must not. */
    private static String onOneLine(String text) {
        return LINE_ENDS.matcher(text).replaceAll(" ");
    }
}
