package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.task.ClassRetry;
import io.sweaifleet.schemas.task.RetryPolicy;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** Whether a failed attempt is repeated, and when: what {@code RetryPolicy} says. */
final class Retries {

    private static final RetryPolicy DEFAULT = RetryPolicy.newBuilder().build();

    private Retries() {}

    /**
     * When a task is tried again, in ms since the epoch; null when it is not.
     *
     * @param task the task, the failed attempt included in its attempts
     * @param failed the lease of that attempt
     */
    static @Nullable Long dueAt(Step step, TaskEntry.Live task, TaskEntry.Lease failed, Failure failure) {
        RetryPolicy policy =
                task.spec().getRetry() == null ? DEFAULT : task.spec().getRetry();
        FailureClass failureClass = failure.getFailureClass();
        ClassRetry ofClass = ofClass(policy, failureClass);
        int alike = alike(task, failureClass);
        boolean spent = failed.number() >= policy.getMaxAttempts()
                || (ofClass == null ? !Failures.retriable(failure) : alike >= ofClass.getMaxAttempts());
        if (spent) {
            return null;
        }
        long backoffMs = ofClass == null
                ? backoffMs(policy, failed.number(), failed.leaseId())
                : backoffMs(merged(policy, ofClass), alike, failed.leaseId());
        long dueAt = step.now() + backoffMs;
        Long totalMs = policy.getMaxTotalMs();
        long firstAt = task.attempts().get(0).getAssignedAt().toEpochMilli();
        return totalMs != null && dueAt > firstAt + totalMs ? null : dueAt;
    }

    private static @Nullable ClassRetry ofClass(RetryPolicy policy, FailureClass failureClass) {
        return switch (failureClass) {
            case TRANSIENT -> policy.getOnTransient();
            case AGENT -> policy.getOnAgent();
            case PERMANENT -> policy.getOnPermanent();
            case ENVIRONMENT -> policy.getOnEnvironment();
            case UNKNOWN -> null;
        };
    }

    private static int alike(TaskEntry.Live task, FailureClass failureClass) {
        return (int) task.attempts().stream()
                .filter(attempt ->
                        attempt.getFailure() != null && attempt.getFailure().getFailureClass() == failureClass)
                .count();
    }

    private static RetryPolicy merged(RetryPolicy policy, ClassRetry ofClass) {
        RetryPolicy.Builder merged = RetryPolicy.newBuilder(policy);
        if (ofClass.getInitialBackoffMs() != null) {
            merged.setInitialBackoffMs(ofClass.getInitialBackoffMs());
        }
        if (ofClass.getMultiplier() != null) {
            merged.setMultiplier(ofClass.getMultiplier());
        }
        if (ofClass.getMaxBackoffMs() != null) {
            merged.setMaxBackoffMs(ofClass.getMaxBackoffMs());
        }
        if (ofClass.getJitter() != null) {
            merged.setJitter(ofClass.getJitter());
        }
        return merged.build();
    }

    /**
     * Delay before the next attempt as {@code RetryPolicy} documents it, in ms. The random share is drawn from the lease
     * id, so that a replay draws the same.
     *
     * @param failures number of failures so far that count for the growth, from 1
     */
    static long backoffMs(RetryPolicy policy, int failures, String leaseId) {
        double grown = policy.getInitialBackoffMs() * Math.pow(policy.getMultiplier(), failures - 1);
        double delay = Math.min(policy.getMaxBackoffMs(), grown);
        CRC32 crc = new CRC32();
        crc.update(leaseId.getBytes(StandardCharsets.UTF_8));
        double drawn = crc.getValue() / (double) (1L << 32);
        return Math.max(0, Math.round(delay * (1 - policy.getJitter() * drawn)));
    }
}
