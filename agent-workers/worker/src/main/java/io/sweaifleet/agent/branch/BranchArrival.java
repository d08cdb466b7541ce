package io.sweaifleet.agent.branch;

/** What became of a finished branch. */
public sealed interface BranchArrival {

    /** The branch is in the repository, at the finished commit: now, or since an earlier try. */
    record Created() implements BranchArrival {}

    /**
     * It was not created, and trying again would not help.
     *
     * @param reason why
     * @param remedy what to do
     */
    record Refused(String reason, String remedy) implements BranchArrival {}

    /** The repository is not on this host; the bundle stays the result, nothing is pushed. */
    record NotLocal() implements BranchArrival {}
}
