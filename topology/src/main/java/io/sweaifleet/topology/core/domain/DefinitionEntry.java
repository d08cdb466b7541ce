package io.sweaifleet.topology.core.domain;

/**
 * What is known of the versions of a workflow's definition.
 *
 * @param latest the highest version
 * @param removed whether the definition was removed: nothing new begins, what runs goes on
 */
public record DefinitionEntry(int latest, boolean removed) {}
