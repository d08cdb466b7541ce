package io.sweaifleet.agent.sandbox.offer;

import io.sweaifleet.agent.sandbox.SandboxLimits;
import io.sweaifleet.agent.sandbox.Sandboxes;
import io.sweaifleet.agent.sandbox.container.ImageCatalogue;
import io.sweaifleet.schemas.config.Setting;
import io.sweaifleet.schemas.config.SettingException;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.config.SettingsProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Settings of the sandboxes. */
public final class SandboxSettings implements SettingsProvider {

    /** What isolates commands. */
    public static final Setting<Sandboxes.Choice> SANDBOX = Setting.choice(
            "fleet.worker.sandbox",
            "What isolates commands that execute a repository's code, for roles that name no sandbox. auto: bubblewrap"
                    + " where it works, else none. bubblewrap, docker, kubernetes: that, or refuse to start. process: plain"
                    + " processes of the worker's user, which can read the user's files and use the network. none: such"
                    + " commands are skipped.",
            "auto",
            Sandboxes.Choice.class);

    /** Memory of an attempt. */
    public static final Setting<Long> MEMORY = Setting.size(
            "fleet.sandbox.memory",
            "Memory that the commands of an attempt may use together, in a container or in bubblewrap where it can have a"
                    + " cgroup; there is no swap beyond it.",
            "4GB");

    /** Processes of an attempt. */
    public static final Setting<Integer> PIDS = Setting.integer(
            "fleet.sandbox.pids",
            "Processes and threads that the commands of an attempt may have at once.",
            "256",
            8,
            100_000);

    /** CPU of an attempt. */
    public static final Setting<Integer> CPU_MILLIS = Setting.integer(
            "fleet.sandbox.cpu-millis",
            "CPU of a container, in thousandths of a core; 0 is not limited.",
            "2000",
            0,
            1_000_000);

    /** Longest file. */
    public static final Setting<Long> MAX_FILE =
            Setting.size("fleet.sandbox.max-file", "Longest file that a command may write.", "4GB");

    /** Growth of the attempt's folders. */
    public static final Setting<Long> MAX_DISK = Setting.size(
            "fleet.sandbox.max-disk",
            "What the folders of an attempt may grow by; a command that writes more is ended. 0 is not limited.",
            "8GB");

    /** The image catalogue. */
    public static final Setting<List<String>> IMAGES = Setting.list(
            "fleet.sandbox.images",
            "Images of the sandboxes docker and kubernetes, as name=image: java, node, python and go are for repositories of"
                    + " that language, default for all others, and a role may name any. name=build:FOLDER has Docker build"
                    + " the folder's Dockerfile. Without an image neither sandbox is offered.",
            "");

    /** The Docker engine. */
    public static final Setting<String> DOCKER_ADDRESS = Setting.text(
            "fleet.sandbox.docker.address",
            "Address of the Docker engine, which runs on the worker's host, such as unix:///var/run/docker.sock; empty for"
                    + " DOCKER_HOST, else that socket.",
            "");

    /** Whether to pull. */
    public static final Setting<Boolean> DOCKER_PULL = Setting.bool(
            "fleet.sandbox.docker.pull",
            "Whether an image that the Docker engine lacks is pulled from its registry when an attempt first needs it.",
            "false");

    /** The cluster. */
    public static final Setting<Optional<Path>> KUBECONFIG = Setting.optionalPath(
            "fleet.sandbox.kubernetes.kubeconfig",
            "Kubeconfig of the cluster for the sandbox kubernetes, whose current context is used; without it that sandbox is"
                    + " not offered.");

    /** The namespace. */
    public static final Setting<String> NAMESPACE = Setting.text(
            "fleet.sandbox.kubernetes.namespace",
            "Namespace of the attempts' Jobs. It is created, with the restricted pod security standard and a network policy"
                    + " that denies everything, when it does not exist.",
            "fleet-agents");

    /** For the service loader; the settings themselves are constants. */
    public SandboxSettings() {}

    @Override
    public String part() {
        return "Worker: sandboxes";
    }

    @Override
    public List<Setting<?>> settings() {
        return List.of(
                SANDBOX,
                MEMORY,
                PIDS,
                CPU_MILLIS,
                MAX_FILE,
                MAX_DISK,
                IMAGES,
                DOCKER_ADDRESS,
                DOCKER_PULL,
                KUBECONFIG,
                NAMESPACE);
    }

    /** The limits that these settings state. */
    static SandboxLimits limits(Settings settings) {
        return new SandboxLimits(
                settings.get(MEMORY),
                settings.get(PIDS),
                settings.get(CPU_MILLIS),
                settings.get(MAX_FILE),
                settings.get(MAX_DISK));
    }

    /** The image catalogue. */
    static ImageCatalogue images(Settings settings) {
        try {
            return ImageCatalogue.parse(settings.get(IMAGES));
        } catch (IllegalArgumentException e) {
            throw new SettingException(IMAGES.name(), "Setting " + IMAGES.name() + ": " + e.getMessage());
        }
    }
}
