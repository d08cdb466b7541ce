package io.sweaifleet.agent.sandbox;

import io.sweaifleet.agent.policy.SecretMasker;
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
 * What of the host commands may use: the programs on its path with the directories they are installed in, and the
 * variables that tell toolchains apart. Computed once; a home directory is never shown as a whole, only the toolchains
 * in it.
 *
 * @param home the user's home directory, resolved
 * @param path directories of the host's PATH that exist, in order
 * @param toolDirectories directories outside the system's own that programs on the path need, resolved, none inside another
 * @param variables variables of the host that sandboxed commands keep
 */
public record HostEnvironment(Path home, List<Path> path, List<Path> toolDirectories, Map<String, String> variables) {

    /** Directories of the system, shown read-only. Nothing in them belongs to a user. */
    static final List<Path> SYSTEM_DIRECTORIES = List.of(
            Path.of("/usr"),
            Path.of("/bin"),
            Path.of("/sbin"),
            Path.of("/lib"),
            Path.of("/lib32"),
            Path.of("/lib64"),
            Path.of("/libx32"),
            Path.of("/opt"),
            Path.of("/nix"));

    /** Folders in a home directory that hold one toolchain manager with all it installed, and no credentials. */
    private static final List<String> TOOLCHAIN_HOMES = List.of(
            ".pyenv",
            ".rustup",
            ".nvm",
            ".fnm",
            ".volta",
            ".sdkman",
            ".jabba",
            ".jenv",
            ".jdks",
            ".asdf",
            ".rbenv",
            ".goenv",
            ".nodenv",
            ".bun",
            ".deno",
            ".local/bin",
            ".local/lib",
            ".local/share/mise",
            ".local/share/uv",
            ".local/share/pipx",
            "miniconda3",
            "anaconda3",
            "miniforge3");

    /** Never shown, whatever is on the path: each may hold credentials. */
    private static final List<String> PRIVATE_FOLDERS = List.of(
            ".ssh",
            ".aws",
            ".azure",
            ".config",
            ".gnupg",
            ".kube",
            ".docker",
            ".password-store",
            ".local/share/keyrings");

    /** Variables by which toolchains find themselves. */
    private static final Set<String> KEPT_VARIABLES = Set.of(
            "JAVA_HOME",
            "M2_HOME",
            "MAVEN_HOME",
            "GRADLE_HOME",
            "GOROOT",
            "GOTOOLCHAIN",
            "NVM_DIR",
            "PYENV_ROOT",
            "PYENV_VERSION",
            "RUSTUP_HOME",
            "RUSTUP_TOOLCHAIN",
            "SDKMAN_DIR",
            "VOLTA_HOME",
            "VIRTUAL_ENV",
            "CONDA_PREFIX",
            "TZ");

    public HostEnvironment {
        path = List.copyOf(path);
        toolDirectories = List.copyOf(toolDirectories);
        variables = Map.copyOf(variables);
    }

    /** The host this process runs on. */
    public static HostEnvironment detect() {
        Path home = Path.of(System.getProperty("user.home"));
        return detect(System.getenv(), home);
    }

    /** A host with this environment and home directory. */
    public static HostEnvironment detect(Map<String, String> environment, Path home) {
        Path realHome = real(home).orElse(home.toAbsolutePath().normalize());
        List<Path> path = new ArrayList<>();
        for (String entry :
                environment.getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin").split(":")) {
            Path directory = entry.startsWith("/") ? Path.of(entry).normalize() : null;
            if (directory != null && Files.isDirectory(directory) && !path.contains(directory)) {
                path.add(directory);
            }
        }
        Map<String, String> variables = new TreeMap<>();
        environment.forEach((name, value) -> {
            if (KEPT_VARIABLES.contains(name) && !SecretMasker.isSecretName(name)) {
                variables.put(name, value);
            }
        });
        Set<Path> tools = new LinkedHashSet<>();
        for (Path directory : path) {
            addInstallation(tools, directory, realHome);
            programsIn(directory).forEach(program -> real(program)
                    .map(Path::getParent)
                    .ifPresent(resolved -> addInstallation(tools, resolved, realHome)));
        }
        for (String name : List.of("JAVA_HOME", "GOROOT", "RUSTUP_HOME", "MAVEN_HOME", "GRADLE_HOME", "M2_HOME")) {
            String value = variables.get(name);
            if (value != null && value.startsWith("/")) {
                addInstallation(tools, Path.of(value), realHome);
            }
        }
        for (String toolchain : TOOLCHAIN_HOMES) {
            Path directory = realHome.resolve(toolchain);
            if (Files.isDirectory(directory) && !isPrivate(directory, realHome)) {
                real(directory).ifPresent(tools::add);
            }
        }
        return new HostEnvironment(realHome, path, withoutNested(tools), variables);
    }

    /** Where a program is on the path, if it is. */
    public Optional<Path> find(String program) {
        if (program.isEmpty() || program.contains("/")) {
            return Optional.empty();
        }
        return path.stream()
                .map(directory -> directory.resolve(program))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    /** The path as one variable. */
    public String pathVariable() {
        return String.join(":", path.stream().map(Path::toString).toList());
    }

    /** Adds the directory that has to be shown so that programs in it work: for {@code x/bin} usually {@code x}. */
    private static void addInstallation(Set<Path> tools, Path directory, Path home) {
        Path resolved = real(directory).orElse(null);
        if (resolved == null || isSystem(resolved)) {
            return;
        }
        for (String toolchain : TOOLCHAIN_HOMES) {
            if (resolved.startsWith(home.resolve(toolchain))) {
                tools.add(home.resolve(toolchain));
                return;
            }
        }
        Path parent = resolved.getParent();
        boolean installation = parent != null
                && parent.getNameCount() > 1
                && !home.startsWith(parent)
                && resolved.endsWith("bin")
                && (Files.isDirectory(parent.resolve("lib")) || Files.isDirectory(parent.resolve("libexec")))
                && !parent.equals(home.resolve(".local"));
        Path shown = installation ? parent : resolved;
        if (shown != null && !home.startsWith(shown) && !isPrivate(shown, home) && shown.getNameCount() > 0) {
            tools.add(shown);
        }
    }

    private static boolean isSystem(Path directory) {
        return SYSTEM_DIRECTORIES.stream().anyMatch(directory::startsWith);
    }

    private static boolean isPrivate(Path directory, Path home) {
        return PRIVATE_FOLDERS.stream().map(home::resolve).anyMatch(directory::startsWith);
    }

    /** Programs that are links to elsewhere, such as {@code ~/bin/node}. */
    private static List<Path> programsIn(Path directory) {
        if (isSystem(directory)) {
            return List.of();
        }
        try (var entries = Files.list(directory)) {
            return entries.filter(Files::isSymbolicLink).limit(2_000).toList();
        } catch (IOException e) {
            return List.of(); // A directory on the path that cannot be listed offers no programs either.
        }
    }

    private static Optional<Path> real(Path path) {
        try {
            return Optional.of(path.toRealPath());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static List<Path> withoutNested(Set<Path> directories) {
        return directories.stream()
                .filter(one -> directories.stream().noneMatch(other -> !other.equals(one) && one.startsWith(other)))
                .sorted()
                .toList();
    }
}
