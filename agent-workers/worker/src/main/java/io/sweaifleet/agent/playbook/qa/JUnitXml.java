package io.sweaifleet.agent.playbook.qa;

import io.sweaifleet.agent.playbook.build.SafeXml;
import io.sweaifleet.agent.playbook.qa.TestResult.Status;
import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads the XML that JUnit's Ant task began and everybody else varies: Surefire, Failsafe, Gradle, node:test, Mocha,
 * Vitest and others. A report that ends in the middle (its writer was killed) gives what it has.
 */
final class JUnitXml {

    private static final int MAX_TEXT = 16_384;

    private JUnitXml() {}

    /**
     * One test case.
     *
     * @param className attribute {@code classname}, or the names of the suites around it when there is none
     * @param name attribute {@code name}
     * @param status how it ended
     * @param seconds attribute {@code time}
     * @param message attribute {@code message} of the failure, or its type
     * @param details text of the failure: usually a stack trace, at most 16 KB
     * @param file attribute {@code file}, or null
     * @param line attribute {@code line}, or null
     */
    record Case(
            String className,
            String name,
            Status status,
            double seconds,
            String message,
            String details,
            @Nullable String file,
            @Nullable Integer line) {}

    static List<Case> parse(String xml) {
        List<Case> cases = new ArrayList<>();
        if (xml.isBlank()) {
            return cases;
        }
        Deque<String> suites = new ArrayDeque<>();
        Open open = null;
        StringBuilder text = null;
        try {
            XMLStreamReader in = SafeXml.open(new StringReader(xml));
            while (in.hasNext()) {
                switch (in.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        switch (in.getLocalName()) {
                            case "testsuite" -> suites.addLast(attribute(in, "name", ""));
                            case "testcase" -> open = new Open(in, suites);
                            case "failure", "error" -> {
                                if (open != null && open.status != Status.FAILED) {
                                    open.status = Status.FAILED;
                                    open.message = attribute(in, "message", attribute(in, "type", ""));
                                    text = open.details;
                                }
                            }
                            case "skipped" -> {
                                if (open != null && open.status == Status.PASSED) {
                                    open.status = Status.SKIPPED;
                                    open.message = attribute(in, "message", "");
                                }
                            }
                            default -> {}
                        }
                    }
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                        if (text != null && text.length() < MAX_TEXT) {
                            String more = in.getText();
                            text.append(more, 0, Math.min(more.length(), MAX_TEXT - text.length()));
                        }
                    }
                    case XMLStreamConstants.END_ELEMENT -> {
                        switch (in.getLocalName()) {
                            case "testsuite" -> suites.pollLast();
                            case "testcase" -> {
                                if (open != null) {
                                    cases.add(open.close());
                                    open = null;
                                }
                            }
                            case "failure", "error" -> text = null;
                            default -> {}
                        }
                    }
                    default -> {}
                }
            }
        } catch (XMLStreamException truncated) {
            return cases;
        }
        return cases;
    }

    private static String attribute(XMLStreamReader in, String name, String otherwise) {
        String value = in.getAttributeValue(null, name);
        return value == null ? otherwise : value;
    }

    private static double seconds(String text) {
        try {
            // Surefire writes thousands with a comma.
            double seconds = Double.parseDouble(text.replace(",", ""));
            return Double.isFinite(seconds) && seconds > 0 ? seconds : 0;
        } catch (NumberFormatException notANumber) {
            return 0;
        }
    }

    private static final class Open {
        private final String className;
        private final String name;
        private final double seconds;
        private final @Nullable String file;
        private final @Nullable Integer line;
        private final StringBuilder details = new StringBuilder();
        private Status status = Status.PASSED;
        private String message = "";

        Open(XMLStreamReader in, Deque<String> suites) {
            className = attribute(in, "classname", String.join(" > ", suites));
            name = attribute(in, "name", "");
            seconds = seconds(attribute(in, "time", "0"));
            file = in.getAttributeValue(null, "file");
            String number = attribute(in, "line", "");
            line = number.matches("\\d{1,9}") ? Integer.valueOf(number) : null;
        }

        Case close() {
            return new Case(
                    className,
                    name,
                    status,
                    seconds,
                    message,
                    details.toString().strip(),
                    file,
                    line);
        }
    }
}
