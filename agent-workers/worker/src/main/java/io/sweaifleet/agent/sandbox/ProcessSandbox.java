package io.sweaifleet.agent.sandbox;

import io.sweaifleet.agent.sandbox.CacheLayers.Layer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Commands as plain processes of the worker's user, with a cleared environment, an own home and temporary directory, and
 * layers over the dependency caches. It keeps a build from changing what it would change by habit; it does <em>not</em>
 * keep hostile code from reading the user's files or using the network. Therefore the operator has to allow it by name.
 */
public final class ProcessSandbox extends HostSandbox {

    private final CacheLayers layers;

    ProcessSandbox(HostEnvironment host, HostUser user, boolean kernelOverlay) {
        super(host, user, SandboxLimits.NONE);
        this.layers = new CacheLayers(host.home(), user, System.getenv(), kernelOverlay);
    }

    @Override
    public String name() {
        return "process";
    }

    @Override
    public String description() {
        return "process: commands run as plain processes of user " + user.name()
                + ", as the operator allowed; they can read this user's files and use the network"
                + (layers.kernelOverlay()
                        ? ""
                        : ", and write through the links to the files of its dependency caches, as the kernel has no"
                                + " overlay for it");
    }

    @Override
    Launch prepare(Confinement confinement, SandboxedCommand command) throws IOException {
        Path home = confinement.home();
        for (Path folder : List.of(home, confinement.temporary(), confinement.scratch())) {
            Files.createDirectories(folder);
        }
        List<Layer> prepared = layers.prepare(confinement, command.caches(), Layer::lower);
        List<String> words = new ArrayList<>();
        List<Layer> mounted = new ArrayList<>();
        for (Layer layer : prepared) {
            Path place = home.resolve(layer.inHome());
            if (layer.overlay()) {
                Files.createDirectories(place);
                mounted.add(new Layer(place, layer.inHome(), layer.lower(), layer.upper(), layer.work(), true));
            } else if (!Files.exists(place)) {
                Path parent = place.getParent();
                if (parent != null) {
                    Files.createDirectories(parent);
                }
                Files.createSymbolicLink(place, layer.target());
            }
        }
        words.addAll(CacheLayers.mountPrefix(mounted));
        if (!mounted.isEmpty()) {
            // Back to the user's own ids: programs that see root behave differently.
            words.addAll(List.of("unshare", "--user", "--map-user=" + user.uid(), "--map-group=" + user.gid()));
        }
        if (host.find("setpriv").isPresent()) {
            words.addAll(List.of("setpriv", "--pdeathsig", "KILL"));
        }
        words.addAll(command.argv());
        Map<String, String> variables =
                Environments.of(host, user, confinement, command, home, confinement.temporary());
        return new Launch(words, variables, command.directory());
    }
}
