package io.sweaifleet.agent.brain.model;

import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Setting;
import io.sweaifleet.schemas.config.SettingException;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.config.SettingsProvider;
import io.sweaifleet.schemas.text.ClosestName;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Settings of models: {@code fleet.models.NAME.url} and so on, one group for each model. */
public final class ModelSettings implements SettingsProvider {

    /** Prefix of the settings of models. */
    public static final String PREFIX = "fleet.models.";

    /** Hosts that a task may name. */
    public static final Setting<String> ALLOWED_HOSTS = Setting.text(
            PREFIX + "allowed-hosts",
            "Hosts that a task may name in its input modelUrl, separated by commas. Models of the settings may be anywhere.",
            "localhost,127.0.0.1,::1");

    private static final String ALLOWED = "allowed-hosts";

    private static final Set<String> PROPERTIES = Set.of(
            "url",
            "model",
            "api-key-secret",
            "context-tokens",
            "max-output-tokens",
            "price-in-micro-usd-per-mtoken",
            "price-out-micro-usd-per-mtoken",
            "timeout",
            "tool-calling",
            "recording",
            "slots",
            "requests-per-minute",
            "temperature");

    private static final List<String> LONGEST_FIRST = PROPERTIES.stream()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();

    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    /** For the service loader; the settings themselves are constants. */
    public ModelSettings() {}

    @Override
    public String part() {
        return "Worker: models";
    }

    @Override
    public List<Setting<?>> settings() {
        return List.of(ALLOWED_HOSTS);
    }

    @Override
    public List<PassedOn> passedOn() {
        return List.of(new PassedOn(
                PREFIX,
                "Models by name: fleet.models.NAME.url (OpenAI-compatible base address), .model (its id there), and what"
                        + " docs/brains.md lists."));
    }

    /**
     * The models of the settings, by name.
     *
     * @throws SettingException when one cannot be used
     */
    public static Map<String, ModelConfig> read(Settings settings) {
        Map<String, Map<String, String>> groups = new TreeMap<>();
        settings.withPrefix(PREFIX).forEach((rest, value) -> {
            if (!rest.equals(ALLOWED) && !rest.equals("allowed.hosts")) {
                String property = propertyOf(rest);
                String name = rest.substring(0, rest.length() - property.length() - 1);
                if (!name.matches("[a-z0-9][a-z0-9-]{0,99}")) {
                    throw new SettingException(
                            PREFIX + rest,
                            "Setting " + PREFIX + rest + " names the model '" + name
                                    + "'. Use lower-case letters, digits and dashes.");
                }
                groups.computeIfAbsent(name, key -> new LinkedHashMap<>()).put(property, value.strip());
            }
        });
        Map<String, ModelConfig> models = new TreeMap<>();
        groups.forEach((name, group) -> models.put(name, config(name, group)));
        return models;
    }

    /** From the environment the name comes with dots for dashes. */
    private static String propertyOf(String rest) {
        String dotted = rest.replace('-', '.');
        for (String property : LONGEST_FIRST) {
            if (dotted.endsWith("." + property.replace('-', '.'))) {
                return property;
            }
        }
        String last = rest.substring(rest.lastIndexOf('.') + 1);
        throw new SettingException(
                PREFIX + rest,
                "There is no setting " + PREFIX + rest + ". "
                        + ClosestName.of(last, PROPERTIES)
                                .map(known -> "Did you mean ." + known + "? ")
                                .orElse("")
                        + "A model has "
                        + String.join(", ", PROPERTIES.stream().sorted().toList()) + ".");
    }

    private static ModelConfig config(String name, Map<String, String> group) {
        Reader reader = new Reader(PREFIX + name + ".", group);
        Path recording = reader.path("recording");
        URI url = reader.url("url");
        if (url == null && recording == null) {
            throw new SettingException(
                    PREFIX + name + ".url",
                    "Model " + name + " has neither url nor recording. Give " + PREFIX + name
                            + ".url = http://host:port/v1, the OpenAI-compatible base address.");
        }
        String model = group.getOrDefault("model", "");
        if (model.isEmpty() && recording == null) {
            throw new SettingException(
                    PREFIX + name + ".model",
                    "Model " + name + " has no model id. Give " + PREFIX + name
                            + ".model, as the endpoint lists it under /models.");
        }
        return new ModelConfig(
                name,
                url,
                model,
                group.getOrDefault("api-key-secret", ""),
                (int) reader.number("context-tokens", 0, 0, 100_000_000),
                (int) reader.number("max-output-tokens", 0, 0, 10_000_000),
                reader.number("price-in-micro-usd-per-mtoken", 0, 0, 1_000_000_000_000L),
                reader.number("price-out-micro-usd-per-mtoken", 0, 0, 1_000_000_000_000L),
                reader.duration("timeout", TIMEOUT),
                reader.toolCalling(),
                recording,
                (int) reader.number("slots", isLocal(url) ? 1 : 0, 0, 100_000),
                (int) reader.number("requests-per-minute", 0, 0, 1_000_000),
                reader.temperature());
    }

    /** A model that a task names by its address. */
    public static ModelConfig ofUrl(URI url, String model) {
        return new ModelConfig(
                "url",
                url,
                model,
                "",
                0,
                0,
                0,
                0,
                TIMEOUT,
                ModelConfig.ToolCalling.AUTO,
                null,
                isLocal(url) ? 1 : 0,
                0,
                null);
    }

    private static boolean isLocal(@Nullable URI url) {
        String host = url == null ? null : url.getHost();
        return host != null && (host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]"));
    }

    /**
     * The value of a secret of the agents.
     *
     * @return empty when there is none of that name
     */
    public static Optional<String> secret(Settings settings, String name) {
        Path file = settings.get(FleetSettings.DATA_DIR)
                .resolve("secrets")
                .resolve("agents")
                .resolve(name);
        if (name.matches("[A-Za-z0-9_.-]{1,100}") && Files.isRegularFile(file)) {
            try {
                return Optional.of(Files.readString(file).strip());
            } catch (IOException e) {
                return Optional.empty();
            }
        }
        return Optional.ofNullable(
                System.getenv("FLEET_SECRET_" + name.toUpperCase(Locale.ROOT).replace('-', '_')));
    }

    /** Properties of one model. */
    private record Reader(String prefix, Map<String, String> group) {

        long number(String property, long otherwise, long least, long most) {
            String text = group.get(property);
            if (text == null || text.isEmpty()) {
                return otherwise;
            }
            try {
                long value = Long.parseLong(text.replace("_", ""));
                if (value >= least && value <= most) {
                    return value;
                }
            } catch (NumberFormatException e) {
                throw wrong(property, text, "is not a whole number", "Give a number from " + least + " to " + most);
            }
            throw wrong(property, text, "is out of bounds", "Give a number from " + least + " to " + most);
        }

        Duration duration(String property, Duration otherwise) {
            String text = group.get(property);
            if (text == null || text.isEmpty()) {
                return otherwise;
            }
            try {
                return Setting.duration(prefix + property, "longest silence", null)
                        .parser()
                        .apply(text);
            } catch (IllegalArgumentException e) {
                throw wrong(property, text, String.valueOf(e.getMessage()), "Give a duration such as 5m");
            }
        }

        @Nullable
        URI url(String property) {
            String text = group.get(property);
            if (text == null || text.isEmpty()) {
                return null;
            }
            return parseUrl(text)
                    .orElseThrow(() -> wrong(
                            property,
                            text,
                            "is not a base address",
                            "Give it as http://host:port/v1, without user, query and fragment"));
        }

        @Nullable
        Path path(String property) {
            String text = group.get(property);
            return text == null || text.isEmpty()
                    ? null
                    : Setting.path(prefix + property, "recording", null)
                            .parser()
                            .apply(text);
        }

        ModelConfig.ToolCalling toolCalling() {
            String text = group.getOrDefault("tool-calling", "auto");
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "auto" -> ModelConfig.ToolCalling.AUTO;
                case "native" -> ModelConfig.ToolCalling.NATIVE;
                case "text" -> ModelConfig.ToolCalling.TEXT;
                default -> throw wrong("tool-calling", text, "is none of auto, native, text", "Use auto");
            };
        }

        @Nullable
        Double temperature() {
            String text = group.get("temperature");
            if (text == null || text.isEmpty()) {
                return null;
            }
            try {
                double value = Double.parseDouble(text);
                if (value >= 0 && value <= 2) {
                    return value;
                }
            } catch (NumberFormatException e) {
                throw wrong("temperature", text, "is not a number", "Give a number from 0 to 2");
            }
            throw wrong("temperature", text, "is out of bounds", "Give a number from 0 to 2");
        }

        private SettingException wrong(String property, String text, String problem, String remedy) {
            return new SettingException(
                    prefix + property,
                    "Setting " + prefix + property + " = '" + text + "' " + problem + ". " + remedy + ".");
        }
    }

    /** A base address: http or https, with a host, and without user, query and fragment. */
    public static Optional<URI> parseUrl(String text) {
        try {
            URI url = URI.create(text.strip().replaceAll("/+$", ""));
            boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            boolean plain = url.getUserInfo() == null && url.getQuery() == null && url.getFragment() == null;
            return http && plain && url.getHost() != null ? Optional.of(url) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
