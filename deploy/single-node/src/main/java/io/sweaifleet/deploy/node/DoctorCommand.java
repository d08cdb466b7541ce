package io.sweaifleet.deploy.node;

import io.sweaifleet.ingest.cli.ExitCode;
import io.sweaifleet.ingest.query.QueriesAwayException;
import io.sweaifleet.ingest.query.QueryClient;
import io.sweaifleet.ingest.query.QueryRefusedException;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Setting;
import io.sweaifleet.schemas.config.SettingException;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.query.CheckAnswer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Looks at the machine and at the node. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = {
            "Checks what the fleet needs on this machine, and how the node and its parts are.",
            "Exit code 0 when nothing is wrong, 3 otherwise."
        })
final class DoctorCommand implements Callable<Integer> {
    private static final long LEAST_DISK_BYTES = 2_000_000_000L;
    private static final long LEAST_MEMORY_BYTES = 3_000_000_000L;
    private static final int ENVIRONMENT = ExitCode.ENVIRONMENT;

    @Mixin
    private final DataDirOption dataDir = new DataDirOption();

    /**
     * One line of the answer.
     *
     * @param good whether it is as it should be
     * @param text what was found
     * @param remedy what to do about it; empty when it is good
     */
    record Finding(boolean good, String text, String remedy) {
        static Finding good(String text) {
            return new Finding(true, text, "");
        }

        static Finding bad(String text, String remedy) {
            return new Finding(false, text, remedy);
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        List<Finding> findings = new ArrayList<>(machine());
        findings.addAll(node(dataDir.path()));
        for (Finding finding : findings) {
            System.out.println((finding.good() ? "ok    " : "wrong ") + finding.text());
            if (!finding.remedy().isEmpty()) {
                System.out.println("      " + finding.remedy());
            }
        }
        return findings.stream().allMatch(Finding::good) ? 0 : ENVIRONMENT;
    }

    private List<Finding> machine() throws InterruptedException {
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.good("Java " + Runtime.version() + " in " + System.getProperty("java.home") + ", "
                + Runtime.getRuntime().availableProcessors() + " processors"));
        findings.add(tool("git", "--version", "apt install git"));
        findings.add(tool("mvn", "--version", "apt install maven"));
        findings.add(sandbox());
        long memory = ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getTotalMemorySize();
        findings.add(
                memory >= LEAST_MEMORY_BYTES
                        ? Finding.good(gigabytes(memory) + " of memory")
                        : Finding.bad(
                                gigabytes(memory) + " of memory; a node takes up to " + gigabytes(LEAST_MEMORY_BYTES),
                                "run some servers elsewhere and give their addresses, or lower the heaps ("
                                        + NodeSettings.HEAP_PREFIX + "…)"));
        findings.add(disk(dataDir.path()));
        return findings;
    }

    private static Finding tool(String name, String argument, String remedy) throws InterruptedException {
        Optional<String> version = firstLine(name, argument);
        return version.map(line -> Finding.good(name + ": " + line))
                .orElseGet(() -> Finding.bad(name + " is missing or does not run", remedy));
    }

    private static Finding sandbox() throws InterruptedException {
        if (firstLine("bwrap", "--ro-bind", "/", "/", "--unshare-all", "--dev", "/dev", "echo", "works")
                .filter("works"::equals)
                .isPresent()) {
            return Finding.good("bubblewrap can isolate the code of repositories");
        }
        return Finding.good(
                "bubblewrap is missing or not allowed: steps that would run a repository's code are skipped."
                        + " Install it (apt install bubblewrap), or trust the repositories (--sandbox process)");
    }

    private static Finding disk(Path dataDir) {
        Path existing = dataDir;
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        try {
            long free = Files.getFileStore(existing == null ? Path.of("/") : existing)
                    .getUsableSpace();
            return free >= LEAST_DISK_BYTES
                    ? Finding.good(gigabytes(free) + " free for " + dataDir)
                    : Finding.bad(
                            "only " + gigabytes(free) + " free for " + dataDir,
                            "free some space or give another --data-dir");
        } catch (IOException unknown) {
            return Finding.bad(
                    "the disk of " + dataDir + " cannot be asked: " + unknown.getMessage(), "give another --data-dir");
        }
    }

    private static List<Finding> node(Path dataDir) {
        Optional<NodeState> state = NodeDirectory.running(dataDir);
        if (state.isEmpty()) {
            return List.of(Finding.good("no node runs on " + dataDir + " ('fleet up' starts one)"));
        }
        List<Finding> findings = new ArrayList<>();
        NodeState node = state.get();
        findings.add(
                Finding.good("node " + node.phase().name().toLowerCase(Locale.ROOT) + " on " + dataDir + ", process "
                        + node.launcher().pid() + ", "
                        + Residency.of(node.parts().values().stream()
                                .map(NodeState.Identity::pid)
                                .toList())
                        + " resident in all"));
        Settings settings;
        try {
            settings = Settings.load(NodeDirectory.configFile(dataDir), Map.of());
        } catch (SettingException unreadable) {
            return List.of(Finding.bad(String.valueOf(unreadable.getMessage()), "end the node and start it again"));
        }
        for (String name : List.of("redis", "kafka", "registry", "neo4j", "connect", "topology", "worker")) {
            part(dataDir, settings, node, name).ifPresent(findings::add);
        }
        findings.addAll(work(settings));
        return findings;
    }

    /** Whether core's state is sound. That nobody answers is no finding of its own: the topology's line tells it. */
    private static List<Finding> work(Settings settings) {
        try {
            CheckAnswer answer = new QueryClient(settings).check(settings.get(FleetSettings.POOL));
            if (answer.problems().isEmpty()) {
                return List.of(Finding.good("work of pool " + answer.pool() + ": " + answer.tasks() + " tasks and "
                        + answer.workers() + " workers" + (answer.complete() ? "" : " of more")
                        + ", each with something that takes it further"));
            }
            return answer.problems().stream()
                    .map(problem -> Finding.bad(
                            "work of pool " + answer.pool() + ": " + problem.of() + ": " + problem.message(),
                            "this is a defect: report it with './fleet replay --topic fleet.task-events --json';"
                                    + " 'fleet cancel' ends the work concerned"))
                    .toList();
        } catch (QueriesAwayException | QueryRefusedException unanswered) {
            return List.of();
        }
    }

    private static Optional<Finding> part(Path dataDir, Settings settings, NodeState node, String name) {
        Optional<String> address = address(settings, name);
        NodeState.Identity process = node.parts().get(name);
        if (process == null) {
            return address.map(existing -> reachable(name, existing));
        }
        if (process.alive().isEmpty()) {
            return Optional.of(Finding.bad(name + " is not running", "read " + NodeDirectory.logFile(dataDir, name)));
        }
        return Optional.of(Finding.good(String.format(
                        Locale.ROOT,
                        "%-9s process %d, %d MB  %s",
                        name,
                        process.pid(),
                        Residency.tree(process.pid()) / 1_000_000,
                        address.orElse(""))
                .stripTrailing()));
    }

    private static Finding reachable(String name, String address) {
        try {
            return Finding.good(name + " at " + ExistingServer.check(name, "its setting", address, 0));
        } catch (PartException failure) {
            return Finding.bad(failure.getMessage(), failure.remedy());
        }
    }

    private static Optional<String> address(Settings settings, String part) {
        Map<String, Setting<String>> addresses = Map.of(
                "redis", FleetSettings.REDIS_URL,
                "kafka", FleetSettings.BOOTSTRAP,
                "registry", FleetSettings.REGISTRY_URL,
                "neo4j", FleetSettings.NEO4J_URI,
                "connect", FleetSettings.CONNECT_URL);
        Setting<String> setting = addresses.get(part);
        return setting == null ? Optional.empty() : settings.find(setting);
    }

    private static Optional<String> firstLine(String... command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0) {
                // Maven colours its answer even in a pipe.
                return output.replaceAll("\\e\\[[0-9;]*m", "").lines().findFirst();
            }
            process.destroyForcibly();
            return Optional.empty();
        } catch (IOException missing) {
            return Optional.empty();
        }
    }

    private static String gigabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }
}
