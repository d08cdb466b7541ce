package io.sweaifleet.agent.sandbox.kubernetes;

import static org.junit.jupiter.api.Assumptions.abort;

import io.sweaifleet.agent.sandbox.SandboxLimits;
import io.sweaifleet.agent.sandbox.container.ImageCatalogue;
import java.nio.file.Path;
import java.util.List;

/** A real cluster, which the tests are given: a kubeconfig in FLEET_TEST_KUBECONFIG, an image in FLEET_TEST_KUBE_IMAGE. */
public final class KubernetesFixture {

    /** Namespace of the tests. */
    static final String NAMESPACE = "fleet-agents-test";

    private KubernetesFixture() {}

    /** A sandbox on the cluster; aborts the test, saying how to give one, when there is none. */
    public static KubernetesSandbox sandbox(SandboxLimits limits, Path workDirectory) {
        return KubernetesSandbox.connect(options(limits), workDirectory);
    }

    static KubernetesOptions options(SandboxLimits limits) {
        String kubeconfig = System.getenv("FLEET_TEST_KUBECONFIG");
        if (kubeconfig == null || kubeconfig.isEmpty()) {
            return abort(
                    "no cluster: give one with FLEET_TEST_KUBECONFIG=FILE (kind, minikube, any), and an image with sh,"
                            + " tar and nc that it has with FLEET_TEST_KUBE_IMAGE (else fleet.local/busybox:1)");
        }
        String image = System.getenv().getOrDefault("FLEET_TEST_KUBE_IMAGE", "fleet.local/busybox:1");
        return new KubernetesOptions(
                Path.of(kubeconfig), NAMESPACE, ImageCatalogue.parse(List.of("default=" + image)), limits);
    }
}
