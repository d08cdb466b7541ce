// Lifecycle of workflows, tasks and attempts. Guarded by the pool's sequence: an older event never overwrites a newer one.
// The tenant is not taken from here: an event about a control names the one who asked.
// What is paused for a role, a tenant or a pool belongs to no workflow.
WITH event WHERE event.workflowId <> ''
MERGE (w:Workflow {id: event.pool + '/' + event.workflowId})
SET w.pool = event.pool, w.workflowId = event.workflowId
FOREACH (ignored IN CASE WHEN event.taskId IS NULL THEN [] ELSE [1] END |
  MERGE (t:Task {id: event.pool + '/' + event.taskId})
  MERGE (t)-[:PART_OF]->(w)
  SET t.pool = event.pool, t.taskId = event.taskId
  SET t.lastEvent = CASE WHEN coalesce(t.lastSequence, -1) < event.sequence THEN event.type ELSE t.lastEvent END,
      t.lastEventAt = CASE WHEN coalesce(t.lastSequence, -1) < event.sequence THEN datetime(event.decidedAt) ELSE t.lastEventAt END
  SET t.lastSequence = CASE WHEN coalesce(t.lastSequence, -1) < event.sequence THEN event.sequence ELSE t.lastSequence END
  FOREACH (ignored2 IN CASE WHEN event.attempt IS NULL THEN [] ELSE [1] END |
    MERGE (a:Attempt {id: event.pool + '/' + event.taskId + '#' + toString(event.attempt)})
    MERGE (a)-[:ATTEMPT_OF]->(t)
    SET a.number = event.attempt
    FOREACH (ignored3 IN CASE WHEN event.leaseId IS NULL THEN [] ELSE [1] END | SET a.leaseId = event.leaseId)
    FOREACH (ignored4 IN CASE WHEN event.workerId IS NULL THEN [] ELSE [1] END | SET a.workerId = event.workerId)
    FOREACH (ignored5 IN CASE WHEN coalesce(event.agentId, '') = '' THEN [] ELSE [1] END |
      MERGE (g:Agent {id: event.pool + '/' + event.agentId})
      MERGE (a)-[:EXECUTED_BY]->(g)
    )
  )
)
