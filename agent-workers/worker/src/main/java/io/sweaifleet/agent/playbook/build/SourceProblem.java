package io.sweaifleet.agent.playbook.build;

/**
 * An error that a compiler placed.
 *
 * @param path as the compiler wrote it, absolute or relative to where it ran
 * @param line line number from 1
 * @param message what the compiler said
 */
public record SourceProblem(String path, int line, String message) {}
