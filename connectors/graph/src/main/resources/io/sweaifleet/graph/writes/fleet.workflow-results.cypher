// The outcome of a workflow: one record per workflow.
MERGE (w:Workflow {id: event.pool + '/' + event.workflowId})
SET w.pool = event.pool, w.workflowId = event.workflowId, w.tenant = event.tenant,
    w.status = event.status, w.title = event.title,
    w.submittedAt = datetime(event.submittedAt), w.finishedAt = datetime(event.finishedAt),
    w.failureCode = event.failure.code, w.failureMessage = event.failure.message,
    w.correlationId = event.correlationId
FOREACH (end IN event.tasks |
  MERGE (t:Task {id: event.pool + '/' + end.taskId})
  MERGE (t)-[:PART_OF]->(w)
)
