package io.sweaifleet.agent.sandbox.kubernetes;

import io.sweaifleet.agent.sandbox.SandboxLimits;
import io.sweaifleet.agent.sandbox.container.ImageCatalogue;
import java.nio.file.Path;

/**
 * How the Kubernetes sandbox is set up.
 *
 * @param kubeconfig names the cluster: its current context is used
 * @param namespace where the Jobs are
 * @param images images by language, which the cluster's nodes have or can pull
 * @param limits of the pods
 */
public record KubernetesOptions(Path kubeconfig, String namespace, ImageCatalogue images, SandboxLimits limits) {}
