package io.sweaifleet.agent.sandbox;

import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.sandbox.CommandExecutor.Execution;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A sandbox whose commands are processes of this host, one for each command. */
abstract class HostSandbox implements Sandbox {

    final HostEnvironment host;
    final HostUser user;
    private final SandboxLimits limits;

    HostSandbox(HostEnvironment host, HostUser user, SandboxLimits limits) {
        this.host = host;
        this.user = user;
        this.limits = limits;
    }

    /**
     * Turns a command into a process to start on the host.
     *
     * @throws IOException when the files it needs in the attempt's own folder cannot be made
     */
    abstract Launch prepare(Confinement confinement, SandboxedCommand command) throws IOException;

    /** Removes what an attempt has outside its folder. */
    void release(Confinement confinement) {}

    SandboxLimits limits() {
        return limits;
    }

    @Override
    public SandboxSession open(SandboxRequest request) {
        return new Session(request);
    }

    private final class Session implements SandboxSession {

        private final Confinement confinement;
        private final CommandExecutor executor;
        private final DiskWatch disk;

        Session(SandboxRequest request) {
            this.confinement = request.confinement();
            this.executor = new CommandExecutor(host, request.maxOutputBytes());
            this.disk = DiskWatch.of(limits.diskBytes(), List.of(confinement.lease()));
        }

        @Override
        public Execution execute(SandboxedCommand command, Duration timeout, Cancellation cancellation, Path log)
                throws IOException, InterruptedException {
            return executor.run(prepare(confinement, command), timeout, cancellation, log, disk);
        }

        @Override
        public boolean hasProgram(String name) {
            return host.find(name).isPresent();
        }

        @Override
        public String programsAre() {
            return "on the path " + host.pathVariable();
        }

        @Override
        public void close() {
            // Each command has ended what it started; the attempt's folder goes with the attempt.
            release(confinement);
        }
    }
}
