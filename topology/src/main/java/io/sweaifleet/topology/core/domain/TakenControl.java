package io.sweaifleet.topology.core.domain;

/** A control request that was taken, and what it was about. Exactly one of the two ids is set; the other is empty. */
public record TakenControl(String workflowId, String taskId) {}
