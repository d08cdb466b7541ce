package io.sweaifleet.topology.query;

import io.sweaifleet.schemas.json.IsoTimes;
import io.sweaifleet.schemas.key.Keys;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The parameters of a query, read and checked. */
final class Parameters {

    private final Map<String, List<String>> values = new LinkedHashMap<>();

    /**
     * @param query what follows the question mark, as it was sent, or null
     * @param known names that the query takes
     * @throws QueryException when it has others
     */
    Parameters(@Nullable String query, Set<String> known) {
        for (String pair : query == null ? new String[0] : query.split("&")) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
            if (!known.contains(name)) {
                throw QueryException.wrong(
                        name,
                        "Parameter '" + name + "' is not known here",
                        "Use any of "
                                + String.join(", ", known.stream().sorted().toList()));
            }
            values.computeIfAbsent(name, unseen -> new ArrayList<>())
                    .add(equals < 0 ? "" : decoded(pair.substring(equals + 1)));
        }
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw QueryException.wrong(text, "'" + text + "' is not percent-encoded text", "Encode % as %25");
        }
    }

    /** Every value of a parameter that may be repeated. */
    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** The value of a parameter, or null. */
    @Nullable
    String one(String name) {
        List<String> given = all(name);
        if (given.size() > 1) {
            throw QueryException.wrong(
                    name, "Parameter " + name + " is given " + given.size() + " times", "Give it once");
        }
        return given.isEmpty() ? null : given.get(0);
    }

    /** The value of a parameter that is an id, or null. */
    @Nullable
    String id(String name) {
        String value = one(name);
        if (value != null && !Keys.isId(value)) {
            throw QueryException.wrong(
                    name,
                    "Parameter " + name + " = '" + value + "' is not an id",
                    "Ids have lower-case letters, digits and dashes, 1 to 100 of them");
        }
        return value;
    }

    /** A whole number between two bounds, both included. */
    int number(String name, int absent, int min, int max) {
        String value = one(name);
        if (value == null) {
            return absent;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // Told below, as a number that is out of bounds is.
        }
        throw QueryException.wrong(
                name,
                "Parameter " + name + " = '" + value + "' is not a whole number from " + min + " to " + max,
                "Give a number within these bounds");
    }

    /** A time, or null. */
    @Nullable
    Instant time(String name) {
        String value = one(name);
        return value == null
                ? null
                : IsoTimes.parseTime(value)
                        .orElseThrow(() -> QueryException.wrong(
                                name,
                                "Parameter " + name + " = '" + value + "' is not a time",
                                "Write 2026-01-31T12:00:00Z, or milliseconds since 1970"));
    }

    /** A duration up to a longest one. */
    Duration duration(String name, Duration absent, Duration max) {
        String value = one(name);
        return value == null
                ? absent
                : IsoTimes.parseDuration(value)
                        .filter(duration -> !duration.isNegative() && duration.compareTo(max) <= 0)
                        .orElseThrow(() -> QueryException.wrong(
                                name,
                                "Parameter " + name + " = '" + value + "' is not a duration up to " + max.toSeconds()
                                        + "s",
                                "Write 500ms or 5s"));
    }

    /** Texts {@code name=value}, by name. */
    Map<String, String> pairs(String name) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String value : all(name)) {
            int equals = value.indexOf('=');
            if (equals < 1) {
                throw QueryException.wrong(
                        name, "Parameter " + name + " = '" + value + "' is not NAME=VALUE", "Write label=team%3Dcore");
            }
            pairs.put(value.substring(0, equals), value.substring(equals + 1));
        }
        return pairs;
    }
}
