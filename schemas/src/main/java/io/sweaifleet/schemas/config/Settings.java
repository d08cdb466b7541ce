package io.sweaifleet.schemas.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The settings in force. A value is taken from the first of: overrides (the command line), system properties, the
 * environment, the properties file, the default. A value may name another setting as <code>${fleet.data-dir}</code>.
 * Immutable.
 */
public final class Settings {

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{(fleet\\.[a-z0-9.-]+)}");
    private static final int MESSAGE_VALUE_LENGTH = 200;

    private final List<Source> sources;

    private Settings(List<Source> sources) {
        this.sources = sources;
    }

    /**
     * Reads the settings of this process.
     *
     * @param propertiesFile a properties file in UTF-8, or null for none
     * @param overrides values that win over everything else, by setting name
     * @throws SettingException when the file is given but cannot be read, or when it or the overrides name a setting that
     *     no part of the fleet has
     */
    public static Settings load(@Nullable Path propertiesFile, Map<String, String> overrides) {
        Map<String, String> system = new TreeMap<>();
        Properties properties = System.getProperties();
        properties.stringPropertyNames().forEach(name -> system.put(name, properties.getProperty(name)));
        Settings settings = of(overrides, system, System.getenv(), propertiesFile);
        settings.sources.stream().filter(Source::onlySettings).forEach(source -> SettingNames.catalogue()
                .check(source.values().keySet(), source.name()));
        return settings;
    }

    /** Settings from these values alone: neither system properties nor the environment are looked at. */
    public static Settings of(Map<String, String> values) {
        return of(values, Map.of(), Map.of(), null);
    }

    static Settings of(
            Map<String, String> overrides,
            Map<String, String> systemProperties,
            Map<String, String> environment,
            @Nullable Path propertiesFile) {
        List<Source> sources = new ArrayList<>();
        sources.add(new Source("the command line", Map.copyOf(overrides), Kind.SETTINGS));
        sources.add(new Source("a system property", Map.copyOf(systemProperties), Kind.SYSTEM_PROPERTIES));
        sources.add(new Source("the environment", Map.copyOf(environment), Kind.ENVIRONMENT));
        if (propertiesFile != null) {
            sources.add(new Source(propertiesFile.toString(), read(propertiesFile), Kind.SETTINGS));
        }
        return new Settings(List.copyOf(sources));
    }

    /**
     * The value of a setting.
     *
     * @throws SettingException when it is required and not given, or given and not usable
     */
    public <T> T get(Setting<T> setting) {
        return find(setting)
                .orElseThrow(() -> new SettingException(
                        setting.name(),
                        "Setting " + setting.name() + " is required (" + setting.form() + "): " + setting.doc()
                                + " Give it in the properties file, as -D" + setting.name()
                                + "=… or as environment variable " + setting.environmentName() + "."));
    }

    /**
     * The value of a setting that may be left out although it has no default.
     *
     * @throws SettingException when it is given and not usable
     */
    public <T> Optional<T> find(Setting<T> setting) {
        Given given = given(setting.name(), setting.environmentName());
        if (given == null && setting.defaultText() != null) {
            given = new Given(setting.defaultText(), "the default");
        }
        if (given == null) {
            return Optional.empty();
        }
        String text = expand(setting.name(), given.text().strip(), new ArrayDeque<>(List.of(setting.name())));
        try {
            return Optional.of(setting.parser().apply(text));
        } catch (IllegalArgumentException e) {
            throw new SettingException(
                    setting.name(),
                    "Setting " + setting.name() + " = '" + (setting.secret() ? "****" : shorten(text)) + "' (from "
                            + given.source() + ") " + e.getMessage() + ". Give it as " + setting.form() + ".");
        }
    }

    /** True when the value comes from elsewhere than the default. */
    public boolean isGiven(Setting<?> setting) {
        return given(setting.name(), setting.environmentName()) != null;
    }

    /** The values of those settings that come from elsewhere than the default, by name: for a process on another machine. */
    public Map<String, String> given(Iterable<Setting<?>> settings) {
        Map<String, String> found = new TreeMap<>();
        for (Setting<?> setting : settings) {
            Given given = given(setting.name(), setting.environmentName());
            if (given != null) {
                found.put(
                        setting.name(),
                        expand(setting.name(), given.text().strip(), new ArrayDeque<>(List.of(setting.name()))));
            }
        }
        return found;
    }

    /**
     * All given values whose names begin with a prefix, by the rest of the name. From the environment, the rest is in
     * lower case with dots for underscores: {@code FLEET_KAFKA_CLIENT_SECURITY_PROTOCOL} with the prefix
     * {@code fleet.kafka.client.} is {@code security.protocol}.
     */
    public Map<String, String> withPrefix(String prefix) {
        Map<String, String> found = new TreeMap<>();
        for (int i = sources.size() - 1; i >= 0; i--) {
            found.putAll(sources.get(i).withPrefix(prefix));
        }
        found.replaceAll((name, text) -> expand(prefix + name, text, new ArrayDeque<>(List.of(prefix + name))));
        return found;
    }

    private @Nullable Given given(String name, String environmentName) {
        for (Source source : sources) {
            String text = source.values().get(source.environment() ? environmentName : name);
            if (text != null) {
                return new Given(text, source.name());
            }
        }
        return null;
    }

    private String expand(String name, String text, Deque<String> path) {
        Matcher matcher = REFERENCE.matcher(text);
        StringBuilder expanded = new StringBuilder();
        while (matcher.find()) {
            String referenced = matcher.group(1);
            if (path.contains(referenced)) {
                throw new SettingException(
                        name,
                        "Setting " + name + " refers to itself by way of " + referenced
                                + ". Give one of them a value.");
            }
            matcher.appendReplacement(expanded, Matcher.quoteReplacement(referencedText(name, referenced, path)));
        }
        return matcher.appendTail(expanded).toString();
    }

    private String referencedText(String name, String referenced, Deque<String> path) {
        String environmentName =
                referenced.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
        Given given = given(referenced, environmentName);
        String text = given != null ? given.text() : FleetSettings.defaultOf(referenced);
        if (text == null) {
            throw new SettingException(
                    name,
                    "Setting " + name + " refers to " + referenced + ", which has no value. Set " + referenced + ".");
        }
        path.push(referenced);
        String expanded = expand(name, text.strip(), path);
        path.pop();
        return expanded;
    }

    private static String shorten(String text) {
        return text.length() <= MESSAGE_VALUE_LENGTH ? text : text.substring(0, MESSAGE_VALUE_LENGTH) + "…";
    }

    private static Map<String, String> read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new SettingException(
                    "--config",
                    "Cannot read the settings in " + file + ": " + e
                            + ". Give the path of a readable properties file in UTF-8.");
        }
        Map<String, String> values = new LinkedHashMap<>();
        properties.stringPropertyNames().forEach(name -> values.put(name, properties.getProperty(name)));
        return Map.copyOf(values);
    }

    private record Given(String text, String source) {}

    private enum Kind {
        SETTINGS,
        /** Hold much else, also under names of ours, such as fleet.home. */
        SYSTEM_PROPERTIES,
        /** The same with names in upper case. */
        ENVIRONMENT
    }

    private record Source(String name, Map<String, String> values, Kind kind) {

        boolean environment() {
            return kind == Kind.ENVIRONMENT;
        }

        boolean onlySettings() {
            return kind == Kind.SETTINGS;
        }

        Map<String, String> withPrefix(String prefix) {
            String start = environment()
                    ? prefix.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_')
                    : prefix;
            Map<String, String> found = new TreeMap<>();
            values.forEach((key, text) -> {
                if (key.startsWith(start) && key.length() > start.length()) {
                    String rest = key.substring(start.length());
                    found.put(environment() ? rest.toLowerCase(Locale.ROOT).replace('_', '.') : rest, text);
                }
            });
            return found;
        }
    }
}
