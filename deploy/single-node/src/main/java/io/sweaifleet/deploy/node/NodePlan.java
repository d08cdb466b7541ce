package io.sweaifleet.deploy.node;

import static io.sweaifleet.deploy.node.Hint.hint;

import io.sweaifleet.deploy.kafka.LoopbackPorts;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Setting;
import io.sweaifleet.schemas.config.Settings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a node consists of: which parts it runs and how, which servers it only uses, and the settings in force.
 *
 * @param stages every stage after those it depends on
 * @param settings what the parts and the commands read
 * @param restarts how often within ten minutes a part that died is started again
 */
record NodePlan(List<Stage> stages, Map<String, String> settings, int restarts) {
    static final String HOST = "127.0.0.1";

    /** The step after which topics, schemas, pools and roles are there. */
    static final String CONTRACT = "contract";

    NodePlan {
        stages = List.copyOf(stages);
        settings = Map.copyOf(settings);
    }

    /**
     * Plans a node.
     *
     * @param given what the operator asked for
     * @param explicit settings of the operator's file and command line, which the parts are to see too
     * @throws PartException when a configured port is taken, or a part lacks one that it needs
     */
    static NodePlan of(Settings given, Map<String, String> explicit, NodeDirectory directory, Distribution distribution)
            throws PartException {
        return new Planner(given, explicit, directory, distribution).plan();
    }

    private static final class Planner {
        private static final Map<String, String> HEAPS = Map.of(
                "kafka", "384m",
                "registry", "192m",
                "neo4j", "256m",
                "connect", "160m",
                "topology", "384m",
                "worker", "384m");
        /** Parts that do little once they run: the second compiler would cost them more than it gives. */
        private static final Set<String> LIGHTLY_COMPILED = Set.of("registry", "neo4j", "connect");

        /** The topology's own setting, by name: this module does not have its classes. */
        private static final String QUERY_LISTEN = "fleet.topology.query-listen";

        private static final List<String> PARTS =
                List.of("redis", "kafka", "registry", "neo4j", "connect", "topology", "worker");

        private static final List<String> FIRST_COMPILER_ONLY = List.of("-XX:TieredStopAtLevel=1");
        /** Six times the defaults: only what stays hot is compiled twice, which saves a third of the work of a start. */
        private static final List<String> SECOND_COMPILER_LATE = List.of(
                "-XX:Tier4InvocationThreshold=30000",
                "-XX:Tier4MinInvocationThreshold=10000",
                "-XX:Tier4CompileThreshold=60000",
                "-XX:Tier4BackEdgeThreshold=200000");

        /** Most of what a record needs dies with it: a large young generation copies less. */
        private static final Map<String, String> YOUNG = Map.of("kafka", "192m", "topology", "224m");

        private final Settings given;
        private final NodeDirectory directory;
        private final Distribution distribution;
        private final Set<String> wanted;
        private final Map<String, String> settings;
        private final List<Stage> stages = new ArrayList<>();
        private final Set<String> names = new HashSet<>();
        private final LoopbackPorts ports = new LoopbackPorts();
        private final Map<String, String> configuredPorts;
        private final Map<String, String> heaps;
        private final Map<String, String> jvmOptions;

        Planner(Settings given, Map<String, String> explicit, NodeDirectory directory, Distribution distribution) {
            this.given = given;
            this.directory = directory;
            this.distribution = distribution;
            this.wanted = Set.copyOf(given.get(NodeSettings.PARTS));
            this.settings = new TreeMap<>(explicit);
            this.configuredPorts = given.withPrefix(NodeSettings.PORT_PREFIX);
            this.heaps = given.withPrefix(NodeSettings.HEAP_PREFIX);
            this.jvmOptions = given.withPrefix(NodeSettings.JVM_OPTIONS_PREFIX);
        }

        private void refuseUnknownParts() throws PartException {
            for (String part : wanted) {
                if (!PARTS.contains(part)) {
                    throw new PartException(
                            NodeSettings.PARTS.name() + " names '" + part + "', which is no part of a node",
                            "use any of " + String.join(", ", PARTS));
                }
            }
        }

        NodePlan plan() throws PartException {
            refuseUnknownParts();
            settings.put(FleetSettings.DATA_DIR.name(), directory.root().toString());
            redis();
            kafka();
            registry();
            neo4j();
            if (names.containsAll(Set.of("kafka", "registry"))) {
                add(new Step(CONTRACT, Set.of("kafka", "registry"), () -> Contract.apply(effective())));
            }
            topology();
            worker();
            connect();
            return new NodePlan(stages, settings, given.get(NodeSettings.RESTARTS));
        }

        private void redis() throws PartException {
            if (used("redis", FleetSettings.REDIS_URL, 6379) || !wanted.contains("redis")) {
                return;
            }
            int port = port("redis");
            Path folder = directory.folder("redis");
            List<String> command = new ArrayList<>(
                    List.of("/bin/sh", distribution.file("part-wrapper.sh").toString()));
            command.add(RedisExecutable.install(folder).toString());
            command.addAll(List.of("--bind", HOST, "--port", Integer.toString(port), "--protected-mode", "yes"));
            command.addAll(List.of("--dir", folder.toString(), "--appendonly", "yes", "--appendfsync", "everysec"));
            command.addAll(List.of("--save", "300", "100", "--maxmemory", "128mb"));
            command.addAll(List.of("--maxmemory-policy", "volatile-lru", "--daemonize", "no"));
            String address = "redis://" + HOST + ":" + port;
            settings.put(FleetSettings.REDIS_URL.name(), address);
            add(part(
                    "redis",
                    command,
                    Set.of(),
                    new Readiness.RedisPing(port),
                    address,
                    List.of(hint(
                            "Bad file format reading the append only file",
                            "Redis keeps only what can be rebuilt: remove " + folder + " and start again"))));
        }

        private void kafka() throws PartException {
            if (used("kafka", FleetSettings.BOOTSTRAP, 9092) || !wanted.contains("kafka")) {
                return;
            }
            int port = port("kafka");
            List<String> arguments = new ArrayList<>(List.of(
                    "--dir",
                    directory.folder("kafka").resolve("data").toString(),
                    "--port",
                    Integer.toString(port),
                    "--controller-port",
                    Integer.toString(port("kafka-controller"))));
            given.withPrefix(NodeSettings.KAFKA_SERVER_PREFIX)
                    .forEach((name, value) -> arguments.add(name + "=" + value));
            String address = HOST + ":" + port;
            settings.put(FleetSettings.BOOTSTRAP.name(), address);
            add(part(
                    "kafka",
                    jvm("kafka", "kafka", List.of(), "io.sweaifleet.deploy.kafka.KafkaServerMain", arguments),
                    Set.of(),
                    new Readiness.Announced(),
                    address,
                    List.of(
                            hint("Failed to acquire lock on file .lock", "another Kafka uses the same folder: end it"),
                            hint(
                                    "Invalid value .* for configuration|ConfigException",
                                    "correct the setting below " + NodeSettings.KAFKA_SERVER_PREFIX))));
        }

        private void registry() throws PartException {
            if (used("registry", FleetSettings.REGISTRY_URL, 8081) || !wanted.contains("registry")) {
                return;
            }
            int port = port("registry");
            Path database = directory.folder("registry").resolve("registry");
            List<String> options = List.of(
                    "-Dquarkus.http.host=" + HOST,
                    "-Dquarkus.http.port=" + port,
                    "-Dquarkus.http.io-threads=2",
                    "-Dquarkus.thread-pool.max-threads=16",
                    "-Dquarkus.banner.enabled=false",
                    "-Dquarkus.log.category.\"io.quarkus.vertx.http.runtime.filters.accesslog\".level=ERROR",
                    "-Dapicurio.storage.kind=sql",
                    "-Dapicurio.storage.sql.kind=h2",
                    // An id that was given out is on disk: without the delay a commit is written before it is answered.
                    "-Dapicurio.datasource.url=jdbc:h2:file:" + database + ";WRITE_DELAY=0");
            List<String> command = new ArrayList<>(javaOptions("registry"));
            command.addAll(distribution.archivedClasses("registry"));
            command.addAll(options);
            command.addAll(List.of("-jar", distribution.registryJar().toString()));
            String address = "http://" + HOST + ":" + port + "/apis/ccompat/v7";
            settings.put(FleetSettings.REGISTRY_URL.name(), address);
            add(part(
                    "registry",
                    command,
                    Set.of(),
                    new Readiness.Http(URI.create(address + "/subjects")),
                    address,
                    List.of(hint("Database may be already in use", "another registry uses the same folder: end it"))));
        }

        private void neo4j() throws PartException {
            if (used("neo4j", FleetSettings.NEO4J_URI, 7687) || !wanted.contains("neo4j")) {
                return;
            }
            int port = port("neo4j");
            String password = given.get(FleetSettings.NEO4J_PASSWORD);
            Path secret = password.isEmpty() ? directory.secret("neo4j") : directory.secret("neo4j", password);
            String address = "bolt://" + HOST + ":" + port;
            settings.put(FleetSettings.NEO4J_URI.name(), address);
            settings.put(FleetSettings.NEO4J_USER.name(), "neo4j");
            settings.put(FleetSettings.NEO4J_PASSWORD.name(), NodeDirectory.text(secret));
            add(part(
                    "neo4j",
                    jvm(
                            "neo4j",
                            "neo4j",
                            List.of(
                                    "--add-opens=java.base/java.nio=ALL-UNNAMED",
                                    "--add-opens=java.base/java.io=ALL-UNNAMED",
                                    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                                    "-XX:MaxDirectMemorySize=96m"),
                            "io.sweaifleet.deploy.neo4j.Neo4jServerMain",
                            List.of(directory.folder("neo4j").toString(), Integer.toString(port), secret.toString())),
                    Set.of(),
                    new Readiness.Announced(),
                    address,
                    List.of(hint("StoreLockException|store_lock", "another Neo4j uses the same folder: end it"))));
        }

        private void topology() throws PartException {
            if (!wanted.contains("topology")) {
                return;
            }
            require("topology", CONTRACT);
            String address = queries();
            add(part(
                    "topology",
                    jvm("topology", "topology", List.of(), "io.sweaifleet.topology.TopologyApp", configArguments()),
                    Set.of(CONTRACT),
                    new Readiness.Announced(),
                    address,
                    List.of()));
        }

        /** Where the topology answers queries: at a port of this node's, unless the operator chose otherwise. */
        private String queries() throws PartException {
            if (given.isGiven(FleetSettings.QUERY_URL) || settings.containsKey(QUERY_LISTEN)) {
                given.find(FleetSettings.QUERY_URL).ifPresent(url -> settings.put(FleetSettings.QUERY_URL.name(), url));
                return "";
            }
            int port = port("queries");
            settings.put(QUERY_LISTEN, HOST + ":" + port);
            String address = "http://" + HOST + ":" + port;
            settings.put(FleetSettings.QUERY_URL.name(), address);
            return address;
        }

        private void worker() throws PartException {
            if (!wanted.contains("worker")) {
                return;
            }
            require("worker", CONTRACT);
            require("worker", "redis");
            Set<String> after = new HashSet<>(Set.of(CONTRACT, "redis"));
            List<String> options = new ArrayList<>(Distribution.opens());
            options.add("-Dfleet.rewrite.class-path=" + distribution.classPath("rewrite"));
            add(part(
                            "worker",
                            jvm("worker", "worker", options, "io.sweaifleet.agent.worker.WorkerApp", configArguments()),
                            after,
                            new Readiness.Announced(),
                            "",
                            List.of(
                                    hint(
                                            "SandboxUnavailable",
                                            "install bubblewrap, or start with --sandbox process when you trust the repositories")))
                    .endingLater(given.get(FleetSettings.DRAIN_TIMEOUT), Set.of("topology")));
        }

        private void connect() throws PartException {
            if (used("connect", FleetSettings.CONNECT_URL, 8083) || !wanted.contains("connect")) {
                return;
            }
            require("connect", CONTRACT);
            require("connect", "neo4j");
            int port = port("connect");
            List<String> arguments = new ArrayList<>(List.of(
                    "--connector",
                    distribution.file("neo4j-sink.json").toString(),
                    "--plugins",
                    distribution.file("connect-plugins").toString(),
                    "--dir",
                    directory.folder("connect").toString(),
                    "--port",
                    Integer.toString(port)));
            FleetSettings.kafkaClient(effective()).forEach((name, value) -> {
                arguments.add(name + "=" + value);
                if (!name.equals("bootstrap.servers")) {
                    arguments.add("consumer." + name + "=" + value);
                    arguments.add("producer." + name + "=" + value);
                }
            });
            given.withPrefix(NodeSettings.CONNECT_WORKER_PREFIX)
                    .forEach((name, value) -> arguments.add(name + "=" + value));
            String address = "http://" + HOST + ":" + port;
            settings.put(FleetSettings.CONNECT_URL.name(), address);
            add(part(
                    "connect",
                    jvm("connect", "kafka", List.of(), "io.sweaifleet.deploy.kafka.ConnectMain", arguments),
                    Set.of(CONTRACT, "neo4j"),
                    new Readiness.Announced(),
                    address,
                    List.of()));
        }

        /** Adds a check instead of a part when the operator gave the address of an existing server. */
        private boolean used(String name, Setting<String> address, int defaultPort) {
            if (!given.isGiven(address)) {
                return false;
            }
            String value = given.get(address);
            settings.put(address.name(), value);
            add(new Step(name, Set.of(), () -> ExistingServer.check(name, address.name(), value, defaultPort)));
            return true;
        }

        private void require(String part, String needed) throws PartException {
            if (!names.contains(needed)) {
                throw new PartException(
                        part + " needs " + (needed.equals(CONTRACT) ? "kafka and registry" : needed)
                                + ", which this node neither runs nor was given the address of",
                        "add it to " + NodeSettings.PARTS.name() + ", or give its address");
            }
        }

        private void add(Stage stage) {
            names.add(stage.name());
            stages.add(stage);
        }

        private int port(String server) throws PartException {
            return directory.port(server, configuredPorts.get(server), ports);
        }

        private Part part(
                String name,
                List<String> command,
                Set<String> after,
                Readiness readiness,
                String address,
                List<Hint> hints) {
            return new Part(
                    name,
                    Distribution.detached(command),
                    environment(),
                    after,
                    Set.of(),
                    readiness,
                    address,
                    given.get(NodeSettings.START_WITHIN),
                    Duration.ofSeconds(15),
                    hints);
        }

        /**
         * Every setting in force under its environment name: Connect's file refers to some, and one that the operator's
         * environment holds must not win over what is in force in this node.
         */
        private Map<String, String> environment() {
            Map<String, String> environment = new HashMap<>();
            settings.forEach((name, value) -> environment.put(
                    name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'), value));
            return environment;
        }

        private List<String> jvm(String part, String library, List<String> options, String main, List<String> arguments)
                throws PartException {
            List<String> command = new ArrayList<>(javaOptions(part));
            command.addAll(distribution.archivedClasses("lib/" + library));
            command.addAll(options);
            command.addAll(List.of("-cp", distribution.classPath(library), main));
            command.addAll(arguments);
            return command;
        }

        private List<String> javaOptions(String part) {
            List<String> command = new ArrayList<>();
            command.add(Distribution.java().toString());
            command.addAll(distribution.commonJvmOptions());
            command.add("-Xmx" + heaps.getOrDefault(part, HEAPS.getOrDefault(part, "256m")));
            if (YOUNG.containsKey(part) && !heaps.containsKey(part)) {
                command.add("-Xmn" + YOUNG.get(part));
            }
            command.addAll(LIGHTLY_COMPILED.contains(part) ? FIRST_COMPILER_ONLY : SECOND_COMPILER_LATE);
            String more = jvmOptions.getOrDefault(part, "").strip();
            if (!more.isEmpty()) {
                command.addAll(List.of(more.split("\\s+")));
            }
            return command;
        }

        private List<String> configArguments() {
            return List.of("--config", directory.config().toString());
        }

        private Settings effective() {
            return Settings.of(new LinkedHashMap<>(settings));
        }
    }
}
