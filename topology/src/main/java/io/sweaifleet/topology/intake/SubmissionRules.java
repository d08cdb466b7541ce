package io.sweaifleet.topology.intake;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.rule.BudgetRules;
import io.sweaifleet.schemas.rule.Checks;
import io.sweaifleet.schemas.rule.Graphs;
import io.sweaifleet.schemas.rule.PoolRules;
import io.sweaifleet.schemas.rule.RunRules;
import io.sweaifleet.schemas.rule.ScheduleRules;
import io.sweaifleet.schemas.rule.TaskRules;
import io.sweaifleet.schemas.rule.WorkflowRules;
import io.sweaifleet.schemas.schedule.Schedule;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.workflow.Approval;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a decoded submission, control request or definition must be. Pure: what depends on state is core's to check. */
final class SubmissionRules {

    /** Tasks in a workflow. */
    static final int MOST_TASKS = 1_000;

    private static final int MOST_LABELS = 64;
    private static final int NAME_LIMIT = 100;
    private static final int LABEL_LIMIT = 500;
    private static final int TITLE_LIMIT = 500;
    private static final int REPOSITORY_LIMIT = 2_000;
    private static final int REF_LIMIT = 250;
    private static final int CORRELATION_LIMIT = 200;
    private static final long WEEK_MS = 604_800_000L;

    private SubmissionRules() {}

    /**
     * Problem of a lone task, or null.
     *
     * @param appendedAt when the broker appended it: a deadline is compared with this and not with the clock, so that
     *     reading it again leads to the same answer
     */
    static @Nullable Failure check(TaskSubmitted task, Instant appendedAt) {
        Checks checks = new Checks();
        task(checks, "", task, appendedAt);
        if (!task.getDependsOn().isEmpty()) {
            checks.refuse(
                    "UNKNOWN_DEPENDENCY",
                    "A task submitted alone cannot depend on others: " + task.getDependsOn(),
                    "Submit the tasks together on fleet.workflows",
                    "dependsOn",
                    task.getDependsOn());
        }
        return checks.problem();
    }

    /** Problem of a workflow, or null; {@code appendedAt} as above. */
    static @Nullable Failure check(WorkflowSubmitted workflow, Instant appendedAt) {
        Checks checks = new Checks();
        checks.optionalId("id", workflow.getId());
        checks.optionalId("pool", workflow.getPool());
        checks.optionalId("tenant", workflow.getTenant());
        checks.length("title", workflow.getTitle(), TITLE_LIMIT);
        checks.argument("repository", workflow.getRepository(), REPOSITORY_LIMIT);
        checks.argument("baseRef", workflow.getBaseRef(), REF_LIMIT);
        priority(checks, "priority", workflow.getPriority());
        deadline(checks, "deadline", workflow.getDeadline(), appendedAt);
        checks.texts("labels", workflow.getLabels(), MOST_LABELS, NAME_LIMIT, LABEL_LIMIT);
        checks.length("correlationId", workflow.getCorrelationId(), CORRELATION_LIMIT);
        BudgetRules.check(checks, "budget.", workflow.getBudget());
        if (workflow.getDefinition() == null) {
            checks.range("tasks.size", workflow.getTasks().size(), 1, MOST_TASKS);
        }
        RunRules.check(checks, workflow);
        if (checks.problem() != null) {
            return checks.problem();
        }
        for (int i = 0; i < workflow.getTasks().size(); i++) {
            TaskSubmitted task = workflow.getTasks().get(i);
            String prefix = "tasks[" + i + "].";
            task(checks, prefix, task, appendedAt);
            same(checks, prefix + "pool", task.getPool(), workflow.getPool());
            same(checks, prefix + "tenant", task.getTenant(), workflow.getTenant());
        }
        graph(checks, workflow.getTasks());
        return checks.problem();
    }

    private static void task(Checks checks, String prefix, TaskSubmitted task, Instant appendedAt) {
        checks.optionalId(prefix + "id", task.getId());
        checks.optionalId(prefix + "pool", task.getPool());
        checks.optionalId(prefix + "tenant", task.getTenant());
        if (task.getWorkflowId() != null) {
            checks.refuse(
                    "INVALID_VALUE",
                    "Field " + prefix + "workflowId is set, which is the fleet's to do",
                    "Leave it out (null); tasks of one workflow are submitted together on fleet.workflows",
                    prefix + "workflowId",
                    task.getWorkflowId());
        }
        TaskRules.check(checks, prefix, task);
        checks.range(prefix + "dependsOn.size", task.getDependsOn().size(), 0, MOST_TASKS);
        priority(checks, prefix + "priority", task.getPriority());
        deadline(checks, prefix + "deadline", task.getDeadline(), appendedAt);
        start(checks, prefix, task, appendedAt);
    }

    /** Moment before which a task is not queued: the later of its notBefore and its delay; null when it has neither. */
    static @Nullable Instant notBefore(TaskSubmitted task, Instant appendedAt) {
        Instant given = task.getNotBefore();
        Long delayMs = task.getDelayMs();
        Instant delayed = delayMs == null ? null : appendedAt.plusMillis(delayMs);
        return given == null || (delayed != null && delayed.isAfter(given)) ? delayed : given;
    }

    private static void start(Checks checks, String prefix, TaskSubmitted task, Instant appendedAt) {
        Instant notBefore = checks.problem() == null ? notBefore(task, appendedAt) : null;
        Instant deadline = task.getDeadline();
        if (notBefore != null && deadline != null && !notBefore.isBefore(deadline)) {
            String field = notBefore.equals(task.getNotBefore()) ? "notBefore" : "delayMs";
            checks.refuse(
                    "INVALID_VALUE",
                    "By field " + prefix + field + " the task may start at " + notBefore
                            + ", which is not before its deadline " + deadline,
                    "Give an earlier start, or a later deadline",
                    prefix + field,
                    field.equals("notBefore") ? notBefore : task.getDelayMs());
        }
    }

    private static void priority(Checks checks, String field, @Nullable Integer priority) {
        if (priority != null) {
            checks.range(field, priority, 0, 9);
        }
    }

    private static void deadline(Checks checks, String field, @Nullable Instant deadline, Instant appendedAt) {
        if (deadline != null && !deadline.isAfter(appendedAt)) {
            checks.refuse(
                    "DEADLINE_PASSED",
                    "Field " + field + " is " + deadline + ", which had passed when the submission arrived at "
                            + appendedAt,
                    "Give a deadline in the future (UTC), or none",
                    field,
                    deadline);
        }
    }

    private static void same(Checks checks, String field, @Nullable String ofTask, @Nullable String ofWorkflow) {
        String effective = ofWorkflow == null ? "default" : ofWorkflow;
        if (ofTask != null && !ofTask.equals(effective)) {
            checks.refuse(
                    "INVALID_VALUE",
                    "Field " + field + " is " + ofTask + ", but the workflow's is " + effective,
                    "Leave it out in tasks: a workflow is done in one pool, for one tenant",
                    field,
                    ofTask);
        }
    }

    private static void graph(Checks checks, List<TaskSubmitted> tasks) {
        Map<String, List<String>> needs = new HashMap<>();
        for (int i = 0; i < tasks.size(); i++) {
            String id = tasks.get(i).getId();
            if (id == null) {
                continue;
            }
            if (needs.putIfAbsent(id, tasks.get(i).getDependsOn()) != null) {
                checks.refuse(
                        "DUPLICATE_ID",
                        "Two tasks of the workflow have the id " + id,
                        "Give every task an id of its own",
                        "tasks[" + i + "].id",
                        id);
            }
        }
        for (int i = 0; i < tasks.size(); i++) {
            String id = tasks.get(i).getId();
            for (String needed : tasks.get(i).getDependsOn()) {
                if (needed.equals(id)) {
                    checks.refuse(
                            "CYCLE",
                            "Task " + id + " depends on itself",
                            "Remove the dependency",
                            "tasks[" + i + "].dependsOn",
                            needed);
                } else if (!needs.containsKey(needed)) {
                    checks.refuse(
                            "UNKNOWN_DEPENDENCY",
                            "Task " + (id == null ? "number " + (i + 1) : id) + " depends on " + needed
                                    + ", which is not a task of the workflow",
                            "Name the id of a task of the same workflow",
                            "tasks[" + i + "].dependsOn",
                            needed);
                }
            }
        }
        if (checks.problem() == null) {
            List<String> cycle = Graphs.cycle(needs);
            if (!cycle.isEmpty()) {
                checks.refuse(
                        "CYCLE",
                        "The dependencies have a cycle: " + String.join(" -> ", cycle),
                        "Remove one of these dependencies",
                        "tasks.dependsOn",
                        String.join(" -> ", cycle));
            }
        }
    }

    /** Problem of a control request, or null. */
    static @Nullable Failure check(TaskControl control) {
        Checks checks = new Checks();
        checks.optionalId("id", control.getId());
        checks.optionalId("pool", control.getPool());
        checks.optionalId("tenant", control.getTenant());
        checks.optionalId("workflowId", control.getWorkflowId());
        checks.optionalId("taskId", control.getTaskId());
        checks.optionalId("role", control.getRole());
        checks.optionalId("ofTenant", control.getOfTenant());
        target(checks, control);
        if (control.getAction() == ControlAction.UNKNOWN) {
            checks.refuse(
                    "MISSING_FIELD",
                    "Field action is not one that this version knows",
                    "Use CANCEL, PAUSE, RESUME, REPRIORITISE or SIGNAL",
                    "action",
                    control.getAction());
        }
        RunRules.signal(checks, control);
        checks.length("reason", control.getReason(), LABEL_LIMIT);
        checks.length("requestedBy", control.getRequestedBy(), CORRELATION_LIMIT);
        return checks.problem();
    }

    private static void target(Checks checks, TaskControl control) {
        boolean work = control.getWorkflowId() != null || control.getTaskId() != null;
        boolean mayBeWider = control.getAction() == ControlAction.PAUSE || control.getAction() == ControlAction.RESUME;
        List<String> wider = widerTargets(control);
        if (!work && wider.isEmpty()) {
            checks.refuse(
                    "MISSING_FIELD",
                    "Neither workflowId nor taskId is set",
                    mayBeWider
                            ? "Name the task or the workflow to control, or a role, ofTenant or wholePool"
                            : "Name the task or the workflow to control",
                    "taskId",
                    null);
        } else if (wider.size() > 1 || (!wider.isEmpty() && (work || !mayBeWider))) {
            checks.refuse(
                    "INVALID_VALUE",
                    "The request names more than one target, or one that " + control.getAction() + " does not have",
                    "Name one of taskId, workflowId and, for PAUSE and RESUME, role, ofTenant, wholePool",
                    wider.get(0),
                    null);
        }
        Integer priority = control.getPriority();
        if (control.getAction() == ControlAction.REPRIORITISE && priority == null) {
            checks.refuse(
                    "MISSING_FIELD", "REPRIORITISE needs a priority", "Give a priority from 0 to 9", "priority", null);
        }
        priority(checks, "priority", priority);
    }

    /** Fields of a request that are set and name more than a task or a workflow. */
    private static List<String> widerTargets(TaskControl control) {
        List<String> wider = new ArrayList<>();
        if (control.getRole() != null) {
            wider.add("role");
        }
        if (control.getOfTenant() != null) {
            wider.add("ofTenant");
        }
        if (control.getWholePool()) {
            wider.add("wholePool");
        }
        return wider;
    }

    /**
     * Problem of a role's definition, or null.
     *
     * @param key key of the record
     * @param role its value; null removes the role
     */
    static @Nullable Failure check(@Nullable String key, @Nullable RoleDefinition role) {
        Checks checks = new Checks();
        key(checks, key);
        if (role != null) {
            checks.id("role", role.getRole());
            keyIs(checks, "role", role.getRole(), key);
            checks.range("version", role.getVersion(), 0, Integer.MAX_VALUE);
            checks.range("agents", role.getAgents(), 0, 10_000);
            checks.range("slotsPerAgent", role.getSlotsPerAgent(), 1, 10_000);
            checks.range("attemptTimeoutMs", role.getAttemptTimeoutMs(), 1, WEEK_MS);
            for (String playbook : role.getPlaybooks()) {
                checks.kind("playbooks", playbook);
            }
        }
        return checks.problem();
    }

    /** Problem of a pool's definition, or null; as for a role. */
    static @Nullable Failure check(@Nullable String key, @Nullable PoolDefinition pool) {
        Checks checks = new Checks();
        key(checks, key);
        if (pool != null) {
            keyIs(checks, "pool", pool.getPool(), key);
        }
        Failure problem = checks.problem();
        return problem == null && pool != null ? PoolRules.check(pool) : problem;
    }

    /** Problem of a schedule, or null; as for a role. What it submits must be a workflow that could be submitted. */
    static @Nullable Failure check(@Nullable String key, @Nullable Schedule schedule, Instant appendedAt) {
        Checks checks = new Checks();
        String[] names = key == null ? new String[0] : key.split("/", -1);
        if (names.length != 2 || !Keys.isId(names[0]) || !Keys.isId(names[1])) {
            checks.refuse(
                    key == null ? "MISSING_FIELD" : "INVALID_ID",
                    key == null ? "The record has no key" : "The record's key is " + key + ", which is not pool/id",
                    "Use the pool, a slash and the id of the schedule as key, such as default/nightly",
                    "key",
                    key);
        }
        if (schedule != null) {
            keyIs(checks, "pool and id", Keys.of(schedule.getPool(), schedule.getId()), key);
        }
        Failure problem = checks.problem();
        if (problem != null || schedule == null) {
            return problem;
        }
        problem = ScheduleRules.check(schedule);
        return problem == null ? within("workflow.", check(schedule.getWorkflow(), appendedAt)) : problem;
    }

    /** The problem of a part, as one of the whole. */
    private static @Nullable Failure within(String prefix, @Nullable Failure problem) {
        return problem == null
                ? null
                : Failure.newBuilder(problem)
                        .setField(prefix + problem.getField())
                        .build();
    }

    /** Problem of a workflow's definition, or null; as for a role. */
    static @Nullable Failure check(@Nullable String key, @Nullable WorkflowDefinition definition) {
        Checks checks = new Checks();
        key(checks, key);
        if (definition != null) {
            keyIs(checks, "name", definition.getName(), key);
        }
        Failure problem = checks.problem();
        return problem == null && definition != null ? WorkflowRules.check(definition) : problem;
    }

    /** Problem of an answer to an approval step, or null. */
    static @Nullable Failure check(Approval approval) {
        return RunRules.check(approval);
    }

    private static void key(Checks checks, @Nullable String key) {
        if (key == null) {
            checks.refuse(
                    "MISSING_FIELD",
                    "The record has no key",
                    "Use the name of what is defined as key, or the topic cannot be compacted",
                    "key",
                    null);
        } else {
            checks.id("key", key);
        }
    }

    private static void keyIs(Checks checks, String field, String name, @Nullable String key) {
        if (!name.equals(key)) {
            checks.refuse(
                    "INVALID_VALUE",
                    "The record's key is " + key + ", but field " + field + " is " + name,
                    "Use the name as key",
                    "key",
                    key);
        }
    }
}
