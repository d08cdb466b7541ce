package io.sweaifleet.schemas.contract;

import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.common.BrainKind;
import io.sweaifleet.schemas.common.BrainStamp;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.common.Finding;
import io.sweaifleet.schemas.common.Origin;
import io.sweaifleet.schemas.common.Severity;
import io.sweaifleet.schemas.common.SkippedStep;
import io.sweaifleet.schemas.common.Usage;
import io.sweaifleet.schemas.core.Cause;
import io.sweaifleet.schemas.core.CauseType;
import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.core.CoreInputType;
import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.DeadLetterCause;
import io.sweaifleet.schemas.core.RecordHeader;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.AuditEventType;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.role.PolicyRule;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.Resources;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.role.RuleEffect;
import io.sweaifleet.schemas.schedule.Schedule;
import io.sweaifleet.schemas.task.AttemptStatus;
import io.sweaifleet.schemas.task.AttemptSummary;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.RetryPolicy;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskEnd;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowOutcome;
import io.sweaifleet.schemas.task.WorkflowStatus;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.AgentStatus;
import io.sweaifleet.schemas.worker.Assignment;
import io.sweaifleet.schemas.worker.CommandType;
import io.sweaifleet.schemas.worker.Dependency;
import io.sweaifleet.schemas.worker.Heartbeat;
import io.sweaifleet.schemas.worker.HeartbeatType;
import io.sweaifleet.schemas.worker.HeldLease;
import io.sweaifleet.schemas.worker.RoleCapacity;
import io.sweaifleet.schemas.worker.WorkerCommand;
import io.sweaifleet.schemas.worker.WorkerState;
import io.sweaifleet.schemas.workflow.Approval;
import io.sweaifleet.schemas.workflow.ApprovalStep;
import io.sweaifleet.schemas.workflow.StepType;
import io.sweaifleet.schemas.workflow.TimeoutAction;
import io.sweaifleet.schemas.workflow.Verdict;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import io.sweaifleet.schemas.workflow.WorkflowInput;
import io.sweaifleet.schemas.workflow.WorkflowStep;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/**
 * One record of each topic, for the reference page: all from the life of one workflow of two tasks, a test run and the
 * removal of unused imports after it.
 */
final class ExampleRecords {

    private static final Instant T0 = Instant.parse("2026-03-02T09:15:00.000Z");
    private static final String POOL = "default";
    private static final String WORKFLOW = "nightly-2026-03-02";
    private static final String TESTS = "nightly-tests";
    private static final String TIDY = "nightly-tidy";
    private static final String REPOSITORY = "/home/ann/shop";
    private static final String WORKER = "worker-laptop";
    private static final long INCARNATION = T0.minusSeconds(600).toEpochMilli();
    private static final String LEASE = "5f0c2b1e-8a57-4d5e-9f3c-0c1c5f1a7d21";
    private static final String COMMIT = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
    private static final String SHA_256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    private static final BrainStamp BRAIN = BrainStamp.newBuilder()
            .setKind(BrainKind.PLAYBOOK)
            .setName("qa.run-tests")
            .setVersion("1")
            .build();
    private static final Origin ORIGIN = Origin.newBuilder()
            .setTopic(FleetTopic.WORKFLOWS.topicName())
            .setTopicId("Zk3nC0wXQ0mJb0p8y7mQ1A")
            .setPartition(7)
            .setOffset(41)
            .setTimestamp(T0)
            .build();
    private static final ArtifactRef REPORT = ArtifactRef.newBuilder()
            .setName("report.json")
            .setKind("report")
            .setSha256(SHA_256)
            .setSizeBytes(18_231)
            .setMediaType("application/json")
            .setUri("file:///home/ann/.fleet/node/artifacts/9f/86/" + SHA_256)
            .build();

    private ExampleRecords() {}

    /**
     * A key and a value.
     *
     * @param key key of the record
     * @param value value of the record
     */
    record Example(String key, SpecificRecord value) {}

    static Example of(FleetTopic topic) {
        return switch (topic) {
            case TASKS -> new Example(TESTS, task());
            case WORKFLOWS -> new Example(WORKFLOW, workflow());
            case TASK_CONTROL -> new Example(TIDY, control());
            case APPROVALS -> new Example("release-7-ask", approval());
            case WORKFLOW_DEFINITIONS -> new Example("release", definition());
            case CORE_INPUTS -> new Example(POOL, coreInput());
            case AGENT_HEARTBEATS -> new Example(POOL, heartbeat());
            case AGENT_RESULTS -> new Example(POOL, agentResult());
            case WORKER_COMMANDS -> new Example(Keys.of(POOL, WORKER), command());
            case TASK_EVENTS -> new Example(Keys.of(POOL, WORKFLOW), event());
            case RESULTS -> new Example(Keys.of(POOL, TESTS), outcome());
            case WORKFLOW_RESULTS -> new Example(Keys.of(POOL, WORKFLOW), workflowOutcome());
            case AGENTS -> new Example(Keys.of(POOL, WORKER), agentStatus());
            case ROLES -> new Example("qa", role());
            case POOLS -> new Example(POOL, pool());
            case SCHEDULES -> new Example(Keys.of(POOL, "nightly"), schedule());
            case AUDIT -> new Example(Keys.of(POOL, WORKFLOW), audit());
            case KNOWLEDGE -> new Example(fact().getSubjectId(), fact());
            case DEAD_LETTERS -> new Example("my-task", deadLetter());
        };
    }

    private static Approval approval() {
        return Approval.newBuilder()
                .setId("approve-release-7")
                .setPool(POOL)
                .setWorkflowId("release-7")
                .setTaskId("release-7-ask")
                .setVerdict(Verdict.APPROVED)
                .setBy("ann")
                .setComment("looks good")
                .setAnsweredAt(T0.plusSeconds(900))
                .build();
    }

    private static WorkflowDefinition definition() {
        WorkflowStep tests = WorkflowStep.newBuilder()
                .setId("test")
                .setType(StepType.TASK)
                .setTask(TaskSubmitted.newBuilder()
                        .setKind("qa.run-tests")
                        .setRole("qa")
                        .setBaseRef("${ inputs.branch }")
                        .build())
                .build();
        WorkflowStep ask = WorkflowStep.newBuilder()
                .setId("ask")
                .setType(StepType.APPROVAL)
                .setDependsOn(List.of("test"))
                .setWhen("steps.test.outputs['tests.failed'] == '0'")
                .setApproval(ApprovalStep.newBuilder()
                        .setApprovers(List.of("ann"))
                        .setPrompt("Release ${ inputs.branch }?")
                        .setTimeoutMs(86_400_000L)
                        .setOnTimeout(TimeoutAction.REJECT)
                        .build())
                .build();
        return WorkflowDefinition.newBuilder()
                .setName("release")
                .setVersion(1)
                .setDescription("Tests a branch, then asks.")
                .setInputs(List.of(WorkflowInput.newBuilder()
                        .setName("branch")
                        .setRequired(true)
                        .build()))
                .setSteps(List.of(tests, ask))
                .setOutputs(Map.of("by", "steps.ask.outputs.by"))
                .build();
    }

    private static TaskSubmitted task() {
        return TaskSubmitted.newBuilder()
                .setId(TESTS)
                .setKind("qa.run-tests")
                .setRole("qa")
                .setTitle("Run the tests of the shop")
                .setRepository(REPOSITORY)
                .setBaseRef("main")
                .setPriority(7)
                .setDeadline(T0.plusSeconds(3600))
                .setRetry(RetryPolicy.newBuilder().setMaxAttempts(2).build())
                .setLabels(Map.of("team", "checkout"))
                .setCorrelationId("build-4711")
                .setSubmittedAt(T0)
                .build();
    }

    private static WorkflowSubmitted workflow() {
        return WorkflowSubmitted.newBuilder()
                .setId(WORKFLOW)
                .setTitle("Nightly check of the shop")
                .setRepository(REPOSITORY)
                .setTasks(List.of(
                        TaskSubmitted.newBuilder()
                                .setId(TESTS)
                                .setKind("qa.run-tests")
                                .setRole("qa")
                                .build(),
                        TaskSubmitted.newBuilder()
                                .setId(TIDY)
                                .setKind("developer.remove-unused-imports")
                                .setRole("developer")
                                .setDependsOn(List.of(TESTS))
                                .build()))
                .setLabels(Map.of("team", "checkout"))
                .setCorrelationId("build-4711")
                .build();
    }

    private static Schedule schedule() {
        return Schedule.newBuilder()
                .setId("nightly")
                .setVersion(3)
                .setDescription("What is found before the team comes in")
                .setCron("15 3 * * MON-FRI")
                .setTimeZone("Europe/Berlin")
                .setJitterMs(600_000)
                .setWorkflow(WorkflowSubmitted.newBuilder(workflow())
                        .setId(null)
                        .setTasks(List.of(workflow().getTasks().get(0)))
                        .build())
                .setUpdatedAt(T0.minusSeconds(86_400))
                .build();
    }

    private static TaskControl control() {
        return TaskControl.newBuilder()
                .setId("stop-tidy-1")
                .setTaskId(TIDY)
                .setAction(ControlAction.CANCEL)
                .setReason("The branch was deleted")
                .setRequestedBy("ann")
                .setRequestedAt(T0.plusSeconds(30))
                .build();
    }

    private static CoreInput coreInput() {
        return CoreInput.newBuilder()
                .setPool(POOL)
                .setType(CoreInputType.WORKFLOW)
                .setOrigin(ORIGIN)
                .setDigest(SHA_256)
                .setTraceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .setWorkflow(WorkflowSubmitted.newBuilder(workflow())
                        .setPool(POOL)
                        .setTenant("default")
                        .build())
                .build();
    }

    private static Heartbeat heartbeat() {
        return Heartbeat.newBuilder()
                .setPool(POOL)
                .setWorkerId(WORKER)
                .setIncarnation(INCARNATION)
                .setSequence(61)
                .setType(HeartbeatType.ALIVE)
                .setCommandPartition(3)
                .setLastCommandSequence(4)
                .setCapacity(5)
                .setRoles(List.of(RoleCapacity.newBuilder()
                        .setRole("qa")
                        .setRoleVersion(1)
                        .setAgents(1)
                        .setSlots(1)
                        .setFree(0)
                        .build()))
                .setLeases(List.of(HeldLease.newBuilder()
                        .setLeaseId(LEASE)
                        .setWorkflowId(WORKFLOW)
                        .setTaskId(TESTS)
                        .setAttempt(1)
                        .build()))
                .setLabels(Map.of("os", "linux"))
                .setHost("laptop")
                .setSentAt(T0.plusSeconds(5))
                .build();
    }

    private static AgentResult agentResult() {
        return AgentResult.newBuilder()
                .setPool(POOL)
                .setTenant("default")
                .setWorkflowId(WORKFLOW)
                .setTaskId(TESTS)
                .setAttempt(1)
                .setLeaseId(LEASE)
                .setWorkerId(WORKER)
                .setIncarnation(INCARNATION)
                .setAgentId(WORKER + "-qa-1")
                .setRole("qa")
                .setSequence(4)
                .setType(AgentResultType.SUCCEEDED)
                .setAt(T0.plusSeconds(42))
                .setStep("done")
                .setBrain(BRAIN)
                .setResult(result())
                .build();
    }

    private static TaskResult result() {
        return TaskResult.newBuilder()
                .setSummary("212 tests, 1 failed")
                .setBrain(BRAIN)
                .setOutputs(Map.of("tests.failed", "1"))
                .setFindings(List.of(Finding.newBuilder()
                        .setRule("qa.test-failed")
                        .setSeverity(Severity.ERROR)
                        .setPath("src/test/java/shop/CartTest.java")
                        .setLine(57)
                        .setMessage("CartTest.shouldRoundPrices: expected 9.99, was 9.98")
                        .build()))
                .setFindingsTotal(1)
                .setSkipped(List.of(SkippedStep.newBuilder()
                        .setWhat("npm tests")
                        .setCode("TOOL_MISSING")
                        .setReason("npm is not on the path")
                        .setRemedy("Install Node.js")
                        .build()))
                .setArtifacts(List.of(REPORT))
                .setBaseCommit(COMMIT)
                .setUsage(Usage.newBuilder().setWallMs(40_212).setToolCalls(3).build())
                .build();
    }

    private static WorkerCommand command() {
        return WorkerCommand.newBuilder()
                .setPool(POOL)
                .setWorkerId(WORKER)
                .setIncarnation(INCARNATION)
                .setPartition(3)
                .setSequence(5)
                .setType(CommandType.ASSIGN)
                .setDecidedAt(T0.plusSeconds(43))
                .setAssignment(Assignment.newBuilder()
                        .setLeaseId("0e7d1a52-6c0f-4a0c-b7b5-3f4c7f0c9b11")
                        .setTenant("default")
                        .setWorkflowId(WORKFLOW)
                        .setTaskId(TIDY)
                        .setAttempt(1)
                        .setKind("developer.remove-unused-imports")
                        .setRole("developer")
                        .setRepository(REPOSITORY)
                        .setDependencies(List.of(Dependency.newBuilder()
                                .setTaskId(TESTS)
                                .setStatus(TaskStatus.SUCCEEDED)
                                .setOutputs(Map.of("tests.failed", "1"))
                                .setArtifacts(List.of(REPORT))
                                .build()))
                        .setTimeoutMs(900_000)
                        .setLeaseMs(30_000)
                        .build())
                .build();
    }

    private static TaskEvent event() {
        return TaskEvent.newBuilder()
                .setPool(POOL)
                .setTenant("default")
                .setWorkflowId(WORKFLOW)
                .setTaskId(TESTS)
                .setSequence(1_204)
                .setType(TaskEventType.TASK_ENDED)
                .setDecidedAt(T0.plusSeconds(42))
                .setCause(Cause.newBuilder()
                        .setType(CauseType.RECORD)
                        .setTopic(FleetTopic.AGENT_RESULTS.topicName())
                        .setPartition(Keys.partition(POOL, FleetTopic.AGENT_RESULTS.partitions()))
                        .setOffset(88)
                        .build())
                .setInputOffsets(Map.of(FleetTopic.AGENT_RESULTS.topicName(), 89L))
                .setConfigVersion(1)
                .setRole("qa")
                .setKind("qa.run-tests")
                .setAttempt(1)
                .setLeaseId(LEASE)
                .setWorkerId(WORKER)
                .setAgentId(WORKER + "-qa-1")
                .setStatus(TaskStatus.SUCCEEDED)
                .setBrain(BRAIN)
                .setMessage("212 tests, 1 failed")
                .build();
    }

    private static TaskOutcome outcome() {
        return TaskOutcome.newBuilder()
                .setPool(POOL)
                .setTenant("default")
                .setWorkflowId(WORKFLOW)
                .setTaskId(TESTS)
                .setStatus(TaskStatus.SUCCEEDED)
                .setKind("qa.run-tests")
                .setRole("qa")
                .setTitle("Run the tests of the shop")
                .setRepository(REPOSITORY)
                .setPriority(7)
                .setSubmittedAt(T0)
                .setAcceptedAt(T0.plusMillis(2))
                .setStartedAt(T0.plusMillis(9))
                .setFinishedAt(T0.plusSeconds(42))
                .setAttempts(List.of(AttemptSummary.newBuilder()
                        .setNumber(1)
                        .setLeaseId(LEASE)
                        .setWorkerId(WORKER)
                        .setAgentId(WORKER + "-qa-1")
                        .setRoleVersion(1)
                        .setAssignedAt(T0.plusMillis(3))
                        .setStartedAt(T0.plusMillis(9))
                        .setFinishedAt(T0.plusSeconds(42))
                        .setStatus(AttemptStatus.SUCCEEDED)
                        .build()))
                .setResult(result())
                .setLabels(Map.of("team", "checkout"))
                .setCorrelationId("build-4711")
                .setOrigin(ORIGIN)
                .build();
    }

    private static WorkflowOutcome workflowOutcome() {
        return WorkflowOutcome.newBuilder()
                .setPool(POOL)
                .setTenant("default")
                .setWorkflowId(WORKFLOW)
                .setStatus(WorkflowStatus.CANCELLED)
                .setTitle("Nightly check of the shop")
                .setSubmittedAt(T0)
                .setFinishedAt(T0.plusSeconds(44))
                .setTasks(List.of(
                        TaskEnd.newBuilder()
                                .setTaskId(TESTS)
                                .setStatus(TaskStatus.SUCCEEDED)
                                .setAttempts(1)
                                .build(),
                        TaskEnd.newBuilder()
                                .setTaskId(TIDY)
                                .setStatus(TaskStatus.CANCELLED)
                                .setAttempts(1)
                                .build()))
                .setLabels(Map.of("team", "checkout"))
                .setCorrelationId("build-4711")
                .build();
    }

    private static AgentStatus agentStatus() {
        return AgentStatus.newBuilder()
                .setPool(POOL)
                .setWorkerId(WORKER)
                .setIncarnation(INCARNATION)
                .setState(WorkerState.ONLINE)
                .setRoles(heartbeat().getRoles())
                .setLabels(Map.of("os", "linux"))
                .setHost("laptop")
                .setSince(T0.minusSeconds(600))
                .setReason("said hello")
                .build();
    }

    private static RoleDefinition role() {
        return RoleDefinition.newBuilder()
                .setRole("qa")
                .setVersion(1)
                .setDescription("Runs the tests of a repository and reads their reports")
                .setTools(List.of("read", "search", "test"))
                .setRules(List.of(PolicyRule.newBuilder()
                        .setName("read-anything")
                        .setEffect(RuleEffect.ALLOW)
                        .setTool("read")
                        .setPath("**")
                        .setReason("Reading changes nothing")
                        .build()))
                .setPlaybooks(List.of("qa.run-tests"))
                .setResources(Resources.newBuilder().setCpu(1.0).build())
                .setUpdatedAt(T0.minusSeconds(86_400))
                .build();
    }

    private static PoolDefinition pool() {
        return PoolDefinition.newBuilder()
                .setPool(POOL)
                .setVersion(1)
                .setDescription("Everything that names no pool")
                .setUpdatedAt(T0.minusSeconds(86_400))
                .build();
    }

    private static AuditEvent audit() {
        return AuditEvent.newBuilder()
                .setId(LEASE + "-2")
                .setPool(POOL)
                .setTenant("default")
                .setWorkflowId(WORKFLOW)
                .setTaskId(TESTS)
                .setAttempt(1)
                .setLeaseId(LEASE)
                .setWorkerId(WORKER)
                .setAgentId(WORKER + "-qa-1")
                .setRole("qa")
                .setRepository(REPOSITORY)
                .setBrain(BRAIN)
                .setType(AuditEventType.INVOCATION)
                .setAt(T0.plusSeconds(1))
                .setTool("test")
                .setArguments(Map.of("argv", "mvn -B -o test"))
                .setVerdict(io.sweaifleet.schemas.record.Verdict.ALLOW)
                .setRule("run-the-tests")
                .setReason("The role may run the build's own test command")
                .setDurationMs(38_114L)
                .setExitCode(1)
                .setOutputSha256(SHA_256)
                .setOutputBytes(48_122)
                .setWriter(WORKER + "/" + INCARNATION)
                .setPartition(4)
                .setSequence(12)
                .setPreviousHash(SHA_256)
                .setHash("2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae")
                .build();
    }

    private static KnowledgeFact fact() {
        return KnowledgeFact.newBuilder()
                .setFactId("fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9")
                .setPool(POOL)
                .setTenant("default")
                .setWorkflowId(WORKFLOW)
                .setTaskId(TESTS)
                .setAttempt(1)
                .setLeaseId(LEASE)
                .setRepository(REPOSITORY)
                .setSubjectType("File")
                .setSubjectId(REPOSITORY + "#src/test/java/shop/CartTest.java")
                .setPredicate("FAILED_WITH")
                .setObjectType("Check")
                .setObjectId("shop.CartTest.shouldRoundPrices")
                .setProperties(Map.of("message", "expected 9.99, was 9.98"))
                .setBrain(BRAIN)
                .setValidAt(T0.minusSeconds(7_200))
                .setCreatedAt(T0.plusSeconds(42))
                .build();
    }

    private static DeadLetter deadLetter() {
        return DeadLetter.newBuilder()
                .setCause(DeadLetterCause.UNDECODABLE)
                .setFailure(Failure.newBuilder()
                        .setFailureClass(FailureClass.PERMANENT)
                        .setCode("UNDECODABLE")
                        .setMessage("A value in topic fleet.tasks is not in the wire format")
                        .setRemedy("Write it with a serializer that uses the schema registry")
                        .build())
                .setOrigin(Origin.newBuilder()
                        .setTopic(FleetTopic.TASKS.topicName())
                        .setPartition(2)
                        .setOffset(17)
                        .setTimestamp(T0)
                        .build())
                .setApplication("fleet-intake")
                .setRefusedAt(T0.plusMillis(4))
                .setKey(bytes("my-task"))
                .setValue(bytes("{\"kind\":\"qa.run-tests\"}"))
                .setHeaders(List.of(RecordHeader.newBuilder()
                        .setName("source")
                        .setValue(bytes("script"))
                        .build()))
                .build();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
