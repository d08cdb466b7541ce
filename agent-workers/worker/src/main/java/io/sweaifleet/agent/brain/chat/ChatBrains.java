package io.sweaifleet.agent.brain.chat;

import io.sweaifleet.agent.attempt.Attempt;
import io.sweaifleet.agent.brain.Brain;
import io.sweaifleet.agent.brain.BrainContext;
import io.sweaifleet.agent.brain.limit.InferenceGate;
import io.sweaifleet.agent.brain.limit.LocalGate;
import io.sweaifleet.agent.brain.limit.RedisGate;
import io.sweaifleet.agent.brain.model.ChatModel;
import io.sweaifleet.agent.brain.model.ModelConfig;
import io.sweaifleet.agent.brain.model.ModelSettings;
import io.sweaifleet.agent.brain.openai.OpenAiChat;
import io.sweaifleet.agent.brain.recorded.Normaliser;
import io.sweaifleet.agent.brain.recorded.RecordedChat;
import io.sweaifleet.agent.brain.recorded.Recording;
import io.sweaifleet.agent.playbook.PlaybookFailure;
import io.sweaifleet.agent.tool.builtin.FleetModelTools;
import io.sweaifleet.agent.tool.mcp.McpSettings;
import io.sweaifleet.agent.tool.spec.ModelTools;
import io.sweaifleet.schemas.common.BrainKind;
import io.sweaifleet.schemas.common.BrainStamp;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.worker.Assignment;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Chat models of a worker, and the brains that ask them. Thread-safe. */
public final class ChatBrains implements AutoCloseable {

    /** The kind of task that a chat model does. */
    public static final String KIND = "agent.do";

    static final String HOW_TO_NAME_A_MODEL =
            "list one in the role's models, or give the task an input: model (a name of"
                    + " fleet.models.NAME in the worker's settings), or modelUrl and modelName";

    private final Settings settings;
    private final Map<String, ModelConfig> models;
    private final Set<String> allowedHosts;
    private final InferenceGate gate;
    private final Backoff backoff;
    private final Clock clock;
    private final HttpClient http = OpenAiChat.newHttp();

    private ChatBrains(Settings settings, InferenceGate gate, Backoff backoff, Clock clock) {
        this.settings = settings;
        this.models = ModelSettings.read(settings);
        this.allowedHosts = Arrays.stream(
                        settings.get(ModelSettings.ALLOWED_HOSTS).split(","))
                .map(String::strip)
                .collect(Collectors.toUnmodifiableSet());
        this.gate = gate;
        this.backoff = backoff;
        this.clock = clock;
    }

    /**
     * Those that the settings describe. Limits are shared by way of Redis where there is one.
     *
     * @throws io.sweaifleet.schemas.config.SettingException when a model's settings cannot be used
     */
    public static ChatBrains of(Settings settings, Clock clock) {
        InferenceGate gate = settings.find(FleetSettings.REDIS_URL)
                .<InferenceGate>map(RedisGate::new)
                .orElseGet(LocalGate::new);
        return new ChatBrains(settings, gate, Backoff.DEFAULT, clock);
    }

    /** As {@link #of(Settings, Clock)}, with other waits between tries. */
    static ChatBrains of(Settings settings, Backoff backoff, Clock clock) {
        return new ChatBrains(settings, new LocalGate(), backoff, clock);
    }

    /** Whether the role or the task names a model. */
    public static boolean namesModel(RoleDefinition role, Assignment assignment) {
        return !role.getModels().isEmpty()
                || !input(assignment, "model").isEmpty()
                || !input(assignment, "modelUrl").isEmpty()
                || !input(assignment, "recording").isEmpty();
    }

    /** The brain of an attempt. Whether its models can be used shows when it runs. */
    public Brain brain(Attempt attempt) {
        Assignment assignment = attempt.assignment();
        String name = "";
        String id = "";
        BrainKind kind = input(assignment, "recording").isEmpty() ? BrainKind.CHAT_MODEL : BrainKind.RECORDED;
        try {
            ModelConfig first = configs(attempt.role(), assignment).get(0);
            name = first.name();
            id = first.model();
            kind = first.kind();
        } catch (PlaybookFailure e) {
            name = input(assignment, "model");
        }
        return new ChatModelBrain(
                this,
                BrainStamp.newBuilder()
                        .setKind(kind)
                        .setName(name)
                        .setVersion(id)
                        .build());
    }

    InferenceGate gate() {
        return gate;
    }

    Backoff backoff() {
        return backoff;
    }

    Clock clock() {
        return clock;
    }

    /** The tools of an attempt. */
    ModelTools tools(BrainContext context) throws InterruptedException {
        return FleetModelTools.open(context, McpSettings.servers(settings), clock);
    }

    /**
     * The models of an attempt, in order of preference.
     *
     * @throws PlaybookFailure when one cannot be used
     */
    List<ChatModel> open(BrainContext context, Normaliser normaliser) throws PlaybookFailure {
        List<ChatModel> opened = new ArrayList<>();
        for (ModelConfig config : configs(context.role(), context.assignment())) {
            opened.add(open(config, normaliser));
        }
        return opened;
    }

    private ChatModel open(ModelConfig config, Normaliser normaliser) throws PlaybookFailure {
        Path recording = config.recording();
        if (recording != null) {
            try {
                return new RecordedChat(config, Recording.read(recording), normaliser);
            } catch (IOException e) {
                throw PlaybookFailure.failed(
                        FailureClass.ENVIRONMENT,
                        "RECORDING_UNREADABLE",
                        "the recording of model " + config.name() + " cannot be read: " + e,
                        "give a directory that holds the exchanges.jsonl of an earlier run");
            }
        }
        String key = "";
        if (!config.apiKeySecret().isEmpty()) {
            key = ModelSettings.secret(settings, config.apiKeySecret())
                    .orElseThrow(() -> PlaybookFailure.failed(
                            FailureClass.ENVIRONMENT,
                            "SECRET_MISSING",
                            "model " + config.name() + " needs the secret " + config.apiKeySecret()
                                    + ", which this worker does not have",
                            "put the key into the file secrets/agents/" + config.apiKeySecret()
                                    + " below the worker's data directory (mode 600)"));
        }
        return new OpenAiChat(config, key, http);
    }

    private List<ModelConfig> configs(RoleDefinition role, Assignment assignment) throws PlaybookFailure {
        List<ModelConfig> configs = named(role, assignment);
        String recording = input(assignment, "recording");
        if (recording.isEmpty()) {
            return configs;
        }
        try {
            return List.of(configs.get(0).playedBackFrom(Path.of(recording)));
        } catch (InvalidPathException e) {
            throw PlaybookFailure.badInput(
                    "inputs.recording",
                    recording,
                    "input recording is no path",
                    "give a directory on the worker's machine");
        }
    }

    private List<ModelConfig> named(RoleDefinition role, Assignment assignment) throws PlaybookFailure {
        String url = input(assignment, "modelUrl");
        if (!url.isEmpty()) {
            return List.of(ModelSettings.ofUrl(allowed(url), modelName(assignment)));
        }
        String name = input(assignment, "model");
        List<String> names = name.isEmpty() ? role.getModels() : List.of(name);
        if (names.isEmpty() && !input(assignment, "recording").isEmpty()) {
            return List.of(ModelSettings.ofUrl(URI.create("http://localhost"), ""));
        }
        if (names.isEmpty()) {
            throw PlaybookFailure.failed(
                    FailureClass.PERMANENT,
                    "MODEL_MISSING",
                    "neither the role " + role.getRole() + " nor the task names a model",
                    HOW_TO_NAME_A_MODEL);
        }
        List<ModelConfig> configs = new ArrayList<>();
        for (String each : names) {
            ModelConfig config = models.get(each);
            if (config != null) {
                configs.add(config);
            } else if (!name.isEmpty()) {
                throw PlaybookFailure.badInput("inputs.model", each, unknown(each), HOW_TO_NAME_A_MODEL);
            }
        }
        if (configs.isEmpty()) {
            throw PlaybookFailure.failed(
                    FailureClass.ENVIRONMENT,
                    "MODEL_UNKNOWN",
                    unknown(String.join(", ", names)),
                    "set fleet.models." + names.get(0) + ".url and .model in the worker's settings");
        }
        return configs;
    }

    private String unknown(String name) {
        return "this worker has no model " + name + "; it has "
                + (models.isEmpty() ? "none" : String.join(", ", new TreeMap<>(models).keySet()));
    }

    private static String modelName(Assignment assignment) throws PlaybookFailure {
        String name = input(assignment, "modelName");
        if (name.isEmpty() && input(assignment, "recording").isEmpty()) {
            throw PlaybookFailure.badInput(
                    "inputs.modelName",
                    "",
                    "input modelUrl comes without modelName",
                    "give the model's id at that address");
        }
        return name;
    }

    private URI allowed(String text) throws PlaybookFailure {
        URI url = ModelSettings.parseUrl(text)
                .orElseThrow(() -> PlaybookFailure.badInput(
                        "inputs.modelUrl", text, "input modelUrl is no base address", "give http://host:port/v1"));
        String host = url.getHost().replaceAll("^\\[|]$", "");
        if (!allowedHosts.contains(host)) {
            throw PlaybookFailure.badInput(
                    "inputs.modelUrl",
                    text,
                    "input modelUrl names the host " + host + ", which is not allowed",
                    "add it to fleet.models.allowed-hosts in the worker's settings, or configure the model there");
        }
        return url;
    }

    private static String input(Assignment assignment, String name) {
        return assignment.getInputs().getOrDefault(name, "").strip();
    }

    @Override
    public void close() {
        gate.close();
    }
}
