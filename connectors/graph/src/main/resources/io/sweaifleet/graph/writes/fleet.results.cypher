// The outcome of a task: what it was, how it ended, what its attempts produced. One record per task, so nothing here competes.
// Several tasks may produce the same content or commit: what is theirs about it stands on the relation. A task's tenant may
// differ from its workflow's.
MERGE (w:Workflow {id: event.pool + '/' + event.workflowId})
SET w.pool = event.pool, w.workflowId = event.workflowId
MERGE (t:Task {id: event.pool + '/' + event.taskId})
MERGE (t)-[:PART_OF]->(w)
SET t.pool = event.pool, t.taskId = event.taskId, t.tenant = event.tenant,
    t.status = event.status, t.kind = event.kind, t.role = event.role, t.title = event.title, t.priority = event.priority,
    t.submittedAt = datetime(event.submittedAt), t.acceptedAt = datetime(event.acceptedAt),
    t.startedAt = datetime(event.startedAt), t.finishedAt = datetime(event.finishedAt),
    t.summary = event.result.summary, t.findings = event.result.findingsTotal,
    t.failureCode = event.failure.code, t.failureMessage = event.failure.message,
    t.correlationId = event.correlationId
FOREACH (dependency IN event.dependsOn |
  MERGE (d:Task {id: event.pool + '/' + dependency})
  MERGE (t)-[:DEPENDS_ON]->(d)
)
FOREACH (ignored IN CASE WHEN event.repository IS NULL THEN [] ELSE [1] END |
  MERGE (r:Repository {id: event.repository})
  MERGE (t)-[:ABOUT]->(r)
)
FOREACH (attempt IN event.attempts |
  MERGE (a:Attempt {id: event.pool + '/' + event.taskId + '#' + toString(attempt.number)})
  MERGE (a)-[:ATTEMPT_OF]->(t)
  SET a.number = attempt.number, a.leaseId = attempt.leaseId, a.workerId = attempt.workerId, a.status = attempt.status,
      a.roleVersion = attempt.roleVersion, a.assignedAt = datetime(attempt.assignedAt),
      a.startedAt = datetime(attempt.startedAt), a.finishedAt = datetime(attempt.finishedAt),
      a.failureCode = attempt.failure.code, a.failureMessage = attempt.failure.message
  FOREACH (ignored IN CASE WHEN coalesce(attempt.agentId, '') = '' THEN [] ELSE [1] END |
    MERGE (g:Agent {id: event.pool + '/' + attempt.agentId})
    MERGE (role:Role {name: event.role})
    MERGE (g)-[:HAS_ROLE]->(role)
    MERGE (a)-[:EXECUTED_BY]->(g)
  )
)
FOREACH (ignored IN CASE WHEN event.result IS NULL OR size(event.attempts) = 0 THEN [] ELSE [1] END |
  MERGE (last:Attempt {id: event.pool + '/' + event.taskId + '#' + toString(event.attempts[size(event.attempts) - 1].number)})
  SET last.brain = event.result.brain.kind, last.brainName = event.result.brain.name
  FOREACH (artifact IN event.result.artifacts |
    MERGE (f:Artifact {sha256: artifact.sha256})
    SET f.sizeBytes = artifact.sizeBytes
    MERGE (last)-[p:PRODUCED {name: artifact.name}]->(f)
    SET p.kind = artifact.kind, p.mediaType = artifact.mediaType, p.uri = artifact.uri
  )
  FOREACH (ignored2 IN CASE WHEN event.result.commit IS NULL THEN [] ELSE [1] END |
    MERGE (c:Commit {id: event.result.commit})
    MERGE (last)-[p:PRODUCED]->(c)
    SET p.branch = event.result.branch, p.base = event.result.baseCommit
  )
)
