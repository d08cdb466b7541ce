package io.sweaifleet.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.schemas.task.WorkflowOutcome;
import io.sweaifleet.schemas.task.WorkflowStatus;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.PrintStream;
import java.time.Duration;

/**
 * What the fleet itself takes of a workflow whose tasks run one after the other and do nothing: submission to committed outcome,
 * one workflow at a time.
 */
final class ChainScenario implements Scenario {

    private static final int LENGTH = 10;
    private static final int WARM_UPS = 50;
    private static final int RUNS = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Override
    public void measure(BenchNode node, ObjectNode document, PrintStream progress) {
        progress.println("bench: " + RUNS + " chains of " + LENGTH + " tasks, after " + WARM_UPS + " to warm up");
        double[] millis = new double[RUNS];
        String prefix = Submitter.freshPrefix();
        try (Submitter submitter = new Submitter(node.settings());
                Ends<WorkflowOutcome> ends =
                        new Ends<>(node.settings(), FleetTopic.WORKFLOW_RESULTS, WorkflowOutcome.class)) {
            for (int i = 0; i < WARM_UPS + RUNS; i++) {
                String id = prefix + "chain-" + i;
                long began = System.nanoTime();
                submitter.chain(id, BenchNode.POOL, LENGTH);
                awaitEnd(ends, id, began);
                if (i >= WARM_UPS) {
                    millis[i - WARM_UPS] = (System.nanoTime() - began) / 1e6;
                }
            }
        }
        ObjectNode chain = document.putObject("chain");
        chain.put("tasks", LENGTH);
        Lines.put(chain.putObject("submitToResultMs"), Latencies.of(millis));
    }

    private static void awaitEnd(Ends<WorkflowOutcome> ends, String id, long began) {
        while (System.nanoTime() - began < PATIENCE.toNanos()) {
            for (WorkflowOutcome outcome : ends.poll(Duration.ofMillis(200))) {
                if (outcome.getWorkflowId().equals(id)) {
                    if (outcome.getStatus() != WorkflowStatus.SUCCEEDED) {
                        throw new IllegalStateException("chain " + id + " ended as " + outcome.getStatus());
                    }
                    return;
                }
            }
        }
        throw new IllegalStateException("chain " + id + " had no outcome within " + PATIENCE.toSeconds() + " s");
    }

    @Override
    public void print(ObjectNode document, Lines out) {
        JsonNode chain = document.get("chain");
        out.latencies("chain of " + chain.get("tasks").asInt(), chain.get("submitToResultMs"), "in all");
    }
}
