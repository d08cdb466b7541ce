package io.sweaifleet.agent.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The user that the worker runs as.
 *
 * @param name login name
 * @param uid numeric user id
 * @param gid numeric group id
 */
record HostUser(String name, int uid, int gid) {

    /**
     * Asks the kernel who this process is.
     *
     * @throws IOException on a system without {@code /proc}
     */
    static HostUser current() throws IOException {
        Path self = Path.of("/proc/self");
        int uid = (Integer) Files.getAttribute(self, "unix:uid");
        int gid = (Integer) Files.getAttribute(self, "unix:gid");
        String name = System.getProperty("user.name", "agent");
        return new HostUser(name.matches("[A-Za-z0-9_.-]+") ? name : "agent", uid, gid);
    }

    /** As {@link #current}; on a system that does not tell, a user without a number that would mean anything. */
    static HostUser currentOrNobody() {
        try {
            return current();
        } catch (IOException | UnsupportedOperationException e) {
            // Not Linux: there is no bubblewrap either, and the ids are used for nothing else.
            return new HostUser("agent", 0, 0);
        }
    }
}
