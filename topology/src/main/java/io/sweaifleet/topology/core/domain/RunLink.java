package io.sweaifleet.topology.core.domain;

import java.util.ArrayList;
import java.util.List;

/**
 * What makes a workflow the run of a definition.
 *
 * @param definition name of the definition
 * @param version its version; 0 until the definition is known
 * @param parentWorkflowId workflow of which a step started this one; empty when none did
 * @param parentTaskId that step's task; empty likewise
 */
public record RunLink(String definition, int version, String parentWorkflowId, String parentTaskId) {

    /** A workflow, then the one of which a step began it, and so on up to the one that was submitted. */
    static List<String> upwards(Gates.Reader state, String pool, String workflowId) {
        List<String> line = new ArrayList<>(1);
        for (String next = workflowId; !next.isEmpty(); ) {
            line.add(next);
            RunLink link =
                    state.get(new Key.OfWorkflow(pool, next)) instanceof WorkflowEntry.Live live ? live.run() : null;
            next = link == null ? "" : link.parentWorkflowId();
        }
        return line;
    }

    RunLink withVersion(int known) {
        return new RunLink(definition, known, parentWorkflowId, parentTaskId);
    }
}
