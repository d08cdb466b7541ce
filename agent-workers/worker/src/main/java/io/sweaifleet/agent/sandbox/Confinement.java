package io.sweaifleet.agent.sandbox;

import java.nio.file.Path;

/**
 * The folders of one attempt, all below {@code lease}, and the identity its children carry.
 *
 * @param lease the attempt's own folder; gone after the attempt
 * @param root the clone it works in; its {@code .git} is read-only to commands
 * @param scratch a writable folder outside the clone
 * @param fleetRun {@code pool/task}, given to every child as FLEET_RUN so that a fleet inside the fleet refuses to start
 */
public record Confinement(Path lease, Path root, Path scratch, String fleetRun) {

    /** Home directory of commands: empty at first, writable, and not the user's. */
    public Path home() {
        return lease.resolve("home");
    }

    /** What commands see as {@code /tmp}. */
    public Path temporary() {
        return lease.resolve("tmp");
    }

    /** Where the writable layers over dependency caches are. */
    public Path layers() {
        return lease.resolve("layers");
    }

    /** Generated files such as the sandbox's {@code /etc/passwd}. */
    public Path generated() {
        return lease.resolve("etc");
    }
}
