package io.sweaifleet.ingest.cli;

import java.util.List;

/**
 * Adds commands to {@code fleet} from a module that this one must not know, such as {@code up}, {@code down},
 * {@code doctor} and {@code bench}. Found by {@link java.util.ServiceLoader}.
 */
public interface CommandContribution {

    /**
     * New instances of classes annotated with picocli's {@code @Command}; each carries its name. A command that
     * implements {@code Callable<Integer>} gives the exit code, see {@link ExitCode}. An expected failure is thrown as
     * {@link CliException}, which is printed as one line with its remedy.
     */
    List<Object> commands();
}
