package io.sweaifleet.agent.worker.audit;

import io.sweaifleet.schemas.audit.AuditChain;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.ChainHead;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chains audit events, one chain per partition, and signs the chains now and then. The order of a chain is the order of
 * its sends: both happen under one lock per partition.
 */
public final class AuditChainWriter {

    private static final Logger LOG = LoggerFactory.getLogger(AuditChainWriter.class);

    /** Hands a chained event to the transport. */
    @FunctionalInterface
    public interface Sender {
        /**
         * Takes the event, or throws; an event that was not taken leaves the chain as it was.
         */
        void send(int partition, AuditEvent event);
    }

    private static final class Chain {
        private final int partition;
        private String pool = "";
        private String workerId = "";
        private String writer = "";
        private long sequence;
        private String hash = AuditChain.GENESIS;
        private int unsigned;
        private boolean signedOnce;
        private boolean closed;

        Chain(int partition) {
            this.partition = partition;
        }
    }

    private final List<Chain> chains;
    private final AtomicReferenceArray<ChainHead> acknowledged;
    private final Sender sender;
    private final Optional<AuditSigner> signer;
    private final int signedEvery;

    /**
     * @param partitions number of partitions of the topic
     * @param sender where chained events go
     * @param signer signs the chains; empty leaves them unsigned
     * @param signedEvery number of events of a chain after which it is signed without being asked
     */
    public AuditChainWriter(int partitions, Sender sender, Optional<AuditSigner> signer, int signedEvery) {
        this.sender = sender;
        this.signer = signer;
        this.signedEvery = signedEvery;
        this.chains = IntStream.range(0, partitions).mapToObj(Chain::new).toList();
        this.acknowledged = new AtomicReferenceArray<>(partitions);
    }

    /**
     * Adds an event to the writer's chain of a partition. A writer that was not seen before begins a new chain.
     *
     * @throws IllegalStateException after {@link #close}
     */
    public void append(String writer, int partition, AuditEvent.Builder event) {
        Chain chain = chains.get(partition);
        synchronized (chain) {
            if (chain.closed) {
                throw new IllegalStateException("the audit of this worker has ended");
            }
            if (!chain.writer.equals(writer) && chain.unsigned > 0) {
                checkpoint(chain, true);
            }
            add(chain, writer, event);
            chain.unsigned++;
            if (chain.unsigned >= signedEvery) {
                checkpoint(chain, false);
            }
        }
    }

    /** Says that an event is in the topic, so that checkpoints may vouch for it. */
    public void acknowledged(AuditEvent event) {
        ChainHead head = new ChainHead(event.getWriter(), event.getPartition(), event.getSequence(), event.getHash());
        // A partition's events arrive in the order of their sends.
        acknowledged.set(event.getPartition(), head);
    }

    /** Signs what was not signed yet. */
    public void checkpoint() {
        all(false);
    }

    /** Signs every chain for the last time. */
    public void close() {
        all(true);
    }

    private void all(boolean closing) {
        for (Chain chain : chains) {
            synchronized (chain) {
                if (chain.unsigned > 0 || (closing && chain.sequence > 0)) {
                    checkpoint(chain, closing);
                }
                chain.closed |= closing;
            }
        }
        keepHeads();
    }

    /** Keeps how far the chains are known to have arrived, for the next incarnation to vouch for. */
    public void keepHeads() {
        List<ChainHead> heads = heads();
        if (!heads.isEmpty()) {
            signer.ifPresent(by -> by.keep(heads));
        }
    }

    private List<ChainHead> heads() {
        return IntStream.range(0, acknowledged.length())
                .mapToObj(acknowledged::get)
                .filter(head -> head != null)
                .toList();
    }

    /** What cannot be signed now is signed the next time: the events themselves are recorded. */
    private void checkpoint(Chain chain, boolean closing) {
        if (signer.isEmpty()) {
            return;
        }
        List<ChainHead> others = heads().stream()
                .filter(head -> head.getPartition() != chain.partition)
                .toList();
        try {
            AuditEvent unhashed = signer.get()
                    .checkpoint(
                            new AuditSigner.Place(
                                    chain.pool,
                                    chain.workerId,
                                    chain.writer,
                                    chain.partition,
                                    chain.sequence + 1,
                                    chain.hash),
                            others,
                            !chain.signedOnce,
                            closing);
            send(chain, chain.writer, unhashed);
            chain.unsigned = 0;
            chain.signedOnce = true;
        } catch (RuntimeException e) {
            LOG.warn("partition {} of the audit could not be signed", chain.partition, e);
        }
    }

    private void add(Chain chain, String writer, AuditEvent.Builder event) {
        boolean sameWriter = chain.writer.equals(writer);
        AuditEvent unhashed = event.setWriter(writer)
                .setPartition(chain.partition)
                .setSequence(sameWriter ? chain.sequence + 1 : 1)
                .setPreviousHash(sameWriter ? chain.hash : AuditChain.GENESIS)
                .setHash("")
                .build();
        send(chain, writer, unhashed);
        if (!sameWriter) {
            chain.signedOnce = false;
            chain.unsigned = 0;
        }
        chain.pool = unhashed.getPool();
        chain.workerId = unhashed.getWorkerId();
    }

    private void send(Chain chain, String writer, AuditEvent unhashed) {
        String hash = AuditChain.hash(unhashed);
        sender.send(chain.partition, AuditChain.withHash(unhashed, hash));
        chain.writer = writer;
        chain.sequence = unhashed.getSequence();
        chain.hash = hash;
    }
}
