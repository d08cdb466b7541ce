package io.sweaifleet.agent.sandbox;

import io.sweaifleet.agent.playbook.Toolbox.Cache;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Puts a writable layer of the attempt over the host's dependency caches, so that a build may write where it is used to
 * and the host's files stay as they are.
 *
 * <p>Where the kernel lets an unprivileged process do it, the layer is an overlay file system, mounted in a mount
 * namespace of the command alone: nothing is copied, and nothing is left when the command ends. Elsewhere it is a copy of
 * the directory tree with a symbolic link for each file; a file that a build writes is then its own, as tools replace
 * files in a cache instead of changing them.
 */
final class CacheLayers {

    /** Mounts n overlays, given as lower, upper, work, target, and becomes the rest of its arguments. */
    private static final String MOUNT_SCRIPT = "n=$1; shift; while [ \"$n\" -gt 0 ]; do "
            + "mount -t overlay overlay -o \"lowerdir=$1,upperdir=$2,workdir=$3,userxattr\" \"$4\" || exit 125; "
            + "shift 4; n=$((n-1)); done; exec \"$@\"";

    private final Path hostHome;
    private final HostUser user;
    private final Map<String, String> hostVariables;
    private final boolean kernelOverlay;

    CacheLayers(Path hostHome, HostUser user, Map<String, String> hostVariables, boolean kernelOverlay) {
        this.hostHome = hostHome;
        this.user = user;
        this.hostVariables = Map.copyOf(hostVariables);
        this.kernelOverlay = kernelOverlay;
    }

    /** Whether the kernel lays one directory over another here; else layers are trees of links. */
    boolean kernelOverlay() {
        return kernelOverlay;
    }

    /**
     * A prepared layer.
     *
     * @param target where the merged directory is on the host
     * @param inHome where commands find it, relative to their home directory
     * @param lower the host's cache
     * @param upper what commands write, of an overlay
     * @param work the kernel's own directory, of an overlay
     * @param overlay whether it is an overlay; else a tree of links
     */
    record Layer(Path target, String inHome, Path lower, Path upper, Path work, boolean overlay) {}

    /** Makes the directories of the layers, and copies trees where there is no overlay. */
    List<Layer> prepare(Confinement confinement, List<Cache> caches, LinkTarget links) throws IOException {
        List<Layer> layers = new ArrayList<>();
        for (CacheDirectory directory : CacheDirectory.existing(caches, hostHome, hostVariables)) {
            Path base = confinement.layers().resolve(directory.layerName());
            Layer layer = new Layer(
                    base.resolve("merged"),
                    directory.inHome(),
                    directory.host(),
                    base.resolve("upper"),
                    base.resolve("work"),
                    kernelOverlay && mountable(directory.host()) && mountable(base) && isOwn(directory.host()));
            if (layer.overlay()) {
                Files.createDirectories(layer.upper());
                Files.createDirectories(layer.work());
                Files.createDirectories(layer.target());
            } else if (!Files.isDirectory(layer.target())) {
                linkTree(layer.lower(), layer.target(), links.of(layer));
            }
            layers.add(layer);
        }
        return layers;
    }

    /** Where links of a copied tree have to point for the command that sees them. */
    interface LinkTarget {
        Path of(Layer layer);
    }

    /** The words to put before a command so that it starts with the overlays mounted. */
    static List<String> mountPrefix(List<Layer> layers) {
        List<Layer> overlays = layers.stream().filter(Layer::overlay).toList();
        if (overlays.isEmpty()) {
            return List.of();
        }
        List<String> words = new ArrayList<>(List.of(
                "unshare",
                "--user",
                "--map-root-user",
                "--mount",
                "--propagation",
                "private",
                "sh",
                "-c",
                MOUNT_SCRIPT));
        words.add("fleet-layers");
        words.add(Integer.toString(overlays.size()));
        for (Layer layer : overlays) {
            words.add(layer.lower().toString());
            words.add(layer.upper().toString());
            words.add(layer.work().toString());
            words.add(layer.target().toString());
        }
        return words;
    }

    /** The mount option has no escape that all kernels agree on, so such a path gets a copied tree. */
    private static boolean mountable(Path path) {
        String text = path.toString();
        return text.indexOf(':') < 0 && text.indexOf(',') < 0 && text.indexOf('\\') < 0;
    }

    /**
     * Only the user's own ids exist in the name space that mounts: the overlay cannot copy up what another user or group
     * owns, so nothing could be written next to it.
     */
    private boolean isOwn(Path cache) throws IOException {
        return Files.getAttribute(cache, "unix:uid").equals(user.uid())
                && Files.getAttribute(cache, "unix:gid").equals(user.gid());
    }

    private static void linkTree(Path from, Path to, Path linksTo) throws IOException {
        Files.createDirectories(to);
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Files.createDirectories(to.resolve(from.relativize(directory)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path relative = from.relativize(file);
                if (!Files.exists(to.resolve(relative), LinkOption.NOFOLLOW_LINKS)) {
                    Files.createSymbolicLink(to.resolve(relative), linksTo.resolve(relative));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                return FileVisitResult.CONTINUE; // A cache may change while it is read; what vanished is not there.
            }
        });
    }
}
