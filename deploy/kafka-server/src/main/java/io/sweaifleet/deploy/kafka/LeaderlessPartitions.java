package io.sweaifleet.deploy.kafka;

import java.util.Optional;
import javassist.CannotCompileException;
import javassist.ClassPool;
import javassist.CtClass;
import javassist.LoaderClassPath;
import javassist.NotFoundException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.metadata.BrokerState;

/**
 * Mends a defect of Kafka 4.3.0 and 4.3.1, KAFKA-20734: asked for the leader of a partition that has none at the moment, the
 * broker's metadata cache answers as if there were no such partition.
 *
 * <p>A transaction coordinator then takes the partition for deleted, and ends transactions without a marker in it. It asks while a
 * broker that was killed starts again, when no partition has a leader yet: what the transaction had written stays open in the
 * partition's log, and is committed with the producer's next transaction there, although everybody was told that it was rolled
 * back. So core's state went back and its outputs did not (thirty minutes of chaos, seed 2026). Until 4.2 the answer was
 * {@link Node#noNode()}, by which the coordinator waits for a leader; here it is so again.
 *
 * <p>To be deleted with the Kafka that has the correction: {@code LeaderlessPartitionsTest} tells.
 */
final class LeaderlessPartitions {

    private static final String CACHE = "org.apache.kafka.metadata.KRaftMetadataCache";

    private static boolean mended;

    private LeaderlessPartitions() {}

    /** Changes the class as it is loaded; to be called before a broker is made. */
    static synchronized void mend() {
        if (mended) {
            return;
        }
        ClassPool classes = new ClassPool();
        classes.appendClassPath(new LoaderClassPath(BrokerState.class.getClassLoader()));
        try {
            CtClass cache = classes.get(CACHE);
            cache.getDeclaredMethod("getPartitionLeaderEndpoint")
                    .insertAfter("if (!$_.isPresent() && contains(new " + TopicPartition.class.getName()
                            + "($1, $2))) {" + " $_ = " + Optional.class.getName() + ".of(" + Node.class.getName()
                            + ".noNode()); }");
            // Into the package of a class that is there already, since nobody else may define classes in it.
            Class<?> loaded = cache.toClass(BrokerState.class);
            mended = loaded.getName().equals(CACHE);
        } catch (NotFoundException | CannotCompileException e) {
            throw new KafkaServerException(
                    "This Kafka differs from the one that a correction of its transactions was written for: " + e, e);
        }
    }
}
