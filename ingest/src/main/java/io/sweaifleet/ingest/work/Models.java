package io.sweaifleet.ingest.work;

import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.role.RoleDefinition;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The chat models that settings name: {@code fleet.models.<name>.url}, {@code .model}, {@code .recording} and so on.
 *
 * @param byName properties of each model, such as {@code url}, by the model's name
 */
public record Models(Map<String, Map<String, String>> byName) {

    /** What the names of all settings of models begin with. */
    public static final String PREFIX = "fleet.models.";

    /** What to do when there is none, with an example that works with Ollama as it is after its installation. */
    public static final String REMEDY =
            """
            name one for this task:  --model-url http://localhost:11434/v1 --model-name qwen2.5-coder:7b   (Ollama)
            or for every task, when the node starts:
              fleet up -d --set fleet.models.local.url=http://localhost:11434/v1 --set fleet.models.local.model=qwen2.5-coder:7b
            with a key: fleet.models.<name>.api-key-secret names its secret; see docs/brains.md""";

    public Models {
        byName = Map.copyOf(byName);
    }

    /** Those of the settings; one that has neither an address nor a recording is none. */
    public static Models of(Settings settings) {
        Map<String, Map<String, String>> found = new TreeMap<>();
        settings.withPrefix(PREFIX).forEach((rest, value) -> {
            int dot = rest.indexOf('.');
            if (dot > 0) {
                found.computeIfAbsent(rest.substring(0, dot), name -> new TreeMap<>())
                        .put(rest.substring(dot + 1), value);
            }
        });
        found.values().removeIf(model -> !model.containsKey("url") && !model.containsKey("recording"));
        return new Models(found);
    }

    /** Names, sorted. */
    public List<String> names() {
        return byName.keySet().stream().sorted().toList();
    }

    /** True when the settings name no model. */
    public boolean isEmpty() {
        return byName.isEmpty();
    }

    /** Models that a role lists, in order of preference; empty when it lists none. */
    public static List<String> listedBy(RoleDefinition role) {
        // By name, since roles of an older fleet do not have the field.
        var field = role.getSchema().getField("models");
        return field != null && role.get(field.pos()) instanceof Collection<?> names
                ? names.stream().map(String::valueOf).toList()
                : List.of();
    }
}
