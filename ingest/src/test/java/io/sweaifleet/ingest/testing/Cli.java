package io.sweaifleet.ingest.testing;

import io.sweaifleet.ingest.print.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** A terminal, or a pipe, whose output can be looked at. */
public final class Cli {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    public Terminal pipe(Path directory, String input) {
        return terminal(directory, input, false, Map.of());
    }

    public Terminal terminal(Path directory, String input, boolean isTerminal, Map<String, String> environment) {
        return new Terminal(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                isTerminal,
                isTerminal,
                120,
                environment,
                directory);
    }

    public String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    public String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
