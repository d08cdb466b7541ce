package io.sweaifleet.schemas.config;

import io.sweaifleet.schemas.text.ClosestName;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The names of every setting of every part. They are a file next to this class, because no program has all parts on its
 * class path: the command line would take the worker's settings for typing errors.
 */
final class SettingNames {

    /** One name a line; one that ends with {@code .*} stands for everything below it. */
    static final String FILE = "setting-names.txt";

    private static final String OURS = "fleet.";
    private static final SettingNames CATALOGUE = read();

    private final Set<String> names;
    private final List<String> prefixes;

    private SettingNames(Collection<String> lines) {
        Predicate<String> prefix = line -> line.endsWith(".*");
        this.names = lines.stream().filter(prefix.negate()).collect(Collectors.toUnmodifiableSet());
        this.prefixes = lines.stream()
                .filter(prefix)
                .map(line -> line.substring(0, line.length() - 1))
                .toList();
    }

    /** Those of this build. */
    static SettingNames catalogue() {
        return CATALOGUE;
    }

    /**
     * Refuses the first name of ours that no part reads. The value is not repeated, as it may be a secret under a mistyped
     * name.
     *
     * @param given names of any kind; those that do not begin with {@code fleet.} are passed over
     * @param source where they come from, for the message
     * @throws SettingException when there is one
     */
    void check(Collection<String> given, String source) {
        given.stream()
                .filter(name -> name.startsWith(OURS) && !isKnown(name))
                .sorted()
                .findFirst()
                .ifPresent(name -> {
                    throw new SettingException(
                            name,
                            "There is no setting " + name + " (from " + source + "). "
                                    + nearest(name)
                                            .map(known -> "Did you mean " + known + "? ")
                                            .orElse("")
                                    + "docs/configuration.md lists every setting.");
                });
    }

    private boolean isKnown(String name) {
        return names.contains(name)
                || prefixes.stream().anyMatch(prefix -> name.startsWith(prefix) && name.length() > prefix.length());
    }

    /** By spelling; else the only one with the same last word, since it is the part that people forget. */
    private Optional<String> nearest(String name) {
        return ClosestName.of(name, names).or(() -> {
            String lastWord = name.substring(name.lastIndexOf('.'));
            List<String> same =
                    names.stream().filter(known -> known.endsWith(lastWord)).toList();
            return same.size() == 1 ? Optional.of(same.get(0)) : Optional.empty();
        });
    }

    private static SettingNames read() {
        InputStream file = SettingNames.class.getResourceAsStream(FILE);
        if (file == null) {
            throw new IllegalStateException("the jar of the schemas lacks " + FILE + ": build it again");
        }
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
            return new SettingNames(reader.lines().toList());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + FILE, e);
        }
    }
}
