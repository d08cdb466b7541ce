// Bi-temporal facts and what they are about. A fact's id is a function of its content, so repeating it changes nothing.
MERGE (f:Fact {id: event.factId})
SET f.pool = event.pool, f.predicate = event.predicate, f.value = event.value, f.repository = event.repository,
    f.subjectType = event.subjectType, f.subject = event.subjectId, f.objectType = event.objectType, f.object = event.objectId,
    f.propertyNames = COLLECT { UNWIND keys(event.properties) AS name RETURN name ORDER BY name },
    f.propertyValues = COLLECT { UNWIND keys(event.properties) AS name RETURN event.properties[name] ORDER BY name },
    f.by = event.brain.kind, f.brain = event.brain.name,
    f.valid_at = datetime(event.validAt)
SET f.created_at = CASE WHEN f.created_at IS NULL OR datetime(event.createdAt) < f.created_at THEN datetime(event.createdAt) ELSE f.created_at END,
    f.invalid_at = CASE WHEN event.invalidAt IS NULL THEN f.invalid_at ELSE datetime(event.invalidAt) END,
    f.expired_at = CASE WHEN event.expiredAt IS NULL THEN f.expired_at ELSE datetime(event.expiredAt) END
MERGE (a:Attempt {id: event.pool + '/' + event.taskId + '#' + toString(event.attempt)})
MERGE (a)-[:PRODUCED]->(f)
FOREACH (ignored IN CASE WHEN event.subjectType = 'Repository' THEN [1] ELSE [] END |
  MERGE (s:Repository {id: event.subjectId}) MERGE (f)-[:ABOUT]->(s))
FOREACH (ignored IN CASE WHEN event.subjectType = 'Commit' THEN [1] ELSE [] END |
  MERGE (s:Commit {id: event.subjectId}) MERGE (f)-[:ABOUT]->(s))
FOREACH (ignored IN CASE WHEN event.subjectType = 'Task' THEN [1] ELSE [] END |
  MERGE (s:Task {id: event.subjectId}) MERGE (f)-[:ABOUT]->(s))
FOREACH (ignored IN CASE WHEN event.subjectType = 'Check' THEN [1] ELSE [] END |
  MERGE (s:Check {id: event.subjectId}) MERGE (f)-[:ABOUT]->(s)
  FOREACH (ignored2 IN CASE WHEN event.predicate = 'FAILED_WITH' THEN [1] ELSE [] END | MERGE (s)-[:FAILED_WITH]->(f)))
FOREACH (ignored IN CASE WHEN event.subjectType = 'File' THEN [1] ELSE [] END |
  MERGE (s:File {id: event.subjectId})
  SET s.repository = event.repository, s.path = CASE WHEN event.repository <> '' AND event.subjectId STARTS WITH event.repository + '#' THEN substring(event.subjectId, size(event.repository) + 1) ELSE event.subjectId END
  MERGE (f)-[:ABOUT]->(s)
  FOREACH (ignored2 IN CASE WHEN event.predicate = 'FAILED_WITH' THEN [1] ELSE [] END | MERGE (s)-[:FAILED_WITH]->(f))
  FOREACH (ignored3 IN CASE WHEN event.predicate = 'IMPORTS' AND event.objectType = 'File' THEN [1] ELSE [] END |
    MERGE (o:File {id: event.objectId})
    SET o.repository = event.repository, o.path = CASE WHEN event.repository <> '' AND event.objectId STARTS WITH event.repository + '#' THEN substring(event.objectId, size(event.repository) + 1) ELSE event.objectId END
    MERGE (s)-[:IMPORTS]->(o)))
