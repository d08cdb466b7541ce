package io.sweaifleet.agent.brain.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.PlaybookFailure;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.playbook.Toolbox.CommandRequest;
import io.sweaifleet.agent.playbook.Toolbox.CommandResult;
import io.sweaifleet.agent.playbook.qa.RunTestsPlaybook;
import io.sweaifleet.schemas.common.Finding;
import io.sweaifleet.schemas.worker.Assignment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Runs the tests before and after an agent worked: the task's test command, else what {@code qa.run-tests} finds. */
final class TestCheck {

    private static final Duration LONGEST = Duration.ofMinutes(15);
    private static final int MAX_MESSAGES = 20;

    private static final Pattern PASSED = Pattern.compile("\\b(\\d+) (?:tests? )?pass(?:ed|ing)\\b");
    private static final Pattern FAILED = Pattern.compile("\\b(\\d+) (?:tests? )?fail(?:ed|ing|ures?)\\b");
    private static final Pattern ERRORS = Pattern.compile("\\b(\\d+) errors?\\b");
    private static final Pattern SUREFIRE =
            Pattern.compile("Tests run: (\\d+), Failures: (\\d+), Errors: (\\d+), Skipped: (\\d+)(?!.*Time elapsed)");
    private static final Pattern UNITTEST_RAN = Pattern.compile("(?m)^Ran (\\d+) tests?");
    private static final Pattern UNITTEST_FAILED = Pattern.compile("(?:failures|errors)=(\\d+)");
    private static final Pattern TAP_PASS = Pattern.compile("(?m)^(?:#|ℹ) pass (\\d+)");
    private static final Pattern TAP_FAIL = Pattern.compile("(?m)^(?:#|ℹ) fail (\\d+)");
    private static final Pattern GO = Pattern.compile("(?m)^\\s*--- (PASS|FAIL): ");

    private final PlaybookContext context;
    private final List<String> argv;
    private final Clock clock;
    private boolean unknown;

    /**
     * What came of it.
     *
     * @param counts such as {@code 12 passed, 1 failed}; empty when tests could not be run
     * @param output what was printed, or which tests failed
     */
    record Outcome(String counts, String output) {
        static final Outcome NONE = new Outcome("", "");
    }

    /**
     * @param command the task's input {@code test}: words, or a JSON array of strings; empty means detected
     */
    TestCheck(PlaybookContext context, String command, Clock clock) throws PlaybookFailure {
        this.context = context;
        this.argv = words(command);
        this.clock = clock;
    }

    /** The command that the task names, as one line; empty when there is none. */
    String command() {
        return String.join(" ", argv);
    }

    /** Runs the tests. That they cannot be run is no failure. */
    Outcome run(String when) throws InterruptedException {
        if (unknown || !context.tools().canExecute()) {
            return Outcome.NONE;
        }
        context.step("tests " + when);
        Duration left = Duration.between(clock.instant(), context.deadline());
        if (left.isNegative() || left.isZero()) {
            return Outcome.NONE;
        }
        Duration time = left.dividedBy(4).compareTo(LONGEST) < 0 ? left.dividedBy(4) : LONGEST;
        return argv.isEmpty() ? detected(time, when) : command(time);
    }

    private Outcome command(Duration time) throws InterruptedException {
        try {
            CommandResult result = context.tools()
                    .test(new CommandRequest(
                            argv, "", Map.of("PYTHONDONTWRITEBYTECODE", "1"), time, caches(argv), true));
            String counts = result.timedOut() ? "not ended in time" : counts(result);
            // Paths as the repository has them: where the clone is tells a model nothing, and how much of the text is
            // shown would depend on that path's length.
            return new Outcome(counts, result.output().replace(context.tools().root() + "/", ""));
        } catch (ToolDenied e) {
            unknown = true;
            context.skip("tests", "POLICY_DENIED", String.valueOf(e.getMessage()), "allow tool test in the role");
            return Outcome.NONE;
        }
    }

    private Outcome detected(Duration time, String when) throws InterruptedException {
        Quiet quiet = new Quiet(context, time, context.scratch().resolve("tests-" + when));
        try {
            Map<String, String> outputs = new RunTestsPlaybook().run(quiet).outputs();
            long failed = Long.parseLong(outputs.getOrDefault("tests.failed", "0"));
            long total = Long.parseLong(outputs.getOrDefault("tests.total", "0"));
            long skipped = Long.parseLong(outputs.getOrDefault("tests.skipped", "0"));
            return new Outcome(
                    (total - failed - skipped) + " passed, " + failed + " failed", String.join("\n", quiet.messages));
        } catch (PlaybookFailure e) {
            unknown = true; // There are none, or they cannot be run here.
            return Outcome.NONE;
        }
    }

    /** What a runner's closing lines say, else what its exit code says. */
    static String counts(CommandResult result) {
        String output = result.output();
        Matcher unittest = UNITTEST_RAN.matcher(output);
        if (unittest.find()) {
            long failed = sum(UNITTEST_FAILED, output, 1);
            return counted(Long.parseLong(unittest.group(1)) - failed, failed);
        }
        Matcher surefire = SUREFIRE.matcher(output);
        String last = "";
        while (surefire.find()) {
            long failed = Long.parseLong(surefire.group(2)) + Long.parseLong(surefire.group(3));
            last = counted(Long.parseLong(surefire.group(1)) - failed - Long.parseLong(surefire.group(4)), failed);
        }
        if (!last.isEmpty()) {
            return last;
        }
        if (TAP_PASS.matcher(output).find()) {
            return counted(sum(TAP_PASS, output, 1), sum(TAP_FAIL, output, 1));
        }
        if (PASSED.matcher(output).find() || FAILED.matcher(output).find()) {
            return counted(lastOf(PASSED, output), lastOf(FAILED, output) + lastOf(ERRORS, output));
        }
        long passed = 0;
        long failed = 0;
        Matcher go = GO.matcher(output);
        while (go.find()) {
            if (go.group(1).equals("PASS")) {
                passed++;
            } else {
                failed++;
            }
        }
        if (passed + failed > 0) {
            return counted(passed, failed);
        }
        return result.ok() ? "passed (exit code 0)" : "failed (exit code " + result.exitCode() + ")";
    }

    private static String counted(long passed, long failed) {
        return Math.max(0, passed) + " passed, " + failed + " failed";
    }

    private static long sum(Pattern pattern, String text, int group) {
        long sum = 0;
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            sum += Long.parseLong(matcher.group(group));
        }
        return sum;
    }

    private static long lastOf(Pattern pattern, String text) {
        long last = 0;
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            last = Long.parseLong(matcher.group(1));
        }
        return last;
    }

    /** Dependency caches of the host that a command may want. */
    static List<Toolbox.Cache> caches(List<String> argv) {
        String all = String.join(" ", argv.subList(0, Math.min(4, argv.size())));
        List<Toolbox.Cache> caches = new ArrayList<>();
        if (all.contains("mvn")) {
            caches.add(Toolbox.Cache.MAVEN);
        }
        if (all.contains("gradle")) {
            caches.add(Toolbox.Cache.GRADLE);
        }
        if (all.contains("npm") || all.contains("npx")) {
            caches.add(Toolbox.Cache.NPM);
        }
        if (argv.get(0).equals("go")) {
            caches.add(Toolbox.Cache.GO);
        }
        return caches;
    }

    private static List<String> words(String command) throws PlaybookFailure {
        List<String> words = new ArrayList<>();
        if (command.strip().startsWith("[")) {
            try {
                for (JsonNode word : new ObjectMapper().readTree(command)) {
                    words.add(word.asText());
                }
                return words;
            } catch (JsonProcessingException e) {
                throw PlaybookFailure.badInput(
                        "inputs.test",
                        command,
                        "input test is no JSON array of strings: " + e.getOriginalMessage(),
                        "give words, or an array such as [\"python3\", \"-m\", \"unittest\"]");
            }
        }
        Matcher word = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)").matcher(command);
        while (word.find()) {
            words.add(word.group(1) != null ? word.group(1) : word.group(2) != null ? word.group(2) : word.group(3));
        }
        return words;
    }

    /** The attempt's context for a run of tests on the side: what they find is kept for the model alone. */
    private static final class Quiet implements PlaybookContext {

        private final PlaybookContext context;
        private final Assignment assignment;
        private final Path scratch;
        private final List<String> messages = new ArrayList<>();

        /** @param scratch of this run alone: the results of an earlier one would be counted again */
        Quiet(PlaybookContext context, Duration time, Path scratch) {
            this.scratch = scratch;
            this.context = context;
            this.assignment = Assignment.newBuilder(context.assignment())
                    .setInputs(Map.of("timeout", Math.max(1, time.toMillis()) + "ms"))
                    .build();
        }

        @Override
        public Assignment assignment() {
            return assignment;
        }

        @Override
        public Toolbox tools() {
            return context.tools();
        }

        @Override
        public String repository() {
            return context.repository();
        }

        @Override
        public String baseCommit() {
            return context.baseCommit();
        }

        @Override
        public Instant baseCommitTime() {
            return context.baseCommitTime();
        }

        @Override
        public Path scratch() {
            try {
                return Files.createDirectories(scratch);
            } catch (IOException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            }
        }

        @Override
        public Instant deadline() {
            return context.deadline();
        }

        @Override
        public Cancellation cancellation() {
            return context.cancellation();
        }

        @Override
        public void step(String what) {
            context.step(what);
        }

        @Override
        public void used(long inputTokens, long outputTokens, long costMicroUsd) throws PlaybookFailure {
            context.used(inputTokens, outputTokens, costMicroUsd);
        }

        @Override
        public void decide(String chosen, String why, List<String> alternatives) {
            context.decide(chosen, why, alternatives);
        }

        @Override
        public void finding(Finding finding) {
            if (messages.size() < MAX_MESSAGES) {
                String place = finding.getPath() == null ? "" : finding.getPath() + ": ";
                messages.add(place + finding.getMessage());
            }
        }

        @Override
        public void skip(String what, String code, String reason, String remedy) {}

        @Override
        public void artifact(String name, String kind, String mediaType, byte[] content) {}

        @Override
        public void fact(
                String subjectType,
                String subject,
                String predicate,
                @Nullable String objectType,
                @Nullable String object,
                @Nullable String value,
                Map<String, String> properties) {}
    }
}
