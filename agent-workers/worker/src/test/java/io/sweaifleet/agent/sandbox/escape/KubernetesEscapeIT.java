package io.sweaifleet.agent.sandbox.escape;

import io.sweaifleet.agent.sandbox.Sandbox;
import io.sweaifleet.agent.sandbox.kubernetes.KubernetesFixture;
import java.nio.file.Path;

class KubernetesEscapeIT extends EscapeSuite {

    @Override
    Sandbox sandbox(Path workDirectory) {
        return KubernetesFixture.sandbox(SMALL, workDirectory);
    }

    /** The kubelet looks every ten seconds or so, and evicts the pod then. */
    @Override
    boolean limitsDiskAtOnce() {
        return false;
    }
}
