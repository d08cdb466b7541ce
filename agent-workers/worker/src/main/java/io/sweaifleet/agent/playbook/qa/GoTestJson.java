package io.sweaifleet.agent.playbook.qa;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.agent.playbook.build.SourceProblem;
import io.sweaifleet.agent.playbook.qa.TestResult.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@code go test -json} prints: events of test2json, and plain lines of the compiler among them.
 *
 * @param tests tests that ended, subtests included
 * @param running tests that were started and did not end, as "package test"
 * @param brokenPackages packages that failed without any test of theirs failing, with what they printed
 * @param problems what the compiler or vet placed
 * @param plain lines that are no events, and output of builds
 */
record GoTestJson(
        List<Case> tests,
        List<String> running,
        Map<String, String> brokenPackages,
        List<SourceProblem> problems,
        String plain) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern PLACED =
            Pattern.compile("(?m)^\\s*(?:vet: )?((?:\\./)?[\\w./-]+\\.go):(\\d+):(?:\\d+:)? (.*)$");
    private static final int MAX_OUTPUT = 8192;

    /** One test; {@code output} is what it printed, without the runner's own marks. */
    record Case(String packageName, String name, Status status, double seconds, String output) {}

    static GoTestJson parse(String lines) {
        List<Case> tests = new ArrayList<>();
        Map<String, StringBuilder> outputs = new HashMap<>();
        Set<String> running = new LinkedHashSet<>();
        Set<String> failedPackages = new LinkedHashSet<>();
        Set<String> packagesWithFailedTests = new LinkedHashSet<>();
        StringBuilder plain = new StringBuilder();
        for (String line : lines.split("\n")) {
            JsonNode event = event(line);
            if (event == null) {
                plain.append(line).append('\n');
                continue;
            }
            String action = event.path("Action").asText("");
            String packageName =
                    event.path("Package").asText(event.path("ImportPath").asText(""));
            String test = event.path("Test").asText("");
            String key = packageName + " " + test;
            switch (action) {
                case "run" -> running.add(key);
                case "output" -> append(outputs, key, event.path("Output").asText(""));
                case "build-output" -> plain.append(event.path("Output").asText(""));
                case "pass", "fail", "skip" -> {
                    if (test.isEmpty()) {
                        if (action.equals("fail")) {
                            failedPackages.add(packageName);
                        }
                    } else {
                        running.remove(key);
                        Status status =
                                switch (action) {
                                    case "pass" -> Status.PASSED;
                                    case "fail" -> Status.FAILED;
                                    default -> Status.SKIPPED;
                                };
                        if (status == Status.FAILED) {
                            packagesWithFailedTests.add(packageName);
                        }
                        tests.add(new Case(
                                packageName,
                                test,
                                status,
                                event.path("Elapsed").asDouble(0),
                                withoutMarks(outputs.getOrDefault(key, new StringBuilder()))));
                    }
                }
                default -> {}
            }
        }
        Map<String, String> broken = new HashMap<>();
        for (String packageName : failedPackages) {
            if (!packagesWithFailedTests.contains(packageName)) {
                broken.put(packageName, withoutMarks(outputs.getOrDefault(packageName + " ", new StringBuilder())));
            }
        }
        List<SourceProblem> problems = new ArrayList<>();
        Matcher placed = PLACED.matcher(plain);
        while (placed.find()) {
            problems.add(new SourceProblem(placed.group(1), Integer.parseInt(placed.group(2)), placed.group(3)));
        }
        return new GoTestJson(tests, List.copyOf(running), broken, problems, plain.toString());
    }

    private static @Nullable JsonNode event(String line) {
        if (!line.startsWith("{")) {
            return null;
        }
        try {
            JsonNode node = JSON.readTree(line);
            return node.has("Action") ? node : null;
        } catch (JsonProcessingException notAnEvent) {
            return null;
        }
    }

    private static void append(Map<String, StringBuilder> outputs, String key, String text) {
        StringBuilder all = outputs.computeIfAbsent(key, any -> new StringBuilder());
        if (all.length() < MAX_OUTPUT) {
            all.append(text);
        }
    }

    private static String withoutMarks(CharSequence output) {
        StringBuilder kept = new StringBuilder();
        output.toString()
                .lines()
                .filter(line -> !line.matches("\\s*(=== |--- |FAIL\\b|PASS\\b|ok  ).*"))
                .forEach(line -> kept.append(line).append('\n'));
        return kept.toString().strip();
    }
}
