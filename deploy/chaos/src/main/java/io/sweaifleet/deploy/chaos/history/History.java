package io.sweaifleet.deploy.chaos.history;

import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.query.CheckAnswer;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowOutcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Everything that is known of a run: what was submitted, what core committed, what the agents wrote down by themselves, and what
 * was done to them.
 *
 * @param pools definitions of the pools, by name
 * @param acknowledged submissions that a broker has acknowledged to the load, by workflow
 * @param submissions submissions in the order of their topics
 * @param controls control requests in the order of their topic
 * @param journal the committed events of each pool, in the order of their sequence numbers
 * @param outcomes committed outcomes of tasks
 * @param workflowOutcomes committed outcomes of workflows
 * @param deadLetters what was refused
 * @param runs what the agents did, by their own log
 * @param faults what was done to the fleet
 * @param hellos when workers began
 * @param answers what each pool's owner said about its invariants, at the end
 * @param unanswered pools whose owner could not be asked, and why
 */
public record History(
        Map<String, PoolDefinition> pools,
        Set<Ref> acknowledged,
        List<Submitted> submissions,
        List<TaskControl> controls,
        Map<String, List<TaskEvent>> journal,
        List<TaskOutcome> outcomes,
        List<WorkflowOutcome> workflowOutcomes,
        List<DeadLetter> deadLetters,
        List<AgentRun> runs,
        List<Fault> faults,
        List<Hello> hellos,
        List<CheckAnswer> answers,
        Map<String, String> unanswered) {

    /** The first submission of each workflow, which is the one that counts. */
    public Map<Ref, Submitted> accepted() {
        Map<Ref, Submitted> first = new LinkedHashMap<>();
        submissions.forEach(submission -> first.putIfAbsent(submission.workflow(), submission));
        return first;
    }

    /** The tasks of {@link #accepted}, by their names. */
    public Map<Ref, TaskSubmitted> tasks() {
        Map<Ref, TaskSubmitted> tasks = new LinkedHashMap<>();
        accepted().values().forEach(submission -> submission
                .tasks()
                .forEach(task -> tasks.put(new Ref(submission.workflow().pool(), String.valueOf(task.getId())), task)));
        return tasks;
    }

    /** The outcomes of each task; one, if all is well. */
    public Map<Ref, List<TaskOutcome>> outcomesByTask() {
        Map<Ref, List<TaskOutcome>> byTask = new TreeMap<>();
        outcomes.forEach(outcome -> byTask.computeIfAbsent(
                        new Ref(outcome.getPool(), outcome.getTaskId()), none -> new ArrayList<>())
                .add(outcome));
        return byTask;
    }

    /** Names of all pools that were defined or have a journal. */
    public Set<String> poolNames() {
        Set<String> names = new TreeSet<>(pools.keySet());
        names.addAll(journal.keySet());
        return names;
    }
}
