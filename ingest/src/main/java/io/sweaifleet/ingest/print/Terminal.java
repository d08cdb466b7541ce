package io.sweaifleet.ingest.print;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where a command reads and writes.
 *
 * @param in standard input
 * @param out results
 * @param err progress of commands whose result is JSON, and errors
 * @param outIsTerminal true when a person sees {@code out} directly, so lines may be rewritten
 * @param errIsTerminal as above, for {@code err}
 * @param width columns
 * @param environment environment variables
 * @param directory the current directory
 */
public record Terminal(
        InputStream in,
        PrintStream out,
        PrintStream err,
        boolean outIsTerminal,
        boolean errIsTerminal,
        int width,
        Map<String, String> environment,
        Path directory) {

    private static final int DEFAULT_WIDTH = 100;
    private static final int MIN_WIDTH = 40;

    /** The terminal or pipe this process was started with. Everything is written as UTF-8. */
    public static Terminal system() {
        Map<String, String> environment = System.getenv();
        boolean outIsTerminal = isTerminal(1);
        boolean errIsTerminal = isTerminal(2);
        return new Terminal(
                System.in,
                stream(FileDescriptor.out),
                stream(FileDescriptor.err),
                outIsTerminal,
                errIsTerminal,
                outIsTerminal || errIsTerminal ? width(environment) : DEFAULT_WIDTH,
                environment,
                Path.of("").toAbsolutePath());
    }

    /** How to write to {@code out}: in colour on a terminal, unless NO_COLOR is set or the terminal is dumb. */
    public Style outStyle() {
        return style(outIsTerminal);
    }

    /** How to write to {@code err}. */
    public Style errStyle() {
        return style(errIsTerminal);
    }

    private Style style(boolean isTerminal) {
        boolean refused = !environment.getOrDefault("NO_COLOR", "").isEmpty()
                || environment.getOrDefault("TERM", "").equals("dumb");
        return isTerminal && !refused ? Style.COLOUR : Style.PLAIN;
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    /** Asks the shell, since Java tells only of input and output together (and from 22 on not even that). */
    private static boolean isTerminal(int descriptor) {
        return run(new ProcessBuilder("sh", "-c", "test -t " + descriptor).inheritIO()) != null;
    }

    private static int width(Map<String, String> environment) {
        String text = environment.get("COLUMNS");
        if (text == null) {
            text = run(new ProcessBuilder("sh", "-c", "stty size </dev/tty 2>/dev/null | cut -d' ' -f2"));
        }
        try {
            int columns = text == null ? 0 : Integer.parseInt(text.strip());
            return columns < MIN_WIDTH ? DEFAULT_WIDTH : columns;
        } catch (NumberFormatException e) {
            return DEFAULT_WIDTH;
        }
    }

    /** What the process wrote, or null when it failed or there is no shell. */
    private static @Nullable String run(ProcessBuilder builder) {
        try {
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor(5, TimeUnit.SECONDS) && process.exitValue() == 0 ? output : null;
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
