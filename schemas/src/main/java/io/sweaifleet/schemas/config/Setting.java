package io.sweaifleet.schemas.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One documented setting. Declared as a constant next to its use; read with {@link Settings#get}.
 *
 * @param name lower-case dotted name that begins with {@code fleet.}
 * @param doc what it is for, its unit and bounds, for the reference page
 * @param defaultText default in the same form a user would write; may name other settings as <code>${fleet.x}</code>;
 *     null makes the setting required
 * @param form what a value looks like, for the reference page and for messages, such as "whole number, 1 to 64"
 * @param secret true when the value must never appear in a message, a log or a page
 * @param parser turns text into the value; throws {@link IllegalArgumentException} saying what is wrong
 * @param <T> type of the value
 */
public record Setting<T>(
        String name,
        String doc,
        @Nullable String defaultText,
        String form,
        boolean secret,
        Function<String, T> parser) {

    private static final Pattern NAME = Pattern.compile("fleet(\\.[a-z0-9]+(-[a-z0-9]+)*)+");
    private static final Pattern DURATION = Pattern.compile("(\\d{1,15})\\s*(ms|s|m|h|d)");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})\\s*(B|KB|MB|GB)?", Pattern.CASE_INSENSITIVE);
    private static final Map<String, Long> SIZE_UNITS =
            Map.of("B", 1L, "KB", 1024L, "MB", 1024L * 1024, "GB", 1024L * 1024 * 1024);

    public Setting {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "Setting name '" + name + "' is not of the form fleet.part.thing-in-kebab");
        }
        if (doc.isBlank()) {
            throw new IllegalArgumentException("Setting " + name + " has no documentation");
        }
    }

    /** Any text. */
    public static Setting<String> text(String name, String doc, @Nullable String defaultText) {
        return new Setting<>(name, doc, defaultText, "text", false, Function.identity());
    }

    /** Text that is never shown, such as a password. */
    public static Setting<String> secret(String name, String doc, @Nullable String defaultText) {
        return new Setting<>(name, doc, defaultText, "text (secret)", true, Function.identity());
    }

    /** A whole number between two bounds, both included. */
    public static Setting<Integer> integer(String name, String doc, @Nullable String defaultText, int min, int max) {
        return new Setting<>(name, doc, defaultText, "whole number, " + min + " to " + max, false, text -> {
            int value;
            try {
                value = Integer.parseInt(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("is not a whole number", e);
            }
            if (value < min || value > max) {
                throw new IllegalArgumentException("is not between " + min + " and " + max);
            }
            return value;
        });
    }

    /** A decimal number between two bounds, both included. */
    public static Setting<Double> decimal(
            String name, String doc, @Nullable String defaultText, double min, double max) {
        return new Setting<>(name, doc, defaultText, "number, " + min + " to " + max, false, text -> {
            double value;
            try {
                value = Double.parseDouble(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("is not a number", e);
            }
            // Written so that NaN is refused too.
            if (!(value >= min && value <= max)) {
                throw new IllegalArgumentException("is not between " + min + " and " + max);
            }
            return value;
        });
    }

    /** A length of time, not negative: {@code 500ms}, {@code 30s}, {@code 15m}, {@code 2h}, {@code 7d} or ISO 8601. */
    public static Setting<Duration> duration(String name, String doc, @Nullable String defaultText) {
        return new Setting<>(
                name, doc, defaultText, "duration: 500ms, 30s, 15m, 2h, 7d", false, Setting::parseDuration);
    }

    /** A size in bytes, not negative: {@code 4096}, {@code 64KB}, {@code 1MB}, {@code 2GB}, by powers of 1,024. */
    public static Setting<Long> size(String name, String doc, @Nullable String defaultText) {
        return new Setting<>(name, doc, defaultText, "size in bytes: 4096, 64KB, 1MB, 2GB", false, Setting::parseSize);
    }

    /** A path; a leading {@code ~} is the user's home directory; made absolute. */
    public static Setting<Path> path(String name, String doc, @Nullable String defaultText) {
        return new Setting<>(name, doc, defaultText, "path", false, Setting::parsePath);
    }

    /** A path, or none, which is the default; as {@link #path} otherwise. */
    public static Setting<Optional<Path>> optionalPath(String name, String doc) {
        return new Setting<>(
                name, doc, "", "path", false, text -> text.isEmpty() ? Optional.empty() : Optional.of(parsePath(text)));
    }

    /** True or false. */
    public static Setting<Boolean> bool(String name, String doc, @Nullable String defaultText) {
        return new Setting<>(name, doc, defaultText, "true or false", false, text -> switch (text) {
            case "true" -> Boolean.TRUE;
            case "false" -> Boolean.FALSE;
            default -> throw new IllegalArgumentException("is neither true nor false");
        });
    }

    /** Texts separated by commas; blanks around them and empty ones are dropped. */
    public static Setting<List<String>> list(String name, String doc, @Nullable String defaultText) {
        return new Setting<>(
                name, doc, defaultText, "list, separated by commas", false, text -> Arrays.stream(text.split(","))
                        .map(String::strip)
                        .filter(part -> !part.isEmpty())
                        .toList());
    }

    /** One constant of an enum, written in lower case with dashes. */
    public static <E extends Enum<E>> Setting<E> choice(
            String name, String doc, @Nullable String defaultText, Class<E> type) {
        String choices =
                Arrays.stream(type.getEnumConstants()).map(Setting::choiceText).collect(Collectors.joining(", "));
        return new Setting<>(
                name, doc, defaultText, "one of " + choices, false, text -> Arrays.stream(type.getEnumConstants())
                        .filter(constant -> choiceText(constant).equals(text.toLowerCase(Locale.ROOT)))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("is none of " + choices)));
    }

    /** True when a value must be given because there is no default. */
    public boolean required() {
        return defaultText == null;
    }

    /** Name of the environment variable that gives the value: {@code fleet.kafka.x-y} is {@code FLEET_KAFKA_X_Y}. */
    public String environmentName() {
        return name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    private static String choiceText(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Duration parseDuration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (matcher.matches()) {
            long amount = Long.parseLong(matcher.group(1));
            try {
                return switch (matcher.group(2)) {
                    case "ms" -> Duration.ofMillis(amount);
                    case "s" -> Duration.ofSeconds(amount);
                    case "m" -> Duration.ofMinutes(amount);
                    case "h" -> Duration.ofHours(amount);
                    default -> Duration.ofDays(amount);
                };
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException("is too long a time", e);
            }
        }
        try {
            Duration duration = Duration.parse(text);
            if (duration.isNegative()) {
                throw new IllegalArgumentException("is negative");
            }
            return duration;
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("is not a duration", e);
        }
    }

    private static Long parseSize(String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("is not a size");
        }
        String unit = matcher.group(2) == null ? "B" : matcher.group(2).toUpperCase(Locale.ROOT);
        try {
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), SIZE_UNITS.getOrDefault(unit, 1L));
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("is too large a size", e);
        }
    }

    private static Path parsePath(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("is empty");
        }
        String home = System.getProperty("user.home", "");
        String expanded = text.equals("~") || text.startsWith("~/") ? home + text.substring(1) : text;
        try {
            return Path.of(expanded).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("is not a path: " + e.getReason(), e);
        }
    }
}
