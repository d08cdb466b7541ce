package io.sweaifleet.agent.tool.syntax;

import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.treesitter.TSLanguage;
import org.treesitter.TSParser;
import org.treesitter.TreeSitterGo;
import org.treesitter.TreeSitterJava;
import org.treesitter.TreeSitterJavascript;
import org.treesitter.TreeSitterJson;
import org.treesitter.TreeSitterPython;
import org.treesitter.TreeSitterTsx;
import org.treesitter.TreeSitterTypescript;

/**
 * Grammars of tree-sitter by file extension. A grammar is a native library that is unpacked and loaded at its first use; where
 * that fails (another processor, musl, no place to unpack to) the grammar is unavailable and says why.
 */
public enum Grammar {
    JAVA(List.of("java"), TreeSitterJava::new),
    PYTHON(List.of("py", "pyi"), TreeSitterPython::new),
    JAVASCRIPT(List.of("js", "jsx", "mjs", "cjs"), TreeSitterJavascript::new),
    TYPESCRIPT(List.of("ts", "mts", "cts"), TreeSitterTypescript::new),
    TSX(List.of("tsx"), TreeSitterTsx::new),
    GO(List.of("go"), TreeSitterGo::new),
    JSON(List.of("json"), TreeSitterJson::new);

    /** System property of the library: the folder to unpack to. */
    private static final String UNPACK_TO = "tree-sitter-lib";

    private static final Map<Grammar, Loaded> LOADED = new EnumMap<>(Grammar.class);

    private final List<String> extensions;
    private final Supplier<TSLanguage> language;

    Grammar(List<String> extensions, Supplier<TSLanguage> language) {
        this.extensions = extensions;
        this.language = language;
    }

    /** A language, or why there is none. */
    private record Loaded(@Nullable TSLanguage language, String problem) {}

    /** The grammar of a file by its name, if there is one. */
    public static Optional<Grammar> of(String path) {
        int dot = path.lastIndexOf('.');
        String extension = path.substring(dot + 1).toLowerCase(Locale.ROOT);
        for (Grammar grammar : values()) {
            if (dot >= 0 && grammar.extensions.contains(extension)) {
                return Optional.of(grammar);
            }
        }
        return Optional.empty();
    }

    /** Why it cannot be used on this machine; empty when it can. */
    public String problem() {
        return load().problem();
    }

    /** File name extensions, without dot. */
    public List<String> extensions() {
        return extensions;
    }

    /**
     * The language.
     *
     * @throws IllegalStateException when it is unavailable
     */
    TSLanguage language() {
        Loaded loaded = load();
        if (loaded.language() == null) {
            throw new IllegalStateException(loaded.problem());
        }
        return loaded.language();
    }

    private Loaded load() {
        synchronized (LOADED) {
            return LOADED.computeIfAbsent(this, Grammar::loadNow);
        }
    }

    /** Catches errors of linking too: that is what a missing or foreign native library is. */
    private static Loaded loadNow(Grammar grammar) {
        if (System.getProperty(UNPACK_TO) == null) {
            System.setProperty(UNPACK_TO, cache().toString());
        }
        try {
            TSLanguage language = grammar.language.get();
            TSParser parser = new TSParser();
            boolean fits = parser.setLanguage(language);
            Reference.reachabilityFence(parser);
            return fits
                    ? new Loaded(language, "")
                    : new Loaded(null, "its grammar is of another version than tree-sitter");
        } catch (RuntimeException | LinkageError e) {
            return new Loaded(
                    null,
                    "tree-sitter's library for " + grammar.name().toLowerCase(Locale.ROOT) + " cannot be loaded on "
                            + System.getProperty("os.name") + " " + System.getProperty("os.arch") + ": "
                            + cause(e));
        }
    }

    /** What was wrong at first: a class that could not be initialised only tells so. */
    private static String cause(Throwable error) {
        Throwable cause = error;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    private static Path cache() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base =
                xdg == null || !xdg.startsWith("/") ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
        return base.resolve("swe-ai-fleet").resolve("tree-sitter");
    }
}
