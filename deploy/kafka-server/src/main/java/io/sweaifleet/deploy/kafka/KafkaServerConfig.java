package io.sweaifleet.deploy.kafka;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a broker of a single node is started with.
 *
 * @param port where clients connect, on 127.0.0.1
 * @param controllerPort where the broker's own controller listens, on 127.0.0.1
 * @param overrides Kafka's own broker settings by name; they win over what {@link #properties} would choose
 */
public record KafkaServerConfig(int port, int controllerPort, Map<String, String> overrides) {
    public KafkaServerConfig {
        if (port == controllerPort) {
            throw new IllegalArgumentException("port and controllerPort are both " + port + ": give two ports");
        }
        overrides = Map.copyOf(overrides);
    }

    /** Two free ports and no overrides. */
    public static KafkaServerConfig onFreePorts() {
        LoopbackPorts ports = new LoopbackPorts();
        return new KafkaServerConfig(ports.next(), ports.next(), Map.of());
    }

    /** The same ports with one more broker setting. */
    public KafkaServerConfig with(String name, String value) {
        Map<String, String> more = new TreeMap<>(overrides);
        more.put(name, value);
        return new KafkaServerConfig(port, controllerPort, more);
    }

    String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /** Kafka's configuration of this broker with its logs in {@code directory}. */
    Map<String, String> properties(Path directory) {
        Map<String, String> all = new TreeMap<>();
        all.put("process.roles", "broker,controller");
        all.put("node.id", "1");
        // Static voters: the ports may differ at the next start, and dynamic ones would remember the old address.
        all.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        all.put("controller.listener.names", "CONTROLLER");
        all.put("inter.broker.listener.name", "PLAINTEXT");
        all.put("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        all.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        all.put("log.dirs", directory.toAbsolutePath().toString());

        // One broker can keep one copy only.
        for (String topic : new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
            all.put(topic + ".replication.factor", "1");
            all.put(topic + ".num.partitions", "4");
        }
        all.put("transaction.state.log.min.isr", "1");
        all.put("share.coordinator.state.topic.min.isr", "1");
        all.put("default.replication.factor", "1");
        all.put("min.insync.replicas", "1");

        all.put("auto.create.topics.enable", "false");
        // A dead letter carries the whole refused record (1 MB at most) with its provenance.
        all.put("message.max.bytes", Integer.toString(8 * 1024 * 1024));

        // A killed application is noticed, and its open transaction ended, within seconds instead of a minute.
        all.put("group.min.session.timeout.ms", "1000");
        all.put("group.initial.rebalance.delay.ms", "0");
        all.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "500");
        // A transaction waits for the markers of the one before it, which are written in a few ms: the default asks
        // every 20.
        all.put("add.partitions.to.txn.retry.backoff.ms", "1");

        // Sized for one small machine: the defaults take 128 MB for the cleaner and dozens of threads.
        all.put("log.cleaner.dedupe.buffer.size", Integer.toString(16 * 1024 * 1024));
        // The cleaner compacts core's changelog. At full speed it takes one of two cores for seconds, which a task
        // waits for.
        all.put("log.cleaner.io.max.bytes.per.second", Integer.toString(8 * 1024 * 1024));
        all.put("num.network.threads", "2");
        all.put("num.io.threads", "4");
        all.put("background.threads", "4");
        all.put("log.segment.bytes", Integer.toString(128 * 1024 * 1024));
        all.put("log.index.size.max.bytes", Integer.toString(1024 * 1024));
        all.put("metadata.max.idle.interval.ms", "5000");
        all.putAll(overrides);
        return all;
    }
}
