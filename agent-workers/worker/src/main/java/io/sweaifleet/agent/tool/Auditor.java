package io.sweaifleet.agent.tool;

import io.sweaifleet.agent.attempt.Attempt;
import io.sweaifleet.agent.policy.SecretMasker;
import io.sweaifleet.schemas.common.BrainStamp;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.policy.Judgement;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.AuditEventType;
import io.sweaifleet.schemas.record.Verdict;
import io.sweaifleet.schemas.worker.Assignment;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Writes the audit events of one attempt: one per decision and per tool call, without secrets. Thread-safe. */
public final class Auditor {

    static final int MAX_ARGUMENT_LENGTH = 2_000;
    static final int MAX_PATHS = 50;

    private final Attempt attempt;
    private final Supplier<BrainStamp> brain;
    private final String repository;
    private final Clock clock;
    private final AtomicInteger number = new AtomicInteger();
    private final AtomicInteger calls = new AtomicInteger();

    /**
     * @param brain which brain runs now
     * @param repository identity of the repository, empty without a workspace
     */
    public Auditor(Attempt attempt, Supplier<BrainStamp> brain, String repository, Clock clock) {
        this.attempt = attempt;
        this.brain = brain;
        this.repository = repository;
        this.clock = clock;
    }

    /** What a call did, as far as it ran. */
    record Effect(
            @Nullable Long durationMs,
            @Nullable Integer exitCode,
            @Nullable String outputSha256,
            long outputBytes,
            Collection<String> read,
            Collection<String> written,
            @Nullable Failure failure) {

        static final Effect NONE = new Effect(null, null, null, 0, List.of(), List.of(), null);
    }

    /** Number of tool calls so far. */
    public int calls() {
        return calls.get();
    }

    /** Time now, for the beginning of a call. */
    Instant now() {
        return clock.instant();
    }

    /** Records a decision of the brain. */
    public void decision(String chosen, String why, List<String> alternatives) {
        attempt.reporter()
                .audit(common(AuditEventType.DECISION, clock.instant())
                        .setVerdict(Verdict.UNKNOWN)
                        .setArguments(Map.of("chosen", shortened(SecretMasker.mask(chosen))))
                        .setReason(shortened(SecretMasker.mask(why)))
                        .setAlternatives(alternatives.stream()
                                .map(SecretMasker::mask)
                                .map(Auditor::shortened)
                                .toList()));
    }

    /**
     * Records an exchange with a model.
     *
     * @param facts what is known of it
     * @param failure why there was no answer, or null
     */
    public void exchange(Map<String, String> facts, Instant at, long durationMs, @Nullable Failure failure) {
        Map<String, String> masked = new TreeMap<>();
        // Not by name: the numbers of tokens are no secrets.
        facts.forEach((name, value) -> masked.put(name, shortened(SecretMasker.mask(value))));
        attempt.reporter()
                .audit(common(AuditEventType.MODEL, at)
                        .setVerdict(Verdict.UNKNOWN)
                        .setArguments(masked)
                        .setDurationMs(durationMs)
                        .setFailure(
                                failure == null
                                        ? null
                                        : Failure.newBuilder(failure)
                                                .setMessage(shortened(SecretMasker.mask(failure.getMessage())))
                                                .build()));
    }

    /** Records a tool call. */
    void invocation(String tool, Map<String, String> arguments, Judgement judgement, Instant at, Effect effect) {
        calls.incrementAndGet();
        Map<String, String> masked = new TreeMap<>();
        arguments.forEach((name, value) -> masked.put(name, shortened(SecretMasker.mask(value))));
        attempt.reporter()
                .audit(common(AuditEventType.INVOCATION, at)
                        .setTool(tool)
                        .setArguments(masked)
                        .setVerdict(judgement.verdict())
                        .setRule(judgement.rule())
                        .setReason(SecretMasker.mask(judgement.reason()))
                        .setRead(effect.read().stream().limit(MAX_PATHS).toList())
                        .setWritten(effect.written().stream().limit(MAX_PATHS).toList())
                        .setDurationMs(effect.durationMs())
                        .setExitCode(effect.exitCode())
                        .setOutputSha256(effect.outputSha256())
                        .setOutputBytes(effect.outputBytes())
                        .setFailure(effect.failure()));
    }

    private AuditEvent.Builder common(AuditEventType type, Instant at) {
        Assignment assignment = attempt.assignment();
        return AuditEvent.newBuilder()
                .setId(assignment.getLeaseId() + "/" + number.incrementAndGet())
                .setPool(attempt.pool())
                .setTenant(assignment.getTenant())
                .setWorkflowId(assignment.getWorkflowId())
                .setTaskId(assignment.getTaskId())
                .setAttempt(assignment.getAttempt())
                .setLeaseId(assignment.getLeaseId())
                .setWorkerId(attempt.workerId())
                .setAgentId(attempt.agentId())
                .setRole(assignment.getRole())
                .setRepository(repository)
                .setBrain(brain.get())
                .setType(type)
                .setAt(at);
    }

    private static String shortened(String text) {
        return text.length() <= MAX_ARGUMENT_LENGTH ? text : text.substring(0, MAX_ARGUMENT_LENGTH - 1) + "…";
    }
}
