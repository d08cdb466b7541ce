package io.sweaifleet.agent.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** No sandbox: programs of the host that only read files run as plain processes, the repository's code does not run. */
public final class NoSandbox extends HostSandbox {

    private final String why;

    NoSandbox(HostEnvironment host, HostUser user, String why) {
        super(host, user, SandboxLimits.NONE);
        this.why = why;
    }

    @Override
    public String name() {
        return "none";
    }

    @Override
    public String refusal() {
        return "code of the repository is not executed: " + why;
    }

    @Override
    public String description() {
        return "none: " + refusal()
                + ". Install bubblewrap (Debian: apt install bubblewrap), or allow plain processes with --sandbox process";
    }

    @Override
    Launch prepare(Confinement confinement, SandboxedCommand command) throws IOException {
        for (Path folder : List.of(confinement.home(), confinement.temporary(), confinement.scratch())) {
            Files.createDirectories(folder);
        }
        return new Launch(
                command.argv(),
                Environments.of(host, user, confinement, command, confinement.home(), confinement.temporary()),
                command.directory());
    }
}
