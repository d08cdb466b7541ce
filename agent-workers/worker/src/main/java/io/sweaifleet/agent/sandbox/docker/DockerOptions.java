package io.sweaifleet.agent.sandbox.docker;

import io.sweaifleet.agent.sandbox.SandboxLimits;
import io.sweaifleet.agent.sandbox.container.ImageCatalogue;

/**
 * How the Docker sandbox is set up.
 *
 * @param address of the engine, such as {@code unix:///var/run/docker.sock}; empty for what DOCKER_HOST says, else that
 * @param images images by language
 * @param pull whether an image that the engine lacks is pulled from its registry
 * @param limits of the containers
 */
public record DockerOptions(String address, ImageCatalogue images, boolean pull, SandboxLimits limits) {}
