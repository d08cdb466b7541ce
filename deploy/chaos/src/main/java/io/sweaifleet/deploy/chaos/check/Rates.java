package io.sweaifleet.deploy.chaos.check;

import io.sweaifleet.deploy.chaos.history.Ref;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.RateLimit;
import io.sweaifleet.schemas.task.TaskSubmitted;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rate keys keep to their rates. */
final class Rates implements Check {

    /** For the rounding of fractions. */
    private static final double TOLERANCE = 1e-6;

    @Override
    public String name() {
        return "rates";
    }

    @Override
    public String promise() {
        return "in any stretch of t ms, at most burst + t x permits / intervalMs tasks of a rate key start";
    }

    /** How full a bucket was, and when. */
    private record Level(double starts, long at) {}

    @Override
    public Verdict on(CheckedHistory history) {
        Verdict verdict = new Verdict();
        Map<Ref, Level> levels = new HashMap<>();
        history.recorded().journal().forEach((pool, events) -> {
            PoolDefinition definition = history.recorded().pools().get(pool);
            for (TaskEvent event : events) {
                String taskId = event.getTaskId();
                if (taskId == null || event.getType() != TaskEventType.TASK_ASSIGNED || definition == null) {
                    continue;
                }
                TaskSubmitted task = history.task(new Ref(pool, taskId));
                String key = task == null ? null : task.getRateKey();
                RateLimit limit = key == null ? null : limitOf(definition, key);
                if (key != null && limit != null) {
                    verdict.look();
                    start(verdict, levels, new Ref(pool, key), limit, event);
                }
            }
        });
        return verdict;
    }

    /** The most that any stretch which ends now exceeds the rate by, without the burst: the level of a leaking bucket. */
    private static void start(Verdict verdict, Map<Ref, Level> levels, Ref key, RateLimit limit, TaskEvent event) {
        long now = event.getDecidedAt().toEpochMilli();
        Level before = levels.getOrDefault(key, new Level(0, now));
        double leaked = (double) (now - before.at()) * limit.getPermits() / limit.getIntervalMs();
        double level = Math.max(0, before.starts() - leaked) + 1;
        levels.put(key, new Level(level, now));
        verdict.require(
                level <= limit.getBurst() + TOLERANCE,
                "event %d starts task %s of rate key %s, %.3f starts above its rate; the burst is %d",
                event.getSequence(),
                event.getTaskId(),
                key,
                level,
                limit.getBurst());
    }

    private static @Nullable RateLimit limitOf(PoolDefinition pool, String key) {
        RateLimit exact = pool.getRates().get(key);
        if (exact != null) {
            return exact;
        }
        RateLimit best = null;
        int longest = -1;
        for (Map.Entry<String, RateLimit> entry : pool.getRates().entrySet()) {
            String pattern = entry.getKey();
            if (pattern.endsWith("*")
                    && key.startsWith(pattern.substring(0, pattern.length() - 1))
                    && pattern.length() > longest) {
                longest = pattern.length();
                best = entry.getValue();
            }
        }
        return best;
    }
}
