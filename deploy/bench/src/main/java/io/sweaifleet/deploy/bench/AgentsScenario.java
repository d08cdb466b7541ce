package io.sweaifleet.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.Heartbeat;
import io.sweaifleet.schemas.worker.RoleCapacity;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/**
 * Many agents that take a second for each task: how much of their time they work. 1 would be linear: no agent ever waits. It is told of
 * the whole time, and of the middle third of each agent's tasks: before, all tasks are submitted, and after, the queue runs dry. How long their
 * worker takes to be ready with all of them, and the memory that this machine then has less, once each has done a task: the worker's, and
 * that of the actors' processes, wherever they are.
 *
 * @param agents agents of one worker
 * @param tasksEach tasks for each agent, at least 3
 */
record AgentsScenario(int agents, int tasksEach) implements Scenario {

    private static final String POOL = "bench-crowd";
    private static final long TASK_MS = 1_000;
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    @Override
    public void measure(BenchNode node, ObjectNode document, PrintStream progress) throws Exception {
        BenchRole.declareCrowd(node.settings(), agents);
        long free = Memory.availableBytes();
        double startSeconds = start(node, progress);
        int tasks = agents * tasksEach;
        progress.println("bench: " + tasks + " tasks of " + TASK_MS + " ms for " + agents + " agents");
        try (LoadDriver driver = new LoadDriver(node.settings())) {
            driver.burst(List.of(POOL), Job.lasting(TASK_MS), agents);
            long taken = free - Memory.availableBytes();
            LoadDriver.Result burst = driver.burst(List.of(POOL), Job.lasting(TASK_MS), tasks);
            ObjectNode crowd = document.putObject("agents");
            crowd.put("agents", agents);
            crowd.put("taskMs", TASK_MS);
            crowd.put("workerReadyAfterSeconds", Lines.round(startSeconds));
            crowd.put("memoryMb", taken >> 20);
            crowd.put("tasksPerSecond", Lines.round(burst.tasksPerSecond()));
            crowd.put("ofLinear", ofLinear(burst.tasksPerSecond()));
            crowd.put("ofLinearInTheMiddle", ofLinear(burst.tasksPerSecondWithout(agents * (tasksEach / 3))));
        }
    }

    /** Starts the worker; gives the seconds until it offered all its agents. On a cluster it begins with those that are there. */
    private double start(BenchNode node, PrintStream progress) throws Exception {
        long began = System.nanoTime();
        long giveUp = began + PATIENCE.toNanos();
        try (Ends<Heartbeat> beats = new Ends<>(node.settings(), FleetTopic.AGENT_HEARTBEATS, Heartbeat.class)) {
            node.startWorker(POOL, BenchRole.CROWD, progress);
            int offered = 0;
            while (offered < agents) {
                for (Heartbeat beat : beats.poll(Duration.ofMillis(200))) {
                    if (beat.getPool().equals(POOL)) {
                        offered = beat.getRoles().stream()
                                .mapToInt(RoleCapacity::getAgents)
                                .sum();
                    }
                }
                if (System.nanoTime() > giveUp) {
                    throw new IllegalStateException("the worker has " + offered + " of " + agents + " agents after "
                            + PATIENCE.toMinutes() + " minutes");
                }
            }
        }
        return (System.nanoTime() - began) / 1e9;
    }

    private double ofLinear(double tasksPerSecond) {
        return Lines.round(tasksPerSecond * TASK_MS / 1000.0 / agents);
    }

    @Override
    public void print(ObjectNode document, Lines out) {
        JsonNode crowd = document.get("agents");
        out.line(
                crowd.get("agents").asInt() + " agents, 1 s tasks",
                "%,10.0f tasks/s   (%.1f %% of linear, %.1f %% in the middle third); ready after %.1f s, %,d MB",
                crowd.get("tasksPerSecond").asDouble(),
                100 * crowd.get("ofLinear").asDouble(),
                100 * crowd.get("ofLinearInTheMiddle").asDouble(),
                crowd.get("workerReadyAfterSeconds").asDouble(),
                crowd.get("memoryMb").asLong());
    }
}
