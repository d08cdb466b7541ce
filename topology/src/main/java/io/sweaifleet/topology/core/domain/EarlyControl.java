package io.sweaifleet.topology.core.domain;

/** A request to cancel something that was not yet submitted; applied on arrival. */
public record EarlyControl(String controlId, String reason, String requestedBy) {}
