package io.sweaifleet.deploy.chaos.run;

import io.sweaifleet.deploy.chaos.agent.ChaosPlaybook;
import io.sweaifleet.schemas.common.Budget;
import io.sweaifleet.schemas.task.ClassRetry;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.FailurePolicy;
import io.sweaifleet.schemas.task.RetryPolicy;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * What is asked of the fleet: lone tasks and workflows of every sort, repetitions, contradictions, garbage, and requests to
 * cancel, pause, resume and reprioritise. A function of the seed and the time that has passed, apart from names.
 */
final class Load {

    /** Once in so many tasks a burst comes, so that queues form. */
    private static final int BURST_EVERY = 150;

    private static final int BURST = 50;
    private static final int WORKFLOW_TASKS = 8;

    /** A submission that is repeated is repeated within this time, in ms. */
    private static final int LATEST_REPETITION_MS = 5_000;

    /** A pause that is asked for ends within this time, in ms. */
    private static final int LONGEST_PAUSE_MS = 4_000;

    private static final int STEP_TOKENS = 100;

    private final Random random;
    private final List<String> pools;
    private final String prefix;
    private final int perSecond;
    private final Submitter submitter;
    private final PriorityQueue<Later> later = new PriorityQueue<>(Comparator.comparingLong(Later::atMs));
    private int submissions;
    private int requests;
    private long tasks;

    /** Something that was decided on before, for a time after the beginning, in ms. */
    private record Later(long atMs, Runnable what) {}

    /**
     * @param prefix beginning of all ids, different for each run on the same fleet
     * @param perSecond tasks per second, without bursts
     */
    Load(long seed, List<String> pools, String prefix, int perSecond, Submitter submitter) {
        this.random = new Random(seed);
        this.pools = List.copyOf(pools);
        this.prefix = prefix;
        this.perSecond = perSecond;
        this.submitter = submitter;
    }

    /** Submits what is due so long after the beginning, in ms. */
    void step(long nowMs) {
        while (!later.isEmpty() && later.peek().atMs() <= nowMs) {
            later.poll().what().run();
        }
        long due = nowMs * perSecond / 1000;
        while (tasks < due) {
            tasks += submit(nowMs);
        }
    }

    /** Asks for everything at once that was still to be asked: above all, pauses end. */
    void finish() {
        while (!later.isEmpty()) {
            later.poll().what().run();
        }
    }

    /** Submissions so far. */
    int submissions() {
        return submissions;
    }

    private int submit(long nowMs) {
        String pool = pools.get(random.nextInt(pools.size()));
        if (submissions % BURST_EVERY == BURST_EVERY - 1) {
            for (int i = 0; i < BURST; i++) {
                submitter.task(pool, lone(pool));
            }
            // Bursts come on top of the rate.
            return 1;
        }
        int drawn = random.nextInt(100);
        if (drawn < 12) {
            return workflow(nowMs, pool);
        }
        TaskSubmitted task = lone(pool);
        submitter.task(pool, task);
        String id = String.valueOf(task.getId());
        if (drawn < 14) {
            submitter.task(pool, task);
        } else if (drawn < 16) {
            // By then the task has ended, as a rule.
            in(nowMs, LATEST_REPETITION_MS, () -> submitter.task(pool, task));
        } else if (drawn < 17) {
            submitter.task(
                    pool, TaskSubmitted.newBuilder(task).setTitle("another").build());
        } else if (drawn < 18) {
            submitter.garbage(("garbage " + id).getBytes(StandardCharsets.UTF_8));
        } else if (drawn < 22) {
            in(nowMs, 2_000, () -> control(pool, request(ControlAction.CANCEL).setTaskId(id)));
        } else if (drawn < 24) {
            int priority = random.nextInt(10);
            in(
                    nowMs,
                    1_000,
                    () -> control(
                            pool,
                            request(ControlAction.REPRIORITISE).setTaskId(id).setPriority(priority)));
        } else if (drawn < 26) {
            pause(nowMs, pool, builder -> builder.setTaskId(id));
        } else if (drawn == 26) {
            String tenant = Definitions.TENANTS.get(random.nextInt(Definitions.TENANTS.size()));
            pause(nowMs, pool, builder -> builder.setOfTenant(tenant));
        } else if (drawn == 27) {
            String role = Definitions.ROLES.get(random.nextInt(Definitions.ROLES.size()));
            pause(nowMs, pool, builder -> builder.setRole(role));
        } else if (drawn == 28 && random.nextInt(4) == 0) {
            pause(nowMs, pool, builder -> builder.setWholePool(true));
        }
        return 1;
    }

    private TaskSubmitted lone(String pool) {
        TaskSubmitted.Builder task = task(prefix + "t" + submissions++).setPool(pool);
        if (random.nextInt(4) == 0) {
            task.setConcurrencyKey("repository-" + random.nextInt(4));
        } else if (random.nextInt(12) == 0) {
            task.setConcurrencyKey("pair-" + random.nextInt(2)).setConcurrencyLimit(2);
        }
        if (random.nextInt(5) == 0) {
            task.setRateKey(Definitions.RATED + random.nextInt(3));
        }
        if (random.nextInt(12) == 0) {
            task.setDelayMs((long) random.nextInt(3_000));
        }
        if (random.nextInt(30) == 0) {
            task.setScheduleToStartMs(500L + random.nextInt(4_000));
        }
        if (random.nextInt(30) == 0) {
            task.setStartToFinishMs(200L + random.nextInt(6_000));
        }
        if (random.nextInt(20) == 0) {
            task.setAttemptTimeoutMs(1_000L);
        }
        if (random.nextInt(8) == 0) {
            Map<String, String> inputs = new HashMap<>(task.getInputs());
            inputs.put(ChaosPlaybook.STEP_TOKENS, Integer.toString(STEP_TOKENS));
            task.setInputs(inputs)
                    .setBudget(Budget.newBuilder()
                            .setTokens((long) STEP_TOKENS * (2 + random.nextInt(40)))
                            .build());
        }
        return task.build();
    }

    private TaskSubmitted.Builder task(String id) {
        Map<String, String> inputs = new HashMap<>();
        inputs.put(ChaosPlaybook.SLEEP_MS, Integer.toString(random.nextInt(10) == 0 ? 1_500 : random.nextInt(200)));
        if (random.nextInt(10) == 0) {
            inputs.put(ChaosPlaybook.CHILD, "true");
        }
        if (random.nextInt(6) == 0) {
            inputs.put(ChaosPlaybook.FAIL_ATTEMPTS, Integer.toString(1 + random.nextInt(4)));
            inputs.put(ChaosPlaybook.FAIL_AS, random.nextInt(4) == 0 ? "PERMANENT" : "TRANSIENT");
        }
        return TaskSubmitted.newBuilder()
                .setId(id)
                .setKind(ChaosPlaybook.KIND)
                .setRole(Definitions.ROLES.get(random.nextInt(Definitions.ROLES.size())))
                .setTenant(Definitions.TENANTS.get(random.nextInt(Definitions.TENANTS.size())))
                .setTitle("chaos")
                .setInputs(inputs)
                .setLabels(Map.of("number", id))
                .setPriority(random.nextInt(10))
                .setRetry(RetryPolicy.newBuilder()
                        .setMaxAttempts(6)
                        .setInitialBackoffMs(100)
                        .setMaxBackoffMs(1_000)
                        .setOnTransient(
                                ClassRetry.newBuilder().setMaxAttempts(4).build())
                        .build());
    }

    private int workflow(long nowMs, String pool) {
        String id = prefix + "w" + submissions++;
        int size = 2 + random.nextInt(WORKFLOW_TASKS - 1);
        List<TaskSubmitted> all = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            TaskSubmitted.Builder task = task(id + "-" + i).setTenant(null);
            List<String> needs = new ArrayList<>();
            for (int j = 0; j < i; j++) {
                if (random.nextInt(3) == 0) {
                    needs.add(id + "-" + j);
                }
            }
            FailurePolicy[] policies = FailurePolicy.values();
            task.setDependsOn(needs).setOnFailure(policies[random.nextInt(policies.length)]);
            if (random.nextInt(5) == 0) {
                task.setConcurrencyKey("repository-" + random.nextInt(4));
            }
            all.add(task.build());
        }
        submitter.workflow(
                pool,
                WorkflowSubmitted.newBuilder()
                        .setId(id)
                        .setPool(pool)
                        .setTenant(Definitions.TENANTS.get(random.nextInt(Definitions.TENANTS.size())))
                        .setTitle("chaos")
                        .setTasks(all)
                        .build());
        int drawn = random.nextInt(20);
        if (drawn == 0) {
            in(nowMs, 2_000, () -> control(pool, request(ControlAction.CANCEL).setWorkflowId(id)));
        } else if (drawn == 1) {
            pause(nowMs, pool, builder -> builder.setWorkflowId(id));
        } else if (drawn == 2) {
            int priority = random.nextInt(10);
            in(
                    nowMs,
                    1_000,
                    () -> control(
                            pool,
                            request(ControlAction.REPRIORITISE)
                                    .setWorkflowId(id)
                                    .setPriority(priority)));
        }
        return size;
    }

    private interface Target {
        TaskControl.Builder of(TaskControl.Builder request);
    }

    private void pause(long nowMs, String pool, Target target) {
        control(pool, target.of(request(ControlAction.PAUSE)));
        in(nowMs, LONGEST_PAUSE_MS, () -> control(pool, target.of(request(ControlAction.RESUME))));
    }

    private TaskControl.Builder request(ControlAction action) {
        return TaskControl.newBuilder()
                .setId(prefix + "c" + requests++)
                .setAction(action)
                .setReason("chaos")
                .setRequestedBy("chaos");
    }

    private void control(String pool, TaskControl.Builder request) {
        submitter.control(request.setPool(pool).build());
    }

    private void in(long nowMs, int withinMs, Runnable what) {
        later.add(new Later(nowMs + random.nextInt(withinMs), what));
    }
}
