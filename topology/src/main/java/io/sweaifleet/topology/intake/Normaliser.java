package io.sweaifleet.topology.intake;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.ResourceAmounts;
import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.core.CoreInputType;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.schedule.Schedule;
import io.sweaifleet.schemas.task.Requirements;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.text.Shortened;
import io.sweaifleet.schemas.workflow.Approval;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import io.sweaifleet.topology.stream.Received;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Gives submissions the one form that core reads: a workflow, ids and defaults filled in. */
final class Normaliser {

    private static final String DEFAULT = "default";
    private static final int DEFAULT_PRIORITY = 5;
    private static final ResourceAmounts NO_RESOURCES =
            ResourceAmounts.newBuilder().build();

    private Normaliser() {}

    /** An accepted lone task: a workflow of one task, under the task's id. */
    static CoreInput accepted(Received record, TaskSubmitted task) {
        String id = idOr(task.getId(), OriginIds.of('t', record));
        String pool = or(task.getPool(), DEFAULT);
        String tenant = or(task.getTenant(), DEFAULT);
        WorkflowSubmitted workflow = new WorkflowSubmitted(
                id,
                pool,
                tenant,
                task.getTitle(),
                null,
                null,
                null,
                null,
                List.of(task(
                        task,
                        id,
                        pool,
                        tenant,
                        id,
                        null,
                        null,
                        null,
                        null,
                        task.getDependsOn(),
                        Instant.ofEpochMilli(record.timestamp()))),
                Map.of(),
                null,
                task.getSubmittedAt(),
                null,
                null,
                Map.of(),
                null);
        return input(record, CoreInputType.WORKFLOW, pool, true, workflow, null);
    }

    /** An accepted workflow: its defaults are copied into the tasks that name none; a run of a definition keeps them for its steps. */
    static CoreInput accepted(Received record, WorkflowSubmitted workflow) {
        String id = idOr(workflow.getId(), OriginIds.of('w', record));
        String pool = or(workflow.getPool(), DEFAULT);
        String tenant = or(workflow.getTenant(), DEFAULT);
        if (workflow.getDefinition() != null) {
            WorkflowSubmitted run = WorkflowSubmitted.newBuilder(workflow)
                    .setId(id)
                    .setPool(pool)
                    .setTenant(tenant)
                    .build();
            return input(record, CoreInputType.WORKFLOW, pool, false, run, null);
        }
        List<TaskSubmitted> tasks = new ArrayList<>(workflow.getTasks().size());
        for (int i = 0; i < workflow.getTasks().size(); i++) {
            TaskSubmitted task = workflow.getTasks().get(i);
            tasks.add(task(
                    task,
                    idOr(task.getId(), OriginIds.of('t', record) + "-" + (i + 1)),
                    pool,
                    tenant,
                    id,
                    workflow.getRepository(),
                    workflow.getBaseRef(),
                    workflow.getPriority(),
                    workflow.getDeadline(),
                    task.getDependsOn(),
                    Instant.ofEpochMilli(record.timestamp())));
        }
        WorkflowSubmitted normal = new WorkflowSubmitted(
                id,
                pool,
                tenant,
                workflow.getTitle(),
                null,
                null,
                null,
                null,
                tasks,
                workflow.getLabels(),
                workflow.getCorrelationId(),
                workflow.getSubmittedAt(),
                null,
                null,
                Map.of(),
                workflow.getBudget());
        return input(record, CoreInputType.WORKFLOW, pool, false, normal, null);
    }

    private static TaskSubmitted task(
            TaskSubmitted task,
            String id,
            String pool,
            String tenant,
            @Nullable String workflowId,
            @Nullable String repository,
            @Nullable String baseRef,
            @Nullable Integer priority,
            @Nullable Instant deadline,
            List<String> dependsOn,
            Instant appendedAt) {
        // A base ref belongs to its repository: a task with a repository of its own does not inherit the workflow's.
        boolean ownRepository = task.getRepository() != null;
        return new TaskSubmitted(
                id,
                pool,
                tenant,
                workflowId,
                task.getKind(),
                task.getRole(),
                task.getTitle(),
                task.getInstructions(),
                ownRepository ? task.getRepository() : repository,
                task.getBaseRef() != null || ownRepository ? task.getBaseRef() : baseRef,
                task.getInputs(),
                dependsOn,
                Objects.requireNonNullElse(task.getPriority(), Objects.requireNonNullElse(priority, DEFAULT_PRIORITY)),
                task.getDeadline() == null ? deadline : task.getDeadline(),
                task.getAttemptTimeoutMs(),
                task.getRetry(),
                task.getOnFailure(),
                task.getLabels(),
                task.getCorrelationId(),
                task.getSubmittedAt(),
                SubmissionRules.notBefore(task, appendedAt),
                task.getConcurrencyKey(),
                task.getConcurrencyLimit(),
                task.getRateKey(),
                null,
                task.getScheduleToStartMs(),
                task.getStartToFinishMs(),
                required(task),
                task.getBudget());
    }

    /** A refused lone task, stripped to what its outcome tells. */
    static CoreInput refused(Received record, TaskSubmitted task, Failure why) {
        String id = idOr(task.getId(), OriginIds.of('t', record));
        String pool = idOr(task.getPool(), DEFAULT);
        String tenant = idOr(task.getTenant(), DEFAULT);
        WorkflowSubmitted workflow = new WorkflowSubmitted(
                id,
                pool,
                tenant,
                Shortened.to(500, task.getTitle()),
                null,
                null,
                null,
                null,
                List.of(stripped(task, id, pool, tenant, id)),
                Map.of(),
                null,
                task.getSubmittedAt(),
                null,
                null,
                Map.of(),
                null);
        return input(record, CoreInputType.REFUSAL, pool, true, workflow, why);
    }

    /** A refused workflow, stripped likewise: its first 1,000 tasks with different ids get an outcome each. */
    static CoreInput refused(Received record, WorkflowSubmitted workflow, Failure why) {
        String id = idOr(workflow.getId(), OriginIds.of('w', record));
        String pool = idOr(workflow.getPool(), DEFAULT);
        String tenant = idOr(workflow.getTenant(), DEFAULT);
        Map<String, TaskSubmitted> tasks = new LinkedHashMap<>();
        for (int i = 0; i < workflow.getTasks().size() && tasks.size() < SubmissionRules.MOST_TASKS; i++) {
            TaskSubmitted task = workflow.getTasks().get(i);
            String taskId = idOr(task.getId(), OriginIds.of('t', record) + "-" + (i + 1));
            tasks.putIfAbsent(taskId, stripped(task, taskId, pool, tenant, id));
        }
        WorkflowSubmitted normal = new WorkflowSubmitted(
                id,
                pool,
                tenant,
                Shortened.to(500, workflow.getTitle()),
                null,
                null,
                null,
                null,
                List.copyOf(tasks.values()),
                small(workflow.getLabels()),
                smallOrNull(workflow.getCorrelationId(), 200),
                workflow.getSubmittedAt(),
                smallOrNull(workflow.getDefinition(), 100),
                workflow.getDefinitionVersion(),
                Map.of(),
                null);
        return input(record, CoreInputType.REFUSAL, pool, false, normal, why);
    }

    private static TaskSubmitted stripped(
            TaskSubmitted task, String id, String pool, String tenant, String workflowId) {
        Integer priority = task.getPriority();
        return new TaskSubmitted(
                id,
                pool,
                tenant,
                workflowId,
                Shortened.to(100, task.getKind()),
                Shortened.to(100, task.getRole()),
                Shortened.to(500, task.getTitle()),
                null,
                smallOrNull(task.getRepository(), 200),
                null,
                Map.of(),
                List.of(),
                priority == null ? DEFAULT_PRIORITY : Math.max(0, Math.min(9, priority)),
                null,
                null,
                null,
                task.getOnFailure(),
                small(task.getLabels()),
                smallOrNull(task.getCorrelationId(), 200),
                task.getSubmittedAt(),
                null,
                null,
                1,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    /** What a task requires; null when that is nothing. */
    private static @Nullable Requirements required(TaskSubmitted task) {
        Requirements declared = task.getRequires();
        boolean nothing = declared == null
                || (declared.getCapabilities().isEmpty()
                        && declared.getLabels().isEmpty()
                        && (declared.getResources() == null
                                || declared.getResources().equals(NO_RESOURCES)));
        return nothing ? null : declared;
    }

    /** Labels as far as the contract allows them: a submitter may wait for the outcome by label. */
    private static Map<String, String> small(Map<String, String> labels) {
        Map<String, String> kept = new LinkedHashMap<>();
        labels.forEach((name, value) -> {
            if (kept.size() < 64 && name.length() <= 100) {
                kept.put(name, Shortened.to(500, value));
            }
        });
        return kept;
    }

    private static @Nullable String smallOrNull(@Nullable String text, int limit) {
        return text == null ? null : Shortened.to(limit, text);
    }

    /** An accepted control request. */
    static CoreInput accepted(Received record, TaskControl control) {
        String pool = or(control.getPool(), DEFAULT);
        TaskControl normal = new TaskControl(
                or(control.getId(), OriginIds.of('c', record)),
                pool,
                or(control.getTenant(), DEFAULT),
                control.getWorkflowId(),
                control.getTaskId(),
                control.getAction(),
                control.getReason(),
                control.getRequestedBy(),
                control.getRequestedAt(),
                control.getRole(),
                control.getOfTenant(),
                control.getWholePool(),
                control.getPriority(),
                control.getSignal(),
                control.getPayload());
        return new CoreInput(
                pool,
                CoreInputType.CONTROL,
                record.origin(),
                digest(record),
                record.traceparent(),
                false,
                null,
                normal,
                null,
                "",
                null,
                null,
                null,
                null,
                null,
                null);
    }

    /** An accepted answer to an approval step. */
    static CoreInput accepted(Received record, Approval approval) {
        String pool = or(approval.getPool(), DEFAULT);
        Approval normal = Approval.newBuilder(approval)
                .setId(or(approval.getId(), OriginIds.of('a', record)))
                .setPool(pool)
                .build();
        return CoreInput.newBuilder()
                .setPool(pool)
                .setType(CoreInputType.APPROVAL)
                .setOrigin(record.origin())
                .setDigest(digest(record))
                .setTraceparent(record.traceparent())
                .setApproval(normal)
                .build();
    }

    /** A role's definition, or its removal. */
    static CoreInput definition(Received record, String name, @Nullable RoleDefinition role) {
        return definition(record, "", CoreInputType.ROLE, name).setRole(role).build();
    }

    /** A pool's definition, or its removal. */
    static CoreInput definition(Received record, String name, @Nullable PoolDefinition pool) {
        return definition(record, name, CoreInputType.POOL, name)
                .setPoolDefinition(pool)
                .build();
    }

    /** A workflow's definition, or its removal. */
    static CoreInput definition(Received record, String name, @Nullable WorkflowDefinition workflow) {
        return definition(record, "", CoreInputType.DEFINITION, name)
                .setDefinition(workflow)
                .build();
    }

    private static CoreInput.Builder definition(Received record, String pool, CoreInputType type, String name) {
        return CoreInput.newBuilder()
                .setPool(pool)
                .setType(type)
                .setOrigin(record.origin())
                .setName(name);
    }

    /** A schedule, or its removal. What its workflow leaves out is filled in, but for what is different for each run. */
    static CoreInput definition(Received record, String pool, String id, @Nullable Schedule schedule) {
        Schedule normal = schedule == null
                ? null
                : Schedule.newBuilder(schedule)
                        .setWorkflow(template(record, pool, schedule.getWorkflow()))
                        .build();
        return new CoreInput(
                pool,
                CoreInputType.SCHEDULE,
                record.origin(),
                "",
                record.traceparent(),
                false,
                null,
                null,
                null,
                id,
                null,
                null,
                null,
                null,
                normal,
                null);
    }

    private static WorkflowSubmitted template(Received record, String pool, WorkflowSubmitted workflow) {
        String tenant = or(workflow.getTenant(), DEFAULT);
        List<TaskSubmitted> tasks = new ArrayList<>(workflow.getTasks().size());
        for (int i = 0; i < workflow.getTasks().size(); i++) {
            TaskSubmitted task = workflow.getTasks().get(i);
            TaskSubmitted filled = task(
                    task,
                    or(task.getId(), "t" + (i + 1)),
                    pool,
                    tenant,
                    null,
                    workflow.getRepository(),
                    workflow.getBaseRef(),
                    workflow.getPriority(),
                    null,
                    task.getDependsOn(),
                    Instant.ofEpochMilli(record.timestamp()));
            tasks.add(TaskSubmitted.newBuilder(filled)
                    .setNotBefore(null)
                    .setDelayMs(task.getDelayMs())
                    .build());
        }
        return WorkflowSubmitted.newBuilder(workflow)
                .setPool(pool)
                .setTenant(tenant)
                .setTasks(tasks)
                .build();
    }

    private static CoreInput input(
            Received record,
            CoreInputType type,
            String pool,
            boolean lone,
            WorkflowSubmitted workflow,
            @Nullable Failure refusal) {
        return new CoreInput(
                pool,
                type,
                record.origin(),
                digest(record),
                record.traceparent(),
                lone,
                workflow,
                null,
                refusal,
                "",
                null,
                null,
                null,
                null,
                null,
                null);
    }

    private static String digest(Received record) {
        byte[] value = record.value();
        return value == null ? "" : OriginIds.digest(value);
    }

    private static String or(@Nullable String given, String other) {
        return given == null ? other : given;
    }

    /** The given id when it is one; a refused submission still needs an identity. */
    private static String idOr(@Nullable String given, String other) {
        return given != null && Keys.isId(given) ? given : other;
    }
}
