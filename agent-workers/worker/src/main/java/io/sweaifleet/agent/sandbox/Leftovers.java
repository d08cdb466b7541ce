package io.sweaifleet.agent.sandbox;

import java.nio.file.Path;

/** Ends processes that outlived their worker. */
public final class Leftovers {

    private Leftovers() {}

    /**
     * Ends the children of attempts whose folders lie in this one, found by the mark in their environment.
     *
     * @return how many there were
     */
    public static int endProcessesOf(Path folder) {
        return ProcessTree.killMarked(Environments.LEASE_VARIABLE + "=" + folder + "/", false);
    }
}
