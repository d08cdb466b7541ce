package io.sweaifleet.ingest.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.ingest.health.AgentBook;
import io.sweaifleet.ingest.health.AgentChange;
import io.sweaifleet.ingest.health.AgentHealth;
import io.sweaifleet.schemas.json.RecordJson;
import io.sweaifleet.schemas.worker.AgentStatus;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code fleet agents --json} prints. */
final class AgentsJson {

    private AgentsJson() {}

    static String of(Collection<AgentStatus> workers, @Nullable List<AgentHealth> agents, @Nullable AgentBook changes) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ArrayNode known = document.putArray("workers");
        workers.forEach(worker -> known.add(RecordJson.toJson(worker)));
        if (agents != null) {
            ArrayNode each = document.putArray("agents");
            agents.forEach(agent -> each.add(json(agent)));
        }
        if (changes != null) {
            ArrayNode all = document.putArray("changes");
            changes.changes().forEach(change -> all.add(json(change)));
        }
        return document.toPrettyString();
    }

    private static ObjectNode json(AgentHealth agent) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("agentId", agent.agentId());
        node.put("role", agent.role());
        node.put("pool", agent.pool());
        node.put("workerId", agent.workerId());
        node.put("roleVersion", agent.roleVersion());
        node.put("state", agent.state().name());
        node.put("since", agent.since().toString());
        node.put("task", agent.task());
        node.put(
                "heartbeat",
                agent.heartbeat() == null ? null : agent.heartbeat().toString());
        node.put("attempts", agent.attempts());
        node.put("failed", agent.failed());
        node.put("errorRate", agent.errorRate());
        if (agent.median() == null) {
            node.putNull("medianMs");
        } else {
            node.put("medianMs", agent.median().toMillis());
        }
        node.put("slow", agent.slow());
        node.put("failing", agent.isFailing());
        return node;
    }

    private static ObjectNode json(AgentChange change) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("at", change.at().toString())
                .put("pool", change.pool())
                .put("workerId", change.workerId())
                .put("agent", change.who())
                .put("became", change.kind().name())
                .put("why", change.why());
    }
}
