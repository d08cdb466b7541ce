package io.sweaifleet.ingest.report;

/**
 * A finished branch and what became of it.
 *
 * @param taskId task that made it
 * @param role role of the agent
 * @param branch name, such as fleet/default/t-1
 * @param commit its commit, hexadecimal
 * @param state what became of it
 * @param message why, when it was not created; else empty
 */
public record BranchReport(String taskId, String role, String branch, String commit, State state, String message) {

    /** What became of a branch. */
    public enum State {
        /** It is in the repository. */
        CREATED,
        /** It could not be created, for the reason in the message. */
        REFUSED,
        /** The repository is not on this host: the branch is in the task's bundle and patch. */
        NOT_LOCAL,
        /** Nothing was reported in time. */
        UNKNOWN
    }

    /** How to take the changes over. */
    public String merge() {
        return "git merge " + branch;
    }
}
