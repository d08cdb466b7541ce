package io.sweaifleet.agent.sandbox;

/**
 * What an attempt needs of a sandbox.
 *
 * @param confinement its folders
 * @param image name in the image catalogue or an image reference, for sandboxes that have images; empty for the one that
 *     suits the languages of the repository
 * @param maxOutputBytes a command that writes more is ended
 */
public record SandboxRequest(Confinement confinement, String image, long maxOutputBytes) {}
