package io.sweaifleet.deploy.eval;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Programs of this machine. */
public final class Programs {

    private static final int OUTPUT_KEPT = 4_000;

    private Programs() {}

    /** True when the path has it. */
    static boolean isThere(String program) {
        String path = System.getenv().getOrDefault("PATH", "");
        return Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(path)
                .filter(folder -> !folder.isEmpty())
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /**
     * How a program ended.
     *
     * @param exitCode its exit code; -1 when it was ended at its timeout
     * @param output the end of what it printed on both streams
     */
    public record Ended(int exitCode, String output) {

        public boolean well() {
            return exitCode == 0;
        }
    }

    /**
     * Runs a program to its end.
     *
     * @param variables environment variables besides the few that programs need
     * @throws IOException when it cannot be started
     */
    static Ended run(Path directory, List<String> argv, Map<String, String> variables, Duration timeout)
            throws IOException, InterruptedException {
        Path log = Files.createTempFile("fleet-eval", ".log");
        try {
            ProcessBuilder builder = new ProcessBuilder(argv)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectInput(new File("/dev/null"))
                    .redirectOutput(log.toFile());
            // Neither the fleet's settings nor secrets of the shell are the business of code that a model wrote.
            builder.environment().keySet().retainAll(List.of("PATH", "LANG", "JAVA_HOME", "TMPDIR", "HOME"));
            builder.environment().put("LC_ALL", "C.UTF-8");
            builder.environment().putAll(variables);
            Process process = builder.start();
            try {
                boolean ended = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
                String text = new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
                String tail = text.substring(Math.max(0, text.length() - OUTPUT_KEPT));
                return new Ended(ended ? process.exitValue() : -1, tail);
            } finally {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } finally {
            Files.delete(log);
        }
    }
}
