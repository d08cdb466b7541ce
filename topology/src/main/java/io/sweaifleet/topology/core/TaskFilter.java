package io.sweaifleet.topology.core;

import io.sweaifleet.schemas.query.TaskAnswer;
import io.sweaifleet.schemas.query.TaskPhase;
import io.sweaifleet.schemas.query.WorkflowAnswer;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.WorkflowStatus;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a list is asked for; what is null or empty does not filter.
 *
 * <p>The moment of a task or workflow is when it was accepted, or, once the workflow has ended, when that was. Of what has
 * ended, role, tenant and labels are not kept, so a filter of those finds none of it.
 *
 * @param states some of {@link #STATES_OF_TASKS} or {@link #STATES_OF_WORKFLOWS}
 * @param labels all of them
 * @param since earliest moment
 * @param until latest moment
 */
public record TaskFilter(
        Set<String> states,
        @Nullable String role,
        @Nullable String tenant,
        Map<String, String> labels,
        @Nullable Instant since,
        @Nullable Instant until) {

    /** Names of every phase and status of a task. */
    public static final Set<String> STATES_OF_TASKS = names(TaskPhase.values(), TaskStatus.values());

    /** Running, ended, and names of every status of a workflow. */
    public static final Set<String> STATES_OF_WORKFLOWS =
            names(new TaskPhase[] {TaskPhase.RUNNING, TaskPhase.ENDED}, WorkflowStatus.values());

    public TaskFilter {
        states = Set.copyOf(states);
        labels = Map.copyOf(labels);
    }

    private static Set<String> names(Enum<?>[] phases, Enum<?>[] statuses) {
        return Stream.concat(Stream.of(phases), Stream.of(statuses))
                .map(Enum::name)
                .filter(name -> !name.equals("UNKNOWN"))
                .collect(Collectors.collectingAndThen(
                        Collectors.toCollection(LinkedHashSet::new), Collections::unmodifiableSet));
    }

    boolean takes(TaskAnswer task, @Nullable Instant moment) {
        return takesState(task.phase(), task.status())
                && (role == null || role.equals(task.role()))
                && takes(task.tenant(), task.labels(), moment);
    }

    boolean takes(WorkflowAnswer workflow) {
        return takesState(workflow.status() == null ? TaskPhase.RUNNING : TaskPhase.ENDED, workflow.status())
                && takes(
                        workflow.tenant(),
                        workflow.labels(),
                        workflow.endedAt() == null ? workflow.acceptedAt() : workflow.endedAt());
    }

    private boolean takesState(TaskPhase phase, @Nullable Enum<?> status) {
        return states.isEmpty() || states.contains(phase.name()) || (status != null && states.contains(status.name()));
    }

    private boolean takes(String itsTenant, Map<String, String> itsLabels, @Nullable Instant moment) {
        return (tenant == null || tenant.equals(itsTenant))
                && itsLabels.entrySet().containsAll(labels.entrySet())
                && (since == null || (moment != null && !moment.isBefore(since)))
                && (until == null || (moment != null && !moment.isAfter(until)));
    }
}
