package io.sweaifleet.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * A queue of many tasks in a pool without a worker. What does a task cost the topology and the broker when so many wait, against
 * when few do? The first and the last share of the tasks are compared while they come in, and again while a worker takes
 * them away. Between the two the topology is killed, and restarts with the whole backlog.
 *
 * @param tasks how many wait
 */
record BacklogScenario(int tasks) implements Scenario {

    private static final String POOL = "bench-backlog";

    /** What is compared: the first and the last tenth. */
    private static final int SHARES = 10;

    private static final Duration PATIENCE = Duration.ofMinutes(15);

    @Override
    public void measure(BenchNode node, ObjectNode document, PrintStream progress) throws Exception {
        BenchRole.declarePool(node.settings(), POOL);
        int share = tasks / SHARES;
        progress.println("bench: " + tasks + " tasks for a pool without a worker");
        double[] coming = new double[SHARES];
        Duration acceptedAfter = accept(node, share, coming);

        ObjectNode backlog = document.putObject("backlog");
        backlog.put("tasks", tasks);
        backlog.put("acceptedPerSecond", Lines.round(tasks / (acceptedAfter.toMillis() / 1000.0)));
        try (Ends<TaskOutcome> outcomes = new Ends<>(node.settings(), FleetTopic.RESULTS, TaskOutcome.class)) {
            node.startWorker(POOL, BenchRole.NAME, progress);
            int before = awaitOutcomeAfter(outcomes, Instant.EPOCH);
            progress.println("bench: kill -9 of the topology, with the backlog");
            Instant killed = Instant.now();
            node.kill("topology");
            before += awaitOutcomeAfter(outcomes, killed);
            double resumed = Duration.between(killed, Instant.now()).toMillis() / 1000.0;
            backlog.put("outcomesAgainAfterSeconds", Lines.round(resumed));

            progress.println("bench: the worker takes them away");
            double[] going = new double[SHARES];
            long began = System.nanoTime();
            int taken = tasks - before;
            drain(node, outcomes, taken, going);
            backlog.put("takenPerSecond", Lines.round(taken / ((System.nanoTime() - began) / 1e9)));
            double full = coming[SHARES - 1] + going[0];
            double empty = coming[0] + going[SHARES - 1];
            backlog.put("processorMsPerTaskFull", Lines.round(full));
            backlog.put("processorMsPerTaskEmpty", Lines.round(empty));
            backlog.put("ratio", Lines.round(full / empty));
        }
    }

    /** Submits share by share, each when core has committed the one before; so what is measured is of that share. */
    private Duration accept(BenchNode node, int share, double[] cost) throws Exception {
        long began = System.nanoTime();
        String prefix = Submitter.freshPrefix();
        try (Submitter submitter = new Submitter(node.settings());
                Admin admin = Admin.create(FleetSettings.kafkaClient(node.settings()))) {
            for (int part = 0; part < SHARES; part++) {
                Duration used = node.processorTimeOfPath();
                for (int i = 0; i < share; i++) {
                    submitter.task(prefix + (part * share + i), POOL, Job.NOOP);
                }
                awaitTaken(admin, "fleet-intake", FleetTopic.TASKS, began);
                awaitTaken(admin, "fleet-core", FleetTopic.CORE_INPUTS, began);
                cost[part] = node.processorTimeOfPath().minus(used).toNanos() / 1e6 / share;
            }
        }
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /** Waits until an application has committed what a topic holds. */
    private static void awaitTaken(Admin admin, String group, FleetTopic topic, long began)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> partitions = new HashMap<>();
        for (int i = 0; i < topic.partitions(); i++) {
            partitions.put(new TopicPartition(topic.topicName(), i), OffsetSpec.latest());
        }
        while (true) {
            Map<TopicPartition, OffsetAndMetadata> taken = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get();
            boolean all = admin.listOffsets(partitions).all().get().entrySet().stream()
                    .allMatch(end -> end.getValue().offset() <= offset(taken.get(end.getKey())));
            if (all) {
                return;
            }
            if (System.nanoTime() - began > PATIENCE.toNanos()) {
                throw new IllegalStateException(group + " had not taken all of " + topic.topicName() + " after "
                        + PATIENCE.toMinutes() + " min");
            }
            Thread.sleep(100); // Polls for the offsets above.
        }
    }

    private static long offset(@org.jspecify.annotations.Nullable OffsetAndMetadata taken) {
        return taken == null ? 0 : taken.offset();
    }

    /** Waits for a task that ended after a moment, and counts what came up to it. */
    private static int awaitOutcomeAfter(Ends<TaskOutcome> outcomes, Instant moment) {
        long giveUp = System.nanoTime() + PATIENCE.toNanos();
        int count = 0;
        while (System.nanoTime() < giveUp) {
            boolean found = false;
            for (TaskOutcome outcome : outcomes.poll(Duration.ofMillis(200))) {
                count++;
                found |= outcome.getFinishedAt().isAfter(moment);
            }
            if (found) {
                return count;
            }
        }
        throw new IllegalStateException("no task ended within " + PATIENCE.toMinutes() + " min");
    }

    private static void drain(BenchNode node, Ends<TaskOutcome> outcomes, int tasks, double[] cost) {
        long giveUp = System.nanoTime() + PATIENCE.toNanos();
        int ended = 0;
        int measuredAt = 0;
        int part = 0;
        Duration used = node.processorTimeOfPath();
        while (ended < tasks) {
            ended += outcomes.poll(Duration.ofMillis(200)).size();
            if (part < SHARES && ended >= (long) tasks * (part + 1) / SHARES) {
                Duration now = node.processorTimeOfPath();
                cost[part++] = now.minus(used).toNanos() / 1e6 / (ended - measuredAt);
                used = now;
                measuredAt = ended;
            }
            if (System.nanoTime() > giveUp) {
                throw new IllegalStateException((tasks - ended) + " of " + tasks + " tasks had no outcome after "
                        + PATIENCE.toMinutes() + " min");
            }
        }
    }

    @Override
    public void print(ObjectNode document, Lines out) {
        JsonNode backlog = document.get("backlog");
        String what = String.format("%,d queued", backlog.get("tasks").asInt());
        out.line(
                what,
                "%.3f ms a task with all of them, %.3f with few: ratio %.2f",
                backlog.get("processorMsPerTaskFull").asDouble(),
                backlog.get("processorMsPerTaskEmpty").asDouble(),
                backlog.get("ratio").asDouble());
        out.line(
                what,
                "%,.0f accepted/s, %,.0f taken away/s; outcomes again %.1f s after kill -9",
                backlog.get("acceptedPerSecond").asDouble(),
                backlog.get("takenPerSecond").asDouble(),
                backlog.get("outcomesAgainAfterSeconds").asDouble());
    }
}
