package io.sweaifleet.ingest.cli;

/** An expected failure of a command: printed on stderr as one line, with its remedy, and without a stack trace. */
public final class CliException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int exitCode;
    private final String remedy;

    /**
     * @param exitCode one of {@link ExitCode}
     * @param message what is wrong, with the id or address concerned
     * @param remedy what to do about it; may be empty
     */
    public CliException(int exitCode, String message, String remedy) {
        super(message);
        this.exitCode = exitCode;
        this.remedy = remedy;
    }

    /** As above, with the exception that told of it; shown with {@code --debug} only. */
    public CliException(int exitCode, String message, String remedy, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
        this.remedy = remedy;
    }

    /** The command line or a file given on it is wrong. */
    public static CliException usage(String message, String remedy) {
        return new CliException(ExitCode.USAGE, message, remedy);
    }

    /** The node, a server or something on the machine is missing. */
    public static CliException environment(String message, String remedy) {
        return new CliException(ExitCode.ENVIRONMENT, message, remedy);
    }

    /** What was asked for does not exist, or a task failed. */
    public static CliException failed(String message, String remedy) {
        return new CliException(ExitCode.FAILED, message, remedy);
    }

    /** What the process returns. */
    public int exitCode() {
        return exitCode;
    }

    /** What to do about it; may be empty. */
    public String remedy() {
        return remedy;
    }
}
