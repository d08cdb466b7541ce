package io.sweaifleet.agent.sandbox;

import io.sweaifleet.agent.sandbox.CacheLayers.Layer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Commands in namespaces of their own, made by bubblewrap: no network, no other processes, a root that holds only the
 * system's directories and the toolchains on the path (read-only), an own {@code /etc}, {@code /tmp} and home directory,
 * and the clone and the scratch directory as the only places of the host they can write. The clone's {@code .git} is
 * read-only, because git on the host later trusts its configuration. When the worker dies, the commands die.
 */
public final class BubblewrapSandbox extends HostSandbox {

    /** Where the caches are shown to links of a copied tree. */
    private static final Path SHOWN_CACHES = Path.of("/run/fleet/caches");

    /** What programs need of /etc and what holds no secret. */
    private static final List<String> ETC = List.of(
            "alternatives",
            "ca-certificates",
            "ca-certificates.conf",
            "debian_version",
            "fonts",
            "gai.conf",
            "java",
            "java-8-openjdk",
            "java-11-openjdk",
            "java-17-openjdk",
            "java-21-openjdk",
            "java-25-openjdk",
            "ld.so.cache",
            "ld.so.conf",
            "ld.so.conf.d",
            "localtime",
            "locale.alias",
            "lsb-release",
            "magic",
            "magic.mime",
            "maven",
            "mime.types",
            "nsswitch.conf",
            "os-release",
            "pki",
            "protocols",
            "redhat-release",
            "services",
            "ssl",
            "timezone");

    /** Enters control groups, opens the filter, and becomes the rest of its arguments. */
    private static final String START = "n=$1; shift; while [ \"$n\" -gt 0 ]; do "
            + "echo $$ > \"$1/cgroup.procs\" || exit 125; shift; n=$((n-1)); done; "
            + "exec 9<\"$1\" || exit 125; shift; exec \"$@\"";

    /** What of {@code /proc} root may change although it is root of its own namespace only. */
    private static final List<String> KERNEL = List.of("sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "scsi");

    private final CacheLayers layers;
    private final Optional<Cgroups> cgroups;
    private final Optional<byte[]> filter;

    BubblewrapSandbox(HostEnvironment host, HostUser user, boolean kernelOverlay, SandboxLimits limits) {
        super(host, user, limits);
        this.layers = new CacheLayers(host.home(), user, System.getenv(), kernelOverlay);
        this.cgroups = Cgroups.find();
        this.filter = SeccompFilter.forArchitecture(System.getProperty("os.arch", ""));
    }

    @Override
    public String name() {
        return "bubblewrap";
    }

    @Override
    public String description() {
        return "bubblewrap: commands run without network, with the clone and a scratch directory as their only writable"
                + " places; dependency caches are read-only under "
                + (layers.kernelOverlay() ? "an overlay file system" : "a tree of links")
                + (filter.isPresent()
                        ? "; system calls are filtered"
                        : "; system calls are not filtered on this machine")
                + "; " + (limits().memoryBytes() >> 20) + " MB and " + limits().pids() + " processes for "
                + (cgroups.isPresent()
                        ? "each attempt"
                        : "each process, as this user cannot make a control group (run the worker as root for that)");
    }

    @Override
    Launch prepare(Confinement confinement, SandboxedCommand command) throws IOException {
        Path home = host.home();
        for (Path folder : List.of(confinement.home(), confinement.temporary(), confinement.scratch())) {
            Files.createDirectories(folder);
        }
        Files.createDirectories(confinement.generated());
        List<Layer> prepared = layers.prepare(
                confinement,
                command.caches(),
                layer -> SHOWN_CACHES.resolve(layer.inHome().replace('/', '_')));

        List<String> words = new ArrayList<>();
        start(words, confinement);
        words.addAll(CacheLayers.mountPrefix(prepared));
        words.add("bwrap");
        add(words, "--cap-drop", "ALL");
        if (filter.isPresent()) {
            add(words, "--seccomp", "9");
        }
        add(words, "--unshare-all", "--die-with-parent", "--new-session");
        add(words, "--unshare-user", "--uid", user.uid(), "--gid", user.gid(), "--hostname", "fleet-agent");
        addSystem(words);
        addEtc(words, confinement, home);
        add(words, "--proc", "/proc", "--dev", "/dev");
        for (String entry : KERNEL) {
            // A root's files of the kernel stay writable to the same user in any namespace.
            add(words, "--ro-bind-try", "/proc/" + entry, "/proc/" + entry);
        }
        add(words, "--bind", confinement.temporary(), "/tmp", "--tmpfs", "/run", "--dir", "/var/tmp");
        add(words, "--bind", confinement.home(), home);

        Set<Path> shown = new LinkedHashSet<>(host.toolDirectories());
        shown.addAll(command.readOnly());
        for (Path directory : shown) {
            add(words, "--ro-bind-try", directory, directory);
        }
        for (Layer layer : prepared) {
            if (!layer.overlay()) {
                Path target = SHOWN_CACHES.resolve(layer.inHome().replace('/', '_'));
                add(words, "--ro-bind", layer.lower(), target);
            }
            add(words, "--bind", layer.target(), home.resolve(layer.inHome()));
        }
        add(words, "--bind", confinement.scratch(), confinement.scratch());
        add(words, "--bind", confinement.root(), confinement.root());
        Path gitDirectory = confinement.root().resolve(".git");
        if (Files.exists(gitDirectory)) {
            add(words, "--ro-bind", gitDirectory, gitDirectory);
        }
        Map<String, String> launched = new TreeMap<>(Map.of("PATH", host.pathVariable()));
        if (command.secret().isEmpty()) {
            add(words, "--clearenv");
        } else {
            // Everyone on the host can read arguments: secrets are inherited. There is nothing else to inherit but what
            // a
            // shell before this one may add.
            add(words, "--unsetenv", "SHLVL", "--unsetenv", "_", "--unsetenv", "OLDPWD");
        }
        environment(confinement, command, home).forEach((name, value) -> {
            if (command.secret().contains(name)) {
                launched.put(name, value);
            } else {
                add(words, "--setenv", name, value);
            }
        });
        add(words, "--chdir", command.directory(), "--");
        add(words, "prlimit", "--core=0", "--fsize=" + limits().fileBytes());
        if (cgroups.isEmpty()) {
            if (user.uid() != 0) {
                add(words, "--nproc=" + limits().pids());
            }
            if (limits().memoryBytes() > 0) {
                add(words, "--data=" + limits().memoryBytes());
            }
        }
        add(words, "--");
        words.addAll(command.argv());
        return new Launch(words, launched, confinement.lease());
    }

    private void start(List<String> words, Confinement confinement) throws IOException {
        List<Path> groups = cgroups.isPresent() ? cgroups.get().make(groupOf(confinement), limits()) : List.of();
        Path file = confinement.generated().resolve("filter.bpf");
        if (!Files.exists(file)) {
            Files.write(file, filter.orElse(new byte[0]));
        }
        add(words, "sh", "-c", START, "fleet-start", groups.size());
        groups.forEach(group -> add(words, group));
        add(words, file);
    }

    private static String groupOf(Confinement confinement) {
        return Integer.toHexString(confinement.lease().toString().hashCode()) + "-"
                + String.valueOf(confinement.lease().getFileName()).replaceAll("[^A-Za-z0-9-]", "");
    }

    @Override
    void release(Confinement confinement) {
        cgroups.ifPresent(groups -> groups.remove(groupOf(confinement)));
    }

    @Override
    public void sweep(Path workDirectory) {
        cgroups.ifPresent(Cgroups::sweep);
    }

    private static void addSystem(List<String> words) {
        for (Path directory : HostEnvironment.SYSTEM_DIRECTORIES) {
            try {
                if (Files.isSymbolicLink(directory)) {
                    add(words, "--symlink", Files.readSymbolicLink(directory), directory);
                } else if (Files.isDirectory(directory)) {
                    add(words, "--ro-bind", directory, directory);
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException("cannot read the link " + directory, e);
            }
        }
    }

    private void addEtc(List<String> words, Confinement confinement, Path home) throws IOException {
        for (String name : ETC) {
            add(words, "--ro-bind-try", "/etc/" + name, "/etc/" + name);
        }
        Path etc = confinement.generated();
        String shell = Files.exists(Path.of("/bin/bash")) ? "/bin/bash" : "/bin/sh";
        // The JVM takes user.home from here.
        writeOnce(
                etc.resolve("passwd"),
                user.name() + ":x:" + user.uid() + ":" + user.gid() + "::" + home + ":" + shell + "\n");
        writeOnce(etc.resolve("group"), user.name() + ":x:" + user.gid() + ":\n");
        writeOnce(etc.resolve("hosts"), "127.0.0.1 localhost fleet-agent\n::1 localhost\n");
        for (String name : List.of("passwd", "group", "hosts")) {
            add(words, "--ro-bind", etc.resolve(name), "/etc/" + name);
        }
        Path mavenSettings = Path.of("/etc/maven/settings.xml");
        if (Files.exists(mavenSettings)) {
            // An administrator's settings may name servers with passwords.
            writeOnce(etc.resolve("settings.xml"), "<settings/>\n");
            add(words, "--ro-bind", etc.resolve("settings.xml"), mavenSettings);
        }
    }

    private Map<String, String> environment(Confinement confinement, SandboxedCommand command, Path home) {
        return Environments.of(host, user, confinement, command, home, Path.of("/tmp"));
    }

    private static void writeOnce(Path file, String text) throws IOException {
        if (!Files.exists(file)) {
            Files.writeString(file, text);
        }
    }

    private static void add(List<String> words, Object... more) {
        for (Object word : more) {
            words.add(word.toString());
        }
    }
}
