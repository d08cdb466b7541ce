package io.sweaifleet.deploy.bench;

import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Submits tasks and times their committed outcomes. Not thread-safe. */
final class LoadDriver implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Submitter submitter;
    private final Ends<TaskOutcome> outcomes;
    private int run;

    LoadDriver(Settings settings) {
        submitter = new Submitter(settings);
        outcomes = new Ends<>(settings, FleetTopic.RESULTS, TaskOutcome.class);
    }

    /** A task under way: when it was given to the producer, by the wall clock (ms) and the monotonic one (ns). */
    private record Sent(long wallMs, long nanos) {}

    /**
     * What came back.
     *
     * @param endedAt when the outcomes came, ascending, ns after the first submission
     */
    record Result(Latencies submitToStart, Latencies submitToResult, List<Long> endedAt) {

        int tasks() {
            return endedAt.size();
        }

        /** From the first submission to the last outcome. */
        double tasksPerSecond() {
            return tasks() * 1e9 / endedAt.get(tasks() - 1);
        }

        /** The same without so many of the first and of the last outcomes, at least one: the rate that held in between. */
        double tasksPerSecondWithout(int edge) {
            long took = endedAt.get(tasks() - 1 - edge) - endedAt.get(edge - 1);
            return (tasks() - 2 * edge) * 1e9 / took;
        }
    }

    /**
     * Submits no-op tasks at a steady rate and waits for all outcomes.
     *
     * @param ratePerSecond tasks per second
     * @param seconds how long to submit
     */
    Result paced(List<String> pools, int ratePerSecond, int seconds) {
        return drive(pools, Job.NOOP, ratePerSecond * seconds, ratePerSecond);
    }

    /** Submits all tasks as fast as the producer takes them and waits for all outcomes. */
    Result burst(List<String> pools, Job job, int tasks) {
        return drive(pools, job, tasks, 0);
    }

    private Result drive(List<String> pools, Job job, int tasks, int ratePerSecond) {
        String prefix = Submitter.freshPrefix() + ++run + "-";
        Map<String, Sent> sent = new HashMap<>(tasks * 2);
        List<double[]> times = new ArrayList<>(tasks);
        Pace pace = Pace.from(tasks, ratePerSecond);
        List<Long> endedAt = new ArrayList<>(tasks);
        int submitted = 0;
        long giveUp = pace.began() + PATIENCE.toNanos() + pace.gapNanos() * tasks;
        while (times.size() < tasks) {
            for (int i = 0; i < Pace.AT_ONCE && pace.isDue(submitted); i++) {
                String id = prefix + submitted;
                sent.put(id, new Sent(System.currentTimeMillis(), System.nanoTime()));
                submitter.task(id, pools.get(submitted % pools.size()), job);
                submitted++;
            }
            for (TaskOutcome outcome : outcomes.poll(pace.untilNext(submitted))) {
                Sent task = sent.remove(outcome.getTaskId());
                if (task != null) {
                    long now = System.nanoTime();
                    times.add(times(task, now, outcome));
                    endedAt.add(now - pace.began());
                }
            }
            if (System.nanoTime() > giveUp) {
                throw new IllegalStateException((tasks - times.size()) + " of " + tasks
                        + " tasks had no outcome within " + PATIENCE.toSeconds() + " s; first missing: "
                        + sent.keySet().stream().sorted().findFirst().orElse("-"));
            }
        }
        return new Result(
                Latencies.of(times.stream().mapToDouble(time -> time[0]).toArray()),
                Latencies.of(times.stream().mapToDouble(time -> time[1]).toArray()),
                endedAt);
    }

    // The agent's start is stamped by the worker in ms on the same machine; the result is timed here.
    private static double[] times(Sent task, long nanos, TaskOutcome outcome) {
        if (outcome.getStatus() != TaskStatus.SUCCEEDED || outcome.getStartedAt() == null) {
            throw new IllegalStateException(
                    "task " + outcome.getTaskId() + " ended as " + outcome.getStatus() + ": " + outcome.getFailure());
        }
        return new double[] {
            Math.max(0, outcome.getStartedAt().toEpochMilli() - task.wallMs()), (nanos - task.nanos()) / 1e6
        };
    }

    @Override
    public void close() {
        submitter.close();
        outcomes.close();
    }
}
