package io.sweaifleet.agent.sandbox.offer;

import io.sweaifleet.agent.sandbox.HostEnvironment;
import io.sweaifleet.agent.sandbox.Sandbox;
import io.sweaifleet.agent.sandbox.SandboxLimits;
import io.sweaifleet.agent.sandbox.SandboxUnavailableException;
import io.sweaifleet.agent.sandbox.Sandboxes;
import io.sweaifleet.agent.sandbox.Sandboxes.Choice;
import io.sweaifleet.agent.sandbox.container.ImageCatalogue;
import io.sweaifleet.agent.sandbox.docker.DockerOptions;
import io.sweaifleet.agent.sandbox.docker.DockerSandbox;
import io.sweaifleet.agent.sandbox.kubernetes.KubernetesOptions;
import io.sweaifleet.agent.sandbox.kubernetes.KubernetesSandbox;
import io.sweaifleet.schemas.config.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sandboxes of one worker: the one for roles that name none, and those that roles may name. A sandbox that does not
 * work is refused with the reason, never replaced by a weaker one.
 */
public final class OfferedSandboxes implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(OfferedSandboxes.class);

    /** Beginning of the capabilities that say which sandboxes a worker has. */
    static final String CAPABILITY = "sandbox-";

    private final Sandbox standard;
    private final Map<String, Sandbox> named;
    private final Map<String, String> refused;

    private OfferedSandboxes(Sandbox standard, Map<String, Sandbox> named, Map<String, String> refused) {
        this.standard = standard;
        this.named = Map.copyOf(named);
        this.refused = Map.copyOf(refused);
    }

    /** One sandbox, for every role that names it or none. */
    public static OfferedSandboxes only(Sandbox sandbox) {
        return new OfferedSandboxes(sandbox, Map.of(sandbox.name(), sandbox), Map.of());
    }

    /**
     * Tries every sandbox that the settings describe, and logs a line about each.
     *
     * @param workDirectory where attempts will work
     * @throws SandboxUnavailableException when {@code fleet.worker.sandbox} names one that does not work
     */
    public static OfferedSandboxes probe(Settings settings, HostEnvironment host, Path workDirectory) {
        Choice choice = settings.get(SandboxSettings.SANDBOX);
        SandboxLimits limits = SandboxSettings.limits(settings);
        ImageCatalogue images = SandboxSettings.images(settings);
        Optional<Path> kubeconfig = settings.get(SandboxSettings.KUBECONFIG);
        Map<Choice, Supplier<Sandbox>> kinds = new LinkedHashMap<>();
        kinds.put(Choice.BUBBLEWRAP, () -> Sandboxes.select(Choice.BUBBLEWRAP, host, workDirectory, limits));
        kinds.put(
                Choice.DOCKER,
                () -> DockerSandbox.connect(
                        new DockerOptions(
                                settings.get(SandboxSettings.DOCKER_ADDRESS),
                                needed(images),
                                settings.get(SandboxSettings.DOCKER_PULL),
                                limits),
                        workDirectory));
        kinds.put(
                Choice.KUBERNETES,
                () -> KubernetesSandbox.connect(
                        new KubernetesOptions(
                                kubeconfig.orElseThrow(() -> new SandboxUnavailableException("no cluster is named; set "
                                        + SandboxSettings.KUBECONFIG.name() + " to a kubeconfig")),
                                settings.get(SandboxSettings.NAMESPACE),
                                needed(images),
                                limits),
                        workDirectory));
        Map<String, Sandbox> named = new LinkedHashMap<>();
        Map<String, String> refused = new LinkedHashMap<>();
        kinds.forEach((kind, make) -> {
            String name = kind.name().toLowerCase(java.util.Locale.ROOT);
            try {
                named.put(name, make.get());
            } catch (SandboxUnavailableException e) {
                refused.put(name, String.valueOf(e.getMessage()));
            }
        });
        Sandbox standard;
        String wanted = choice.name().toLowerCase(java.util.Locale.ROOT);
        Sandbox bubblewrap = named.get("bubblewrap");
        if (choice == Choice.AUTO && bubblewrap != null) {
            standard = bubblewrap;
        } else if (kinds.containsKey(choice)) {
            Sandbox found = named.get(wanted);
            if (found == null) {
                named.values().forEach(Sandbox::close);
                throw new SandboxUnavailableException(SandboxSettings.SANDBOX.name() + " is " + wanted + ", but "
                        + refused.get(wanted) + "; or choose another sandbox");
            }
            standard = found;
        } else {
            standard = Sandboxes.select(choice, host, workDirectory, limits);
        }
        named.put(standard.name(), standard);
        log.info("sandbox {} (of roles that name none)", standard.description());
        named.values().stream()
                .filter(sandbox -> sandbox != standard)
                .forEach(sandbox -> log.info("sandbox {}", sandbox.description()));
        refused.forEach((name, why) -> log.info("sandbox {} is not offered: {}", name, why));
        return new OfferedSandboxes(standard, named, refused);
    }

    private static ImageCatalogue needed(ImageCatalogue images) {
        if (images.isEmpty()) {
            throw new SandboxUnavailableException("no image is named; set " + SandboxSettings.IMAGES.name()
                    + " to the images of your repositories, such as default=debian:12");
        }
        return images;
    }

    /** The sandbox of roles that name none. */
    public Sandbox standard() {
        return standard;
    }

    /**
     * The sandbox for a role.
     *
     * @param name what the role says; empty for the standard one
     * @throws SandboxUnavailableException when this worker does not have it, saying why
     */
    public Sandbox named(String name) {
        if (name.isEmpty()) {
            return standard;
        }
        Sandbox sandbox = named.get(name);
        if (sandbox == null) {
            String why = refused.get(name);
            throw new SandboxUnavailableException("this worker does not offer the sandbox " + name
                    + (why == null ? "; it offers " + String.join(", ", names()) : ": " + why));
        }
        return sandbox;
    }

    /** Names of what is offered, sorted. */
    public List<String> names() {
        return named.keySet().stream().sorted().toList();
    }

    /** What a worker with these sandboxes can do, as capabilities: {@code sandbox-docker}. Sandbox none is not one. */
    public List<String> capabilities() {
        List<String> capabilities = new ArrayList<>();
        for (String name : names()) {
            if (!name.equals("none")) {
                capabilities.add(CAPABILITY + name);
            }
        }
        return capabilities;
    }

    /** Removes what attempts of dead workers left running. */
    public void sweep(Path workDirectory) {
        named.values().forEach(sandbox -> sandbox.sweep(workDirectory));
    }

    @Override
    public void close() {
        named.values().forEach(Sandbox::close);
    }
}
