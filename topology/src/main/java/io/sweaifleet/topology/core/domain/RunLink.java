package io.sweaifleet.topology.core.domain;

/**
 * What makes a workflow the run of a definition.
 *
 * @param definition name of the definition
 * @param version its version; 0 until the definition is known
 * @param parentWorkflowId workflow of which a step started this one; empty when none did
 * @param parentTaskId that step's task; empty likewise
 */
public record RunLink(String definition, int version, String parentWorkflowId, String parentTaskId) {

    RunLink withVersion(int known) {
        return new RunLink(definition, known, parentWorkflowId, parentTaskId);
    }
}
