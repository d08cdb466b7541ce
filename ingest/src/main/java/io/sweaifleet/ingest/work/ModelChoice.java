package io.sweaifleet.ingest.work;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which model is asked for. With nothing given, the role's models decide, or the only one that is configured.
 *
 * @param model name of a configured model, or null
 * @param url base URL of an OpenAI-compatible endpoint, such as http://localhost:11434/v1, or null
 * @param modelName id of the model at that endpoint or in the recording, or null
 * @param recording directory of recorded exchanges that are played back instead, or null
 */
public record ModelChoice(
        @Nullable String model,
        @Nullable String url,
        @Nullable String modelName,
        @Nullable String recording) {

    /** Nothing is asked for. */
    public static final ModelChoice NONE = new ModelChoice(null, null, null, null);

    /** A recording alone. */
    public static ModelChoice recorded(String directory) {
        return new ModelChoice(null, null, null, directory);
    }

    /** True when it needs no configured model. */
    public boolean isComplete() {
        return url != null || recording != null;
    }

    /**
     * What to submit, when these models are configured and the role lists those.
     *
     * @throws InvalidWorkException when no model would do the work, or another than a reader expects
     */
    public ModelChoice resolve(Models configured, String role, List<String> listed) throws InvalidWorkException {
        check();
        if (isComplete()) {
            return this;
        }
        if (model != null) {
            if (!configured.byName().containsKey(model)) {
                throw new InvalidWorkException(
                        "no model '" + model + "' is configured"
                                + (configured.isEmpty() ? "" : "; there are " + String.join(", ", configured.names())),
                        configured.isEmpty()
                                ? Models.REMEDY
                                : "name one of them, or configure it: " + Models.PREFIX + model + ".url=http://…/v1");
            }
            return this;
        }
        if (listed.stream().anyMatch(configured.byName()::containsKey)) {
            return this;
        }
        if (!listed.isEmpty()) {
            throw new InvalidWorkException(
                    "the " + role + " role wants the models " + String.join(", ", listed)
                            + ", of which none is configured",
                    Models.REMEDY);
        }
        if (configured.isEmpty()) {
            throw new InvalidWorkException(
                    "no chat model is configured (" + Models.PREFIX
                            + "<name>.url), and a task in plain words needs one",
                    Models.REMEDY);
        }
        if (configured.byName().size() > 1) {
            throw new InvalidWorkException(
                    "several models are configured (" + String.join(", ", configured.names()) + ") and the " + role
                            + " role lists none",
                    "name one with --model, or list them under `models` of the role (`fleet roles apply`)");
        }
        return new ModelChoice(configured.names().get(0), null, null, null);
    }

    private void check() throws InvalidWorkException {
        if (url != null && !url.matches("https?://[^/\\s]+.*")) {
            throw new InvalidWorkException(
                    "'" + url + "' is not the URL of an endpoint", "write it like http://localhost:11434/v1");
        }
        if (url != null && model != null) {
            throw new InvalidWorkException(
                    "both a configured model and a URL are given",
                    "give --model NAME, or --model-url URL with --model-name ID");
        }
        if (modelName != null && url == null && recording == null) {
            throw new InvalidWorkException(
                    "a model id is given without an endpoint",
                    "add --model-url, or name a configured model with --model NAME");
        }
    }

    /** As inputs of the task. */
    Map<String, String> inputs() {
        Map<String, String> inputs = new LinkedHashMap<>();
        put(inputs, "model", model);
        put(inputs, "modelUrl", url);
        put(inputs, "modelName", modelName);
        put(inputs, "recording", recording);
        return inputs;
    }

    private static void put(Map<String, String> inputs, String name, @Nullable String value) {
        if (value != null) {
            inputs.put(name, value);
        }
    }
}
