package io.sweaifleet.ingest.cli;

/** What the process returns to the shell. */
public final class ExitCode {

    /** Done; for {@code run}: every task succeeded or was skipped for a named reason. */
    public static final int OK = 0;

    /** A task failed, or what was asked for does not exist. */
    public static final int FAILED = 1;

    /** The command line or a file given on it is wrong. */
    public static final int USAGE = 2;

    /** The node, a server or something on the machine is missing. */
    public static final int ENVIRONMENT = 3;

    /** Every task ended well, but there are findings and {@code --fail-on findings} was given. */
    public static final int FINDINGS = 4;

    /** Ended by Ctrl-C, as shells count it. */
    public static final int INTERRUPTED = 130;

    private ExitCode() {}
}
