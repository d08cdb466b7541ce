package io.sweaifleet.schemas.rule;

import io.sweaifleet.schemas.common.ResourceAmounts;
import io.sweaifleet.schemas.task.ClassRetry;
import io.sweaifleet.schemas.task.Requirements;
import io.sweaifleet.schemas.task.RetryPolicy;
import io.sweaifleet.schemas.task.TaskSubmitted;
import org.jspecify.annotations.Nullable;

/**
 * What a task may say of its work, wherever it stands: submitted alone, in a workflow, or as a template in a definition. What
 * depends on when and with what it is submitted (ids, dependencies, moments) is checked by those who take it.
 */
public final class TaskRules {

    private static final int MOST_INPUTS = 256;
    private static final int MOST_LABELS = 64;
    private static final int NAME_LIMIT = 100;
    private static final int LABEL_LIMIT = 500;
    private static final int TITLE_LIMIT = 500;
    private static final int TEXT_LIMIT = 262_144;
    private static final int REPOSITORY_LIMIT = 2_000;
    private static final int REF_LIMIT = 250;
    private static final int CORRELATION_LIMIT = 200;
    private static final int KEY_LIMIT = 200;
    private static final int MOST_AT_ONCE = 1_000;
    private static final int MOST_REQUIRED = 32;
    private static final int MOST_CPU_MILLIS = 10_000_000;
    private static final long MOST_MEMORY_BYTES = 1L << 50;
    private static final int MOST_GPUS = 1_000;
    private static final long WEEK_MS = 604_800_000L;
    private static final long DAY_MS = 86_400_000L;
    private static final long YEAR_MS = 31_622_400_000L;

    private TaskRules() {}

    /**
     * Checks a task.
     *
     * @param prefix what stands before the names of its fields, such as {@code tasks[2].}
     */
    public static void check(Checks checks, String prefix, TaskSubmitted task) {
        checks.kind(prefix + "kind", task.getKind());
        checks.id(prefix + "role", task.getRole());
        checks.length(prefix + "title", task.getTitle(), TITLE_LIMIT);
        checks.length(prefix + "instructions", task.getInstructions(), TEXT_LIMIT);
        checks.argument(prefix + "repository", task.getRepository(), REPOSITORY_LIMIT);
        checks.argument(prefix + "baseRef", task.getBaseRef(), REF_LIMIT);
        checks.texts(prefix + "inputs", task.getInputs(), MOST_INPUTS, NAME_LIMIT, TEXT_LIMIT);
        if (task.getAttemptTimeoutMs() != null) {
            checks.range(prefix + "attemptTimeoutMs", task.getAttemptTimeoutMs(), 1, WEEK_MS);
        }
        if (task.getRetry() != null) {
            retry(checks, prefix + "retry.", task.getRetry());
        }
        checks.texts(prefix + "labels", task.getLabels(), MOST_LABELS, NAME_LIMIT, LABEL_LIMIT);
        checks.length(prefix + "correlationId", task.getCorrelationId(), CORRELATION_LIMIT);
        if (task.getDelayMs() != null) {
            checks.range(prefix + "delayMs", task.getDelayMs(), 0, YEAR_MS);
        }
        limits(checks, prefix, task);
        BudgetRules.check(checks, prefix + "budget.", task.getBudget());
        if (task.getRequires() != null) {
            requires(checks, prefix + "requires.", task.getRequires());
        }
    }

    private static void requires(Checks checks, String prefix, Requirements required) {
        checks.range(prefix + "capabilities.size", required.getCapabilities().size(), 0, MOST_REQUIRED);
        required.getCapabilities().forEach(name -> checks.capability(prefix + "capabilities", name));
        checks.texts(prefix + "labels", required.getLabels(), MOST_REQUIRED, NAME_LIMIT, LABEL_LIMIT);
        ResourceAmounts resources = required.getResources();
        if (resources != null) {
            checks.range(prefix + "resources.cpuMillis", resources.getCpuMillis(), 0, MOST_CPU_MILLIS);
            checks.range(prefix + "resources.memoryBytes", resources.getMemoryBytes(), 0, MOST_MEMORY_BYTES);
            checks.range(prefix + "resources.gpus", resources.getGpus(), 0, MOST_GPUS);
        }
    }

    private static void limits(Checks checks, String prefix, TaskSubmitted task) {
        String key = task.getConcurrencyKey();
        if (key != null) {
            checks.argument(prefix + "concurrencyKey", key, KEY_LIMIT);
        }
        checks.range(prefix + "concurrencyLimit", task.getConcurrencyLimit(), 1, MOST_AT_ONCE);
        if (task.getRateKey() != null) {
            checks.argument(prefix + "rateKey", task.getRateKey(), KEY_LIMIT);
        }
        if (task.getScheduleToStartMs() != null) {
            checks.range(prefix + "scheduleToStartMs", task.getScheduleToStartMs(), 1, WEEK_MS);
        }
        if (task.getStartToFinishMs() != null) {
            checks.range(prefix + "startToFinishMs", task.getStartToFinishMs(), 1, WEEK_MS);
        }
    }

    private static void retry(Checks checks, String prefix, RetryPolicy retry) {
        backoff(
                checks,
                prefix,
                new ClassRetry(
                        retry.getMaxAttempts(),
                        retry.getInitialBackoffMs(),
                        retry.getMultiplier(),
                        retry.getMaxBackoffMs(),
                        retry.getJitter()));
        backoff(checks, prefix + "onTransient.", retry.getOnTransient());
        backoff(checks, prefix + "onAgent.", retry.getOnAgent());
        backoff(checks, prefix + "onPermanent.", retry.getOnPermanent());
        backoff(checks, prefix + "onEnvironment.", retry.getOnEnvironment());
        if (retry.getMaxTotalMs() != null) {
            checks.range(prefix + "maxTotalMs", retry.getMaxTotalMs(), 1, WEEK_MS);
        }
    }

    private static void backoff(Checks checks, String prefix, @Nullable ClassRetry retry) {
        if (retry == null) {
            return;
        }
        checks.range(prefix + "maxAttempts", retry.getMaxAttempts(), 1, 20);
        if (retry.getInitialBackoffMs() != null) {
            checks.range(prefix + "initialBackoffMs", retry.getInitialBackoffMs(), 0, 3_600_000L);
        }
        if (retry.getMultiplier() != null) {
            checks.range(prefix + "multiplier", retry.getMultiplier(), 1.0, 10.0);
        }
        if (retry.getMaxBackoffMs() != null) {
            checks.range(prefix + "maxBackoffMs", retry.getMaxBackoffMs(), 0, DAY_MS);
        }
        if (retry.getJitter() != null) {
            checks.range(prefix + "jitter", retry.getJitter(), 0.0, 1.0);
        }
    }
}
