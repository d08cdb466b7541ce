package io.sweaifleet.deploy.tests;

import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.common.BrainKind;
import io.sweaifleet.schemas.common.BrainStamp;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.core.Cause;
import io.sweaifleet.schemas.core.CauseType;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.AuditEventType;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.record.Verdict;
import io.sweaifleet.schemas.task.AttemptStatus;
import io.sweaifleet.schemas.task.AttemptSummary;
import io.sweaifleet.schemas.task.TaskEnd;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.WorkflowOutcome;
import io.sweaifleet.schemas.task.WorkflowStatus;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.specific.SpecificRecord;

/**
 * What the sunk topics of a busy fleet could hold, made from a seed: workflows of several tasks in two pools, retries,
 * attempts whose lease was lost and that wrote on, decisions and refusals, facts that are repeated by other tasks and
 * facts that end. Few repositories, files, contents and commits, so that much meets in the same node.
 */
final class MadeHistory {

    private static final List<String> ROLES = List.of("architect", "qa", "developer");
    private static final List<String> PREDICATES = List.of("HOT", "FAILED_WITH", "IMPORTS", "HAS_CYCLE");

    private final Random random;
    private final List<Entry> entries = new ArrayList<>();
    private final Map<String, Long> sequences = new HashMap<>();
    private Instant now = Instant.parse("2026-03-01T08:00:00Z");

    private MadeHistory(long seed) {
        random = new Random(seed);
    }

    /** A record before its topic has it. */
    record Entry(FleetTopic topic, String key, SpecificRecord value) {}

    /** The records in the order in which they came to be. */
    static List<Entry> of(long seed, int workflows) {
        MadeHistory history = new MadeHistory(seed);
        for (int i = 0; i < workflows; i++) {
            history.workflow("wf-" + i);
        }
        return history.entries;
    }

    private void workflow(String id) {
        String pool = one("alpha", "beta");
        String repository = one("/repositories/one", "https://example.org/two.git");
        Instant submitted = tick();
        event(pool, id, TaskEventType.WORKFLOW_ACCEPTED, TaskEvent.newBuilder());
        List<TaskEnd> ends = new ArrayList<>();
        int tasks = 1 + random.nextInt(4);
        for (int i = 0; i < tasks; i++) {
            String task = id + "-t" + i;
            ends.add(task(pool, id, task, repository, ends));
        }
        put(
                FleetTopic.WORKFLOW_RESULTS,
                pool + "/" + id,
                WorkflowOutcome.newBuilder()
                        .setPool(pool)
                        .setTenant("of-workflow")
                        .setWorkflowId(id)
                        .setStatus(WorkflowStatus.SUCCEEDED)
                        .setTitle("workflow " + id)
                        .setSubmittedAt(submitted)
                        .setFinishedAt(tick())
                        .setTasks(ends)
                        .build());
        event(pool, id, TaskEventType.WORKFLOW_ENDED, TaskEvent.newBuilder());
        // A repeated submission, and a control by somebody else, after the end.
        event(pool, id, TaskEventType.DUPLICATE_IGNORED, TaskEvent.newBuilder().setTenant("of-another"));
    }

    private TaskEnd task(String pool, String workflow, String id, String repository, List<TaskEnd> before) {
        Instant submitted = tick();
        String role = ROLES.get(random.nextInt(ROLES.size()));
        event(
                pool,
                workflow,
                TaskEventType.TASK_ACCEPTED,
                TaskEvent.newBuilder().setTaskId(id));
        List<AttemptSummary> attempts = new ArrayList<>();
        int last = 1 + random.nextInt(3);
        for (int number = 1; number <= last; number++) {
            attempts.add(attempt(pool, workflow, id, repository, role, number, number == last));
        }
        event(
                pool,
                workflow,
                TaskEventType.TASK_ENDED,
                TaskEvent.newBuilder().setTaskId(id).setTenant("of-task"));
        String content = "" + random.nextInt(3);
        boolean committed = random.nextBoolean();
        put(
                FleetTopic.RESULTS,
                pool + "/" + id,
                TaskOutcome.newBuilder()
                        .setPool(pool)
                        .setTenant("of-task")
                        .setWorkflowId(workflow)
                        .setTaskId(id)
                        .setStatus(TaskStatus.SUCCEEDED)
                        .setKind(role + ".some-kind")
                        .setRole(role)
                        .setRepository(random.nextInt(4) == 0 ? null : repository)
                        .setDependsOn(before.stream()
                                .filter(end -> random.nextBoolean())
                                .map(TaskEnd::getTaskId)
                                .toList())
                        .setSubmittedAt(submitted)
                        .setAcceptedAt(submitted)
                        .setStartedAt(random.nextInt(5) == 0 ? null : tick())
                        .setFinishedAt(tick())
                        .setAttempts(attempts)
                        .setResult(
                                random.nextInt(6) == 0
                                        ? null
                                        : TaskResult.newBuilder()
                                                .setSummary("summary of " + id)
                                                .setBrain(brain())
                                                .setArtifacts(List.of(ArtifactRef.newBuilder()
                                                        .setName(one("report.json", "report.md"))
                                                        .setKind("report")
                                                        .setSha256("sha-" + content)
                                                        .setSizeBytes(content.length())
                                                        .setMediaType(one("application/json", "text/plain"))
                                                        .setUri("file:///of/" + id)
                                                        .build()))
                                                .setCommit(committed ? "commit-" + content : null)
                                                .setBaseCommit(committed ? one("base-1", "base-2") : null)
                                                .setBranch(committed ? "fleet/" + pool + "/" + id : null)
                                                .build())
                        .setFailure(random.nextInt(4) == 0 ? failure() : null)
                        .build());
        return TaskEnd.newBuilder()
                .setTaskId(id)
                .setStatus(TaskStatus.SUCCEEDED)
                .setAttempts(last)
                .build();
    }

    private AttemptSummary attempt(
            String pool, String workflow, String task, String repository, String role, int number, boolean last) {
        String lease = "lease-" + task + "-" + number;
        String worker = one("worker-1", "worker-2");
        String agent = role + "-1@" + worker;
        boolean lost = !last && random.nextBoolean();
        Instant assigned = tick();
        event(pool, workflow, TaskEventType.TASK_ASSIGNED, of(task, number, lease, worker));
        event(
                pool,
                workflow,
                TaskEventType.TASK_STARTED,
                of(task, number, lease, worker).setAgentId(agent));
        int calls = 1 + random.nextInt(4);
        for (int call = 1; call <= calls; call++) {
            audit(pool, workflow, task, repository, role, number, lease, worker, agent, call);
        }
        int facts = random.nextInt(4);
        for (int fact = 0; fact < facts; fact++) {
            fact(pool, workflow, task, repository, number, lease);
        }
        if (!last) {
            event(
                    pool,
                    workflow,
                    lost ? TaskEventType.LEASE_EXPIRED : TaskEventType.ATTEMPT_FAILED,
                    of(task, number, lease, worker).setAgentId(agent).setFailure(failure()));
        }
        if (lost) {
            // Its agent has not heard of it yet.
            audit(pool, workflow, task, repository, role, number, lease, worker, agent, calls + 1);
            fact(pool, workflow, task, repository, number, lease);
        }
        return AttemptSummary.newBuilder()
                .setNumber(number)
                .setLeaseId(lease)
                .setWorkerId(worker)
                .setAgentId(agent)
                .setRoleVersion(1)
                .setAssignedAt(assigned)
                .setStartedAt(tick())
                .setFinishedAt(tick())
                .setStatus(lost ? AttemptStatus.LOST : last ? AttemptStatus.SUCCEEDED : AttemptStatus.FAILED)
                .setFailure(last ? null : failure())
                .build();
    }

    private void audit(
            String pool,
            String workflow,
            String task,
            String repository,
            String role,
            int number,
            String lease,
            String worker,
            String agent,
            int call) {
        boolean decision = random.nextInt(3) == 0;
        put(
                FleetTopic.AUDIT,
                pool + "/" + workflow,
                AuditEvent.newBuilder()
                        .setId(lease + "-" + call)
                        .setPool(pool)
                        .setTenant("of-task")
                        .setWorkflowId(workflow)
                        .setTaskId(task)
                        .setAttempt(number)
                        .setLeaseId(lease)
                        .setWorkerId(worker)
                        .setAgentId(agent)
                        .setRole(role)
                        .setRepository(random.nextInt(5) == 0 ? "" : repository)
                        .setBrain(brain())
                        .setType(decision ? AuditEventType.DECISION : AuditEventType.INVOCATION)
                        .setAt(tick())
                        .setTool(decision ? "" : one("read", "edit", "run"))
                        .setArguments(decision ? Map.of("chosen", "step " + call) : Map.of())
                        .setVerdict(random.nextInt(3) == 0 ? Verdict.DENY : Verdict.ALLOW)
                        .setRule("rule-" + random.nextInt(3))
                        .setReason("because of " + call)
                        .setAlternatives(decision ? List.of("nothing", "everything") : List.of())
                        .setRead(decision ? List.of() : List.of(path(), path()))
                        .setWritten(random.nextInt(3) == 0 ? List.of(path()) : List.of())
                        .setWriter(worker + "#1")
                        .setPartition(0)
                        .setSequence(1)
                        .setPreviousHash("0")
                        .setHash("0")
                        .build());
    }

    private void fact(String pool, String workflow, String task, String repository, int number, String lease) {
        String subjectType = one("File", "Check", "Repository", "Commit", "Task");
        String subject =
                switch (subjectType) {
                    case "File", "Check" -> repository + "#" + path();
                    case "Repository" -> repository;
                    case "Commit" -> "commit-" + random.nextInt(3);
                    default -> pool + "/" + task;
                };
        String predicate = PREDICATES.get(random.nextInt(PREDICATES.size()));
        boolean imports = predicate.equals("IMPORTS");
        String object = imports ? repository + "#" + path() : null;
        // As the worker makes it: another task that looks at the same commit states the same fact again.
        Instant validAt = Instant.parse("2026-02-2" + random.nextInt(3) + "T00:00:00Z");
        String value = imports ? null : "value " + random.nextInt(2);
        put(
                FleetTopic.KNOWLEDGE,
                subject,
                KnowledgeFact.newBuilder()
                        .setFactId(String.join("|", pool, subject, predicate, "" + object, "" + value, "" + validAt))
                        .setPool(pool)
                        .setTenant("of-task")
                        .setWorkflowId(workflow)
                        .setTaskId(task)
                        .setAttempt(number)
                        .setLeaseId(lease)
                        .setRepository(repository)
                        .setSubjectType(subjectType)
                        .setSubjectId(subject)
                        .setPredicate(predicate)
                        .setObjectType(imports ? "File" : null)
                        .setObjectId(object)
                        .setValue(value)
                        .setProperties(Map.of("b", "1", "a", "" + random.nextInt(2), "c", task))
                        .setBrain(brain())
                        .setValidAt(validAt)
                        .setInvalidAt(random.nextInt(4) == 0 ? tick() : null)
                        .setCreatedAt(tick())
                        .setExpiredAt(random.nextInt(4) == 0 ? tick() : null)
                        .build());
    }

    private void event(String pool, String workflow, TaskEventType type, TaskEvent.Builder builder) {
        put(
                FleetTopic.TASK_EVENTS,
                pool + "/" + workflow,
                builder.setPool(pool)
                        .setTenant(builder.hasTenant() ? builder.getTenant() : "of-workflow")
                        .setWorkflowId(workflow)
                        .setSequence(sequences.merge(pool, 1L, Long::sum))
                        .setType(type)
                        .setDecidedAt(tick())
                        .setCause(Cause.newBuilder().setType(CauseType.RECORD).build())
                        .build());
    }

    private static TaskEvent.Builder of(String task, int attempt, String lease, String worker) {
        return TaskEvent.newBuilder()
                .setTaskId(task)
                .setTenant("of-task")
                .setAttempt(attempt)
                .setLeaseId(lease)
                .setWorkerId(worker);
    }

    private BrainStamp brain() {
        return BrainStamp.newBuilder()
                .setKind(BrainKind.PLAYBOOK)
                .setName(one("run-tests", "map-dependencies"))
                .build();
    }

    private Failure failure() {
        return Failure.newBuilder()
                .setFailureClass(FailureClass.AGENT)
                .setCode("CODE_" + random.nextInt(3))
                .setMessage("it failed at " + now)
                .build();
    }

    private String path() {
        return "src/file-" + random.nextInt(6) + ".py";
    }

    private String one(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private Instant tick() {
        now = now.plusMillis(1 + random.nextInt(500));
        return now;
    }

    private void put(FleetTopic topic, String key, SpecificRecord value) {
        entries.add(new Entry(topic, key, value));
    }
}
