package io.sweaifleet.agent.playbook.architect;

import io.sweaifleet.agent.playbook.support.Texts;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Pattern;

/** Tells test code by the customs of each language. */
final class TestCode {

    private static final Set<String> DIRECTORIES =
            Set.of("test", "tests", "__tests__", "__mocks__", "testdata", "spec", "e2e", "cypress", "integration-test");
    private static final Pattern SCRIPT = Pattern.compile(".*[.\\-_](test|spec|e2e|stories|cy)\\.[a-z]+");
    private static final Pattern PYTHON = Pattern.compile("test_.*|.*_test\\.pyw?|conftest\\.py");
    private static final Pattern JAVA_SOURCE_SET =
            Pattern.compile("(.*/)?src/(test|it|[a-zA-Z]*Test|testFixtures|jmh|[a-z-]+-test)/.*");

    private TestCode() {}

    static boolean isTest(String path, Language language) {
        String name = Texts.name(path);
        return switch (language) {
            // Java has source sets; a package may well be called "test" or "it".
            case JAVA -> JAVA_SOURCE_SET.matcher(path).matches() || path.startsWith("test/");
            case GO -> name.endsWith("_test.go");
            case PYTHON -> PYTHON.matcher(name).matches() || inTestDirectory(path);
            case JAVASCRIPT, TYPESCRIPT -> SCRIPT.matcher(name).matches() || inTestDirectory(path);
        };
    }

    private static boolean inTestDirectory(String path) {
        return Arrays.stream(Texts.directory(path).split("/")).anyMatch(DIRECTORIES::contains);
    }
}
