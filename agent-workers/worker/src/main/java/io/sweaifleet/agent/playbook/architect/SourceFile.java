package io.sweaifleet.agent.playbook.architect;

/**
 * A file whose imports are mapped.
 *
 * @param path repository-relative path
 * @param language its language
 * @param lines number of lines
 * @param test whether it is test code, by its place and name: test code has modules of its own, since it may depend on anything
 *     without making a cycle
 * @param generated whether it says that a program wrote it
 * @param parsed its imports
 */
record SourceFile(String path, Language language, int lines, boolean test, boolean generated, ParsedSource parsed) {}
