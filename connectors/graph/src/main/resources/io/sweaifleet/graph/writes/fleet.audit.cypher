// What agents decided and touched. Flags only ever turn from false to true, so the order does not matter. Checkpoints are of no task.
WITH event WHERE event.type <> 'CHECKPOINT'
MERGE (t:Task {id: event.pool + '/' + event.taskId})
MERGE (a:Attempt {id: event.pool + '/' + event.taskId + '#' + toString(event.attempt)})
MERGE (a)-[:ATTEMPT_OF]->(t)
MERGE (g:Agent {id: event.pool + '/' + event.agentId})
MERGE (a)-[:EXECUTED_BY]->(g)
MERGE (role:Role {name: event.role})
MERGE (g)-[:HAS_ROLE]->(role)
SET a.leaseId = event.leaseId, a.workerId = event.workerId, a.number = event.attempt
FOREACH (ignored IN CASE WHEN event.type = 'DECISION' OR event.verdict <> 'ALLOW' THEN [1] ELSE [] END |
  MERGE (d:Decision {id: event.id})
  SET d.at = datetime(event.at), d.by = event.brain.kind, d.brain = event.brain.name,
      d.kind = CASE event.type WHEN 'DECISION' THEN 'brain' ELSE 'policy' END,
      d.chosen = CASE event.type WHEN 'DECISION' THEN event.arguments.chosen ELSE event.verdict + ' ' + event.tool END,
      d.why = event.reason, d.rule = event.rule, d.insteadOf = event.alternatives
  MERGE (a)-[:MADE]->(d)
)
FOREACH (path IN CASE WHEN event.repository = '' THEN [] ELSE event.read END |
  MERGE (f:File {id: event.repository + '#' + path})
  SET f.path = path, f.repository = event.repository
  MERGE (a)-[x:TOUCHED]->(f)
  SET x.read = true, x.written = coalesce(x.written, false)
)
FOREACH (path IN CASE WHEN event.repository = '' THEN [] ELSE event.written END |
  MERGE (f:File {id: event.repository + '#' + path})
  SET f.path = path, f.repository = event.repository
  MERGE (a)-[x:TOUCHED]->(f)
  SET x.written = true, x.read = coalesce(x.read, false)
)
