package io.sweaifleet.agent.playbook.architect;

import io.sweaifleet.agent.playbook.support.Texts;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The languages whose imports are mapped. */
enum Language {
    JAVA(Set.of("java")),
    PYTHON(Set.of("py", "pyi", "pyw")),
    JAVASCRIPT(Set.of("js", "jsx", "mjs", "cjs", "vue", "svelte")),
    TYPESCRIPT(Set.of("ts", "tsx", "mts", "cts")),
    GO(Set.of("go"));

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

    private final Set<String> extensions;

    Language(Set<String> extensions) {
        this.extensions = extensions;
    }

    /** The word used in inputs and artifacts, such as {@code java}. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static List<String> words() {
        return Arrays.stream(values()).map(Language::word).toList();
    }

    /** The language of a file, by its extension. */
    static Optional<Language> of(String path) {
        String extension = Texts.extension(path);
        return Arrays.stream(values())
                .filter(language -> language.extensions.contains(extension))
                .findFirst();
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
