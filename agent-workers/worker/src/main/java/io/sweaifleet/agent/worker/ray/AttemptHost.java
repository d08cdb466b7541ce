package io.sweaifleet.agent.worker.ray;

import io.sweaifleet.agent.attempt.AttemptEnd;
import io.sweaifleet.agent.run.AgentRuntime;
import io.sweaifleet.schemas.common.BrainKind;
import io.sweaifleet.schemas.common.BrainStamp;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.worker.ApprovalAnswer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The actor class on a cluster: runs the attempts of the agents that share it, in its own process on some node. Each attempt has a
 * thread of its own, and every call returns soon, so that an attempt can be asked after and stopped while it runs.
 */
public class AttemptHost {

    private static final Logger LOG = LoggerFactory.getLogger(AttemptHost.class);
    private static final byte[] DONE = {};

    private final AgentRuntime runtime;
    private final Map<String, RunningAttempt> attempts = new ConcurrentHashMap<>();

    /** @param settings what attempts are run with, by name */
    public AttemptHost(Map<String, String> settings) throws IOException {
        this.runtime = AgentRuntime.create(Settings.of(settings));
    }

    /** Where it runs: the id of its process. */
    public long ready() {
        return ProcessHandle.current().pid();
    }

    /** Begins an attempt. */
    public byte[] start(byte[] bytes) {
        RemoteAttempt remote = RemoteAttempt.decode(bytes);
        RunningAttempt running = new RunningAttempt(InstantSource.system());
        String lease = remote.assignment().getLeaseId();
        if (attempts.putIfAbsent(lease, running) != null) {
            return DONE;
        }
        Thread thread = new Thread(() -> run(remote, running), remote.agentId());
        thread.setDaemon(true);
        thread.start();
        return DONE;
    }

    private void run(RemoteAttempt remote, RunningAttempt running) {
        try {
            running.end(runtime.run(remote.attempt(running.cancellation(), running)));
        } catch (Throwable e) {
            // Also errors: an agent that runs out of memory or stack fails its attempt, not its neighbours'.
            LOG.error(
                    "agent {} crashed on lease {}",
                    remote.agentId(),
                    remote.assignment().getLeaseId(),
                    e);
            running.end(crashed(remote, e));
        }
    }

    private static AttemptEnd crashed(RemoteAttempt remote, Throwable e) {
        return new AttemptEnd(
                AttemptEnd.Status.FAILED,
                null,
                Failure.newBuilder()
                        .setFailureClass(FailureClass.AGENT)
                        .setCode("AGENT_CRASHED")
                        .setMessage("agent " + remote.agentId() + " crashed: " + e)
                        .setRemedy("See the log of its actor below Ray's session directory on its node.")
                        .build(),
                BrainStamp.newBuilder()
                        .setKind(BrainKind.UNKNOWN)
                        .setName(remote.assignment().getKind())
                        .build());
    }

    /**
     * What an attempt has reported since it was asked last; waits for some for a while. An end is told once, and forgotten.
     *
     * @param runForMs for how long the attempt may run on, in ms; 0 holds it where it is
     */
    public byte[] poll(String lease, long runForMs, long waitMs) throws InterruptedException {
        RunningAttempt running = attempts.get(lease);
        if (running == null) {
            return Batch.UNKNOWN.encode();
        }
        running.runFor(Duration.ofMillis(runForMs));
        Batch batch = running.poll(waitMs);
        if (batch.end() != null) {
            attempts.remove(lease);
        }
        return batch.encode();
    }

    /**
     * Brings an answer to what an attempt asks; changes nothing when it does not wait for it any more.
     *
     * @param answer an {@code ApprovalAnswer} in Avro's single-object encoding
     */
    public byte[] answer(String lease, byte[] answer) throws IOException {
        RunningAttempt running = attempts.get(lease);
        if (running != null) {
            running.answered(ApprovalAnswer.fromByteBuffer(ByteBuffer.wrap(answer)));
        }
        return DONE;
    }

    /** Stops an attempt, and ends what it has started. */
    public byte[] cancel(String lease, String reason) {
        RunningAttempt running = attempts.get(lease);
        if (running != null) {
            running.cancellation().cancel(reason, InstantSource.system().instant());
        }
        return DONE;
    }
}
