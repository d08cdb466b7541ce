package io.sweaifleet.agent.playbook.architect;

import io.sweaifleet.agent.playbook.support.Texts;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The languages whose imports are mapped. */
enum Language {
    JAVA,
    PYTHON,
    JAVASCRIPT,
    TYPESCRIPT,
    GO;

    /** Further languages that are recognised, so that the report can say what it does not map. */
    private static final Map<String, String> OTHERS = Map.ofEntries(
            Map.entry("kt", "Kotlin"),
            Map.entry("kts", "Kotlin"),
            Map.entry("scala", "Scala"),
            Map.entry("groovy", "Groovy"),
            Map.entry("clj", "Clojure"),
            Map.entry("c", "C"),
            Map.entry("h", "C"),
            Map.entry("cc", "C++"),
            Map.entry("cpp", "C++"),
            Map.entry("cxx", "C++"),
            Map.entry("hpp", "C++"),
            Map.entry("cs", "C#"),
            Map.entry("fs", "F#"),
            Map.entry("rs", "Rust"),
            Map.entry("rb", "Ruby"),
            Map.entry("php", "PHP"),
            Map.entry("swift", "Swift"),
            Map.entry("m", "Objective-C"),
            Map.entry("dart", "Dart"),
            Map.entry("ex", "Elixir"),
            Map.entry("exs", "Elixir"),
            Map.entry("erl", "Erlang"),
            Map.entry("hs", "Haskell"),
            Map.entry("lua", "Lua"),
            Map.entry("pl", "Perl"),
            Map.entry("r", "R"),
            Map.entry("jl", "Julia"),
            Map.entry("zig", "Zig"));

    /** The word used in inputs and artifacts, such as {@code java}. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static List<String> words() {
        return Arrays.stream(values()).map(Language::word).toList();
    }

    /** The language of a file, by its extension. */
    static Optional<Language> of(String path) {
        return switch (Texts.extension(path)) {
            case "java" -> Optional.of(JAVA);
            case "py", "pyi", "pyw" -> Optional.of(PYTHON);
            case "js", "jsx", "mjs", "cjs", "vue", "svelte" -> Optional.of(JAVASCRIPT);
            case "ts", "tsx", "mts", "cts" -> Optional.of(TYPESCRIPT);
            case "go" -> Optional.of(GO);
            default -> Optional.empty();
        };
    }

    /** The name of a programming language that is recognised but not mapped. */
    static Optional<String> other(String path) {
        return Optional.ofNullable(OTHERS.get(Texts.extension(path)));
    }

    /** Whether the two share one resolver, so that a file of one can import a file of the other. */
    boolean isScript() {
        return this == JAVASCRIPT || this == TYPESCRIPT;
    }
}
