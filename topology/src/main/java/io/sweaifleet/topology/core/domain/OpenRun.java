package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.task.FailurePolicy;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import io.sweaifleet.schemas.workflow.WorkflowStep;
import java.util.List;
import java.util.Objects;

/** A run under way, with the version of the definition that it began with. */
record OpenRun(
        String workflowId, WorkflowEntry.Live workflow, RunLink link, RunEntry entry, WorkflowDefinition definition) {

    /**
     * The run that a workflow is.
     *
     * @throws IllegalStateException when it is none, or its definition is not known
     */
    static OpenRun of(Step step, String workflowId) {
        WorkflowEntry.Live workflow = step.liveWorkflow(workflowId);
        RunLink link = workflow == null ? null : workflow.run();
        RunEntry entry = step.state.get(new Key.OfRun(step.pool, workflowId));
        WorkflowDefinition definition =
                link == null ? null : step.state.get(new Key.OfDefinitionVersion(link.definition(), link.version()));
        if (workflow == null || link == null || entry == null || definition == null) {
            throw new IllegalStateException("Workflow " + step.pool + "/" + workflowId
                    + " has tasks of a run, but " + (link == null ? "is none" : "its definition is not known")
                    + ": the state is damaged");
        }
        return new OpenRun(workflowId, workflow, link, entry, definition);
    }

    WorkflowStep step(String id) {
        return definition.getSteps().stream()
                .filter(step -> step.getId().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "Definition " + definition.getName() + " has no step " + id + ": the state is damaged"));
    }

    Scope scope(Step step, Position position) {
        return new Scope(
                        step,
                        workflowId,
                        link,
                        "step " + position.step(),
                        entry.request().inputs())
                .at(position);
    }

    /** What the failure of a step means to those that depend on it. */
    FailurePolicy policyOf(WorkflowStep step) {
        if (step.getContinueOnFailure()) {
            return FailurePolicy.CONTINUE;
        }
        return step.getOnFailure() == FailurePolicy.UNKNOWN ? definition.getOnFailure() : step.getOnFailure();
    }

    /**
     * The task at a position, its expressions not yet evaluated.
     *
     * @param dependsOn ids of tasks
     */
    TaskSubmitted spec(Step step, String taskId, Position position, List<String> dependsOn) {
        WorkflowStep of = step(position.step());
        Doing doing = Doing.of(of, position);
        TaskSubmitted template =
                switch (doing) {
                    case TASK -> of.getTask();
                    case COMPENSATION -> of.getCompensate();
                    default -> null;
                };
        RunRequest request = entry.request();
        boolean own = template != null && template.getRepository() != null;
        TaskSubmitted.Builder spec = template == null
                ? TaskSubmitted.newBuilder().setKind(doing.kind()).setRole("")
                : TaskSubmitted.newBuilder(template);
        spec.setTitle(template == null || template.getTitle().isEmpty() ? of.getTitle() : template.getTitle());
        TaskSubmitted atFirst = of.getTask();
        Integer priority = template != null ? template.getPriority() : atFirst == null ? null : atFirst.getPriority();
        return spec.setId(taskId)
                .setPool(step.pool)
                .setTenant(workflow.tenant())
                .setWorkflowId(workflowId)
                // A base ref belongs to its repository.
                .setRepository(own ? spec.getRepository() : request.repository())
                .setBaseRef(own || spec.getBaseRef() != null ? spec.getBaseRef() : request.baseRef())
                .setDependsOn(dependsOn)
                .setPriority(Objects.requireNonNullElse(priority, Objects.requireNonNullElse(request.priority(), 5)))
                .setDeadline(position.isCompensation() ? null : request.deadline())
                .setDelayMs(null)
                .setOnFailure(policyOf(of))
                .build();
    }
}
