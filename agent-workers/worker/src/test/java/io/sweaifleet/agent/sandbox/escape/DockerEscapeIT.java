package io.sweaifleet.agent.sandbox.escape;

import io.sweaifleet.agent.sandbox.Sandbox;
import io.sweaifleet.agent.sandbox.docker.DockerFixture;
import java.nio.file.Path;

class DockerEscapeIT extends EscapeSuite {

    @Override
    Sandbox sandbox(Path workDirectory) {
        return DockerFixture.shared().sandbox(SMALL, workDirectory);
    }
}
