package io.sweaifleet.agent.brain.recorded;

import io.sweaifleet.agent.policy.SecretMasker;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Takes out of a text what differs from run to run although nothing is different: where the attempt works, its ids, times,
 * durations, commit hashes, addresses, names of temporary files; and secrets. Immutable.
 */
public final class Normaliser {

    private record Volatile(Pattern pattern, String with) {}

    private static final List<Volatile> VOLATILE = List.of(
            new Volatile(Pattern.compile("data-[0-9a-f]{8}\\b"), "data-<mark>"),
            new Volatile(Pattern.compile("/tmp/[\\w.-]+"), "/tmp/<tmp>"),
            new Volatile(
                    Pattern.compile(
                            "\\b\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d(?::\\d\\d(?:[.,]\\d+)?)?(?:Z|[+-]\\d\\d:?\\d\\d)?"),
                    "<time>"),
            new Volatile(Pattern.compile("\\b\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d+)?"), "<time>"),
            new Volatile(
                    Pattern.compile("\\b\\d+(?:[.,]\\d+)? ?(?:ns|µs|us|ms|s|sec|secs|seconds|min)\\b"), "<duration>"),
            new Volatile(Pattern.compile("(?<=\\bduration_ms:? ?)\\d+(?:\\.\\d+)?"), "<duration>"),
            new Volatile(Pattern.compile("\\b(?=[0-9a-f]*\\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\\b"), "<hash>"),
            new Volatile(Pattern.compile("\\b0x[0-9a-fA-F]{6,16}\\b"), "<address>"));

    private final Map<String, String> names;

    private Normaliser(Map<String, String> names) {
        this.names = names;
    }

    /**
     * One that also replaces names of this attempt.
     *
     * @param names what to replace, such as a path, by what; empty keys are passed over
     */
    public static Normaliser of(Map<String, String> names) {
        List<String> longestFirst = new ArrayList<>(names.keySet());
        longestFirst.removeIf(String::isEmpty);
        longestFirst.sort(Comparator.comparingInt(String::length).reversed());
        Map<String, String> ordered = new LinkedHashMap<>();
        longestFirst.forEach(name -> ordered.put(name, names.getOrDefault(name, "")));
        return new Normaliser(ordered);
    }

    /** The text with places of this attempt's folders instead of their paths; see {@link #expanded}. */
    public String placed(String text) {
        String placed = text;
        for (Map.Entry<String, String> name : names.entrySet()) {
            if (name.getKey().startsWith("/")) {
                placed = placed.replace(name.getKey(), place(name.getValue()));
            }
        }
        return placed;
    }

    /** The text with the paths of this attempt's folders where another attempt's were. */
    public String expanded(String text) {
        String expanded = text;
        for (Map.Entry<String, String> name : names.entrySet()) {
            if (name.getKey().startsWith("/")) {
                expanded = expanded.replace(place(name.getValue()), name.getKey());
            }
        }
        return expanded;
    }

    /** Brackets that no source has: a container's own folders have the names in them. */
    private static String place(String name) {
        return "\u27e8" + name + "\u27e9";
    }

    /** The text without what differs from run to run, and without secrets. */
    public String apply(String text) {
        String normal = text;
        for (Map.Entry<String, String> name : names.entrySet()) {
            normal = normal.replace(name.getKey(), name.getValue());
        }
        normal = SecretMasker.mask(normal);
        for (Volatile part : VOLATILE) {
            normal = part.pattern().matcher(normal).replaceAll(part.with());
        }
        return normal;
    }
}
