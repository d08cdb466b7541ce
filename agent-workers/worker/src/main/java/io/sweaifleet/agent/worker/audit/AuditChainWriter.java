package io.sweaifleet.agent.worker.audit;

import io.sweaifleet.schemas.record.AuditEvent;
import java.util.List;
import java.util.stream.Stream;

/** Chains audit events, one chain per partition. The order of a chain is the order of its sends: both happen under one lock per partition. */
public final class AuditChainWriter {

    /** Hands a chained event to the transport. */
    @FunctionalInterface
    public interface Sender {
        /**
         * Takes the event, or throws; an event that was not taken leaves the chain as it was.
         */
        void send(int partition, AuditEvent event);
    }

    private static final class Chain {
        private String writer = "";
        private long sequence;
        private String hash = AuditChain.GENESIS;
    }

    private final List<Chain> chains;
    private final Sender sender;

    /**
     * @param partitions number of partitions of the topic
     * @param sender where chained events go
     */
    public AuditChainWriter(int partitions, Sender sender) {
        this.sender = sender;
        this.chains = Stream.generate(Chain::new).limit(partitions).toList();
    }

    /** Adds an event to the writer's chain of a partition. A writer that was not seen before begins a new chain. */
    public void append(String writer, int partition, AuditEvent.Builder event) {
        Chain chain = chains.get(partition);
        synchronized (chain) {
            boolean sameWriter = chain.writer.equals(writer);
            long sequence = sameWriter ? chain.sequence + 1 : 1;
            AuditEvent unhashed = event.setWriter(writer)
                    .setPartition(partition)
                    .setSequence(sequence)
                    .setPreviousHash(sameWriter ? chain.hash : AuditChain.GENESIS)
                    .setHash("")
                    .build();
            String hash = AuditChain.hash(unhashed);
            sender.send(partition, AuditChain.withHash(unhashed, hash));
            chain.writer = writer;
            chain.sequence = sequence;
            chain.hash = hash;
        }
    }
}
