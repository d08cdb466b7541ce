package io.sweaifleet.agent.sandbox.escape;

import static org.junit.jupiter.api.Assumptions.abort;

import io.sweaifleet.agent.sandbox.HostEnvironment;
import io.sweaifleet.agent.sandbox.Sandbox;
import io.sweaifleet.agent.sandbox.SandboxUnavailableException;
import io.sweaifleet.agent.sandbox.Sandboxes;
import io.sweaifleet.agent.sandbox.Sandboxes.Choice;
import java.nio.file.Path;

class BubblewrapEscapeIT extends EscapeSuite {

    @Override
    Sandbox sandbox(Path workDirectory) {
        try {
            return Sandboxes.select(Choice.BUBBLEWRAP, HostEnvironment.detect(), workDirectory, SMALL);
        } catch (SandboxUnavailableException e) {
            return abort(e.getMessage() + " (Debian: apt-get install bubblewrap)");
        }
    }
}
