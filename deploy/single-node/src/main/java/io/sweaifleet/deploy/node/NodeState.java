package io.sweaifleet.deploy.node;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What a launcher writes down about itself, for the commands that look at it from outside.
 *
 * @param launcher its process
 * @param phase how far it has come
 * @param parts the processes of its parts, by name
 */
record NodeState(Identity launcher, Phase phase, Map<String, Identity> parts) {
    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(2);

    NodeState {
        parts = new TreeMap<>(parts);
    }

    /** How far a node has come. */
    enum Phase {
        STARTING,
        READY,
        STOPPING
    }

    /**
     * A process beyond its number, which the system gives again.
     *
     * @param pid process id
     * @param startedAt when the process began, as the system tells it; the epoch when it does not
     */
    record Identity(long pid, Instant startedAt) {
        static Identity of(ProcessHandle process) {
            return new Identity(process.pid(), process.info().startInstant().orElse(Instant.EPOCH));
        }

        static Identity parse(String text) {
            String[] words = text.split(" ", 2);
            return new Identity(Long.parseLong(words[0]), Instant.parse(words[1]));
        }

        /** The process, when it still is the same one and has not ended. */
        Optional<ProcessHandle> alive() {
            return ProcessHandle.of(pid)
                    .filter(ProcessHandle::isAlive)
                    .filter(this::isSame)
                    .filter(process -> !isZombie());
        }

        /**
         * True when the process has ended and nobody has asked how, which Java takes for alive. It stays so for good
         * where process 1 is no init, as in many containers.
         */
        private boolean isZombie() {
            try {
                String stat =
                        Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
                // The name of the program comes before the state, in parentheses, and may hold some itself.
                return stat.startsWith("Z", stat.lastIndexOf(')') + 2);
            } catch (IOException notLinuxOrGone) {
                return false;
            }
        }

        private boolean isSame(ProcessHandle process) {
            Instant started = process.info().startInstant().orElse(Instant.EPOCH);
            return Duration.between(started, startedAt).abs().compareTo(CLOCK_TOLERANCE) < 0;
        }

        @Override
        public String toString() {
            return pid + " " + startedAt;
        }
    }

    /** Reads a state; empty when there is none or it was cut short. */
    static Optional<NodeState> read(Path file) {
        Properties stored = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            stored.load(reader);
            Map<String, Identity> parts = new LinkedHashMap<>();
            for (String name : stored.stringPropertyNames()) {
                if (name.startsWith("part.")) {
                    parts.put(name.substring("part.".length()), Identity.parse(stored.getProperty(name)));
                }
            }
            return Optional.of(new NodeState(
                    Identity.parse(stored.getProperty("launcher", "")),
                    Phase.valueOf(stored.getProperty("phase", "")),
                    parts));
        } catch (IOException | RuntimeException missingOrDamaged) {
            return Optional.empty();
        }
    }

    /** The state as properties. */
    Map<String, String> toProperties() {
        Map<String, String> all = new TreeMap<>();
        all.put("launcher", launcher.toString());
        all.put("phase", phase.name());
        parts.forEach((name, identity) -> all.put("part." + name, identity.toString()));
        return all;
    }
}
